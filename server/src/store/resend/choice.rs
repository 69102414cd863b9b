//! Who a resend goes to, as it is at one moment.

use shared::{
    counting::{DeviceTally, Tally},
    delivery::Device,
    message::{MessageId, MessageStatus},
    resend::Resent,
};

use super::{Asked, MOST_LINES, PLAN, ResendOutcome, STATUS, figure, named, suppressed};
use crate::store::{
    Database, StoreError, cancel::read_status, detail::json, snapshot::in_snapshot,
    time::Timestamp, word::Word,
};

const MADE: &str = "
    select id, tally from messages where resend_of = $1 and resend_which = $2 and resend_attempt = $3";

/// How often a message has been resent.
pub(super) const RESENDS: &str = "select count(*) from messages where resend_of = $1";

/// The deliveries, numbered anew, as are their lines. Of each address the lowest number is the first, as before.
const DELIVERIES: &str = concat!(
    "select number, line, first_n, device
    from (
        select c.*, min(n) over (partition by first_number) as first_n
        from (
            select d.number, d.first_number, d.device,
                row_number() over (order by d.number) - 1 as n,
                dense_rank() over (order by d.line) - 1 as line ",
    named!(),
    " and not ",
    suppressed!(),
    "   ) c
    ) f
    order by n"
);

/// Who is to get it, as it was at one moment.
pub(super) struct Chosen {
    /// How often the message had been resent by then.
    pub(super) resends: i64,
    pub(super) lines: u32,
    pub(super) persons: u32,
    pub(super) deliveries: Vec<Delivery>,
}

/// A delivery of the new message: its place in the list is its number.
pub(super) struct Delivery {
    /// The number of the one that it repeats.
    pub(super) repeats: i64,
    pub(super) line: i64,
    /// The first with its address.
    pub(super) first: i64,
    pub(super) device: Device,
}

/// Who is to get it by now; or why nobody is.
pub(super) async fn choose(
    db: &Database,
    MessageId(id): MessageId,
    asked: &Asked<'_>,
    now: Timestamp,
) -> Result<Result<Chosen, ResendOutcome>, StoreError> {
    let which = asked.which.as_str();
    let mut snapshot = db.snapshot().await?;
    in_snapshot!(snapshot, |connection| {
        let state: Option<(Word<MessageStatus>, Option<Timestamp>)> = sqlx::query_as(STATUS)
            .bind(id)
            .bind(now)
            .fetch_optional(&mut *connection)
            .await?;
        let Some((Word(status), removed)) = state else {
            return Ok(Err(ResendOutcome::NotFound));
        };
        let made: Option<(i64, String)> = sqlx::query_as(MADE)
            .bind(id)
            .bind(which)
            .bind(i64::from(asked.attempt))
            .fetch_optional(&mut *connection)
            .await?;
        if let Some((made, tally)) = made {
            let tally = json(made, "tally", &tally)?;
            return Ok(Err(ResendOutcome::AlreadyMade(resent(made, &tally))));
        }
        if !status.is_over() {
            return Ok(Err(ResendOutcome::Running));
        }
        if let Some(at) = removed {
            return Ok(Err(ResendOutcome::Removed(at.utc())));
        }
        let resends: i64 = sqlx::query_scalar(RESENDS)
            .bind(id)
            .fetch_one(&mut *connection)
            .await?;
        let (lines, persons): (i64, i64) = sqlx::query_as(PLAN)
            .bind(id)
            .bind(which)
            .fetch_one(&mut *connection)
            .await?;
        if lines == 0 {
            return Ok(Err(ResendOutcome::Nothing));
        }
        if figure(lines) > MOST_LINES {
            return Ok(Err(ResendOutcome::TooMany));
        }
        let rows: Vec<(i64, i64, i64, Word<Device>)> = sqlx::query_as(DELIVERIES)
            .bind(id)
            .bind(which)
            .fetch_all(&mut *connection)
            .await?;
        let delivery = |(repeats, line, first, Word(device))| Delivery {
            repeats,
            line,
            first,
            device,
        };
        Ok(Ok(Chosen {
            resends,
            lines: figure(lines),
            persons: figure(persons),
            deliveries: rows.into_iter().map(delivery).collect(),
        }))
    })
}

impl Chosen {
    /// What is counted of the new message: everything waits.
    pub(super) fn tally(&self) -> Tally {
        let mut tally = Tally {
            lines: self.lines,
            persons: self.persons,
            // It has no line without a delivery.
            partly: Some(0),
            ..Tally::default()
        };
        for (number, of) in self.deliveries.iter().enumerate() {
            let device: &mut DeviceTally = tally.devices.entry(of.device).or_default();
            match of.first == number as i64 {
                true => device.queued += 1,
                false => device.duplicates += 1,
            }
        }
        tally
    }
}

/// What is told of a resend that was made.
pub(super) fn resent(id: i64, tally: &Tally) -> Resent {
    Resent {
        id: MessageId(id),
        lines: tally.lines,
        duplicates: tally.devices.values().map(|of| of.duplicates).sum(),
    }
}
