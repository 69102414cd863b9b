//! Failures: a message's failed deliveries grouped by their cause, in one statement.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use shared::{
    call_status::CallStatus,
    delivery::Device,
    failures::{self, Failures, NO_REASON},
    message::MessageId,
};

use super::{
    Database, StoreError,
    detail::json,
    snapshot::{Snapshot, in_snapshot},
    time::Timestamp,
    word::Word,
};

/// What the provider said of delivery `$of`, without the address that it was about and what it says of this one alone
/// (see [`super::cause`]), so that all who failed for the same cause say the same. A call status says it all.
macro_rules! reason {
    ($of:literal) => {
        concat!(
            "case when ",
            $of,
            ".call_status is null then replace(replace(coalesce(",
            $of,
            ".cause, ",
            $of,
            ".reason, ''), ",
            $of,
            ".address, '•••'), ",
            $of,
            ".address_key, '•••') else '' end"
        )
    };
}
pub(super) use reason;

/// Causes that are listed at most.
const LIMIT: i64 = 20;

const CAUSES: &str = concat!(
    "select min(o.number), o.device, o.call_status, ",
    reason!("o"),
    ", count(*), cast(sum(count(*)) over () as bigint)
    from deliveries o
    where o.message_id = $1 and o.status = 'failed'
    group by 2, 3, 4
    order by 5 desc, 1
    limit $2"
);

const CAUSE: &str = concat!(
    "select o.device, coalesce(o.call_status, 32767), ",
    reason!("o"),
    " from deliveries o where o.message_id = $1 and o.number = $2 and o.status = 'failed'"
);

/// What was counted before the deliveries were removed, where they were.
const COUNTED: &str = "select failures from messages where id = $1 and visible_from <= $2";

type Row = (i64, Word<Device>, Option<i32>, String, i64, i64);

/// What a delivery failed for, as statements compare it.
pub(super) struct Cause {
    pub device: String,
    /// 32767 where there is none.
    pub call_status: i32,
    pub words: String,
}

/// The cause of one failed delivery; one that no delivery has where it did not fail.
pub(super) async fn cause(
    snapshot: &mut Snapshot,
    id: i64,
    number: i64,
) -> Result<Cause, StoreError> {
    let found: Option<(String, i32, String)> =
        in_snapshot!(snapshot, |connection| sqlx::query_as(CAUSE)
            .bind(id)
            .bind(number)
            .fetch_optional(connection)
            .await?);
    let (device, call_status, words) = found.unwrap_or_default();
    Ok(Cause {
        device,
        call_status,
        words,
    })
}

/// Why deliveries of a message failed, as of `now`; `None` where there is no such message.
///
/// # Errors
/// Where the database fails or holds what cannot be read.
pub async fn failures(
    db: &Database,
    MessageId(id): MessageId,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Option<Failures>, StoreError> {
    let now = Timestamp::from(now);
    let mut snapshot = db.snapshot().await?;
    let counted: Option<Option<String>> =
        in_snapshot!(snapshot, |connection| sqlx::query_scalar(COUNTED)
            .bind(id)
            .bind(now)
            .fetch_optional(connection)
            .await?);
    match counted {
        None => return Ok(None),
        Some(Some(counted)) => {
            let counted: Failures = json(id, "failures", &counted)?;
            return Ok(Some(Failures {
                as_of: now.local(zone),
                ..counted
            }));
        }
        Some(None) => {}
    }
    let rows: Vec<Row> = in_snapshot!(snapshot, |connection| sqlx::query_as(CAUSES)
        .bind(id)
        .bind(LIMIT)
        .fetch_all(connection)
        .await?);
    let count = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Some(Failures {
        addresses: count(rows.first().map_or(0, |row| row.5)),
        causes: rows.into_iter().map(|row| read(row, count)).collect(),
        as_of: now.local(zone),
    }))
}

fn read(
    (failure, Word(device), call_status, words, addresses, _): Row,
    count: impl Fn(i64) -> u32,
) -> failures::Cause {
    let call_status = call_status.and_then(|code| i16::try_from(code).ok().map(CallStatus));
    let reason = match call_status {
        Some(call_status) => call_status.label().into_owned(),
        None if words.trim().is_empty() => NO_REASON.to_owned(),
        None => words,
    };
    failures::Cause {
        failure,
        device,
        call_status,
        reason,
        addresses: count(addresses),
    }
}
