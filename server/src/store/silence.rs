//! Silence: messages whose deliveries are in flight too long without a final word.

use chrono::{DateTime, TimeDelta, Utc};
use shared::{
    delivery::DeliveryStatus,
    message::{MessageId, MessageStatus},
};

use super::{
    BeginWrite, Database, StoreError,
    guard::{Guard, Held},
    on_database,
    time::Timestamp,
};

/// Of canceled ones what is in flight is [recalled](super::recall).
const DUE: &str = "
    select id from messages where check_at <= $1 and status <> 'canceled' order by check_at limit 100";

const OLDEST: &str = "
    select min(at) from deliveries where message_id = $1 and status = 'in_progress'";

/// Batches in workers' hands, or left there by one who has fallen silent.
const IN_HAND: &str = "select count(*) from claims where message_id = $1";

pub(super) const CHECK_AT: &str = "update messages set check_at = $2 where id = $1";

/// How soon what could not be done yet is tried again.
pub(super) const SOON: TimeDelta = TimeDelta::minutes(1);

/// The messages to look after by `now`; at most 100.
///
/// # Errors
/// Where the database fails.
pub async fn due(db: &Database, now: DateTime<Utc>) -> Result<Vec<MessageId>, StoreError> {
    let ids: Vec<i64> = on_database!(db, |pool| sqlx::query_scalar(DUE)
        .bind(Timestamp::from(now))
        .fetch_all(pool)
        .await?);
    Ok(ids.into_iter().map(MessageId).collect())
}

/// Ends a message of which nothing is open, and makes one an error that has been silent for `longest`. Neither
/// takes away anything that could still be stopped or handed over: what is in a worker's hands may yet come back to be
/// tried again.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn check(
    db: &Database,
    MessageId(id): MessageId,
    longest: TimeDelta,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let now = Timestamp::from(now);
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let held = tx.hold(id).await?;
        let is_due = |held: &Held| {
            held.status != MessageStatus::Canceled && held.check_at.is_some_and(|at| at <= now)
        };
        let Some(mut held) = held.filter(is_due) else {
            return Ok(());
        };
        let before = held.status;
        held.check_at = None;
        held.conclude(now);
        if held.status == before {
            let oldest: Option<Timestamp> = sqlx::query_scalar(OLDEST)
                .bind(id)
                .fetch_one(&mut *tx)
                .await?;
            let silent_at = oldest.map(|at| at.utc() + longest);
            let soon = now.utc() + SOON;
            held.check_at = match (before, silent_at) {
                (MessageStatus::InProgress, Some(silent_at)) if silent_at <= now.utc() => {
                    let in_hand: i64 = sqlx::query_scalar(IN_HAND)
                        .bind(id)
                        .fetch_one(&mut *tx)
                        .await?;
                    if in_hand == 0 && held.count(DeliveryStatus::Queued) == 0 {
                        held.status = MessageStatus::Error;
                        None
                    } else {
                        Some(soon)
                    }
                }
                (MessageStatus::InProgress, Some(silent_at)) => Some(silent_at),
                _ => None,
            }
            .map(Timestamp::from);
        }
        if held.status == before {
            sqlx::query(CHECK_AT)
                .bind(id)
                .bind(held.check_at)
                .execute(&mut *tx)
                .await?;
        } else {
            tx.let_go(&held, now).await?;
        }
        tx.commit().await?;
    });
    Ok(())
}
