//! How fast the sandbox delivers, and how soon a cancel is answered while it does, on both databases. Run by
//! `cargo xtask bench`, or `cargo bench -p server --bench delivery`; with `-- URL` on that empty database only. The
//! figures are this machine's.

#[path = "../tests/support/postgres.rs"]
mod postgres;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use server::{
    clock::{Clock, SharedClock, SystemClock},
    delivery::{Dispatcher, Routes, Rules, providers::sandbox::Pace, run},
    entry::json,
    store::{
        Database, District,
        audit::Who,
        cancel::{CancelOutcome, cancel},
        detail::detail,
        submit::{Submitted, submit},
    },
};
use shared::message::{MessageDetail, MessageId, MessageStatus};
use tokio::{sync::watch, task::JoinHandle};

type Failure = Box<dyn std::error::Error>;

const PEOPLE: usize = 100_000;
const ROUNDS: usize = 50;
const ZONE: chrono_tz::Tz = chrono_tz::America::Chicago;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    if let Some(url) = std::env::args().skip(1).find(|arg| arg.contains(':')) {
        return measure("The given database", &url).await;
    }
    let folder = tempfile::tempdir()?;
    let sqlite = format!("sqlite:{}/bench.db", folder.path().display());
    measure("SQLite", &sqlite).await?;
    if let Some(url) = postgres::fresh_database().await {
        measure("Postgres", &url).await?;
    }
    Ok(())
}

async fn measure(name: &str, url: &str) -> Result<(), Failure> {
    println!("{name}");
    let db = Database::connect(url).await?;
    db.migrate().await?;
    dispatch(&db).await?;
    stop(&db, url).await?;
    db.close().await;
    Ok(())
}

/// Delivers one message by email and text from the first hand-over to the last final word.
async fn dispatch(db: &Database) -> Result<(), Failure> {
    let id = put(db, "dispatch", true).await?;
    let (stop, work) = begin(db);
    let start = Instant::now();
    while look(db, id).await?.message.row.status != MessageStatus::Sent {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let spent = start.elapsed();
    end(stop, work).await?;
    let deliveries = (2 * PEOPLE) as f64;
    let rate = deliveries / spent.as_secs_f64();
    println!(
        "  sandbox: {deliveries} deliveries, each to its final word, in {spent:.1?}: {rate:.0} a second"
    );
    Ok(())
}

/// Cancels messages of 100 000 recipients under way, while two dispatchers with pools of their own work flat out.
async fn stop(db: &Database, url: &str) -> Result<(), Failure> {
    let other = Database::connect(url).await?;
    let dispatchers = [begin(db), begin(&other)];
    let (mut times, mut stopped) = (Vec::new(), 0);
    for round in 0..ROUNDS {
        let id = put(db, &format!("cancel {round}"), false).await?;
        // Another one now and then, so that the dispatchers have work before, during and after.
        if round % 4 == 0 {
            put(db, &format!("beside {round}"), false).await?;
        }
        while look(db, id)
            .await?
            .progress
            .iter()
            .all(|device| device.done == 0)
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let start = Instant::now();
        let outcome = cancel(db, id, &Who::SHELL, None, SystemClock.now()).await?;
        let answer = look(db, id).await?;
        times.push(start.elapsed());
        if outcome == CancelOutcome::Canceled {
            let cut = answer.cancellation.map(|canceled| canceled.devices);
            stopped += cut
                .into_iter()
                .flatten()
                .map(|device| device.stopped)
                .sum::<u32>();
        }
    }
    for (stop, work) in dispatchers {
        end(stop, work).await?;
    }
    other.close().await;
    times.sort_unstable();
    let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
    println!(
        "  cancel of {PEOPLE} recipients under way, two dispatchers flat out: {median:.1?} at the median, {worst:.1?} at worst, of {ROUNDS}; {stopped} deliveries stopped"
    );
    Ok(())
}

fn begin(db: &Database) -> (watch::Sender<bool>, JoinHandle<()>) {
    let clock: SharedClock = Arc::new(SystemClock);
    let routes = Routes::sandbox(db, &clock, Pace::AtOnce);
    let dispatcher = Dispatcher::new(db.clone(), clock, ZONE, routes, Rules::default());
    let (stop, told) = watch::channel(false);
    (stop, tokio::spawn(run(Arc::new(dispatcher), told)))
}

async fn end(stop: watch::Sender<bool>, work: JoinHandle<()>) -> Result<(), Failure> {
    stop.send_replace(true);
    Ok(work.await?)
}

async fn look(db: &Database, id: MessageId) -> Result<MessageDetail, Failure> {
    let detail = detail(db, id, ZONE, SystemClock.now()).await?;
    Ok(detail.ok_or("the message is missing")?)
}

async fn put(db: &Database, name: &str, text: bool) -> Result<MessageId, Failure> {
    let mut body = format!(
        r#"{{"external_id":"{name}","message_type":"Message Builder","organization":"District","subject":"Closed","sender":"A","created_at":"2026-05-15T08:00:00-05:00","body":{{"email":"{}"}},"recipients":["#,
        "School is closed today. ".repeat(100)
    );
    for n in 0..PEOPLE {
        let comma = if n == 0 { "" } else { "," };
        let text = match text {
            true => format!(
                r#",{{"device":"text","address":"(612) {:03}-{:04}"}}"#,
                200 + n / 10_000,
                n % 10_000
            ),
            false => String::new(),
        };
        body.push_str(&format!(
            r#"{comma}{{"person":"p{n}","name":"Family{n}, Given","deliveries":[{{"device":"email","address":"parent{n}@mail.example"}}{text}]}}"#
        ));
    }
    body.push_str("]}");
    let district = District {
        time_zone: ZONE,
        phone_region: phonenumber::country::Id::US,
    };
    let message = json::read(body.as_bytes(), &district)?;
    match submit(db, &message, None, &SystemClock).await? {
        Submitted::Accepted(id) => Ok(id),
        Submitted::AlreadyThere(_) | Submitted::Taken => Err("it was there before".into()),
    }
}
