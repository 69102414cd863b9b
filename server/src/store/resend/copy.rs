//! The making of a resend.
//!
//! Who is to get it is read at one moment, however many they are. Then the new message [arrives](arrival) as a large
//! submission does: some thousand rows a transaction, visible to nobody, so that no cancel waits for all of them. The
//! last transaction holds the row of the message that is resent. It finds that as it was at that moment, with as many
//! resends, or else all of it is done again: so of two who ask at once one makes it and the other finds it made, and
//! nobody is resent to twice.

use chrono_tz::Tz;
use serde_json::json as object;
use shared::{
    audit::AuditAction,
    datetime,
    message::{Criterion, MessageId, MessageStatus},
    resend::{Resent, Which},
};
use sqlx::QueryBuilder;

use super::{
    Asked, ResendOutcome,
    choice::{Chosen, Delivery, RESENDS, choose, resent},
};
use crate::{
    clock::Clock,
    store::{
        BeginWrite, Database, StoreError,
        arrival::{self, others_turn},
        audit::{Subject, Trail},
        cancel::to_json,
        detail::json,
        on_database,
        submit::{LANE, at_once},
        time::Timestamp,
        word::Word,
    },
};

/// A row of which nobody is shown anything yet, and nothing is delivered.
const MESSAGE: &str = "
    insert into messages (external_id, status, message_type, category, organization, subject, sender,
        created_at, scheduled_at, visible_from, criteria, reply_to, body_inbox, body_email, body_voice, body_text,
        tally, urgent, organization_id)
    select $2, 'waiting', message_type, category, organization, subject, sender,
        $3, $3, $4, '[]', reply_to, body_inbox, body_email, body_voice, body_text,
        '', urgent, organization_id
    from messages where id = $1
    returning id";

const COPIES: &str = "with k (message_id, number, n, line, first_number) as (";

const COPY: [&str; 2] = [
    ") insert into deliveries (message_id, number, line, device, address, address_key, first_number, status, repeats)
    select ",
    ", k.n, k.line, d.device, d.address, d.address_key, k.first_number,
        case when k.first_number = k.n then 'queued' end, k.number
    from k cross join deliveries d
    where d.message_id = k.message_id and d.number = k.number",
];

/// The lines of the deliveries from `$3` up to, not including, `$4`. What a search for addresses looks in is what they
/// still have. In this order: SQLite goes by it where joins are called cross, and would look through all lines for each
/// line otherwise; as Postgres may where it is told the message's number as such (see `guard`).
const RECIPIENTS: &str = "
    insert into recipients (message_id, line, person, name, student, deliveries_from, deliveries_to,
        search_names, search_addresses)
    select $2, n.line, r.person, r.name, r.student, n.deliveries_from, n.deliveries_to, r.search_names, n.addresses
    from (
        select $1 as source, line, min(number) as deliveries_from, max(number) + 1 as deliveries_to,
            min(repeats) as repeats,
            string_agg(case when lower(address) <> address_key then lower(address) || '\n' else '' end
                || address_key || '\n', '') as addresses
        from deliveries where message_id = $2 and number >= $3 and number < $4 group by line
    ) n
    cross join deliveries d
    cross join recipients r
    where d.message_id = n.source and d.number = n.repeats and r.message_id = d.message_id and r.line = d.line";

/// Holds the message, and tells open pages that there is news of it.
const HOLD: &str = "
    update messages set revision = revision + 1, changed_at = $2
    where id = $1 and visible_from <= $2
    returning status, personal_data_removed_at, subject, created_at, criteria";

/// Makes of `$1` the message that resends `$2`.
const REVEAL: &str = "
    update messages
    set external_id = $3, visible_from = $4, changed_at = $4, criteria = $5, tally = $6,
        delivered_by = coalesce((select o.delivered_by from messages o where o.id = $2), $7),
        resend_of = $2, resend_which = $8, resend_attempt = $9, resent_by = $10
    where id = $1";

/// Deliveries a statement.
const ROWS: usize = 800;

/// Makes the message and records who did; it waits to be delivered like any other. A repeat changes nothing.
///
/// # Errors
/// Where the database fails; then nothing of it is ever seen.
pub async fn resend(
    db: &Database,
    id: MessageId,
    asked: &Asked<'_>,
    zone: Tz,
    clock: &dyn Clock,
) -> Result<ResendOutcome, StoreError> {
    loop {
        let now = Timestamp::from(clock.now());
        let chosen = match choose(db, id, asked, now).await? {
            Ok(chosen) => chosen,
            Err(outcome) => return Ok(outcome),
        };
        if let Some(resent) = copy(db, id, asked, &chosen, zone, clock).await? {
            return Ok(ResendOutcome::Made(resent));
        }
    }
}

/// Copies them; `None` where the message was found changed at the end, and nothing came of it.
async fn copy(
    db: &Database,
    MessageId(id): MessageId,
    asked: &Asked<'_>,
    chosen: &Chosen,
    zone: Tz,
    clock: &dyn Clock,
) -> Result<Option<Resent>, StoreError> {
    type Held = (
        Word<MessageStatus>,
        Option<Timestamp>,
        String,
        Timestamp,
        String,
    );
    let which = asked.which.as_str();
    let tally = chosen.tally();
    let begun = Timestamp::from(clock.now());
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let new: Option<i64> = sqlx::query_scalar(MESSAGE)
            .bind(id)
            .bind(arrival::name())
            .bind(begun)
            .bind(arrival::never())
            .fetch_optional(&mut *tx)
            .await?;
        let Some(new) = new else {
            return Ok(None);
        };
        sqlx::query(arrival::BEGIN)
            .bind(new)
            .bind(begun)
            .execute(&mut *tx)
            .await?;
        let mut written = 0;
        for numbers in stretches(&chosen.deliveries) {
            let mut insert = QueryBuilder::new(COPIES);
            insert.push_values(numbers.clone(), |mut row, number| {
                let of = &chosen.deliveries[number];
                row.push_bind(id)
                    .push_bind(of.repeats)
                    .push_bind(number as i64)
                    .push_bind(of.line)
                    .push_bind(of.first);
            });
            let [into, from] = COPY;
            insert.push(into).push_bind(new).push(from);
            insert.build().execute(&mut *tx).await?;
            sqlx::query(RECIPIENTS)
                .bind(id)
                .bind(new)
                .bind(numbers.start as i64)
                .bind(numbers.end as i64)
                .execute(&mut *tx)
                .await?;
            others_turn!(pool, tx, written, 2 * numbers.len() as u32);
        }
        let kept = sqlx::query(arrival::END)
            .bind(new)
            .execute(&mut *tx)
            .await?;
        if kept.rows_affected() == 0 {
            return Err(StoreError::GivenUp);
        }
        let at = clock.now();
        let now = Timestamp::from(at);
        let held: Option<Held> = sqlx::query_as(HOLD)
            .bind(id)
            .bind(now)
            .fetch_optional(&mut *tx)
            .await?;
        let resends: i64 = sqlx::query_scalar(RESENDS)
            .bind(id)
            .fetch_one(&mut *tx)
            .await?;
        let held = held.filter(|(Word(status), removed, ..)| {
            status.is_over() && removed.is_none() && resends == chosen.resends
        });
        let Some((_, _, subject, created_at, criteria)) = held else {
            drop(tx);
            arrival::remove(db, new).await?;
            return Ok(None);
        };
        let mut criteria: Vec<Criterion> = json(id, "criteria", &criteria)?;
        criteria.push(criterion(asked, &subject, created_at, zone));
        // It is never sent again by its name: the attempt is what makes a repeat harmless.
        let name = format!(
            "resend {id} {which} {} {:016x}",
            asked.attempt,
            rand::random::<u64>()
        );
        sqlx::query(REVEAL)
            .bind(new)
            .bind(id)
            .bind(name)
            .bind(now)
            .bind(to_json(id, "criteria", &criteria)?)
            .bind(to_json(new, "tally", &tally)?)
            .bind(if asked.sandbox {
                "sandbox"
            } else {
                "providers"
            })
            .bind(which)
            .bind(i64::from(asked.attempt))
            .bind(asked.by.actor.name().unwrap_or_default())
            .execute(&mut *tx)
            .await?;
        for device in tally.devices.keys() {
            sqlx::query(LANE)
                .bind(new)
                .bind(device.as_str())
                .bind(at_once())
                .execute(&mut *tx)
                .await?;
        }
        let act = asked
            .by
            .does(AuditAction::Resent, at)
            .to(Subject::Message(id))
            .with(object!({"as": new, "which": asked.which, "lines": tally.lines}));
        tx.append(&act).await?;
        tx.commit().await?;
        Ok(Some(resent(new, &tally)))
    })
}

/// The numbers of all deliveries, in stretches of about [`ROWS`] that part no line.
fn stretches(deliveries: &[Delivery]) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let last = deliveries.get((from + ROWS - 1).min(deliveries.len().checked_sub(1)?))?;
        let rest = deliveries.get(from..).filter(|rest| !rest.is_empty())?;
        let to = from + rest.partition_point(|of| of.line <= last.line);
        let stretch = from..to;
        from = to;
        Some(stretch)
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
