//! One moment of the log: everything read through it is true of the same instant, however long it takes.

use sqlx::{AssertSqlSafe, Postgres, Sqlite, Transaction};

use super::{Database, StoreError};

/// A transaction that only reads. It holds a connection: who waits for something else first, begins it later.
pub struct Snapshot(pub(super) Kind);

/// Which kind of database it reads.
pub(super) enum Kind {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Expands one body for both kinds of database: `in_snapshot!(snapshot, |connection| …)`.
macro_rules! in_snapshot {
    ($snapshot:expr, |$connection:ident| $body:expr) => {
        match &mut $snapshot.0 {
            $crate::store::snapshot::Kind::Sqlite(tx) => {
                let $connection = &mut **tx;
                $body
            }
            $crate::store::snapshot::Kind::Postgres(tx) => {
                let $connection = &mut **tx;
                $body
            }
        }
    };
}
pub(super) use in_snapshot;

impl Snapshot {
    /// Bounds the memory that SQLite takes for pages, and as much again to sort in: a `cache_size`. Postgres has
    /// bounds of its own.
    pub(super) async fn cache(&mut self, size: &'static str) -> Result<(), StoreError> {
        if let Kind::Sqlite(tx) = &mut self.0 {
            let bound = AssertSqlSafe(["pragma cache_size = ", size].concat());
            sqlx::query(bound).execute(&mut **tx).await?;
        }
        Ok(())
    }
}

impl Database {
    /// Begins to read this moment of the log; on SQLite it is the moment of the first thing read.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        const POSTGRES: &str = "begin isolation level repeatable read, read only";
        Ok(Snapshot(match self {
            Database::Sqlite(pool) => Kind::Sqlite(pool.begin().await?),
            Database::Postgres(pool) => Kind::Postgres(pool.begin_with(POSTGRES).await?),
        }))
    }
}
