//! Refresh: when the providers were last asked about a message, so that many viewers ask once, and where to go on.

use chrono::{DateTime, TimeDelta, Utc};
use shared::message::MessageId;

use super::{BeginWrite, Database, StoreError, on_database, time::Timestamp, write};

/// Takes the turn where the last one is long enough ago, or lies in the future because a clock was set back.
const TAKE: &str = "
    insert into refreshes (message_id, asked_at) values ($1, $2)
    on conflict (message_id) do update set asked_at = excluded.asked_at
        where refreshes.asked_at <= $3 or refreshes.asked_at > $2
    returning asked_at";

const GO_ON: &str = "update refreshes set next_number = $2 where message_id = $1";

const ASKED_AT: &str = "select asked_at from refreshes where message_id = $1";

/// Whose turn it is to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The caller's.
    Yours,
    /// Somebody asked at this instant, which is less than the interval ago.
    Taken(DateTime<Utc>),
}

/// Takes the turn to ask about a message, at most once every `interval` for all viewers and processes.
///
/// # Errors
/// Where the database fails, or there is no such message.
pub async fn take_turn(
    db: &Database,
    MessageId(id): MessageId,
    interval: TimeDelta,
    now: DateTime<Utc>,
) -> Result<Turn, StoreError> {
    let taken: Option<Timestamp> = on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let taken = sqlx::query_scalar(TAKE)
            .bind(id)
            .bind(Timestamp::from(now))
            .bind(Timestamp::from(now - interval))
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        taken
    });
    if taken.is_some() {
        return Ok(Turn::Yours);
    }
    Ok(Turn::Taken(
        asked_at(db, MessageId(id)).await?.unwrap_or(now),
    ))
}

/// When the providers were last asked about a message; `None` where they never were.
///
/// # Errors
/// Where the database fails.
pub async fn asked_at(
    db: &Database,
    MessageId(id): MessageId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let at: Option<Timestamp> = on_database!(db, |pool| sqlx::query_scalar(ASKED_AT)
        .bind(id)
        .fetch_optional(pool)
        .await?);
    Ok(at.map(Timestamp::utc))
}

/// The next refresh of a message begins with this delivery.
///
/// # Errors
/// Where the database fails.
pub async fn go_on_from(
    db: &Database,
    MessageId(id): MessageId,
    number: u32,
) -> Result<(), StoreError> {
    write!(db, GO_ON, id, i64::from(number));
    Ok(())
}
