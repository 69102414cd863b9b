//! What is done to the database's own files after a purge.

use std::time::Duration;

use sqlx::{Connection, SqliteConnection};

use crate::store::{Database, StoreError};

/// How long readers are waited for at the end: writers wait as long, and give up only after much longer.
const READERS: Duration = Duration::from_secs(1);

/// Wipes what was removed from the database's own files, as far as it can. `false`: on SQLite somebody was reading, and
/// what was removed stands in the write-ahead log until it is wiped another time.
///
/// # Errors
/// Where the database fails.
pub async fn wipe(db: &Database) -> Result<bool, StoreError> {
    const VACUUM: &str =
        "vacuum messages, recipients, deliveries, receipts, contacts, inbox, prints, stray_reports";
    match db {
        // Removed rows are overwritten as they go (`secure_delete`); older pages stand in the log.
        Database::Sqlite(pool) => {
            let options = (*pool.connect_options()).clone().busy_timeout(READERS);
            let mut own = SqliteConnection::connect_with(&options).await?;
            let (busy, _, _): (i64, i64, i64) = sqlx::query_as("pragma wal_checkpoint(truncate)")
                .fetch_one(&mut own)
                .await?;
            own.close().await?;
            Ok(busy == 0)
        }
        Database::Postgres(pool) => {
            sqlx::raw_sql(VACUUM).execute(pool).await?;
            Ok(true)
        }
    }
}
