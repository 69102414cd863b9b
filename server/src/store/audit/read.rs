//! Reading the trail: filtered and paged, or of one message; and what of it is not written down twice.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json as object};
use shared::{audit::AuditAction, session::Permission};
use sqlx::FromRow;

use super::{Act, Actor, Subject, Trail, Who, append};
use crate::store::{
    BeginWrite, Database, StoreError,
    detail::json,
    on_database,
    time::{Timestamp, day_end, day_start},
    word::Word,
};

/// Lines that are read at once.
pub const PAGE: usize = 200;

/// Somebody who looks at the same message again within this time is recorded once.
const HOUR: TimeDelta = TimeDelta::hours(1);

macro_rules! lines {
    ($where:literal) => {
        concat!(
            "
    select a.seq, a.at, a.actor, a.actor_name, a.address, a.action, a.subject, a.subject_id, u.name as subject_name,
        a.details
    from audit a
    left join users u on u.id = case when a.subject = 'user' then cast(a.subject_id as bigint) end
    where ",
            $where,
            "
    order by a.seq desc
    limit $1"
        )
    };
}

const FIND: &str = lines!(
    "a.seq < $2 and a.at >= $3 and a.at < $4
        and ($5 = '' or a.action = $5)
        and ($6 = '' or instr(lower(coalesce(a.actor_name, a.actor)), $6) > 0 or instr(lower(coalesce(u.name, '')), $6) > 0)"
);

const OF_MESSAGE: &str = lines!("a.subject = 'message' and a.subject_id = $2");

/// Whether the trail has a line of a kind since, by somebody about something.
const KNOWN: &str = "
    select exists (
        select 1 from audit
        where subject = $1 and subject_id = $2 and action = $3 and actor_id = $4 and at > $5
            and instr(details, $6) > 0)";

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
    /// Who: a kind of [`Actor`].
    pub actor: String,
    /// Their name at that time.
    pub name: Option<String>,
    /// Where the request came from.
    pub address: Option<String>,
    /// What was done.
    pub action: AuditAction,
    /// To what: a kind of [`Subject`].
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
        .bind(i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1))
        .bind(wanted.before.unwrap_or(i64::MAX))
        .bind(wanted.from)
        .bind(wanted.end)
        .bind(wanted.action.map_or("", AuditAction::as_str))
        .bind(wanted.who.to_lowercase())
        .fetch_all(pool)
        .await?);
    rows.into_iter().map(kept).collect()
}

/// What was done to a message, the newest first; [`PAGE`] lines at most.
///
/// # Errors
/// Where the database fails or holds what cannot be read.
pub async fn of_message(db: &Database, message: i64) -> Result<Vec<Kept>, StoreError> {
    let rows: Vec<Row> = on_database!(db, |pool| sqlx::query_as(OF_MESSAGE)
        .bind(i64::try_from(PAGE).unwrap_or(i64::MAX))
        .bind(message.to_string())
        .fetch_all(pool)
        .await?);
    rows.into_iter().map(kept).collect()
}

/// Records that somebody reads a message or who its recipients are, unless they did within the hour. Of what a page asks
/// for at once, one line is made.
///
/// # Errors
/// Where the database fails: then nothing is to be shown.
pub async fn look(
    db: &Database,
    by: &Who,
    message: i64,
    masked: bool,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let act = by
        .does(AuditAction::ViewedPersonalData, now)
        .to(Subject::Message(message))
        .with(object!({"masked": masked}));
    once_an_hour(db, &act, "{").await
}

/// Records that somebody asked for what they may not: one of `permission`, or where it is `None` to see the message at
/// all. One line an hour, person and kind, so that nobody can fill the trail.
///
/// # Errors
/// Where the database fails.
pub async fn refused(
    db: &Database,
    by: &Who,
    permission: Option<Permission>,
    message: Option<i64>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Actor::Person { id, .. } = by.actor else {
        return Ok(());
    };
    let may_not = permission.map(Permission::as_str);
    let act = by
        .does(AuditAction::Refused, now)
        .to(Subject::User(id))
        .with(object!({"may_not": may_not, "message": message}));
    let kind = object!({"may_not": may_not}).to_string();
    once_an_hour(db, &act, kind.trim_end_matches('}')).await
}

/// Adds a line, unless the same person did the same to the same within the hour, with `kind` in its details.
async fn once_an_hour(db: &Database, act: &Act, kind: &str) -> Result<(), StoreError> {
    let (Actor::Person { id, .. }, Some(subject)) = (&act.actor, &act.subject) else {
        append(db, act).await?;
        return Ok(());
    };
    let since = Timestamp::from(act.at - HOUR);
    on_database!(db, |pool| {
        let known = || {
            sqlx::query_scalar::<_, bool>(KNOWN)
                .bind(subject.kind())
                .bind(subject.id())
                .bind(act.action.as_str())
                .bind(id)
                .bind(since)
                .bind(kind)
        };
        let before = known().fetch_one(pool).await;
        if before.map_err(StoreError::Unrecorded)? {
            return Ok(());
        }
        let mut tx = pool.begin_write().await?;
        tx.hold().await?;
        let before = known().fetch_one(&mut *tx).await;
        if !before.map_err(StoreError::Unrecorded)? {
            tx.append(act).await?;
            tx.commit().await?;
        }
    });
    Ok(())
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
