//! Tokens: the programs that may submit messages.

use chrono::{DateTime, Utc};

use super::{BeginWrite, Database, StoreError, on_database, time::Timestamp, users, write};

const ADD: &str = "
    insert into tokens (name, name_key, key, created_at) values ($1, $2, $3, $4)
    on conflict (name_key) do nothing";

const BY_KEY: &str = "select name from tokens where key = $1";

/// Adds a token, known by a digest of it; `false` where one of that name exists already, whatever its case.
///
/// # Errors
/// Where the database fails.
pub async fn add(
    db: &Database,
    name: &str,
    key: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let added = write!(db, ADD, name, users::key(name), key, Timestamp::from(now));
    Ok(added == 1)
}

/// The name of the token with this digest.
///
/// # Errors
/// Where the database fails.
pub async fn by_key(db: &Database, key: &str) -> Result<Option<String>, StoreError> {
    Ok(on_database!(db, |pool| sqlx::query_scalar(BY_KEY)
        .bind(key)
        .fetch_optional(pool)
        .await?))
}
