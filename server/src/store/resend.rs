//! Resend: makes a new message of those deliveries of another that failed, or that its cancel stopped.
//!
//! The database copies them from table to table, in one transaction, however many they are. It holds the row
//! of the message, so that of two who ask at once one makes it and the other finds it made. A delivery that
//! was resent is not resent again from the same message, but from the one that repeated it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::json as object;
use shared::{
    audit::AuditAction,
    counting::{DeviceTally, Tally},
    datetime,
    delivery::Device,
    message::{Criterion, MessageId, MessageStatus},
    resend::{DeviceAddresses, ResendPlan, Resent, Which},
};

use super::{
    BeginWrite, Database, StoreError,
    audit::{Subject, Trail, Who},
    cancel::{read_status, to_json},
    detail::json,
    on_database,
    snapshot::in_snapshot,
    submit::{LANE, at_once},
    time::Timestamp,
    word::Word,
};

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

const MADE: &str = "
    select id, tally from messages where resend_of = $1 and resend_which = $2 and resend_attempt = $3";

/// Holds the message, and tells open pages that there is news of it.
const HOLD: &str = "
    update messages set revision = revision + 1, changed_at = $2
    where id = $1 and visible_from <= $2
    returning status, personal_data_removed_at, subject, created_at, criteria";

const MESSAGE: &str = "
    insert into messages (external_id, status, message_type, category, organization, subject, sender,
        created_at, scheduled_at, visible_from, criteria, reply_to, body_inbox, body_email, body_voice, body_text,
        tally, delivered_by, urgent, changed_at, resend_of, resend_which, resend_attempt, resent_by, organization_id)
    select $2, 'waiting', message_type, category, organization, subject, sender,
        $3, $3, $3, $4, reply_to, body_inbox, body_email, body_voice, body_text,
        '', coalesce(delivered_by, $5), urgent, $3, id, $6, $7, $8, organization_id
    from messages where id = $1
    returning id";

/// The deliveries, numbered anew. Of each address the lowest number is the first, as before.
const DELIVERIES: &str = concat!(
    "insert into deliveries (message_id, number, line, device, address, address_key, first_number, status, repeats)
    select $3, n, line, device, address, address_key, first_n, case when first_n = n then 'queued' end, number
    from (
        select c.*, min(n) over (partition by first_number) as first_n
        from (
            select d.number, d.first_number, d.device, d.address, d.address_key,
                row_number() over (order by d.number) - 1 as n,
                dense_rank() over (order by d.line) - 1 as line ",
    named!(),
    " and not ",
    suppressed!(),
    "   ) c
    ) f"
);

/// Their lines. What a search for addresses looks in is what they still have. In this order: SQLite goes by it where
/// joins are called cross, and would look through all lines for each line otherwise.
const RECIPIENTS: &str = "
    insert into recipients (message_id, line, person, name, student, deliveries_from, deliveries_to,
        search_names, search_addresses)
    select $2, n.line, r.person, r.name, r.student, n.deliveries_from, n.deliveries_to, r.search_names, n.addresses
    from (
        select line, min(number) as deliveries_from, max(number) + 1 as deliveries_to, min(repeats) as repeats,
            string_agg(case when lower(address) <> address_key then lower(address) || '\n' else '' end
                || address_key || '\n', '') as addresses
        from deliveries where message_id = $2 group by line
    ) n
    cross join deliveries d
    cross join recipients r
    where d.message_id = $1 and d.number = n.repeats and r.message_id = $1 and r.line = d.line";

const COUNT: &str = "
    select device, count(status), count(*) from deliveries where message_id = $1 group by device";

const PERSONS: &str =
    "select count(*), count(distinct person) from recipients where message_id = $1";

const KEEP: &str = "update messages set tally = $2 where id = $1";

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

/// Makes the message and records who did, in one transaction; it waits to be delivered like any other. A repeat
/// changes nothing.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn resend(
    db: &Database,
    MessageId(id): MessageId,
    asked: &Asked<'_>,
    zone: Tz,
    at: DateTime<Utc>,
) -> Result<ResendOutcome, StoreError> {
    type Held = (
        Word<MessageStatus>,
        Option<Timestamp>,
        String,
        Timestamp,
        String,
    );
    let now = Timestamp::from(at);
    let which = asked.which.as_str();
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let held: Option<Held> = sqlx::query_as(HOLD)
            .bind(id)
            .bind(now)
            .fetch_optional(&mut *tx)
            .await?;
        let Some((Word(status), removed, subject, created_at, criteria)) = held else {
            return Ok(ResendOutcome::NotFound);
        };
        let made: Option<(i64, String)> = sqlx::query_as(MADE)
            .bind(id)
            .bind(which)
            .bind(i64::from(asked.attempt))
            .fetch_optional(&mut *tx)
            .await?;
        if let Some((made, tally)) = made {
            let tally = json(made, "tally", &tally)?;
            return Ok(ResendOutcome::AlreadyMade(resent(made, &tally)));
        }
        if !status.is_over() {
            return Ok(ResendOutcome::Running);
        }
        if let Some(at) = removed {
            return Ok(ResendOutcome::Removed(at.utc()));
        }
        let (lines, _): (i64, i64) = sqlx::query_as(PLAN)
            .bind(id)
            .bind(which)
            .fetch_one(&mut *tx)
            .await?;
        if lines == 0 {
            return Ok(ResendOutcome::Nothing);
        }
        if figure(lines) > MOST_LINES {
            return Ok(ResendOutcome::TooMany);
        }
        let mut criteria: Vec<Criterion> = json(id, "criteria", &criteria)?;
        criteria.push(criterion(asked, &subject, created_at, zone));
        // It is never sent again by its name: the attempt is what makes a repeat harmless.
        let name = format!(
            "resend {id} {which} {} {:016x}",
            asked.attempt,
            rand::random::<u64>()
        );
        let new: i64 = sqlx::query_scalar(MESSAGE)
            .bind(id)
            .bind(name)
            .bind(now)
            .bind(to_json(id, "criteria", &criteria)?)
            .bind(if asked.sandbox {
                "sandbox"
            } else {
                "providers"
            })
            .bind(which)
            .bind(i64::from(asked.attempt))
            .bind(asked.by.actor.name().unwrap_or_default())
            .fetch_one(&mut *tx)
            .await?;
        sqlx::query(DELIVERIES)
            .bind(id)
            .bind(which)
            .bind(new)
            .execute(&mut *tx)
            .await?;
        sqlx::query(RECIPIENTS)
            .bind(id)
            .bind(new)
            .execute(&mut *tx)
            .await?;
        let devices: Vec<(Word<Device>, i64, i64)> =
            sqlx::query_as(COUNT).bind(new).fetch_all(&mut *tx).await?;
        let (lines, persons): (i64, i64) = sqlx::query_as(PERSONS)
            .bind(new)
            .fetch_one(&mut *tx)
            .await?;
        let mut tally = Tally {
            lines: figure(lines),
            persons: figure(persons),
            // It has no line without a delivery.
            partly: Some(0),
            ..Tally::default()
        };
        for (Word(device), own, all) in devices {
            let of = DeviceTally {
                queued: figure(own),
                duplicates: figure(all - own),
                ..DeviceTally::default()
            };
            tally.devices.insert(device, of);
            sqlx::query(LANE)
                .bind(new)
                .bind(device.as_str())
                .bind(at_once())
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query(KEEP)
            .bind(new)
            .bind(to_json(new, "tally", &tally)?)
            .execute(&mut *tx)
            .await?;
        let act = asked
            .by
            .does(AuditAction::Resent, at)
            .to(Subject::Message(id))
            .with(object!({"as": new, "which": asked.which, "lines": tally.lines}));
        tx.append(&act).await?;
        tx.commit().await?;
        Ok(ResendOutcome::Made(resent(new, &tally)))
    })
}

/// Says in the new message to whom it goes, and who asked for it.
fn criterion(asked: &Asked<'_>, subject: &str, created_at: Timestamp, zone: Tz) -> Criterion {
    let whom = match asked.which {
        Which::Failed => "Only who could not be reached by",
        Which::Stopped => "Only who was stopped by the cancel of",
    };
    let made = datetime::display(&created_at.local(zone));
    // As long as any criterion may be.
    let by = asked.by.actor.name().unwrap_or_default();
    let value = format!("{whom} “{subject}” of {made}; asked for by {by}");
    Criterion {
        label: "Resent To".into(),
        value,
    }
}

fn resent(id: i64, tally: &Tally) -> Resent {
    Resent {
        id: MessageId(id),
        lines: tally.lines,
        duplicates: tally.devices.values().map(|of| of.duplicates).sum(),
    }
}

fn figure(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
