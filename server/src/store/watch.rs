//! Watch: which messages have changed, whichever process changed them.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use shared::{
    counting::Tally,
    live::Change,
    message::{MessageId, MessageStatus, MessageSummary},
};

use super::{Database, StoreError, detail::json, on_database, time::Timestamp, word::Word};

/// The earliest of what changed, so that who reads on from the last one misses nothing.
const CHANGED: &str = "
    select id, status, message_type, organization, subject, sender, created_at, scheduled_at, schedule_id,
        tally, revision, changed_at, organization_id
    from messages
    where changed_at >= $1 and visible_from <= $2
    order by changed_at, id
    limit $3";

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
    tally: String,
    revision: i64,
    changed_at: Timestamp,
    organization_id: i64,
}

/// A change, and the school whose message it is.
pub type Seen = (Change, i64);

/// The messages that changed at `since` or later, as they stand now, the longest ago first; at most `most`.
///
/// # Errors
/// Where the database fails or holds what cannot be read.
pub async fn changed(
    db: &Database,
    since: DateTime<Utc>,
    most: u32,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Vec<Seen>, StoreError> {
    let rows: Vec<Row> = on_database!(db, |pool| sqlx::query_as(CHANGED)
        .bind(Timestamp::from(since))
        .bind(Timestamp::from(now))
        .bind(i64::from(most))
        .fetch_all(pool)
        .await?);
    rows.into_iter().map(|row| change(row, zone)).collect()
}

fn change(row: Row, zone: Tz) -> Result<Seen, StoreError> {
    let tally: Tally = json(row.id, "tally", &row.tally)?;
    let Word(status) = row.status;
    let change = Change {
        progress: tally.progress(),
        summary: tally.summary(),
        can_cancel: status.can_cancel(),
        revision: row.revision,
        at: row.changed_at.local(zone),
        message: MessageSummary {
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
    };
    Ok((change, row.organization_id))
}
