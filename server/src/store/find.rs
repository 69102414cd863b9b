//! Find: the log's rows of a range of days, newest first.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use shared::{
    find::{CreatedRange, FIND_LIMIT, FindResult},
    message::{MessageId, MessageStatus, MessageSummary},
};

use sqlx::AssertSqlSafe;

use super::{
    Database, StoreError,
    detail::json,
    on_database,
    reach::Reach,
    time::{self, Timestamp},
    word::Word,
};

const COLUMNS: &str = "
    id, status, message_type, organization, subject, sender, created_at, scheduled_at, schedule_id";

/// One more than is shown: the extra row says that there are older ones. `($2, $3)` is the place, in the
/// log's order, before which the rows stand.
const ROWS: &str = "
    from messages
    where created_at >= $1 and (created_at, id) < ($2, $3) and visible_from <= $4";

const NEWEST: &str = " order by created_at desc, id desc limit 4001";

const COUNT: &str = "
    select count(*) from messages
    where created_at >= $1 and created_at < $2 and visible_from <= $3";

/// Where a row stands. One that is not shown has no place: its answer would tell that it is there, and since when.
const CREATED_AT: &str = "select created_at from messages where id = $1 and visible_from <= $2";

type Row = (
    i64,
    Word<MessageStatus>,
    String,
    String,
    String,
    String,
    Timestamp,
    Timestamp,
    Option<i64>,
);

/// The newest 4000 messages within `reach` created in `range`, or the newest 4000 older than `before`, as the log
/// stands at `now`. Nothing is older than a message that does not exist, or is out of reach or not shown yet.
///
/// # Errors
/// Where the database fails.
pub async fn find(
    db: &Database,
    reach: &Reach,
    range: &CreatedRange,
    zone: Tz,
    before: Option<MessageId>,
    now: DateTime<Utc>,
) -> Result<FindResult, StoreError> {
    let from = time::day_start(range.from(), zone);
    let end = time::day_end(range.to(), zone);
    let now = Timestamp::from(now);
    let within = reach.condition("organization_id");
    let place = match before {
        None => Some((end, i64::MIN)),
        Some(MessageId(id)) => created_at(db, &within, id, now)
            .await?
            .map(|at| (at, id).min((end, i64::MIN))),
    };
    // Side by side: what is counted is needed only where there are more rows than are shown, but then it is waited for.
    let counted = count(db, &within, from, end, now);
    let (rows, counted) = match place {
        None => (Vec::new(), counted.await?),
        Some(place) => tokio::try_join!(rows(db, &within, from, place, now), counted)?,
    };
    let mut messages: Vec<MessageSummary> =
        rows.into_iter().map(|row| summary(row, zone)).collect();
    let truncated = messages.len() > FIND_LIMIT;
    messages.truncate(FIND_LIMIT);
    let total = match truncated || before.is_some() {
        true => counted,
        false => messages.len() as u64,
    };
    Ok(FindResult {
        messages,
        total,
        truncated,
        created_from: range.from(),
        created_to: range.to(),
        as_of: now.local(zone),
        time_zone: zone.name().to_owned(),
    })
}

/// The rows before a place. SQLite's cross from its own thread, and copying each value on its way would cost more than
/// reading it: there a row comes as one value, a JSON array.
async fn rows(
    db: &Database,
    within: &str,
    from: Timestamp,
    (at, id): (Timestamp, i64),
    now: Timestamp,
) -> Result<Vec<Row>, StoreError> {
    let select = |columns: &[&str]| {
        let statement = [&["select "], columns, &[ROWS, within, NEWEST]].concat();
        AssertSqlSafe(statement.concat())
    };
    match db {
        Database::Sqlite(pool) => {
            let rows: Vec<String> = sqlx::query_scalar(select(&["json_array(", COLUMNS, ")"]))
                .bind(from)
                .bind(at)
                .bind(id)
                .bind(now)
                .fetch_all(pool)
                .await?;
            rows.iter().map(|row| json(0, "row", row)).collect()
        }
        Database::Postgres(pool) => Ok(sqlx::query_as(select(&[COLUMNS]))
            .bind(from)
            .bind(at)
            .bind(id)
            .bind(now)
            .fetch_all(pool)
            .await?),
    }
}

fn summary(row: Row, zone: Tz) -> MessageSummary {
    let (id, status, message_type, organization, subject, sender, created, scheduled, schedule_id) =
        row;
    MessageSummary {
        id: MessageId(id),
        status: status.0,
        message_type,
        organization,
        subject,
        sender,
        created_at: created.local(zone),
        scheduled_at: scheduled.local(zone),
        schedule_id,
    }
}

async fn created_at(
    db: &Database,
    within: &str,
    id: i64,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    Ok(on_database!(db, |pool| sqlx::query_scalar(AssertSqlSafe(
        [CREATED_AT, within].concat()
    ))
    .bind(id)
    .bind(now)
    .fetch_optional(pool)
    .await?))
}

async fn count(
    db: &Database,
    within: &str,
    from: Timestamp,
    end: Timestamp,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let count: i64 = on_database!(db, |pool| sqlx::query_scalar(AssertSqlSafe(
        [COUNT, within].concat()
    ))
    .bind(from)
    .bind(end)
    .bind(now)
    .fetch_one(pool)
    .await?);
    Ok(count.unsigned_abs())
}
