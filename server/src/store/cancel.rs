//! Cancel: no delivery that is still queued is ever handed over again (spec section 6).
//!
//! It costs the same for 100 000 recipients as for one: the message's row is flipped, its lanes are taken
//! away, and its tally is moved. Its queued deliveries are left as they are; of a canceled message they read
//! as canceled wherever they are read (`read_status!`).

use chrono::{DateTime, Utc};
use serde_json::json as object;
use shared::{
    audit::AuditAction,
    counting::Tally,
    message::{MessageId, MessageStatus},
};

use super::{
    BeginWrite, Database, StoreError,
    audit::{Subject, Trail, Who},
    detail::json,
    on_database,
    time::Timestamp,
    word::Word,
};

/// Takes the message. Its row is the guard: whoever else cancels it, or hands some of it over, waits here,
/// and then finds it canceled.
const TAKE: &str = "
    update messages
    set status = 'canceled', canceled_by = $2, canceled_at = $3, cancel_reason = $4, canceled_devices = '[]',
        changed_at = $3, revision = revision + 1
    where id = $1 and status in ('waiting', 'in_progress') and visible_from <= $3
    returning tally";

const CLOSE: &str = "delete from lanes where message_id = $1";

/// A message that had started and has nothing in flight ends with its cancel.
const KEEP: &str = "
    update messages
    set tally = $2, canceled_devices = $3,
        -- What is in flight is taken back where its provider can.
        check_at = case when $4 then null else canceled_at end,
        ended_at = case when $4 and started_at is not null then canceled_at else ended_at end
    where id = $1";

const STATUS: &str = "select status from messages where id = $1 and visible_from <= $2";

/// What came of a cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelOutcome {
    /// This call stopped it.
    Canceled,
    /// It had been stopped before; who and when stay as they were.
    AlreadyCanceled,
    /// It is over, in this status.
    TooLate(MessageStatus),
    /// There is no such message.
    NotFound,
}

/// The status of delivery `o` as it reads: one that was still queued when message `$1` was canceled is canceled.
macro_rules! read_status {
    () => {
        "case
            when o.status = 'queued' and (select m.status from messages m where m.id = $1) = 'canceled'
            then 'canceled' else o.status
        end"
    };
}
pub(super) use read_status;

/// The time of delivery `o` as it reads, likewise.
macro_rules! read_at {
    () => {
        "case
            when o.status = 'queued' and (select m.status from messages m where m.id = $1) = 'canceled'
            then (select m.canceled_at from messages m where m.id = $1) else o.at
        end"
    };
}
pub(super) use read_at;

/// Stops a message, and records who did, in one transaction. A repeat changes nothing.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn cancel(
    db: &Database,
    MessageId(id): MessageId,
    by: &Who,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<CancelOutcome, StoreError> {
    let act = by
        .does(AuditAction::Canceled, now)
        .to(Subject::Message(id))
        .with(object!({"with_reason": reason.is_some()}));
    let now = Timestamp::from(now);
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let taken: Option<String> = sqlx::query_scalar(TAKE)
            .bind(id)
            .bind(by.actor.name().unwrap_or_default())
            .bind(now)
            .bind(reason)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(tally) = taken else {
            let status: Option<Word<MessageStatus>> = sqlx::query_scalar(STATUS)
                .bind(id)
                .bind(now)
                .fetch_optional(&mut *tx)
                .await?;
            return Ok(match status {
                None => CancelOutcome::NotFound,
                Some(Word(MessageStatus::Canceled)) => CancelOutcome::AlreadyCanceled,
                Some(Word(status)) => CancelOutcome::TooLate(status),
            });
        };
        let mut tally: Tally = json(id, "tally", &tally)?;
        let cut = tally.cancel();
        let in_flight: u32 = cut.iter().map(|device| device.in_flight).sum();
        sqlx::query(CLOSE).bind(id).execute(&mut *tx).await?;
        sqlx::query(KEEP)
            .bind(id)
            .bind(to_json(id, "tally", &tally)?)
            .bind(to_json(id, "cut", &cut)?)
            .bind(in_flight == 0)
            .execute(&mut *tx)
            .await?;
        tx.append(&act).await?;
        tx.commit().await?;
    });
    Ok(CancelOutcome::Canceled)
}

/// Writes a column kept as JSON.
pub(super) fn to_json<T: serde::Serialize>(
    message: i64,
    what: &'static str,
    value: &T,
) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Corrupt {
        message,
        what,
        source,
    })
}
