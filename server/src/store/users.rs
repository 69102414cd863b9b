//! Users: the accounts that may sign in.

use chrono::{DateTime, Utc};
use shared::session::Role;

use super::{BeginWrite, Database, StoreError, on_database, time::Timestamp, word::Word};

const ADD: &str = "
    insert into users (name, name_key, role, password_hash, created_at)
    values ($1, $2, $3, $4, $5)
    on conflict (name_key) do nothing
    returning id";

const BY_NAME: &str = "select id, name, role, password_hash from users where name_key = $1";

const BY_ID: &str = "select id, name, role, password_hash from users where id = $1";

type Row = (i64, String, Word<Role>, String);

/// One account.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The store's number for it.
    pub id: i64,
    /// Its name, as it was given.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// The hash of its password; empty where no password opens it.
    pub password_hash: String,
}

/// Adds an account; `None` where one of that name exists already, whatever its case.
///
/// # Errors
/// Where the database fails.
pub async fn add(
    db: &Database,
    name: &str,
    role: Role,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<i64>, StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let id = sqlx::query_scalar(ADD)
            .bind(name)
            .bind(key(name))
            .bind(role.as_str())
            .bind(password_hash)
            .bind(Timestamp::from(now))
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(id)
    })
}

/// The account of that name, whatever its case.
///
/// # Errors
/// Where the database fails.
pub async fn by_name(db: &Database, name: &str) -> Result<Option<User>, StoreError> {
    let row: Option<Row> = on_database!(db, |pool| sqlx::query_as(BY_NAME)
        .bind(key(name))
        .fetch_optional(pool)
        .await?);
    Ok(row.map(user))
}

/// The account of that number.
///
/// # Errors
/// Where the database fails.
pub async fn by_id(db: &Database, id: i64) -> Result<Option<User>, StoreError> {
    let row: Option<Row> = on_database!(db, |pool| sqlx::query_as(BY_ID)
        .bind(id)
        .fetch_optional(pool)
        .await?);
    Ok(row.map(user))
}

/// What two spellings of one name have in common. Postgres keeps no zero characters.
pub fn key(name: &str) -> String {
    name.trim().to_lowercase().replace('\0', "\u{fffd}")
}

fn user((id, name, Word(role), password_hash): Row) -> User {
    User {
        id,
        name,
        role,
        password_hash,
    }
}
