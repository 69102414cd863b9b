//! Detail: one message in full, but for its recipients. Reads one row, however many people it went to.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::de::DeserializeOwned;
use shared::{
    counting::Tally,
    delivery::Device,
    message::{
        Body, BodyFormat, Cancellation, Content, MessageDetail, MessageHeader, MessageId,
        MessageStatus, MessageSummary,
    },
    report::ReportChoices,
    resend::{Resend, Which},
};

use super::{
    Database, StoreError, on_database,
    snapshot::{Snapshot, in_snapshot},
    time::Timestamp,
    word::Word,
};

const DETAIL: &str = "
    select id, status, message_type, organization, subject, sender, created_at, scheduled_at, schedule_id,
        category, inbox_email_start_at, voice_text_start_at, started_at, ended_at, tally,
        canceled_by, canceled_at, cancel_reason, canceled_devices, criteria, reply_to,
        body_inbox, body_email, body_voice, body_text, changed_at, resend_of, resend_which, resent_by,
        personal_data_removed_at,
        (select min(l.due_at) from lanes l where l.message_id = messages.id
            and (l.device in ('inbox', 'email') or messages.urgent)) as next_due_at
    from messages
    where id = $1 and visible_from <= $2";

const RESENDS: &str = "
    select id, resend_which, resent_by, created_at, tally from messages where resend_of = $1 order by id";

type ResendRow = (i64, Word<Which>, String, Timestamp, String);

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    status: Word<MessageStatus>,
    message_type: String,
    organization: String,
    subject: String,
    sender: String,
    created_at: Timestamp,
    scheduled_at: Timestamp,
    schedule_id: Option<i64>,
    category: Option<String>,
    inbox_email_start_at: Option<Timestamp>,
    voice_text_start_at: Option<Timestamp>,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    tally: String,
    canceled_by: Option<String>,
    canceled_at: Option<Timestamp>,
    cancel_reason: Option<String>,
    canceled_devices: Option<String>,
    criteria: String,
    reply_to: Option<String>,
    body_inbox: Option<String>,
    body_email: Option<String>,
    body_voice: Option<String>,
    body_text: Option<String>,
    changed_at: Option<Timestamp>,
    next_due_at: Option<Timestamp>,
    resend_of: Option<i64>,
    resend_which: Option<Word<Which>>,
    resent_by: Option<String>,
    personal_data_removed_at: Option<Timestamp>,
}

/// The message as it stands at `now`; `None` where there is none, or its scheduler has not started it yet.
///
/// It counts as stalled where something of it is expected to move: who shows it decides after how long without
/// news that is too long. Bodies are as they were submitted and marked as text: who shows them decides what is HTML, and
/// tames it.
///
/// # Errors
/// Where the database fails or holds what cannot be read.
pub async fn detail(
    db: &Database,
    MessageId(id): MessageId,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Option<MessageDetail>, StoreError> {
    let now = Timestamp::from(now);
    let row: Option<Row> = on_database!(db, |pool| sqlx::query_as(DETAIL)
        .bind(id)
        .bind(now)
        .fetch_optional(pool)
        .await?);
    let Some(row) = row else {
        return Ok(None);
    };
    let resends: Vec<ResendRow> = on_database!(db, |pool| sqlx::query_as(RESENDS)
        .bind(id)
        .fetch_all(pool)
        .await?);
    let resend = |(id, Word(which), by, at, tally): ResendRow| {
        let tally: Tally = json(id, "tally", &tally)?;
        Ok(Resend {
            id: MessageId(id),
            which,
            by,
            at: at.local(zone),
            persons: tally.persons,
        })
    };
    let resends: Result<Vec<Resend>, StoreError> = resends.into_iter().map(resend).collect();
    let detail = read(row, zone, now)?;
    Ok(Some(MessageDetail {
        resends: resends?,
        ..detail
    }))
}

/// The message as it stands in `snapshot`, which began at `now`: see [`detail`].
///
/// # Errors
/// Where the database fails or holds what cannot be read.
pub async fn in_moment(
    snapshot: &mut Snapshot,
    MessageId(id): MessageId,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Option<MessageDetail>, StoreError> {
    let now = Timestamp::from(now);
    let row: Option<Row> = in_snapshot!(snapshot, |connection| sqlx::query_as(DETAIL)
        .bind(id)
        .bind(now)
        .fetch_optional(connection)
        .await?);
    row.map(|row| read(row, zone, now)).transpose()
}

fn read(row: Row, zone: Tz, now: Timestamp) -> Result<MessageDetail, StoreError> {
    let local = |at: Option<Timestamp>| at.map(|at| at.local(zone));
    let status = row.status.0;
    let tally: Tally = json(row.id, "tally", &row.tally)?;
    // What waits for its start time is not expected to move before.
    let overdue = row.next_due_at.filter(|due_at| *due_at <= now);
    let in_flight = tally.devices.values().any(|device| device.in_progress > 0);
    let news = row.changed_at.filter(|_| status.can_cancel());
    let news = news.map(|news| overdue.map_or(news, |due_at| due_at.max(news)));
    let cancellation = match (row.canceled_by, row.canceled_at, row.canceled_devices) {
        (Some(by), Some(at), Some(devices)) => Some(Cancellation {
            by,
            at: at.local(zone),
            reason: row.cancel_reason,
            devices: json(row.id, "cut", &devices)?,
        }),
        _ => None,
    };
    let bodies = [
        (Device::Inbox, row.body_inbox),
        (Device::Email, row.body_email),
        (Device::Voice, row.body_voice),
        (Device::Text, row.body_text),
    ];
    let bodies = bodies.into_iter().filter_map(|(device, content)| {
        Some(Body {
            device,
            format: BodyFormat::Text,
            content: content?,
        })
    });
    let persons = tally.persons;
    let resend_of = row.resend_of.zip(row.resend_which).zip(row.resent_by);
    let resend_of = resend_of.map(|((id, Word(which)), by)| Resend {
        id: MessageId(id),
        which,
        by,
        at: row.created_at.local(zone),
        persons,
    });
    Ok(MessageDetail {
        resend_of,
        resends: Vec::new(),
        summary: tally.summary(),
        progress: tally.progress(),
        report: ReportChoices::new(status, &tally.devices_used(), tally.no_device > 0),
        criteria: json(row.id, "criteria", &row.criteria)?,
        content: Content {
            reply_to: row.reply_to,
            bodies: bodies.collect(),
        },
        cancellation,
        can_cancel: status.can_cancel(),
        personal_data_removed_at: local(row.personal_data_removed_at),
        as_of: now.local(zone),
        message: MessageHeader {
            row: MessageSummary {
                id: MessageId(row.id),
                status,
                message_type: row.message_type,
                organization: row.organization,
                subject: row.subject,
                sender: row.sender,
                created_at: row.created_at.local(zone),
                scheduled_at: row.scheduled_at.local(zone),
                schedule_id: row.schedule_id,
            },
            category: row.category,
            inbox_email_start_at: local(row.inbox_email_start_at),
            voice_text_start_at: local(row.voice_text_start_at),
            started_at: local(row.started_at),
            ended_at: local(row.ended_at),
            last_news_at: local(news),
            stalled: overdue.is_some() || in_flight,
        },
    })
}

/// Reads a column kept as JSON.
pub(super) fn json<T: DeserializeOwned>(
    message: i64,
    what: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Corrupt {
        message,
        what,
        source,
    })
}
