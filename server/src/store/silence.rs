//! Silence: messages whose deliveries are in flight too long without a final word, and what is still in flight
//! of canceled ones.

use chrono::{DateTime, TimeDelta, Utc};
use shared::{
    call_status::CallStatus,
    delivery::{DeliveryStatus, Device},
    message::{MessageId, MessageStatus},
};

use super::{
    BeginWrite, Database, StoreError, guard::Guard, on_database, time::Timestamp, word::Word,
};
use crate::delivery::providers::{DeliveryKey, InFlight};

const DUE: &str = "select id from messages where check_at <= $1 order by check_at limit 100";

const OLDEST: &str = "
    select min(at) from deliveries where message_id = $1 and status = 'in_progress'";

const CHECK_AT: &str = "update messages set check_at = $2 where id = $1";

const TO_RECALL: &str = "
    select d.number, d.device, d.provider, d.provider_id, d.at, d.call_status
    from messages m
    join deliveries d on d.message_id = m.id
    where m.id = $1 and m.status = 'canceled' and m.delivered_by is not null
        and d.status = 'in_progress' and d.device in ('voice', 'text') and d.provider_id is not null
    order by d.number
    limit 2000";

/// How soon what could not be done yet is tried again.
const SOON: TimeDelta = TimeDelta::minutes(1);

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
/// takes away anything that could still be stopped. With `again` it is looked after again soon.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn check(
    db: &Database,
    MessageId(id): MessageId,
    longest: TimeDelta,
    again: bool,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let now = Timestamp::from(now);
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let held = tx.hold(id).await?;
        let Some(mut held) = held.filter(|held| held.check_at.is_some_and(|at| at <= now)) else {
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
                (MessageStatus::Canceled, _) => again.then_some(soon),
                (MessageStatus::InProgress, Some(silent_at)) if silent_at <= now.utc() => {
                    if held.count(DeliveryStatus::Queued) == 0 {
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

/// What is in flight by phone of a canceled message, under a name that its provider knows; at most 2000.
///
/// # Errors
/// Where the database fails.
pub async fn to_recall(
    db: &Database,
    MessageId(id): MessageId,
) -> Result<Vec<(String, InFlight)>, StoreError> {
    type Row = (
        i64,
        Word<Device>,
        String,
        Option<String>,
        Option<Timestamp>,
        Option<i32>,
    );
    let rows: Vec<Row> = on_database!(db, |pool| sqlx::query_as(TO_RECALL)
        .bind(id)
        .fetch_all(pool)
        .await?);
    let in_flight = |(number, Word(device), provider, provider_id, at, code): Row| {
        let open = InFlight {
            key: DeliveryKey {
                message: MessageId(id),
                number: u32::try_from(number).unwrap_or(u32::MAX),
            },
            device,
            provider_id,
            handed_over_at: at.map_or(DateTime::UNIX_EPOCH, Timestamp::utc),
            call_status: code.and_then(|code| i16::try_from(code).ok().map(CallStatus)),
        };
        (provider, open)
    };
    Ok(rows.into_iter().map(in_flight).collect())
}
