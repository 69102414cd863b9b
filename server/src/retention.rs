//! Retention: how long personal data and totals are kept, and removing what was kept long enough.

use chrono::{DateTime, Days, TimeDelta, Utc};
use chrono_tz::Tz;
use tokio::sync::watch;

use crate::{
    clock::{Clock, SharedClock},
    store::{
        Database, StoreError,
        audit::Who,
        purge::{self, Cutoffs, Gone, Plan, Run},
        time::{day_start, local},
        upkeep,
    },
};

/// When a process that took up the daily purge counts as gone, unless it says more.
const GONE_AFTER: TimeDelta = TimeDelta::hours(1);

/// When in the district's night the next day's purge begins.
const AT_NIGHT: TimeDelta = TimeDelta::hours(3);

/// For how many days what is kept; `None`: for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ages {
    personal: Option<u32>,
    totals: Option<u32>,
}

/// Totals would go before the personal data they are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Totals are kept {totals} days and personal data {personal}, but a message takes its recipients with it: keep \
     totals at least as long (--keep-totals), or personal data no longer (--keep-personal)"
)]
pub struct TotalsFirst {
    personal: u32,
    totals: u32,
}

impl Ages {
    /// Personal data and totals; where only totals have an age, personal data goes with them.
    ///
    /// # Errors
    /// Where totals would go first.
    pub fn new(personal: Option<u32>, totals: Option<u32>) -> Result<Ages, TotalsFirst> {
        match (personal, totals) {
            (Some(personal), Some(totals)) if totals < personal => {
                Err(TotalsFirst { personal, totals })
            }
            _ => Ok(Ages {
                personal: personal.or(totals),
                totals,
            }),
        }
    }

    /// Whether nothing ever goes.
    pub const fn is_for_ever(&self) -> bool {
        self.personal.is_none()
    }

    /// After how many days personal data goes.
    pub const fn personal(&self) -> Option<u32> {
        self.personal
    }

    /// After how many days totals go.
    pub const fn totals(&self) -> Option<u32> {
        self.totals
    }

    /// Before when something must have come to an end to go at `now`: whole days of the district.
    pub fn cutoffs(&self, zone: Tz, now: DateTime<Utc>) -> Cutoffs {
        let today = local(now, zone).date_naive();
        let before = |days: u32| {
            let day = today.checked_sub_days(Days::new(days.into()))?;
            Some(day_start(day, zone).utc())
        };
        Cutoffs {
            personal: self.personal.and_then(before),
            totals: self.totals.and_then(before),
        }
    }
}

/// What a purge did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// What went.
    pub gone: Gone,
    /// Whether nothing is left to do; else it was told to stop.
    pub done: bool,
    /// Whether it is gone from the database's files, too.
    pub wiped: bool,
}

/// Removes what was kept long enough, until nothing is left or `stop` says true; each purge that finds something is
/// recorded in the audit trail before and after.
///
/// # Errors
/// Where the database fails, or the trail takes no line; what went until then is gone, and the next purge goes on.
pub async fn purge(
    db: &Database,
    ages: Ages,
    zone: Tz,
    clock: &dyn Clock,
    who: Who,
    stop: &watch::Receiver<bool>,
) -> Result<Purged, StoreError> {
    let before = ages.cutoffs(zone, clock.now());
    let plan = purge::plan(db, &before, zone).await?;
    let run = Run {
        who,
        keep_personal: ages.personal,
        keep_totals: ages.totals,
    };
    let recorded = !plan.gone.is_none();
    if recorded {
        purge::begun(db, &run, &plan, clock.now()).await?;
    }
    let mut purged = Purged::default();
    while !*stop.borrow() {
        match purge::step(db, &before, zone, clock.now()).await? {
            Some(gone) => purged.gone += gone,
            None => {
                purged.done = true;
                break;
            }
        }
        // Whoever waits for the database comes before the next batch.
        tokio::task::yield_now().await;
    }
    if recorded || !purged.gone.is_none() {
        purge::ended(db, &run, &purged.gone, purged.done, clock.now()).await?;
    }
    purged.wiped = purge::wipe(db).await?;
    Ok(purged)
}

/// What would go now.
///
/// # Errors
/// Where the database fails.
pub async fn plan(
    db: &Database,
    ages: Ages,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Plan, StoreError> {
    purge::plan(db, &ages.cutoffs(zone, now), zone).await
}

/// The purge that a server does by itself once a day, one process for all that share the database.
#[derive(Clone)]
pub struct Daily {
    /// The database.
    pub db: Database,
    /// What is kept how long.
    pub ages: Ages,
    /// The district's zone.
    pub zone: Tz,
    /// The time.
    pub clock: SharedClock,
}

impl Daily {
    /// Purges where it is due and nobody else does; `None` where it is not.
    ///
    /// # Errors
    /// Where the database fails; it is due again within the hour.
    pub async fn turn(&self, stop: &watch::Receiver<bool>) -> Result<Option<Purged>, StoreError> {
        if self.ages.is_for_ever() {
            return Ok(None);
        }
        let now = self.clock.now();
        if !upkeep::take_purge(&self.db, now + GONE_AFTER, now).await? {
            return Ok(None);
        }
        let clock = &*self.clock;
        let purged = purge(&self.db, self.ages, self.zone, clock, Who::SYSTEM, stop).await?;
        if purged.done {
            upkeep::purge_at(&self.db, self.next()).await?;
        } else {
            // Whoever is there next goes on.
            upkeep::purge_at(&self.db, self.clock.now()).await?;
        }
        Ok(Some(purged))
    }

    /// The next night.
    fn next(&self) -> DateTime<Utc> {
        let today = local(self.clock.now(), self.zone).date_naive();
        day_start(today + Days::new(1), self.zone).utc() + AT_NIGHT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_kept_at_least_as_long_as_what_they_are_of() {
        let refused = Ages::new(Some(30), Some(29)).unwrap_err().to_string();
        assert!(
            refused.contains("Totals are kept 29 days and personal data 30"),
            "{refused}"
        );
        assert!(Ages::new(Some(30), Some(30)).is_ok());
        assert!(Ages::new(None, None).unwrap().is_for_ever());
        let whole = Ages::new(None, Some(9)).unwrap();
        assert_eq!((whole.personal(), whole.totals()), (Some(9), Some(9)));
    }

    #[test]
    fn days_are_counted_by_the_districts_clock() {
        let zone = chrono_tz::America::Chicago;
        let ages = Ages::new(Some(30), None).unwrap();
        let before = |now: &str| ages.cutoffs(zone, now.parse().unwrap()).personal.unwrap();
        // Still 03/31 there; thirty days ago the clocks had not been set forward.
        assert_eq!(
            before("2020-04-01T04:59:00Z").to_rfc3339(),
            "2020-03-01T06:00:00+00:00"
        );
        assert_eq!(
            before("2020-04-01T05:00:00Z").to_rfc3339(),
            "2020-03-02T06:00:00+00:00"
        );
        assert_eq!(ages.cutoffs(zone, DateTime::UNIX_EPOCH).totals, None);
    }
}
