//! Sessions: who is signed in, on which browser, until when.

use chrono::{DateTime, Utc};
use serde_json::json as object;
use shared::audit::AuditAction;

use super::{
    BeginWrite, Database, StoreError,
    audit::{Act, Subject, Trail, Who},
    on_database,
    time::Timestamp,
    write,
};

const CREATE: &str = "
    insert into sessions (key, data, created_at, seen_at, user_id, address, browser)
    values ($1, $2, $3, $3, $4, $5, $6)
    on conflict (key) do nothing";

/// A session that was ended meanwhile stays ended.
const SAVE: &str = "
    update sessions set data = $2, seen_at = $3, user_id = $4, address = $5, browser = $6 where key = $1";

const LOAD: &str = "
    select data, seen_at from sessions
    where key = $1 and created_at > $2 and seen_at > $3";

const SEEN: &str = "update sessions set seen_at = $2 where key = $1";

const DELETE: &str = "delete from sessions where key = $1";

const SWEEP: &str = "delete from sessions where created_at <= $1 or seen_at <= $2";

const LIST: &str = "
    select substr(s.key, 1, 16), s.key, u.name, s.created_at, s.seen_at, s.address, s.browser
    from sessions s join users u on u.id = s.user_id
    where s.created_at > $1 and s.seen_at > $2 and u.disabled_at is null
    order by s.seen_at desc, s.key";

const END: &str = "delete from sessions where substr(key, 1, 16) = $1 returning user_id";

const END_OF: &str = "delete from sessions where user_id = $1 and key <> $2";

const END_ALL_BUT: &str = "delete from sessions where key <> $1";

/// Whose a session is, and where it was begun.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// The account's number, once somebody is signed in.
    pub user: Option<i64>,
    /// An address of the network.
    pub address: Option<String>,
    /// What the browser called itself.
    pub browser: Option<String>,
}

/// A session that is open, as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// What to end it by: the beginning of its key, which opens nothing.
    pub id: String,
    /// Its key.
    pub key: String,
    /// Whose it is.
    pub person: String,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute or so.
    pub seen_at: DateTime<Utc>,
    /// An address of the network.
    pub address: Option<String>,
    /// What the browser called itself.
    pub browser: Option<String>,
}

/// A session as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What the session carries (JSON).
    pub data: String,
    /// When it was last used, to the minute or so.
    pub seen_at: DateTime<Utc>,
}

/// Keeps a new session; `false` where the key is taken.
///
/// # Errors
/// Where the database fails.
pub async fn create(
    db: &Database,
    key: &str,
    data: &str,
    owner: &Owner,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (address, browser) = (owner.address.as_deref(), owner.browser.as_deref());
    let made = write!(
        db,
        CREATE,
        key,
        data,
        Timestamp::from(now),
        owner.user,
        address,
        browser
    );
    Ok(made == 1)
}

/// Keeps what a session carries now.
///
/// # Errors
/// Where the database fails.
pub async fn save(
    db: &Database,
    key: &str,
    data: &str,
    owner: &Owner,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (address, browser) = (owner.address.as_deref(), owner.browser.as_deref());
    write!(
        db,
        SAVE,
        key,
        data,
        Timestamp::from(now),
        owner.user,
        address,
        browser
    );
    Ok(())
}

/// The session, where it was made after `made_after` and used after `used_after`.
///
/// # Errors
/// Where the database fails.
pub async fn load(
    db: &Database,
    key: &str,
    made_after: DateTime<Utc>,
    used_after: DateTime<Utc>,
) -> Result<Option<Kept>, StoreError> {
    let row: Option<(String, Timestamp)> = on_database!(db, |pool| sqlx::query_as(LOAD)
        .bind(key)
        .bind(Timestamp::from(made_after))
        .bind(Timestamp::from(used_after))
        .fetch_optional(pool)
        .await?);
    Ok(row.map(|(data, seen_at)| Kept {
        data,
        seen_at: seen_at.utc(),
    }))
}

/// Notes that the session is in use.
///
/// # Errors
/// Where the database fails.
pub async fn seen(db: &Database, key: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    write!(db, SEEN, key, Timestamp::from(now));
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// Where the database fails.
pub async fn delete(db: &Database, key: &str) -> Result<(), StoreError> {
    write!(db, DELETE, key);
    Ok(())
}

/// Every session of somebody, made after `made_after` and used after `used_after`, the last used first.
///
/// # Errors
/// Where the database fails.
pub async fn list(
    db: &Database,
    made_after: DateTime<Utc>,
    used_after: DateTime<Utc>,
) -> Result<Vec<Open>, StoreError> {
    type Row = (
        String,
        String,
        String,
        Timestamp,
        Timestamp,
        Option<String>,
        Option<String>,
    );
    let rows: Vec<Row> = on_database!(db, |pool| sqlx::query_as(LIST)
        .bind(Timestamp::from(made_after))
        .bind(Timestamp::from(used_after))
        .fetch_all(pool)
        .await?);
    let open = |(id, key, person, created, seen, address, browser): Row| Open {
        id,
        key,
        person,
        created_at: created.utc(),
        seen_at: seen.utc(),
        address,
        browser,
    };
    Ok(rows.into_iter().map(open).collect())
}

fn ended(by: &Who, sessions: u64, now: DateTime<Utc>) -> Act {
    by.does(AuditAction::SessionEnded, now)
        .with(object!({"sessions": sessions}))
}

/// Ends the session that [`list`] calls so, and records who did; `false` where there is none.
///
/// # Errors
/// Where the database fails; then it has not ended.
pub async fn end(
    db: &Database,
    id: &str,
    by: &Who,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let of: Vec<Option<i64>> = sqlx::query_scalar(END).bind(id).fetch_all(&mut *tx).await?;
        let Some(of) = of.first() else {
            return Ok(false);
        };
        let act = ended(by, 1, now);
        let act = match of {
            Some(user) => act.to(Subject::User(*user)),
            None => act,
        };
        tx.append(&act).await?;
        tx.commit().await?;
        Ok(true)
    })
}

/// Ends somebody's sessions but the one of this key, records who did, and says how many.
///
/// # Errors
/// Where the database fails; then none has ended.
pub async fn end_of(
    db: &Database,
    user: i64,
    but: Option<&str>,
    by: &Who,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let done = sqlx::query(END_OF)
            .bind(user)
            .bind(but.unwrap_or_default())
            .execute(&mut *tx)
            .await?;
        let sessions = done.rows_affected();
        if sessions > 0 {
            let act = ended(by, sessions, now).to(Subject::User(user));
            tx.append(&act).await?;
        }
        tx.commit().await?;
        Ok(sessions)
    })
}

/// Ends everybody's sessions but the one of this key, records who did, and says how many.
///
/// # Errors
/// Where the database fails; then none has ended.
pub async fn end_all_but(
    db: &Database,
    key: &str,
    by: &Who,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let done = sqlx::query(END_ALL_BUT).bind(key).execute(&mut *tx).await?;
        let sessions = done.rows_affected();
        if sessions > 0 {
            tx.append(&ended(by, sessions, now)).await?;
        }
        tx.commit().await?;
        Ok(sessions)
    })
}

/// Forgets the sessions made up to `made_until` or last used up to `used_until`, and says how many.
///
/// # Errors
/// Where the database fails.
pub async fn sweep(
    db: &Database,
    made_until: DateTime<Utc>,
    used_until: DateTime<Utc>,
) -> Result<u64, StoreError> {
    Ok(write!(
        db,
        SWEEP,
        Timestamp::from(made_until),
        Timestamp::from(used_until)
    ))
}
