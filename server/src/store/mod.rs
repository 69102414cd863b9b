//! The store: the only room that names sqlx. One verb a file, one statement for both databases, but for three that
//! say why not: the rows of [`find`], [`claim`], and what [`purge`] does to wipe a file.
//!
//! Rules that keep one statement true on SQLite and Postgres: times are bound from the clock and cut to
//! milliseconds, never `now()`; no `like`; order by columns that are never null; a write on SQLite begins
//! `immediate`, so that two writers wait for each other instead of failing half-way.

use std::time::Duration;

use sqlx::{
    PgPool, SqlitePool,
    migrate::MigrateError,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub mod arrival;
pub mod audit;
pub mod cancel;
mod cause;
pub mod claim;
pub mod content;
pub mod demonstration;
pub mod detail;
pub mod failures;
pub mod find;
pub mod grants;
mod guard;
pub mod identities;
pub mod inbox;
pub mod lease;
pub mod links;
pub mod making;
pub mod organizations;
pub mod pace;
pub mod people;
pub mod prints;
pub mod purge;
pub mod reach;
pub mod recall;
pub mod receipts;
pub mod recipients;
pub mod record;
pub mod refresh;
pub mod report;
pub mod reports;
pub mod resend;
pub mod roles;
pub mod sessions;
pub mod sign_ins;
pub mod silence;
pub mod snapshot;
pub mod submit;
pub mod suppression;
pub mod time;
pub mod tokens;
mod turn;
pub mod upkeep;
pub mod users;
pub mod watch;
mod word;

/// How long a writer waits for another on SQLite, and anybody for a free connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connections a pool holds at most.
const CONNECTIONS: u32 = 8;

/// Prepared statements kept per connection: rows are inserted many a statement, each number its own.
const STATEMENTS: usize = 512;

/// Memory that the pages of SQLite may take in each connection, as `cache_size` says it: 32 MiB.
const CACHE: &str = "-32768";

/// How Postgres is to plan. Every statement here follows keys, from a message to some of its rows; right after
/// an import the statistics do not know that yet. A plan that hashes all rows of the log, or sorts all of a message to
/// take the first few, or is compiled first, takes a second for what takes one millisecond.
const PLANS: [(&str, &str); 4] = [
    ("jit", "off"),
    ("enable_bitmapscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
];

/// Where the log is kept.
#[derive(Clone, Debug)]
pub enum Database {
    /// A file of its own: the default.
    Sqlite(SqlitePool),
    /// A server, which several Sentlogs may share.
    Postgres(PgPool),
}

/// What all times and telephone numbers of a district are read by.
#[derive(Clone, Copy, Debug)]
pub struct District {
    /// Its time zone; days and displayed times are its own.
    pub time_zone: chrono_tz::Tz,
    /// The country of telephone numbers without a country code.
    pub phone_region: phonenumber::country::Id,
}

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address names neither kind of database.
    #[error("a database URL begins with sqlite: or postgres:")]
    UnknownDatabase,
    /// The database refused or could not be reached.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The tables could not be brought up to date.
    #[error("the database could not be migrated")]
    Migrate(#[from] MigrateError),
    /// A row holds what no version of this program wrote.
    #[error("message {message} holds an unreadable {what}")]
    Corrupt {
        /// The message's number.
        message: i64,
        /// The column.
        what: &'static str,
        /// What was wrong with it.
        source: serde_json::Error,
    },
    /// The audit trail took no line: what was to be recorded has not happened.
    #[error("the audit trail could not be added to")]
    Unrecorded(#[source] sqlx::Error),
    /// A large message took longer than an hour to come in, and was removed.
    #[error("the message took too long to come in, and was given up")]
    GivenUp,
    /// The database did not say whether it kept a claim. Who asked for it hands nothing over, and gives it back.
    #[error("the database did not say whether claim {claim} was kept")]
    Unheard {
        /// The claim's number.
        claim: i64,
        /// What was heard instead.
        source: sqlx::Error,
    },
    /// Only an empty database can be filled.
    #[error("the database already holds messages")]
    NotEmpty,
}

impl StoreError {
    /// Whether the database could not be reached, rather than refused.
    pub fn is_unreachable(&self) -> bool {
        use sqlx::Error;
        match self {
            StoreError::Database(error) | StoreError::Unheard { source: error, .. } => {
                matches!(
                    error,
                    Error::Io(_) | Error::PoolTimedOut | Error::PoolClosed
                )
            }
            StoreError::UnknownDatabase
            | StoreError::Migrate(_)
            | StoreError::Corrupt { .. }
            | StoreError::Unrecorded(_)
            | StoreError::GivenUp
            | StoreError::NotEmpty => false,
        }
    }

    /// Whether the same may well go through later, however often it has failed: the database cannot be reached, is going
    /// down or coming up, or has no room.
    pub fn may_pass(&self) -> bool {
        /// Of Postgres: connection, resources, operator's intervention.
        const CLASSES: [&str; 3] = ["08", "53", "57"];
        /// Of SQLite: busy, no disk to read or write, full.
        const CODES: [u32; 3] = [5, 10, 13];
        let (StoreError::Database(error) | StoreError::Unheard { source: error, .. }) = self else {
            return false;
        };
        let code = error.as_database_error().and_then(|error| error.code());
        let passes = code.is_some_and(|code| match code.parse::<u32>() {
            // What SQLite adds stands above the lowest eight bits.
            Ok(number) if code.len() < 5 => CODES.contains(&(number & 0xff)),
            _ => CLASSES.iter().any(|class| code.starts_with(class)),
        });
        passes || self.is_unreachable()
    }
}

/// Expands one body for both kinds of database: `on_database!(db, |pool| …)`.
macro_rules! on_database {
    ($db:expr, |$pool:ident| $body:expr) => {
        match $db {
            $crate::store::Database::Sqlite($pool) => $body,
            $crate::store::Database::Postgres($pool) => $body,
        }
    };
}
pub(crate) use on_database;

/// Runs one statement that writes, in its turn, and answers how many rows it touched.
macro_rules! write {
    ($db:expr, $statement:expr, $($value:expr),*) => {
        on_database!($db, |pool| {
            let mut tx = pool.begin_write().await?;
            let query = sqlx::query($statement)$(.bind($value))*;
            let touched = query.execute(&mut *tx).await?.rows_affected();
            tx.commit().await?;
            touched
        })
    };
}
pub(crate) use turn::BeginWrite;
pub(crate) use write;

impl Database {
    /// Opens the database at `url`: `sqlite:sentlog.db`, made where it does not exist, or `postgres://…`.
    ///
    /// # Errors
    /// Where the URL is of neither kind, or the database cannot be opened.
    pub async fn connect(url: &str) -> Result<Database, StoreError> {
        if url.starts_with("sqlite:") {
            let options: SqliteConnectOptions = url.parse()?;
            // Each connection to a database in memory would open its own.
            let connections = if url.contains(":memory:") {
                1
            } else {
                CONNECTIONS
            };
            let options = options
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // What was answered lasts, also where the power fails: a cancel above all.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(PATIENCE)
                .foreign_keys(true)
                .statement_cache_capacity(STATEMENTS)
                // Rows cross a channel from SQLite's thread. One that holds all rows of a find spares a switch per
                // row: with 1024 find took 1.8 × its bare statement, with this 1.2 ×.
                .row_buffer_size(8192)
                // What is removed for its age is not to be read in the file's free pages either.
                .pragma("secure_delete", "on")
                .pragma("cache_size", CACHE)
                .pragma("mmap_size", "268435456");
            let pool = SqlitePoolOptions::new()
                .max_connections(connections)
                .idle_timeout(None)
                .max_lifetime(None)
                .connect_with(options)
                .await?;
            Ok(Database::Sqlite(pool))
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options: PgConnectOptions = url.parse()?;
            let options = options.options(PLANS);
            let pool = PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .acquire_timeout(PATIENCE)
                .connect_with(options.statement_cache_capacity(STATEMENTS))
                .await?;
            Ok(Database::Postgres(pool))
        } else {
            Err(StoreError::UnknownDatabase)
        }
    }

    /// Brings the tables up to date.
    ///
    /// The migrations come in pairs, one for each database. There is none of number 4, and never was.
    ///
    /// # Errors
    /// Where a migration fails, or the database was made by a newer program.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match self {
            Database::Sqlite(pool) => sqlx::migrate!("./migrations/sqlite").run(pool).await?,
            Database::Postgres(pool) => sqlx::migrate!("./migrations/postgres").run(pool).await?,
        }
        Ok(())
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        on_database!(self, |pool| {
            sqlx::query("select 1").execute(pool).await?;
        });
        Ok(())
    }

    /// Tells the database's planner of much that has just come in. Postgres learns by itself only in minutes, and until
    /// then reads the whole table for a find; SQLite needs no telling.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn take_stock(&self) -> Result<(), StoreError> {
        // Rows known to be visible to all are counted by the index alone.
        const STOCK: &str = "vacuum (analyze) messages, recipients, deliveries";
        if let Database::Postgres(pool) = self {
            sqlx::raw_sql(STOCK).execute(pool).await?;
        }
        Ok(())
    }

    /// Closes every connection once its work is done.
    pub async fn close(&self) {
        on_database!(self, |pool| pool.close().await);
    }
}
