//! Purge: removes what has been kept long enough, one bounded transaction after another.
//!
//! A message whose personal data is due is marked first: from then on nobody is shown who got it or what it said,
//! and nothing may be delivered or reported of it. Then the rows that name people go, a few thousand a transaction,
//! so that finding and delivering are not held up; the last of them ends the mark. All totals stand in the message's
//! own row (`tally`), and why deliveries failed is counted into it with the mark: no figure changes. At the age of
//! totals the row itself goes. What is left over from a purge that was killed is taken up by the next, and
//! two purges beside each other only share the work. What stays where and why stands in [`columns`].
//!
//! A message that still waits or goes out is never touched, nor one with anything in a worker's hands, however old. What
//! was imported as waiting or going out is nobody's to deliver: it is over when it was made, or was to go out.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use shared::{failures::Failures, message::MessageId};

use super::{
    BeginWrite, Database, StoreError, cancel::to_json, failures, on_database, time::Timestamp,
};

pub mod columns;
mod nameless;
mod plan;
mod trail;
mod wipe;

pub use plan::{Dates, Plan, plan};
pub use trail::{Run, begun, ended};
pub use wipe::wipe;

/// Rows that a transaction removes at most.
const ROWS: i64 = 2000;

/// How long a sign-in that went elsewhere and never came back is kept.
const SIGN_IN: TimeDelta = TimeDelta::days(1);

/// What is older goes; `None`: nothing does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cutoffs {
    /// Names, addresses and texts.
    pub personal: Option<DateTime<Utc>>,
    /// Whole messages; not after `personal`.
    pub totals: Option<DateTime<Utc>>,
}

/// What went, or would go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gone {
    /// Messages whose names, addresses and texts went.
    pub emptied: u64,
    /// Messages that went whole.
    pub whole: u64,
    /// Recipient lines.
    pub recipients: u64,
    /// Their deliveries.
    pub deliveries: u64,
    /// What providers reported of them.
    pub receipts: u64,
    /// Entries of the portal's inboxes.
    pub inbox: u64,
    /// What providers reported that names no delivery of ours.
    pub strays: u64,
}

impl Gone {
    /// Nothing at all.
    pub fn is_none(&self) -> bool {
        *self == Gone::default()
    }
}

impl std::ops::AddAssign for Gone {
    fn add_assign(&mut self, more: Gone) {
        self.emptied += more.emptied;
        self.whole += more.whole;
        self.recipients += more.recipients;
        self.deliveries += more.deliveries;
        self.receipts += more.receipts;
        self.inbox += more.inbox;
        self.strays += more.strays;
    }
}

/// A message that is over since before `$before`, and of which nothing is in anybody's hands. What nobody here delivers
/// never ends, unless it is still coming in.
macro_rules! due {
    ($before:literal) => {
        concat!(
            "((status in ('sent', 'error', 'canceled') or delivered_by is null)
                and created_at < ",
            $before,
            " and scheduled_at < ",
            $before,
            " and (ended_at is null or ended_at < ",
            $before,
            ") and (canceled_at is null or canceled_at < ",
            $before,
            ") and (changed_at is null or changed_at < ",
            $before,
            ") and not exists (select 1 from lanes l where l.message_id = messages.id)
                and not exists (select 1 from claims c where c.message_id = messages.id)
                and not exists (select 1 from arrivals a where a.message_id = messages.id))"
        )
    };
}
use due;

const IN_HAND: &str = "select id from messages where removing order by id limit 1";

const DUE: &str = concat!(
    "select id from messages where personal_data_removed_at is null and ",
    due!("$1"),
    " order by created_at, id limit 1"
);

/// Not changed in the sense of `changed_at`: nothing happened to it, and its totals are kept no longer for this.
const MARK: &str = concat!(
    "update messages
    set personal_data_removed_at = $3, removing = true, failures = $4, criteria = '[]', reply_to = null,
        body_inbox = null, body_email = null, body_voice = null, body_text = null, cancel_reason = null
    where id = $2 and personal_data_removed_at is null and ",
    due!("$1")
);

/// Takes the message's row, so that two purges do not look at the same rows at once.
const HOLD: &str = "update messages set removing = true where id = $1 and removing returning id";

const EMPTY: &str = "update messages set removing = false where id = $1";

/// Some rows of a table, of message `$1`, at most `$2`.
macro_rules! some_rows {
    ($table:literal, $keys:literal) => {
        concat!(
            "delete from ",
            $table,
            " where (",
            $keys,
            ") in (select ",
            $keys,
            " from ",
            $table,
            " where message_id = $1 order by ",
            $keys,
            " limit $2)"
        )
    };
}

pub(super) type Counter = fn(&mut Gone) -> Option<&mut u64>;

/// The rows that name people. Deliveries go first: a receipt that comes meanwhile finds none.
pub(super) const PERSONAL_ROWS: [(&str, Counter); 6] = [
    (some_rows!("deliveries", "message_id, number"), |gone| {
        Some(&mut gone.deliveries)
    }),
    (some_rows!("recipients", "message_id, line"), |gone| {
        Some(&mut gone.recipients)
    }),
    (some_rows!("receipts", "provider, event_id"), |gone| {
        Some(&mut gone.receipts)
    }),
    (some_rows!("inbox", "message_id, number"), |gone| {
        Some(&mut gone.inbox)
    }),
    // Who was contacted by which delivery: nothing that a delivery does not say.
    (some_rows!("contacts", "message_id, person, number"), |_| {
        None
    }),
    // Whose address was none.
    (some_rows!("refusals", "message_id"), |_| None),
];

const WHOLE: &str = concat!(
    "select id from messages where personal_data_removed_at is not null and not removing and ",
    due!("$1"),
    " order by created_at, id limit 1"
);

const HOLD_WHOLE: &str = concat!(
    "update messages set removing = false
    where id = $2 and personal_data_removed_at is not null and not removing and ",
    due!("$1"),
    " returning id"
);

/// What hangs on a message besides. A resend outlives what it resends.
const WITH_IT: [&str; 4] = [
    "update messages set resend_of = null, resend_which = null, resend_attempt = null where resend_of = $1",
    "delete from prints where message_id = $1",
    "delete from refreshes where message_id = $1",
    "delete from messages where id = $1",
];

const STRAYS: &str = "
    delete from stray_reports where (provider, event_id) in (
        select provider, event_id from stray_reports where received_at < $1 order by provider, event_id limit $2)";

const LINKS: &str = "delete from links where expires_at <= $1";

const SIGN_INS: &str = "delete from sign_ins where created_at <= $1";

/// Removes the next few thousand rows that are due, in a transaction of its own; `None` where nothing is left to do.
/// It may end at any point between two steps, or in the middle of one.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn step(
    db: &Database,
    before: &Cutoffs,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Option<Gone>, StoreError> {
    let in_hand: Option<i64> = on_database!(db, |pool| sqlx::query_scalar(IN_HAND)
        .fetch_optional(pool)
        .await?);
    if let Some(id) = in_hand {
        return Ok(Some(empty(db, id).await?));
    }
    if let Some(id) = next(db, DUE, before.personal).await? {
        mark(db, id, before, zone, now).await?;
        return Ok(Some(Gone::default()));
    }
    if let Some(id) = next(db, WHOLE, before.totals).await? {
        return Ok(Some(remove(db, id, before).await?));
    }
    left_over(db, before, now).await
}

async fn next(
    db: &Database,
    statement: &'static str,
    before: Option<DateTime<Utc>>,
) -> Result<Option<i64>, StoreError> {
    let Some(before) = before else {
        return Ok(None);
    };
    Ok(on_database!(db, |pool| sqlx::query_scalar(statement)
        .bind(Timestamp::from(before))
        .fetch_optional(pool)
        .await?))
}

/// Hides the message's personal data from everybody, and takes what of it stands in its own row.
async fn mark(
    db: &Database,
    id: i64,
    before: &Cutoffs,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let counted = failures::failures(db, MessageId(id), zone, now).await?;
    let counted = counted.map(|counted| to_json(id, "failures", &nameless(counted)));
    let counted = counted.transpose()?;
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        sqlx::query(MARK)
            .bind(before.personal.map(Timestamp::from))
            .bind(id)
            .bind(Timestamp::from(now))
            .bind(counted)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
    });
    Ok(())
}

/// A provider's words may repeat an address in another spelling, or quote a number or a name.
fn nameless(mut counted: Failures) -> Failures {
    for cause in &mut counted.causes {
        cause.reason = nameless::nameless(&cause.reason);
    }
    counted
}

/// Takes some rows of a marked message, and ends the mark with the last.
async fn empty(db: &Database, id: i64) -> Result<Gone, StoreError> {
    let mut gone = Gone::default();
    let mut left = ROWS;
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let held: Option<i64> = sqlx::query_scalar(HOLD)
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?;
        if held.is_none() {
            return Ok(gone);
        }
        for (statement, counter) in PERSONAL_ROWS {
            let rows = sqlx::query(statement)
                .bind(id)
                .bind(left)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if let Some(count) = counter(&mut gone) {
                *count += rows;
            }
            left -= i64::try_from(rows).unwrap_or(ROWS);
            if left <= 0 {
                break;
            }
        }
        if left > 0 {
            sqlx::query(EMPTY).bind(id).execute(&mut *tx).await?;
            gone.emptied = 1;
        }
        tx.commit().await?;
    });
    Ok(gone)
}

/// Takes a message whose personal data has gone, whole.
async fn remove(db: &Database, id: i64, before: &Cutoffs) -> Result<Gone, StoreError> {
    let mut gone = Gone::default();
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let held: Option<i64> = sqlx::query_scalar(HOLD_WHOLE)
            .bind(before.totals.map(Timestamp::from))
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?;
        if held.is_none() {
            return Ok(gone);
        }
        for statement in WITH_IT {
            sqlx::query(statement).bind(id).execute(&mut *tx).await?;
        }
        gone.whole = 1;
        tx.commit().await?;
    });
    Ok(gone)
}

/// Takes what hangs on no message.
async fn left_over(
    db: &Database,
    before: &Cutoffs,
    now: DateTime<Utc>,
) -> Result<Option<Gone>, StoreError> {
    let mut gone = Gone::default();
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        if let Some(before) = before.personal {
            let strays = sqlx::query(STRAYS)
                .bind(Timestamp::from(before))
                .bind(ROWS)
                .execute(&mut *tx)
                .await?;
            gone.strays = strays.rows_affected();
        }
        for (statement, then) in [(LINKS, now), (SIGN_INS, now - SIGN_IN)] {
            sqlx::query(statement)
                .bind(Timestamp::from(then))
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
    });
    Ok((!gone.is_none()).then_some(gone))
}
