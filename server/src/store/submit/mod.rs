//! Submit: keeps one message, whole or not at all. A large one [arrives](super::arrival) by many short transactions.

use serde_json::json as object;
use shared::{
    audit::AuditAction,
    delivery::DeliveryStatus,
    message::{MessageId, MessageStatus},
};
use sqlx::QueryBuilder;

use super::{
    BeginWrite, Database, StoreError,
    arrival::{self, others_turn},
    audit::{Subject, Trail, Who},
    cancel::to_json,
    cause, on_database,
    organizations::Organizations,
    time::Timestamp,
};
use crate::{clock::Clock, entry::NewMessage};

pub mod answer;
mod columns;

pub(super) use columns::at_once;
use columns::{Columns, Delivery, SANDBOX, search_addresses, search_names};

const MESSAGE: &str = "
    insert into messages (external_id, status, message_type, category, organization, subject, sender,
        created_at, scheduled_at, visible_from, inbox_email_start_at, voice_text_start_at, schedule_id,
        criteria, reply_to, body_inbox, body_email, body_voice, body_text, started_at, ended_at, tally,
        canceled_by, canceled_at, cancel_reason, canceled_devices, delivered_by, urgent, changed_at, check_at,
        organization_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
        $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)
    on conflict (external_id) do nothing
    returning id";

const KNOWN: &str = "select id, organization from messages where external_id = $1";

const RECIPIENTS: &str = "
    insert into recipients (message_id, line, person, name, student, deliveries_from, deliveries_to,
        search_names, search_addresses) ";

const DELIVERIES: &str = "
    insert into deliveries (message_id, number, line, device, address, address_key, first_number, status,
        call_status, reason, cause, confirmed_at, at, due_at, provider) ";

/// A lane, from its first delivery on.
pub(super) const LANE: &str = "
    insert into lanes (message_id, device, due_at, next_number, turn) values ($1, $2, $3, 0, 0)";

const CONTACTS: &str = "insert into contacts (message_id, person, number) ";

/// Rows a statement. More save little, and each number of rows is a statement of its own to prepare.
const ROWS: u32 = 250;

/// What came of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// It is in the log now.
    Accepted(MessageId),
    /// The log has a message of that external id; nothing was changed.
    AlreadyThere(MessageId),
    /// The external id is that of another school's message, of which nothing is told; nothing was changed.
    Taken,
}

impl Submitted {
    /// Of a message for `organization` whose external id the log knows already.
    fn known((id, of): (i64, String), organization: &str) -> Self {
        match of == organization {
            true => Submitted::AlreadyThere(MessageId(id)),
            false => Submitted::Taken,
        }
    }
}

/// Keeps a message with its recipients and deliveries, and records who handed it in, where somebody did. Nobody sees
/// anything of it before all of it is there.
///
/// # Errors
/// Where the database fails; then nothing of it is ever seen.
pub async fn submit(
    db: &Database,
    message: &NewMessage,
    by: Option<&Who>,
    clock: &dyn Clock,
) -> Result<Submitted, StoreError> {
    let head = &message.head;
    let now = Timestamp::from(clock.now());
    let columns = Columns::new(message, now)?;
    let delivery = Delivery::of(message, now);
    let [inbox, email, voice, text] = &head.bodies;
    let recipients = &message.recipients;
    let refused = match message.refused.is_empty() {
        true => None,
        false => Some(to_json(0, "refused", &message.refused)?),
    };
    let large = recipients.lines() + recipients.deliveries() > arrival::ROWS_AT_ONCE;
    let name = large.then(arrival::name);
    let id = on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let mut organization = None;
        if large {
            let known = sqlx::query_as(KNOWN).bind(&head.external_id);
            if let Some(known) = known.fetch_optional(&mut *tx).await? {
                return Ok(Submitted::known(known, &head.organization));
            }
        } else {
            organization = Some(tx.organization_for(&head.organization, now).await?);
        }
        let shown = (!large).then_some(());
        let id: Option<i64> = sqlx::query_scalar(MESSAGE)
            .bind(name.as_ref().unwrap_or(&head.external_id))
            .bind(
                shown
                    .map_or(MessageStatus::Waiting, |()| columns.status)
                    .as_str(),
            )
            .bind(&head.message_type)
            .bind(&head.category)
            .bind(&head.organization)
            .bind(&head.subject)
            .bind(&head.sender)
            .bind(head.created_at)
            .bind(head.scheduled_at())
            .bind(shown.map_or_else(arrival::never, |()| columns.visible_from))
            .bind(head.inbox_email_start_at)
            .bind(head.voice_text_start_at)
            .bind(head.schedule_id)
            .bind(columns.criteria)
            .bind(&head.reply_to)
            .bind(inbox)
            .bind(email)
            .bind(voice)
            .bind(text)
            .bind(columns.started_at)
            .bind(columns.ended_at)
            .bind(columns.tally)
            .bind(columns.canceled_by)
            .bind(columns.canceled_at)
            .bind(columns.cancel_reason)
            .bind(columns.canceled_devices)
            .bind(shown.and(delivery.by))
            .bind(delivery.urgent)
            .bind(shown.and(delivery.by).map(|_| now))
            .bind(shown.and(delivery.check_at))
            .bind(organization)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(id) = id else {
            let known = sqlx::query_as(KNOWN)
                .bind(&head.external_id)
                .fetch_one(&mut *tx)
                .await?;
            return Ok(Submitted::known(known, &head.organization));
        };
        if large {
            sqlx::query(arrival::BEGIN)
                .bind(id)
                .bind(now)
                .execute(&mut *tx)
                .await?;
        }
        if let Some(refused) = &refused {
            sqlx::query(answer::KEEP)
                .bind(id)
                .bind(refused)
                .execute(&mut *tx)
                .await?;
        }
        let mut written = 0;
        for lines in chunks(recipients.lines()) {
            let mut insert = QueryBuilder::new(RECIPIENTS);
            insert.push_values(lines, |mut row, line| {
                let of = recipients.line(line);
                row.push_bind(id)
                    .push_bind(i64::from(line))
                    .push_bind(of.person)
                    .push_bind(of.name)
                    .push_bind(of.student)
                    .push_bind(i64::from(of.deliveries_from))
                    .push_bind(i64::from(of.deliveries_to))
                    .push_bind(search_names(&of))
                    .push_bind(search_addresses(&of, recipients));
            });
            insert.build().execute(&mut *tx).await?;
            others_turn!(pool, tx, written, ROWS);
        }
        let mut line = 0;
        for numbers in chunks(recipients.deliveries()) {
            let mut insert = QueryBuilder::new(DELIVERIES);
            insert.push_values(numbers, |mut row, number| {
                while recipients.line(line).deliveries_to <= number {
                    line += 1;
                }
                let entry = recipients.delivery(number);
                // A duplicate's outcome is its first one's: it keeps none of its own.
                let own = entry.first == number;
                let status = entry.status.filter(|_| own).map(|status| status.as_str());
                let call_status = entry.call_status.filter(|_| own);
                // What a demonstration has in flight, the sandbox reports on.
                let open = own
                    && delivery.by == Some(SANDBOX)
                    && entry.status == Some(DeliveryStatus::InProgress);
                row.push_bind(id)
                    .push_bind(i64::from(number))
                    .push_bind(i64::from(line))
                    .push_bind(entry.device.as_str())
                    .push_bind(entry.address)
                    .push_bind(entry.key)
                    .push_bind(i64::from(entry.first))
                    .push_bind(status)
                    .push_bind(call_status.map(|code| i32::from(code.0)))
                    .push_bind(entry.reason.filter(|_| own))
                    .push_bind(entry.reason.filter(|_| own).and_then(cause::of))
                    .push_bind(entry.confirmed_at.filter(|_| own))
                    .push_bind(entry.at.or(open.then_some(now)).filter(|_| own))
                    .push_bind(open.then_some(now))
                    .push_bind(open.then_some("sandbox"));
            });
            insert.build().execute(&mut *tx).await?;
            others_turn!(pool, tx, written, ROWS);
        }
        for contacts in delivery.contacts.chunks(ROWS as usize) {
            let mut insert = QueryBuilder::new(CONTACTS);
            insert.push_values(contacts, |mut row, (person, number)| {
                row.push_bind(id)
                    .push_bind(*person)
                    .push_bind(i64::from(*number));
            });
            insert.build().execute(&mut *tx).await?;
            others_turn!(pool, tx, written, ROWS);
        }
        let now = Timestamp::from(clock.now());
        if large {
            let kept = sqlx::query(arrival::END).bind(id).execute(&mut *tx).await?;
            if kept.rows_affected() == 0 {
                return Err(StoreError::GivenUp);
            }
            let organization = tx.organization_for(&head.organization, now).await?;
            let revealed = sqlx::query(arrival::REVEAL)
                .bind(id)
                .bind(&head.external_id)
                .bind(columns.status.as_str())
                .bind(columns.visible_from)
                .bind(delivery.by)
                .bind(delivery.by.map(|_| now))
                .bind(delivery.check_at)
                .bind(organization)
                .execute(&mut *tx)
                .await;
            match revealed {
                Ok(_) => {}
                Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                    // Somebody else brought it meanwhile.
                    drop(tx);
                    arrival::remove(db, id).await?;
                    let known = sqlx::query_as(KNOWN).bind(&head.external_id);
                    let known = known.fetch_one(pool).await?;
                    return Ok(Submitted::known(known, &head.organization));
                }
                Err(error) => return Err(error.into()),
            }
        }
        for (device, due_at) in &delivery.lanes {
            sqlx::query(LANE)
                .bind(id)
                .bind(device.as_str())
                .bind(due_at)
                .execute(&mut *tx)
                .await?;
        }
        if let Some(by) = by {
            let act = by
                .does(AuditAction::Submitted, now.utc())
                .to(Subject::Message(id))
                .with(object!({"lines": recipients.lines()}));
            tx.append(&act).await?;
        }
        tx.commit().await?;
        id
    });
    Ok(Submitted::Accepted(MessageId(id)))
}

/// `0..count` in stretches of at most [`ROWS`].
fn chunks(count: u32) -> impl Iterator<Item = std::ops::Range<u32>> {
    (0..count)
        .step_by(ROWS as usize)
        .map(move |from| from..(from + ROWS).min(count))
}
