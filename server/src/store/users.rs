//! Users: the accounts that may sign in.

use chrono::{DateTime, Utc};
use serde_json::json as object;
use shared::{audit::AuditAction, session::Role};

use super::{
    BeginWrite, Database, StoreError,
    audit::{Subject, Trail, Who},
    detail::json,
    grants::{self, Grant, Granted, Grants},
    on_database,
    reach::Rights,
    time::Timestamp,
};

const ADD: &str = "
    insert into users (name, name_key, password_hash, created_at)
    values ($1, $2, $3, $4)
    on conflict (name_key) do nothing
    returning id";

const BY_NAME: &str =
    "select id, name, rights, password_hash, disabled_at from users where name_key = $1";

const BY_ID: &str = "select id, name, rights, password_hash, disabled_at from users where id = $1";

const ALL: &str = "
    select id, name, rights, password_hash, disabled_at from users order by name_key";

const DISABLE: &str = "update users set disabled_at = coalesce(disabled_at, $2) where id = $1";

const ENABLE: &str = "update users set disabled_at = null where id = $1";

const SET_PASSWORD: &str = "update users set password_hash = $2 where id = $1";

const END_SESSIONS: &str = "delete from sessions where user_id = $1";

type Row = (i64, String, String, String, Option<Timestamp>);

/// One account.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The store's number for it.
    pub id: i64,
    /// Its name, as it was given.
    pub name: String,
    /// What its grants come to.
    pub rights: Rights,
    /// The hash of its password; empty where no password opens it.
    pub password_hash: String,
    /// Since when it may sign in no more.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// What came of adding an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// Its number.
    Done(i64),
    /// There is one of that name already, whatever its case.
    NameTaken,
    /// Its grants cannot be made.
    Refused(Granted),
}

/// Adds an account with these grants, and records who did.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn add_with(
    db: &Database,
    name: &str,
    grants: &[Grant],
    password_hash: &str,
    by: &Who,
    now: DateTime<Utc>,
) -> Result<Added, StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let id: Option<i64> = sqlx::query_scalar(ADD)
            .bind(name)
            .bind(key(name))
            .bind(password_hash)
            .bind(Timestamp::from(now))
            .fetch_optional(&mut *tx)
            .await?;
        let Some(id) = id else {
            return Ok(Added::NameTaken);
        };
        match tx.grant(id, grants).await? {
            Granted::Done => {}
            refused => return Ok(Added::Refused(refused)),
        }
        let act = grants::act(by, AuditAction::UserCreated, id, grants, now);
        tx.append(&act).await?;
        tx.commit().await?;
        Ok(Added::Done(id))
    })
}

/// Adds an account of Sentlog's own making with a role at every school; `None` where one of that name exists already,
/// whatever its case.
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
    let grants = [Grant::everywhere(role.as_str())];
    Ok(
        match add_with(db, name, &grants, password_hash, &Who::SYSTEM, now).await? {
            Added::Done(id) => Some(id),
            Added::NameTaken | Added::Refused(_) => None,
        },
    )
}

/// Every account, by name.
///
/// # Errors
/// Where the database fails.
pub async fn all(db: &Database) -> Result<Vec<User>, StoreError> {
    let rows: Vec<Row> = on_database!(db, |pool| sqlx::query_as(ALL).fetch_all(pool).await?);
    rows.into_iter().map(user).collect()
}

/// Lets somebody sign in no more, or again, and records who did. A disabled account's sessions end at once.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn disable(
    db: &Database,
    id: i64,
    disabled: bool,
    by: &Who,
    now: DateTime<Utc>,
) -> Result<Granted, StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        tx.queue().await?;
        let query = match disabled {
            true => sqlx::query(DISABLE).bind(id).bind(Timestamp::from(now)),
            false => sqlx::query(ENABLE).bind(id),
        };
        if query.execute(&mut *tx).await?.rows_affected() == 0 {
            return Ok(Granted::NoSuchUser);
        }
        if disabled && !tx.is_administered().await? {
            return Ok(Granted::LastAdministrator);
        }
        if disabled {
            // Else they would be open again once the account is enabled.
            sqlx::query(END_SESSIONS).bind(id).execute(&mut *tx).await?;
        }
        let act = by
            .does(AuditAction::UserChanged, now)
            .to(Subject::User(id))
            .with(object!({"disabled": disabled}));
        tx.append(&act).await?;
        tx.commit().await?;
        Ok(Granted::Done)
    })
}

/// Gives an account another password, and records who did; sessions opened by the old one end.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn set_password(
    db: &Database,
    id: i64,
    password_hash: &str,
    by: &Who,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        sqlx::query(SET_PASSWORD)
            .bind(id)
            .bind(password_hash)
            .execute(&mut *tx)
            .await?;
        sqlx::query(END_SESSIONS).bind(id).execute(&mut *tx).await?;
        let act = by
            .does(AuditAction::PasswordChanged, now)
            .to(Subject::User(id));
        tx.append(&act).await?;
        tx.commit().await?;
    });
    Ok(())
}

/// Whether somebody who may sign in administers Sentlog.
///
/// # Errors
/// Where the database fails.
pub async fn is_administered(db: &Database) -> Result<bool, StoreError> {
    Ok(on_database!(db, |pool| pool
        .acquire()
        .await?
        .is_administered()
        .await?))
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
    row.map(user).transpose()
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
    row.map(user).transpose()
}

/// What two spellings of one name have in common. Postgres keeps no zero characters.
pub fn key(name: &str) -> String {
    name.trim().to_lowercase().replace('\0', "\u{fffd}")
}

fn user((id, name, rights, password_hash, disabled_at): Row) -> Result<User, StoreError> {
    Ok(User {
        id,
        name,
        rights: json(0, "rights", &rights)?,
        password_hash,
        disabled_at: disabled_at.map(Timestamp::utc),
    })
}
