//! Reading the trail: filtered, or of one message; page by page.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use shared::audit::AuditAction;
use sqlx::FromRow;

use crate::store::{
    Database, StoreError,
    detail::json,
    on_database,
    time::{Timestamp, day_end, day_start},
    word::Word,
};

/// Lines that are read at once.
pub const PAGE: usize = 200;

/// One more tells that there are older ones.
const ONE_MORE: i64 = PAGE as i64 + 1;

macro_rules! lines {
    ($where:literal) => {
        concat!(
            "
    select a.seq, a.at, a.actor, a.actor_name, a.address, a.action, a.subject, a.subject_id, u.name as subject_name,
        a.details
    from audit a
    left join users u on u.id = case when a.subject = 'user' then cast(a.subject_id as bigint) end
    left join users w on w.id = a.actor_id
    where ",
            $where,
            "
    order by a.seq desc
    limit $1"
        )
    };
}

/// SQLite's `lower` knows the letters of English only; the accounts' keys are in small letters of any script.
const FIND: &str = lines!(
    "a.seq < $2 and a.at >= $3 and a.at < $4
        and ($5 = '' or a.action = $5)
        and ($6 = '' or instr(lower(coalesce(a.actor_name, a.actor)), $6) > 0
            or instr(coalesce(u.name_key, ''), $6) > 0 or instr(coalesce(w.name_key, ''), $6) > 0)"
);

const OF_MESSAGE: &str = lines!("a.subject = 'message' and a.subject_id = $2 and a.seq < $3");

/// Which lines are wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Only lines before this one.
    pub before: Option<i64>,
    /// Only lines from this instant on.
    pub from: Timestamp,
    /// Only lines before this instant.
    pub end: Timestamp,
    /// Only lines of this action.
    pub action: Option<AuditAction>,
    /// Only what somebody did, or what was done to somebody, in whose name this is contained, ignoring case.
    pub who: String,
}

impl Wanted {
    /// Every line of the days from `from` to `to`, both included, in `zone`.
    pub fn of_days(from: Option<NaiveDate>, to: Option<NaiveDate>, zone: Tz) -> Self {
        /// Before and after everything that is recorded, and within what every database can tell.
        const FIRST: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a day");
        const LAST: NaiveDate = NaiveDate::from_ymd_opt(9000, 1, 1).expect("a day");
        Wanted {
            before: None,
            from: day_start(from.unwrap_or(FIRST), zone),
            end: day_end(to.unwrap_or(LAST), zone),
            action: None,
            who: String::new(),
        }
    }
}

/// A line as it is read.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its number.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who: a kind of [`Actor`](super::Actor).
    pub actor: String,
    /// Their name at that time.
    pub name: Option<String>,
    /// Where the request came from.
    pub address: Option<String>,
    /// What was done.
    pub action: AuditAction,
    /// To what: a kind of [`Subject`](super::Subject).
    pub subject: Option<String>,
    /// Its number or name.
    pub subject_id: Option<String>,
    /// What the account that it was done to is called now.
    pub subject_name: Option<String>,
    /// A small JSON object.
    pub details: Value,
}

#[derive(FromRow)]
struct Row {
    seq: i64,
    at: Timestamp,
    actor: String,
    actor_name: Option<String>,
    address: Option<String>,
    action: Word<AuditAction>,
    subject: Option<String>,
    subject_id: Option<String>,
    subject_name: Option<String>,
    details: String,
}

/// The wanted lines, the newest first; [`PAGE`] at most, and one more where there are.
///
/// # Errors
/// Where the database fails or holds what cannot be read.
pub async fn find(db: &Database, wanted: &Wanted) -> Result<Vec<Kept>, StoreError> {
    let rows: Vec<Row> = on_database!(db, |pool| sqlx::query_as(FIND)
        .bind(ONE_MORE)
        .bind(wanted.before.unwrap_or(i64::MAX))
        .bind(wanted.from)
        .bind(wanted.end)
        .bind(wanted.action.map_or("", AuditAction::as_str))
        .bind(wanted.who.to_lowercase())
        .fetch_all(pool)
        .await?);
    rows.into_iter().map(kept).collect()
}

/// What was done to a message, the newest first, or the newest before a line; [`PAGE`] lines at most, and one more
/// where there are.
///
/// # Errors
/// Where the database fails or holds what cannot be read.
pub async fn of_message(
    db: &Database,
    message: i64,
    before: Option<i64>,
) -> Result<Vec<Kept>, StoreError> {
    let rows: Vec<Row> = on_database!(db, |pool| sqlx::query_as(OF_MESSAGE)
        .bind(ONE_MORE)
        .bind(message.to_string())
        .bind(before.unwrap_or(i64::MAX))
        .fetch_all(pool)
        .await?);
    rows.into_iter().map(kept).collect()
}

fn kept(row: Row) -> Result<Kept, StoreError> {
    Ok(Kept {
        seq: row.seq,
        at: row.at.utc(),
        actor: row.actor,
        name: row.actor_name,
        address: row.address,
        action: row.action.0,
        subject: row.subject,
        subject_id: row.subject_id,
        subject_name: row.subject_name,
        details: json(0, "details", &row.details)?,
    })
}
