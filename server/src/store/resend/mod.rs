//! Resend: makes a new message of those deliveries of another that failed, or that its cancel stopped.
//!
//! A delivery that was resent is not resent again from the same message, but from the one that repeated it. To whom
//! the new one goes stands in `choice.rs`, how it comes in in `copy.rs`.

use chrono::{DateTime, Utc};
use shared::{
    delivery::Device,
    message::{MessageId, MessageStatus},
    resend::{DeviceAddresses, ResendPlan, Resent, Which},
};

use super::{
    Database, StoreError, audit::Who, cancel::read_status, snapshot::in_snapshot, time::Timestamp,
    word::Word,
};

mod choice;
mod copy;

pub use copy::resend;

/// The most recipient lines of a resend, as of a submission.
pub const MOST_LINES: u32 = 200_000;

/// Deliveries `d` of message `$1`, with their firsts `o`, that `$2` names.
macro_rules! named {
    () => {
        concat!(
            "from deliveries d
            join deliveries o on o.message_id = d.message_id and o.number = d.first_number
            join recipients r on r.message_id = d.message_id and r.line = d.line
            where d.message_id = $1 and (
                ($2 = 'failed' and o.status = 'failed')
                -- What a provider left out as a duplicate (-4) was not stopped.
                or ($2 = 'stopped' and ",
            read_status!(),
            " = 'canceled' and (o.call_status is null or o.call_status <> -4)))
            and not exists (
                select 1 from messages m join deliveries x on x.message_id = m.id
                where m.resend_of = $1 and x.repeats = d.number)"
        )
    };
}

/// Those whose address is reached no more.
macro_rules! suppressed {
    () => {
        "exists (select 1 from suppressions s where s.device = o.device and s.address_key = o.address_key)"
    };
}

use {named, suppressed};

const PLAN: &str = concat!(
    "select count(distinct d.line), count(distinct r.person) ",
    named!(),
    " and not ",
    suppressed!()
);

const DEVICES: &str = concat!(
    "select d.device, count(*) ",
    named!(),
    " and d.number = d.first_number and not ",
    suppressed!(),
    " group by d.device"
);

const SUPPRESSED: &str = concat!(
    "select count(*) ",
    named!(),
    " and d.number = d.first_number and ",
    suppressed!()
);

const ATTEMPT: &str = "
    select coalesce(max(resend_attempt), 0) + 1 from messages where resend_of = $1 and resend_which = $2";

const STATUS: &str = "
    select status, personal_data_removed_at from messages where id = $1 and visible_from <= $2";

/// What came of a resend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResendOutcome {
    /// It is in the log now, and goes out.
    Made(Resent),
    /// This attempt had been made before; nothing was changed.
    AlreadyMade(Resent),
    /// The message is not over yet.
    Running,
    /// There is nobody to resend to.
    Nothing,
    /// There are more than [`MOST_LINES`].
    TooMany,
    /// Who got it has been removed for its age, then.
    Removed(DateTime<Utc>),
    /// There is no such message.
    NotFound,
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// To whom.
    pub which: Which,
    /// Which attempt it is, from 1.
    pub attempt: u32,
    /// Who asks.
    pub by: &'a Who,
    /// Who delivers it where the message was delivered elsewhere: the sandbox in a demonstration.
    pub sandbox: bool,
}

/// What a resend would send now; `None` where there is no such message, or it is not over.
///
/// # Errors
/// Where the database fails.
pub async fn plan(
    db: &Database,
    MessageId(id): MessageId,
    which: Which,
    now: DateTime<Utc>,
) -> Result<Result<ResendPlan, ResendOutcome>, StoreError> {
    let now = Timestamp::from(now);
    let mut snapshot = db.snapshot().await?;
    in_snapshot!(snapshot, |connection| {
        let status: Option<(Word<MessageStatus>, Option<Timestamp>)> = sqlx::query_as(STATUS)
            .bind(id)
            .bind(now)
            .fetch_optional(&mut *connection)
            .await?;
        match status {
            None => return Ok(Err(ResendOutcome::NotFound)),
            Some((Word(status), _)) if !status.is_over() => return Ok(Err(ResendOutcome::Running)),
            Some((_, Some(at))) => return Ok(Err(ResendOutcome::Removed(at.utc()))),
            Some((_, None)) => {}
        }
        let (lines, persons): (i64, i64) = sqlx::query_as(PLAN)
            .bind(id)
            .bind(which.as_str())
            .fetch_one(&mut *connection)
            .await?;
        let devices: Vec<(Word<Device>, i64)> = sqlx::query_as(DEVICES)
            .bind(id)
            .bind(which.as_str())
            .fetch_all(&mut *connection)
            .await?;
        let suppressed: i64 = sqlx::query_scalar(SUPPRESSED)
            .bind(id)
            .bind(which.as_str())
            .fetch_one(&mut *connection)
            .await?;
        let attempt: i32 = sqlx::query_scalar(ATTEMPT)
            .bind(id)
            .bind(which.as_str())
            .fetch_one(&mut *connection)
            .await?;
        let device = |(Word(device), addresses)| DeviceAddresses {
            device,
            addresses: figure(addresses),
        };
        let mut devices: Vec<DeviceAddresses> = devices.into_iter().map(device).collect();
        devices.sort_by_key(|of| of.device);
        Ok(Ok(ResendPlan {
            which,
            attempt: attempt.unsigned_abs(),
            lines: figure(lines),
            persons: figure(persons),
            devices,
            suppressed: figure(suppressed),
        }))
    })
}

fn figure(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
