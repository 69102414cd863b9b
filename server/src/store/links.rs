//! Links by which people choose their password: good for one use and for some time, known by a digest only.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde_json::json as object;
use shared::{audit::AuditAction, session::Role};

use super::{
    BeginWrite, Database, StoreError,
    audit::{Subject, Trail, Who},
    grants::{self, Grant, Granted, Grants},
    on_database,
    time::Timestamp,
    users,
};

const EXPIRED: &str = "delete from links where expires_at <= $1";

const VOID: &str = "delete from links where user_id is not distinct from $1";

const ADD: &str = "
    insert into links (key, user_id, created_at, expires_at) values ($1, $2, $3, $4)";

const PROVIDED: &str = "
    select exists (select 1 from identities i where i.user_id = u.id) from users u where u.id = $1";

const SHUT: &str = "update users set password_hash = '' where id = $1";

const END_SESSIONS: &str = "delete from sessions where user_id = $1";

const WHOSE: &str = "
    select l.user_id, u.name from links l left join users u on u.id = l.user_id
    where l.key = $1 and l.expires_at > $2 and u.disabled_at is null";

const USE: &str = "delete from links where key = $1";

const SET_PASSWORD: &str = "update users set password_hash = $2 where id = $1";

const ADD_USER: &str = "
    insert into users (name, name_key, password_hash, created_at) values ($1, $2, $3, $4)
    on conflict (name_key) do nothing
    returning id";

/// A link as it is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The digest of its key.
    pub key: String,
    /// When it is made.
    pub now: DateTime<Utc>,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

/// What came of making a link for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linked {
    /// It is good; their old password and sessions are not any more.
    Done,
    /// There is no such account.
    NoSuchUser,
    /// They sign in at a provider.
    Provider,
}

/// Whose a link is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The account of this number and name.
    Person(i64, String),
    /// Nobody's yet: the first administrator's.
    First,
}

/// What came of following a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The account of this number has its password.
    In(i64),
    /// The link is unknown, used, void or too old.
    Unknown,
    /// The first administrator is to choose a name.
    Nameless,
    /// There is an account of that name already.
    NameTaken,
}

/// Makes a link by which somebody chooses another password, and records who did: what opened their account before
/// opens it no more.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn reset(db: &Database, user: i64, link: &Link, by: &Who) -> Result<Linked, StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let provided: Option<bool> = sqlx::query_scalar(PROVIDED)
            .bind(user)
            .fetch_optional(&mut *tx)
            .await?;
        match provided {
            None => return Ok(Linked::NoSuchUser),
            Some(true) => return Ok(Linked::Provider),
            Some(false) => {}
        }
        sqlx::query(SHUT).bind(user).execute(&mut *tx).await?;
        sqlx::query(END_SESSIONS)
            .bind(user)
            .execute(&mut *tx)
            .await?;
        sqlx::query(VOID).bind(user).execute(&mut *tx).await?;
        sqlx::query(ADD)
            .bind(&link.key)
            .bind(user)
            .bind(Timestamp::from(link.now))
            .bind(Timestamp::from(link.expires_at))
            .execute(&mut *tx)
            .await?;
        let act = by
            .does(AuditAction::PasswordReset, link.now)
            .to(Subject::User(user));
        tx.append(&act).await?;
        tx.commit().await?;
        Ok(Linked::Done)
    })
}

/// Makes the link of the first administrator instead of one that was made before; `false` where there is one already.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn first(db: &Database, link: &Link) -> Result<bool, StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        tx.queue().await?;
        sqlx::query(VOID)
            .bind(None::<i64>)
            .execute(&mut *tx)
            .await?;
        let wanted = !tx.is_administered().await?;
        if wanted {
            sqlx::query(ADD)
                .bind(&link.key)
                .bind(None::<i64>)
                .bind(Timestamp::from(link.now))
                .bind(Timestamp::from(link.expires_at))
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(wanted)
    })
}

/// Whose link has this key; `None` where it is good no more.
///
/// # Errors
/// Where the database fails.
pub async fn whose(
    db: &Database,
    key: &str,
    now: DateTime<Utc>,
) -> Result<Option<Whose>, StoreError> {
    let row: Option<(Option<i64>, Option<String>)> = on_database!(db, |pool| sqlx::query_as(WHOSE)
        .bind(key)
        .bind(Timestamp::from(now))
        .fetch_optional(pool)
        .await?);
    Ok(match row {
        None => None,
        Some((Some(id), Some(name))) => Some(Whose::Person(id, name)),
        Some(_) if users::is_administered(db).await? => None,
        Some(_) => Some(Whose::First),
    })
}

/// Uses a link up from this address, and records it: its account gets this password, and sessions opened by another
/// one end. The first administrator's account is made, under `name`.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn take(
    db: &Database,
    key: &str,
    name: Option<&str>,
    password_hash: &str,
    from: IpAddr,
    at: DateTime<Utc>,
) -> Result<Taken, StoreError> {
    let now = Timestamp::from(at);
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        tx.queue().await?;
        sqlx::query(EXPIRED).bind(now).execute(&mut *tx).await?;
        let whose: Option<(Option<i64>, Option<String>)> = sqlx::query_as(WHOSE)
            .bind(key)
            .bind(now)
            .fetch_optional(&mut *tx)
            .await?;
        let (user, act) = match whose {
            None => return Ok(Taken::Unknown),
            Some((Some(user), called)) => {
                sqlx::query(SET_PASSWORD)
                    .bind(user)
                    .bind(password_hash)
                    .execute(&mut *tx)
                    .await?;
                sqlx::query(END_SESSIONS)
                    .bind(user)
                    .execute(&mut *tx)
                    .await?;
                let by = Who::person(user, called.unwrap_or_default()).from(from);
                let act = by
                    .does(AuditAction::PasswordChanged, at)
                    .to(Subject::User(user))
                    .with(object!({"by_link": true}));
                (user, act)
            }
            Some((None, _)) if tx.is_administered().await? => return Ok(Taken::Unknown),
            Some((None, _)) => {
                let Some(name) = name else {
                    return Ok(Taken::Nameless);
                };
                let added: Option<i64> = sqlx::query_scalar(ADD_USER)
                    .bind(name)
                    .bind(users::key(name))
                    .bind(password_hash)
                    .bind(now)
                    .fetch_optional(&mut *tx)
                    .await?;
                let Some(user) = added else {
                    return Ok(Taken::NameTaken);
                };
                let admin = [Grant::everywhere(Role::Admin.as_str())];
                if tx.grant(user, &admin).await? != Granted::Done {
                    return Ok(Taken::Unknown);
                }
                let by = Who::person(user, name).from(from);
                let created = AuditAction::UserCreated;
                (user, grants::act(&by, created, user, &admin, at))
            }
        };
        sqlx::query(USE).bind(key).execute(&mut *tx).await?;
        tx.append(&act).await?;
        tx.commit().await?;
        Ok(Taken::In(user))
    })
}
