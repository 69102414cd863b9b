//! Submit: keeps one message, whole or not at all.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::json as object;
use shared::{
    audit::AuditAction,
    delivery::{DeliveryStatus, Device, is_contacted},
    message::{MessageId, MessageStatus},
};
use sqlx::QueryBuilder;

use super::{
    BeginWrite, Database, StoreError,
    audit::{Subject, Trail, Who},
    cancel::to_json,
    on_database,
    organizations::Organizations,
    time::Timestamp,
};
use crate::entry::{Head, Line, NewMessage, Recipients};

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

const ID: &str = "select id from messages where external_id = $1";

const RECIPIENTS: &str = "
    insert into recipients (message_id, line, person, name, student, deliveries_from, deliveries_to,
        search_names, search_addresses) ";

const DELIVERIES: &str = "
    insert into deliveries (message_id, number, line, device, address, address_key, first_number, status,
        call_status, reason, confirmed_at, at, due_at, provider) ";

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
}

/// Keeps a message with its recipients and deliveries in one transaction, and records who handed it in, where somebody
/// did.
///
/// # Errors
/// Where the database fails; then nothing of it was kept.
pub async fn submit(
    db: &Database,
    message: &NewMessage,
    by: Option<&Who>,
    at: DateTime<Utc>,
) -> Result<Submitted, StoreError> {
    let head = &message.head;
    let now = Timestamp::from(at);
    let columns = Columns::new(message, now)?;
    let delivery = Delivery::of(message, now);
    let [inbox, email, voice, text] = &head.bodies;
    let recipients = &message.recipients;
    let id = on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let organization = tx.organization_for(&head.organization, now).await?;
        let id: Option<i64> = sqlx::query_scalar(MESSAGE)
            .bind(&head.external_id)
            .bind(columns.status.as_str())
            .bind(&head.message_type)
            .bind(&head.category)
            .bind(&head.organization)
            .bind(&head.subject)
            .bind(&head.sender)
            .bind(head.created_at)
            .bind(head.scheduled_at())
            .bind(columns.visible_from)
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
            .bind(delivery.by)
            .bind(delivery.urgent)
            .bind(delivery.by.map(|_| now))
            .bind(delivery.check_at)
            .bind(organization)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(id) = id else {
            let id = sqlx::query_scalar(ID)
                .bind(&head.external_id)
                .fetch_one(&mut *tx)
                .await?;
            return Ok(Submitted::AlreadyThere(MessageId(id)));
        };
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
                    .push_bind(entry.confirmed_at.filter(|_| own))
                    .push_bind(entry.at.or(open.then_some(now)).filter(|_| own))
                    .push_bind(open.then_some(now))
                    .push_bind(open.then_some("sandbox"));
            });
            insert.build().execute(&mut *tx).await?;
        }
        for (device, due_at) in &delivery.lanes {
            sqlx::query(LANE)
                .bind(id)
                .bind(device.as_str())
                .bind(due_at)
                .execute(&mut *tx)
                .await?;
        }
        for contacts in delivery.contacts.chunks(ROWS as usize) {
            let mut insert = QueryBuilder::new(CONTACTS);
            insert.push_values(contacts, |mut row, (person, number)| {
                row.push_bind(id)
                    .push_bind(*person)
                    .push_bind(i64::from(*number));
            });
            insert.build().execute(&mut *tx).await?;
        }
        if let Some(by) = by {
            let act = by
                .does(AuditAction::Submitted, at)
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

/// The columns of a message that are not simply its fields.
struct Columns<'a> {
    status: MessageStatus,
    visible_from: Timestamp,
    criteria: String,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    tally: String,
    canceled_by: Option<&'a str>,
    canceled_at: Option<Timestamp>,
    cancel_reason: Option<&'a str>,
    canceled_devices: Option<String>,
}

impl<'a> Columns<'a> {
    fn new(message: &'a NewMessage, now: Timestamp) -> Result<Self, StoreError> {
        let head = &message.head;
        let history = head.history.as_ref();
        let cancellation = history.and_then(|history| history.cancellation.as_ref());
        let cut = cancellation.map(|_| to_json(0, "cut", &message.tally.cut()));
        Ok(Columns {
            status: head.status(),
            visible_from: visible_from(head, now),
            criteria: to_json(0, "criteria", &head.criteria)?,
            started_at: history.and_then(|history| history.started_at),
            ended_at: history.and_then(|history| history.ended_at),
            tally: to_json(0, "tally", &message.tally)?,
            canceled_by: cancellation.map(|canceled| canceled.by.as_str()),
            canceled_at: cancellation.map(|canceled| canceled.at),
            cancel_reason: cancellation.and_then(|canceled| canceled.reason.as_deref()),
            canceled_devices: cut.transpose()?,
        })
    }
}

/// What is to be delivered of a message, and when.
struct Delivery<'a> {
    /// Who delivers it; `None` for history.
    by: Option<&'static str>,
    urgent: bool,
    /// A lane for each device with something queued.
    lanes: Vec<(Device, Timestamp)>,
    /// Where nothing is to be handed over, when it ends all the same.
    check_at: Option<Timestamp>,
    /// Who was contacted by phone through what.
    contacts: Vec<(&'a str, u32)>,
}

/// The providers that are set up.
const PROVIDERS: &str = "providers";
/// The sandbox alone, for a demonstration.
const SANDBOX: &str = "sandbox";

impl<'a> Delivery<'a> {
    fn of(message: &'a NewMessage, now: Timestamp) -> Self {
        let head = &message.head;
        let by = match &head.history {
            None => Some(PROVIDERS),
            Some(history) if head.demonstration && !history.status.is_over() => Some(SANDBOX),
            Some(_) => None,
        };
        let mut delivery = Delivery {
            by,
            urgent: head.is_emergency(),
            lanes: Vec::new(),
            check_at: None,
            contacts: Vec::new(),
        };
        if by.is_none() {
            return delivery;
        }
        for (device, tally) in &message.tally.devices {
            if tally.queued > 0 {
                let start = head.start_at(*device).unwrap_or(now);
                delivery.lanes.push((*device, start));
            }
        }
        if delivery.lanes.is_empty() {
            delivery.check_at = Some(head.scheduled_at().max(now));
        }
        if message.tally.contacted > 0 {
            delivery.contacts = contacts(&message.recipients);
        }
        delivery
    }
}

/// Each person who was contacted by phone, with the deliveries that did it.
fn contacts(recipients: &Recipients) -> Vec<(&str, u32)> {
    let mut contacts = BTreeSet::new();
    for line in 0..recipients.lines() {
        let of = recipients.line(line);
        for number in of.deliveries_from..of.deliveries_to {
            let first = recipients.delivery(number).first;
            let entry = recipients.delivery(first);
            let status = entry.status.unwrap_or(DeliveryStatus::Queued);
            if is_contacted(
                entry.device,
                status,
                entry.call_status,
                entry.confirmed_at.is_some(),
            ) {
                contacts.insert((of.person, first));
            }
        }
    }
    contacts.into_iter().collect()
}

/// From when on the log shows it (spec section 3). A sender's clock that is ahead hides nothing.
fn visible_from(head: &Head, now: Timestamp) -> Timestamp {
    match head.schedule_id {
        Some(_) => head.scheduled_at(),
        None => head.created_at.min(now),
    }
}

fn search_names(line: &Line<'_>) -> String {
    let mut text = line.name.to_lowercase();
    if let Some(student) = line.student {
        text.push('\n');
        text.push_str(&student.to_lowercase());
    }
    text
}

/// Addresses as they were submitted and in their normal form: either finds the line.
fn search_addresses(line: &Line<'_>, recipients: &Recipients) -> String {
    let mut text = String::new();
    for number in line.deliveries_from..line.deliveries_to {
        let entry = recipients.delivery(number);
        let submitted = entry.address.to_lowercase();
        if submitted != entry.key {
            text.push_str(&submitted);
            text.push('\n');
        }
        text.push_str(entry.key);
        text.push('\n');
    }
    text
}
