//! Sessions: who is signed in, on which browser, until when.

use chrono::{DateTime, Utc};

use super::{BeginWrite, Database, StoreError, on_database, time::Timestamp, write};

const CREATE: &str = "
    insert into sessions (key, data, created_at, seen_at)
    values ($1, $2, $3, $3)
    on conflict (key) do nothing";

/// A session that was ended meanwhile stays ended.
const SAVE: &str = "update sessions set data = $2, seen_at = $3 where key = $1";

const LOAD: &str = "
    select data, seen_at from sessions
    where key = $1 and created_at > $2 and seen_at > $3";

const SEEN: &str = "update sessions set seen_at = $2 where key = $1";

const DELETE: &str = "delete from sessions where key = $1";

const SWEEP: &str = "delete from sessions where created_at <= $1 or seen_at <= $2";

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
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let made = write!(db, CREATE, key, data, Timestamp::from(now));
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
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    write!(db, SAVE, key, data, Timestamp::from(now));
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
