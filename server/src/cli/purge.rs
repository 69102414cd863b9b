//! `purge`: removes what has been kept long enough; and the same, daily, beside the page.

use std::time::Duration;

use clap::Args;
use tokio::{sync::watch, task::JoinHandle};

use super::{Failure, causes, open};
use crate::{
    clock::{Clock, SharedClock},
    retention::{self, Ages, Daily, Purged},
    settings::StoreSettings,
    store::{
        Database, District,
        audit::Who,
        purge::{Dates, Gone, Plan},
        time::local,
    },
};
use shared::datetime::display_date;

/// How often a server looks whether the daily purge is due.
const LOOK_EVERY: Duration = Duration::from_secs(300);

/// How long what is kept.
#[derive(Args, Clone, Copy, Debug)]
pub struct KeepSettings {
    /// Days that names, addresses and texts of a message are kept after it is over; for ever unless given.
    #[arg(long, env = "SENTLOG_KEEP_PERSONAL", value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub keep_personal: Option<u32>,
    /// Days that a message is kept at all, with its totals: at least as long as its personal data, which goes with it;
    /// for ever unless given.
    #[arg(long, env = "SENTLOG_KEEP_TOTALS", value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub keep_totals: Option<u32>,
}

impl KeepSettings {
    /// For how long what is kept.
    ///
    /// # Errors
    /// A sentence where totals would go before the personal data they are of.
    pub fn ages(&self) -> Result<Ages, Failure> {
        Ages::new(self.keep_personal, self.keep_totals)
            .map_err(|error| Failure::new(format!("{error}.")))
    }
}

/// Removes what has been kept long enough, or says what would go.
pub async fn purge(
    store: &StoreSettings,
    keep: &KeepSettings,
    dry_run: bool,
    clock: impl Clock,
) -> Result<(), Failure> {
    let ages = keep.ages()?;
    if ages.is_for_ever() {
        return Err(Failure::new(
            "Everything is kept for ever. Say for how many days: --keep-personal DAYS (SENTLOG_KEEP_PERSONAL) for \
             names, addresses and texts, --keep-totals DAYS (SENTLOG_KEEP_TOTALS) for messages as a whole.",
        ));
    }
    let db = open(store).await?;
    let done = match dry_run {
        true => would_go(&db, ages, &store.district(), &clock).await,
        false => goes(&db, ages, &store.district(), &clock).await,
    };
    db.close().await;
    done
}

async fn would_go(
    db: &Database,
    ages: Ages,
    district: &District,
    clock: &dyn Clock,
) -> Result<(), Failure> {
    let now = clock.now();
    let zone = district.time_zone;
    let plan = retention::plan(db, ages, zone, now).await;
    let plan = plan.map_err(|error| Failure::new(format!("{}.", causes(&error))))?;
    let today = display_date(local(now, zone).date_naive());
    println!("Today is {today} by the district's clock ({zone}).");
    print!("{}", told(ages, &plan));
    println!("Nothing was changed.");
    Ok(())
}

async fn goes(
    db: &Database,
    ages: Ages,
    district: &District,
    clock: &dyn Clock,
) -> Result<(), Failure> {
    // Ctrl-C ends it between two transactions, and the next purge goes on.
    let (stop, told) = watch::channel(false);
    let ends = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.send_replace(true);
        }
        // Kept, so that nobody takes its end for a stop.
        std::future::pending::<()>().await;
    });
    let zone = district.time_zone;
    let purged = retention::purge(db, ages, zone, clock, Who::SHELL, &told).await;
    ends.abort();
    let purged = purged.map_err(|error| {
        Failure::new(format!(
            "The purge stopped: {}. What went is gone; run it again for the rest.",
            causes(&error)
        ))
    })?;
    println!("Gone: {}.", listed(&purged.gone));
    if !purged.done {
        return Err(Failure::new(
            "It was told to stop. Run it again for the rest.",
        ));
    }
    if !purged.wiped {
        println!(
            "Somebody was reading meanwhile: the database's write-ahead log still holds what was removed, until the \
             next purge or until every Sentlog on this database has ended."
        );
    }
    Ok(())
}

/// What would go, in sentences.
fn told(ages: Ages, plan: &Plan) -> String {
    let gone = &plan.gone;
    let mut text = String::new();
    if let Some(days) = ages.personal() {
        text += &format!(
            "Names, addresses and texts go {days} days after a message is over: of {}{}.\n",
            count(gone.emptied, "message", "messages"),
            made(&plan.personal)
        );
        text += &format!(
            "With them go {}, {}, {} and {}.\n",
            count(gone.recipients, "recipient", "recipients"),
            count(gone.deliveries, "delivery", "deliveries"),
            count(
                gone.receipts + gone.strays,
                "provider's report",
                "providers' reports"
            ),
            count(gone.inbox, "inbox entry", "inbox entries"),
        );
    }
    if let Some(days) = ages.totals() {
        text += &format!(
            "Whole messages go, with their totals, after {days} days: {}{}.\n",
            count(gone.whole, "message", "messages"),
            made(&plan.totals)
        );
    }
    if plan.spared > 0 {
        text += &format!(
            "As old, but not over for so long, and left alone: {}.\n",
            count(plan.spared, "message", "messages")
        );
    }
    text + "The audit trail stays, and so do addresses that asked to be left alone.\n"
}

fn listed(gone: &Gone) -> String {
    format!(
        "names, addresses and texts of {}; {}, {}, {}, {}; and {} whole",
        count(gone.emptied, "message", "messages"),
        count(gone.recipients, "recipient", "recipients"),
        count(gone.deliveries, "delivery", "deliveries"),
        count(
            gone.receipts + gone.strays,
            "provider's report",
            "providers' reports"
        ),
        count(gone.inbox, "inbox entry", "inbox entries"),
        count(gone.whole, "message", "messages"),
    )
}

fn count(count: u64, one: &str, more: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {more}"),
    }
}

fn made(dates: &Dates) -> String {
    match dates {
        None => String::new(),
        Some((first, last)) => format!(
            ", made from {} to {}",
            display_date(first.date_naive()),
            display_date(last.date_naive())
        ),
    }
}

/// The daily purge at work.
pub struct Keeping {
    stop: watch::Sender<bool>,
    work: JoinHandle<()>,
}

impl Keeping {
    /// Purges once a day, unless everything is kept for ever.
    pub fn begin(
        ages: Ages,
        db: &Database,
        clock: &SharedClock,
        district: &District,
    ) -> Option<Self> {
        if ages.is_for_ever() {
            return None;
        }
        let daily = Daily {
            db: db.clone(),
            ages,
            zone: district.time_zone,
            clock: clock.clone(),
        };
        let (stop, told) = watch::channel(false);
        let work = tokio::spawn(keep(daily, told));
        Some(Keeping { stop, work })
    }

    /// Begins no other transaction.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Ends with the transaction in hand.
    pub async fn end(self) {
        self.stop();
        if let Err(error) = self.work.await {
            tracing::warn!(
                cause = causes(&error),
                "the daily purge did not end in order"
            );
        }
    }
}

async fn keep(daily: Daily, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match daily.turn(&stop).await {
            Ok(None) => {}
            Ok(Some(Purged { gone, done, wiped })) => tracing::info!(
                messages = gone.emptied,
                whole = gone.whole,
                recipients = gone.recipients,
                done,
                wiped,
                "removed what was kept long enough"
            ),
            Err(error) => {
                tracing::warn!(
                    cause = causes(&error),
                    "what was kept long enough was not removed"
                );
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}
