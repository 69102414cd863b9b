//! What is not written down again and again: looks, and refusals.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json as object;
use shared::{audit::AuditAction, session::Permission};

use super::{Act, Subject, Trail, Who, append};
use crate::store::{BeginWrite, Database, StoreError, on_database, time::Timestamp};

/// Who does the same again within this time is recorded once.
const HOUR: TimeDelta = TimeDelta::hours(1);

/// Whether the trail has a line of a kind since, by somebody from the same place about the same thing.
const KNOWN: &str = "
    select exists (
        select 1 from audit
        where subject = $1 and subject_id = $2 and action = $3 and actor_id is not distinct from $4 and at > $5
            and instr(details, $6) > 0 and coalesce(address, '') = $7)";

/// Why somebody was refused. Each has one name in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// They lack a permission.
    MayNot,
    /// It was a message of a school that they may not know of.
    OutOfReach,
    /// Too many attempts to sign in had failed.
    TooManyAttempts,
    /// The password that they gave as theirs was another one.
    WrongPassword,
    /// The token does not hold, or no more.
    BadToken,
    /// The token is for other schools.
    OtherSchool,
    /// The message's external id is that of another school's message.
    IdTaken,
    /// Another site's page was behind it.
    OtherSite,
}

impl Why {
    /// Every one.
    pub const ALL: [Why; 8] = [
        Why::MayNot,
        Why::OutOfReach,
        Why::TooManyAttempts,
        Why::WrongPassword,
        Why::BadToken,
        Why::OtherSchool,
        Why::IdTaken,
        Why::OtherSite,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Why::MayNot => "may_not",
            Why::OutOfReach => "out_of_reach",
            Why::TooManyAttempts => "too_many_attempts",
            Why::WrongPassword => "wrong_password",
            Why::BadToken => "bad_token",
            Why::OtherSchool => "other_school",
            Why::IdTaken => "id_taken",
            Why::OtherSite => "other_site",
        }
    }

    /// The one of this name.
    pub fn named(word: &str) -> Option<Why> {
        Self::ALL.into_iter().find(|why| why.as_str() == word)
    }
}

/// Something that was refused.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Who was, as far as it is known.
    pub subject: Subject,
    /// Why.
    pub why: Why,
    /// The permission that they lack.
    pub permission: Option<Permission>,
    /// The message that they asked for.
    pub message: Option<i64>,
    /// The how many-th time it is within the hour.
    pub count: u64,
}

/// Records that somebody reads a message or who its recipients are, unless they did within the hour, from the same
/// place and as much of it. Of what a page asks for at once, one line is made.
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
    let details = object!({"masked": masked});
    let kind = details.to_string();
    let act = by
        .does(AuditAction::ViewedPersonalData, now)
        .to(Subject::Message(message))
        .with(details);
    once_an_hour(db, &act, &kind).await
}

/// Records that somebody was refused something, unless there is such a line of that count within the hour.
///
/// # Errors
/// Where the database fails.
pub async fn refused(
    db: &Database,
    by: &Who,
    refused: &Refused,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    // The message is no part of the kind: who tries one after the other is told of once.
    let kind = object!({
        "why": refused.why.as_str(),
        "may_not": refused.permission.map(Permission::as_str),
        "count": refused.count,
    });
    let words = kind.to_string();
    let act = by
        .does(AuditAction::Refused, now)
        .to(refused.subject.clone())
        .with(object!({"refused": kind, "message": refused.message}));
    once_an_hour(db, &act, &words).await
}

/// Adds a line, unless the same person did the same to the same from the same place within the hour, with `kind` in
/// its details.
async fn once_an_hour(db: &Database, act: &Act, kind: &str) -> Result<(), StoreError> {
    let Some(subject) = &act.subject else {
        append(db, act).await?;
        return Ok(());
    };
    let since = Timestamp::from(act.at - HOUR);
    let address = act
        .address
        .map(|address| address.to_canonical().to_string());
    on_database!(db, |pool| {
        let known = || {
            sqlx::query_scalar::<_, bool>(KNOWN)
                .bind(subject.kind())
                .bind(subject.id())
                .bind(act.action.as_str())
                .bind(act.actor.id())
                .bind(since)
                .bind(kind)
                .bind(address.as_deref().unwrap_or_default())
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
