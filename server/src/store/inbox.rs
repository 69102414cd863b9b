//! Inbox: what each person finds in the portal.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use shared::inbox::InboxItem;
use shared::message::MessageId;
use sqlx::{AssertSqlSafe, QueryBuilder};

use super::{BeginWrite, Database, StoreError, on_database, reach::Reach, time::Timestamp};

/// What a person finds at most.
const MOST: i64 = 500;

/// The same delivery twice is one row.
const PUT: &str = "insert into inbox (message_id, number, person, at) ";

const LIST: &str = "
    select m.id, m.subject, m.sender, m.organization, coalesce(m.body_inbox, m.body_email, m.body_text,
        m.body_voice, ''), i.at
    from inbox i
    join messages m on m.id = i.message_id
    where i.person = $1";

const NEWEST: &str = " order by i.at desc, i.message_id desc limit $2";

/// Puts a message into persons' inboxes; one that is there already stays as it is.
///
/// # Errors
/// Where the database fails.
pub async fn put(
    db: &Database,
    MessageId(message): MessageId,
    deliveries: &[(u32, &str)],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let now = Timestamp::from(now);
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let mut insert = QueryBuilder::new(PUT);
        insert.push_values(deliveries, |mut row, (number, person)| {
            row.push_bind(message)
                .push_bind(i64::from(*number))
                .push_bind(*person)
                .push_bind(now);
        });
        insert.push(" on conflict (message_id, number) do nothing");
        insert.build().execute(&mut *tx).await?;
        tx.commit().await?;
    });
    Ok(())
}

/// What a person finds of messages within `reach`, the newest first; at most 500. Bodies are as they were submitted.
///
/// # Errors
/// Where the database fails.
pub async fn list(
    db: &Database,
    reach: &Reach,
    person: &str,
    zone: Tz,
) -> Result<Vec<InboxItem>, StoreError> {
    type Row = (i64, String, String, String, String, Timestamp);
    let list = [LIST, &reach.condition("m.organization_id"), NEWEST].concat();
    let rows: Vec<Row> = on_database!(db, |pool| sqlx::query_as(AssertSqlSafe(list))
        .bind(person)
        .bind(MOST)
        .fetch_all(pool)
        .await?);
    let item = |(message, subject, sender, organization, body, at): Row| InboxItem {
        message: MessageId(message),
        subject,
        sender,
        organization,
        body,
        at: at.local(zone),
    };
    Ok(rows.into_iter().map(item).collect())
}
