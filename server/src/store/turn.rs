//! Writing: one transaction at a time, first come first served.
//!
//! SQLite lets one writer in and makes the others knock again and again, whose luck decides; a cancel could
//! wait long behind a busy dispatcher. So the writers of one process queue up here, and each waits for the
//! few before it. Postgres keeps its own queues, one a row.

use std::{
    collections::HashMap,
    ops::{Deref, DerefMut},
    path::PathBuf,
    sync::{Arc, LazyLock, Mutex as Held, PoisonError},
};

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The queue of each file.
static QUEUES: LazyLock<Held<HashMap<PathBuf, Arc<Mutex<()>>>>> = LazyLock::new(Held::default);

/// Begins a transaction that will write.
pub(crate) trait BeginWrite {
    /// The kind of database.
    type Kind: sqlx::Database;

    /// Begins it once its turn comes; on SQLite it takes the write lock at once, so that it cannot fail for
    /// it half-way.
    async fn begin_write(&self) -> Result<Write<Self::Kind>, sqlx::Error>;
}

impl BeginWrite for SqlitePool {
    type Kind = Sqlite;

    async fn begin_write(&self) -> Result<Write<Sqlite>, sqlx::Error> {
        let file = self.connect_options().get_filename().to_path_buf();
        let queue = {
            let mut queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
            queues.entry(file).or_default().clone()
        };
        let turn = queue.lock_owned().await;
        Ok(Write {
            tx: self.begin_with("begin immediate").await?,
            _turn: Some(turn),
        })
    }
}

impl BeginWrite for PgPool {
    type Kind = Postgres;

    async fn begin_write(&self) -> Result<Write<Postgres>, sqlx::Error> {
        Ok(Write {
            tx: self.begin().await?,
            _turn: None,
        })
    }
}

/// A transaction that writes; undone where it is dropped.
pub(crate) struct Write<DB: sqlx::Database> {
    tx: Transaction<'static, DB>,
    /// Given on after the transaction has ended.
    _turn: Option<OwnedMutexGuard<()>>,
}

impl<DB: sqlx::Database> Write<DB> {
    /// Keeps what was written.
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        self.tx.commit().await
    }
}

impl<DB: sqlx::Database> Deref for Write<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        &self.tx
    }
}

impl<DB: sqlx::Database> DerefMut for Write<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        &mut self.tx
    }
}
