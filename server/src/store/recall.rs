//! Recall: what is in flight by phone of canceled messages, to be taken back from who has it.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use shared::{call_status::CallStatus, delivery::Device, message::MessageId};

use super::{
    BeginWrite, Database, StoreError,
    guard::Guard,
    on_database,
    silence::{CHECK_AT, SOON},
    time::Timestamp,
    word::Word,
};
use crate::outcome::{DeliveryKey, InFlight};

const DUE: &str = "
    select id from messages where check_at <= $1 and status = 'canceled' order by check_at limit 100";

const PAGE: &str = "
    select number, device, provider, provider_id, at, call_status from deliveries
    where message_id = $1 and number >= $2 and status = 'in_progress' and device in ('voice', 'text')
        and provider_id is not null
    order by number
    limit $3";

const LEFT: &str = "
    select number from deliveries
    where message_id = $1 and status = 'in_progress' and device in ('voice', 'text') and provider_id is not null";

/// The canceled messages of which something is to be taken back by `now`; at most 100.
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

/// What is in flight by phone of a message, from number `from` on, under names that its providers know; at most
/// `most`. Each with the name of who has it.
///
/// # Errors
/// Where the database fails.
pub async fn page(
    db: &Database,
    MessageId(id): MessageId,
    from: u32,
    most: u32,
) -> Result<Vec<(String, InFlight)>, StoreError> {
    type Row = (
        i64,
        Word<Device>,
        String,
        Option<String>,
        Option<Timestamp>,
        Option<i32>,
    );
    let rows: Vec<Row> = on_database!(db, |pool| sqlx::query_as(PAGE)
        .bind(id)
        .bind(i64::from(from))
        .bind(i64::from(most))
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

/// Looks after a message again soon: who has what is in flight of it does not answer.
///
/// # Errors
/// Where the database fails.
pub async fn pause(
    db: &Database,
    MessageId(id): MessageId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    super::write!(db, CHECK_AT, id, Timestamp::from(now + SOON));
    Ok(())
}

/// Ends a pass over what is in flight of a message, once there is nothing more to ask for: `gone` has gone out, `later`
/// is to be asked for again soon, and what has come into flight meanwhile at once. Answers whether there is another pass.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn end(
    db: &Database,
    MessageId(id): MessageId,
    gone: &HashSet<u32>,
    later: &HashSet<u32>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        if tx.hold(id).await?.is_none() {
            return Ok(false);
        }
        let left: Vec<i64> = sqlx::query_scalar(LEFT)
            .bind(id)
            .fetch_all(&mut *tx)
            .await?;
        let left = left.into_iter().filter_map(|n| u32::try_from(n).ok());
        let left: Vec<u32> = left.filter(|number| !gone.contains(number)).collect();
        let check_at = match left.iter().all(|number| later.contains(number)) {
            _ if left.is_empty() => None,
            true => Some(Timestamp::from(now + SOON)),
            false => Some(Timestamp::from(now)),
        };
        sqlx::query(CHECK_AT)
            .bind(id)
            .bind(check_at)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(check_at.is_some())
    })
}
