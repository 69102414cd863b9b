//! Tokens: the programs that may submit messages.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json as object;
use shared::audit::AuditAction;

use super::{
    BeginWrite, Database, StoreError,
    audit::{Subject, Trail, Who},
    cancel::to_json,
    detail::json,
    on_database,
    organizations::Organizations,
    reach::Reach,
    time::Timestamp,
    users, write,
};

const ADD: &str = "
    insert into tokens (name, name_key, key, created_at) values ($1, $2, $3, $4)
    on conflict (name_key) do nothing";

const LIMIT: &str = "update tokens set reach = $2, expires_at = $3 where name_key = $1";

const BY_KEY: &str = "
    select name, reach, last_used_at from tokens
    where key = $1 and revoked_at is null and (expires_at is null or expires_at > $2)";

const NAME: &str = "select name from tokens where key = $1";

const USED: &str = "update tokens set last_used_at = $2 where key = $1";

const REVOKE: &str = "
    update tokens set revoked_at = $2 where name_key = $1 and revoked_at is null
    returning name";

const LIST: &str = "
    select name, reach, created_at, expires_at, revoked_at, last_used_at from tokens order by name_key";

/// That a token is in use is noted this often at most.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A token, without what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What the program is called.
    pub name: String,
    /// The schools that it may submit for.
    pub reach: Reach,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute or so.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// How far a token goes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits<'a> {
    /// The schools that it may submit for, by name; `None` for all of them.
    pub schools: Option<&'a [String]>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Adds a token, known by a digest of it, and records who did; `false` where one of that name exists already, whatever
/// its case. Its schools must be known.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn add(
    db: &Database,
    name: &str,
    key: &str,
    limits: Limits<'_>,
    by: &Who,
    now: DateTime<Utc>,
) -> Result<Result<bool, NoSuchSchool>, StoreError> {
    let Limits {
        schools,
        expires_at,
    } = limits;
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let mut reach = match schools {
            None => Reach::Everywhere,
            Some(_) => Reach::Nowhere,
        };
        for school in schools.unwrap_or_default() {
            match tx.organization(school).await? {
                None => return Ok(Err(NoSuchSchool(school.clone()))),
                id => reach.add(id),
            }
        }
        let added = sqlx::query(ADD)
            .bind(name)
            .bind(users::key(name))
            .bind(key)
            .bind(Timestamp::from(now))
            .execute(&mut *tx)
            .await?;
        if added.rows_affected() == 0 {
            return Ok(Ok(false));
        }
        sqlx::query(LIMIT)
            .bind(users::key(name))
            .bind(to_json(0, "reach", &reach)?)
            .bind(expires_at.map(Timestamp::from))
            .execute(&mut *tx)
            .await?;
        let act = by
            .does(AuditAction::TokenCreated, now)
            .to(Subject::Token(name.to_owned()))
            .with(object!({"schools": schools, "expires_at": expires_at}));
        tx.append(&act).await?;
        tx.commit().await?;
        Ok(Ok(true))
    })
}

/// There is no school of this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchSchool(pub String);

/// Takes a token back, and records who did; `false` where there is none of this name that still holds.
///
/// # Errors
/// Where the database fails; then it holds on.
pub async fn revoke(
    db: &Database,
    name: &str,
    by: &Who,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let revoked: Option<String> = sqlx::query_scalar(REVOKE)
            .bind(users::key(name))
            .bind(Timestamp::from(now))
            .fetch_optional(&mut *tx)
            .await?;
        let Some(name) = revoked else {
            return Ok(false);
        };
        let act = by
            .does(AuditAction::TokenRevoked, now)
            .to(Subject::Token(name));
        tx.append(&act).await?;
        tx.commit().await?;
        Ok(true)
    })
}

/// Every token there ever was, by name.
///
/// # Errors
/// Where the database fails.
pub async fn list(db: &Database) -> Result<Vec<Token>, StoreError> {
    type Row = (
        String,
        String,
        Timestamp,
        Option<Timestamp>,
        Option<Timestamp>,
        Option<Timestamp>,
    );
    let rows: Vec<Row> = on_database!(db, |pool| sqlx::query_as(LIST).fetch_all(pool).await?);
    let token = |(name, reach, created, expires, revoked, used): Row| {
        Ok(Token {
            name,
            reach: json(0, "reach", &reach)?,
            created_at: created.utc(),
            expires_at: expires.map(Timestamp::utc),
            revoked_at: revoked.map(Timestamp::utc),
            last_used_at: used.map(Timestamp::utc),
        })
    };
    rows.into_iter().map(token).collect()
}

/// The name of the token with this digest, whether it holds or not.
///
/// # Errors
/// Where the database fails.
pub async fn name(db: &Database, key: &str) -> Result<Option<String>, StoreError> {
    Ok(on_database!(db, |pool| sqlx::query_scalar(NAME)
        .bind(key)
        .fetch_optional(pool)
        .await?))
}

/// The name of the token with this digest, and the schools that it may submit for; `None` where it holds no more.
/// Notes that it is in use.
///
/// # Errors
/// Where the database fails.
pub async fn by_key(
    db: &Database,
    key: &str,
    now: DateTime<Utc>,
) -> Result<Option<(String, Reach)>, StoreError> {
    let row: Option<(String, String, Option<Timestamp>)> =
        on_database!(db, |pool| sqlx::query_as(BY_KEY)
            .bind(key)
            .bind(Timestamp::from(now))
            .fetch_optional(pool)
            .await?);
    let Some((name, reach, used)) = row else {
        return Ok(None);
    };
    if used.is_none_or(|used| now - used.utc() >= NOTED_EVERY) {
        write!(db, USED, key, Timestamp::from(now));
    }
    Ok(Some((name, json(0, "reach", &reach)?)))
}
