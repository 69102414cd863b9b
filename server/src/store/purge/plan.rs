//! What a purge would take, counted beforehand.

use chrono::{DateTime, FixedOffset};
use chrono_tz::Tz;

use super::{Cutoffs, Gone, due};
use crate::store::{
    Database, StoreError,
    snapshot::{Snapshot, in_snapshot},
    time::Timestamp,
};

/// Messages whose personal data is to go, those of a purge that was killed half-way among them.
macro_rules! personal {
    () => {
        concat!(
            "((personal_data_removed_at is null and ",
            due!("$1"),
            ") or removing)"
        )
    };
}

macro_rules! dates {
    ($condition:expr) => {
        concat!(
            "select count(*), min(created_at), max(created_at) from messages where ",
            $condition
        )
    };
}

macro_rules! rows {
    ($table:literal) => {
        concat!(
            "select count(*) from ",
            $table,
            " where message_id in (select id from messages where ",
            personal!(),
            ")"
        )
    };
}

const PERSONAL: &str = dates!(personal!());

const TOTALS: &str = dates!(due!("$1"));

const NOT_OVER: &str = concat!(
    "select count(*) from messages where personal_data_removed_at is null and created_at < $1 and not ",
    due!("$1")
);

type Counter = fn(&mut Gone) -> &mut u64;

const ROWS: [(&str, Counter); 4] = [
    (rows!("recipients"), |gone| &mut gone.recipients),
    (rows!("deliveries"), |gone| &mut gone.deliveries),
    (rows!("receipts"), |gone| &mut gone.receipts),
    (rows!("inbox"), |gone| &mut gone.inbox),
];

const STRAYS: &str = "select count(*) from stray_reports where received_at < $1";

/// When the first and the last of some messages were made, by the district's clock.
pub type Dates = Option<(DateTime<FixedOffset>, DateTime<FixedOffset>)>;

/// What would go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// How many of what.
    pub gone: Gone,
    /// Of the messages whose personal data would go.
    pub personal: Dates,
    /// Of the messages that would go whole.
    pub totals: Dates,
    /// Messages made long enough ago that stay as they are: not over yet, in somebody's hands, or there was news of them
    /// since.
    pub spared: u64,
}

/// Counts what would go, at one moment.
///
/// # Errors
/// Where the database fails.
pub async fn plan(db: &Database, before: &Cutoffs, zone: Tz) -> Result<Plan, StoreError> {
    let mut snapshot = db.snapshot().await?;
    let mut plan = Plan::default();
    let (personal, totals) = (before.personal, before.totals);
    let (personal, totals) = (personal.map(Timestamp::from), totals.map(Timestamp::from));
    (plan.gone.emptied, plan.personal) = messages(&mut snapshot, PERSONAL, personal, zone).await?;
    (plan.gone.whole, plan.totals) = messages(&mut snapshot, TOTALS, totals, zone).await?;
    for (statement, count) in ROWS {
        *count(&mut plan.gone) = figure(&mut snapshot, statement, personal).await?;
    }
    plan.gone.strays = figure(&mut snapshot, STRAYS, personal).await?;
    plan.spared = figure(&mut snapshot, NOT_OVER, personal).await?;
    Ok(plan)
}

async fn messages(
    snapshot: &mut Snapshot,
    statement: &'static str,
    before: Option<Timestamp>,
    zone: Tz,
) -> Result<(u64, Dates), StoreError> {
    let (count, first, last): (i64, Option<Timestamp>, Option<Timestamp>) =
        in_snapshot!(snapshot, |connection| sqlx::query_as(statement)
            .bind(before)
            .fetch_one(connection)
            .await?);
    let dates = first.zip(last);
    let dates = dates.map(|(first, last)| (first.local(zone), last.local(zone)));
    Ok((count.unsigned_abs(), dates))
}

async fn figure(
    snapshot: &mut Snapshot,
    statement: &'static str,
    before: Option<Timestamp>,
) -> Result<u64, StoreError> {
    let count: i64 = in_snapshot!(snapshot, |connection| sqlx::query_scalar(statement)
        .bind(before)
        .fetch_one(connection)
        .await?);
    Ok(count.unsigned_abs())
}
