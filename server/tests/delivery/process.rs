//! Real servers: told to end in mid-batch, and with a database that cuts every connection.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use server::{
    clock::{Clock, FixedClock, SharedClock, SystemClock},
    delivery::{Dispatcher, Routes, Rules, providers::sandbox::Pace, run},
    outcome::AfterSilence,
    store::Database,
};
use shared::{
    delivery::Device,
    message::{MessageId, MessageStatus},
};
use tokio::{sync::watch, time::timeout};

use crate::{
    log::Log,
    sink::{Sink, clock, counts, dispatcher, drain, mails, to_all},
};

/// How long a condition may take to come true.
const DEADLINE: Duration = Duration::from_secs(120);

pub const PEOPLE: usize = 6000;

/// The URL of a database.
pub fn url(db: &Database) -> String {
    match db {
        Database::Sqlite(pool) => {
            format!("sqlite:{}", pool.connect_options().get_filename().display())
        }
        Database::Postgres(pool) => {
            let options = pool.connect_options();
            let folder = options.get_socket().unwrap().display();
            let name = options.get_database().unwrap();
            format!("postgres://postgres@localhost/{name}?host={folder}")
        }
    }
}

/// Killed, and waited for, however the test ends.
pub struct Server {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Server {
    /// One that delivers to the sandbox.
    pub fn start(url: &str) -> Server {
        Self::with(url, &[])
    }

    /// One with these settings besides.
    pub fn with(url: &str, settings: &[&str]) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sentlog"));
        command
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--calling-window",
                "always",
            ])
            .args(["--database-url", url])
            .args(settings)
            .env("SENTLOG_LOG", "warn")
            .stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        Server { process, output }
    }

    /// Where it is, as it says once it is there: host and port.
    pub fn address(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("Sentlog is at http://");
        address.unwrap_or_else(|| panic!("it said {line}")).into()
    }

    /// Asks it to end, and says whether it did so well.
    pub fn stop(&mut self) -> bool {
        let pid = self.process.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.process.wait().unwrap().success()
    }

    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// How many of the message's deliveries were handed over, by its tally.
pub async fn done(log: &Log, id: MessageId) -> u32 {
    log.detail(id)
        .await
        .progress
        .iter()
        .map(|device| device.done)
        .sum()
}

pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    timeout(DEADLINE, wait)
        .await
        .unwrap_or_else(|_| panic!("never: {what}"));
}

pub async fn rows_in_inboxes(db: &Database) -> i64 {
    const ROWS: &str = "select count(*) from inbox";
    match db {
        Database::Sqlite(pool) => sqlx::query_scalar(ROWS).fetch_one(pool).await,
        Database::Postgres(pool) => sqlx::query_scalar(ROWS).fetch_one(pool).await,
    }
    .unwrap()
}

/// Settles what was left of a message to [`PEOPLE`] by inbox and email, after the leases have run out, and counts:
/// nobody got nothing. (Who got something twice is told by [carriers](crate::carriers) that count.)
pub async fn settle_and_count(mut log: Log, id: MessageId) {
    let later: DateTime<Utc> = SystemClock.now() + TimeDelta::minutes(5);
    log.now = later;
    let clock: SharedClock = Arc::new(FixedClock::at(later));
    let routes = Routes::sandbox(&log.db, &clock, Pace::AtOnce);
    let dispatcher = Dispatcher::new(
        log.db.clone(),
        clock,
        chrono_tz::America::Chicago,
        routes,
        Rules::default(),
    );
    dispatcher.settle_silent().await.unwrap();
    drain(&dispatcher).await;
    until("every delivery has its final word", async || {
        dispatcher.ask(Device::Email).await.unwrap();
        log.detail(id).await.message.row.status == MessageStatus::Sent
    })
    .await;
    assert_eq!(
        counts(&log, id, Device::Inbox).await,
        [0, 0, PEOPLE, 0, 0, 0]
    );
    let [queued, in_progress, sent, failed, canceled, opted_out] =
        counts(&log, id, Device::Email).await;
    assert_eq!((queued, in_progress, canceled, opted_out), (0, 0, 0, 0));
    assert_eq!(sent + failed, PEOPLE);
    assert_eq!(rows_in_inboxes(&log.db).await, PEOPLE as i64);
}

/// Asks a server to end while it delivers: what it has in hand is handed over and recorded, the rest is left queued
/// for whoever comes next, and nothing waits for a lease to run out.
async fn stopped_in_mid_batch(mut log: Log) {
    log.now = SystemClock.now();
    let id = log
        .put(&to_all("m", PEOPLE, |n| {
            json!([{"device": "inbox"}, {"device": "email", "address": format!("p{n}@nomail.com")}])
        }))
        .await;
    let mut server = Server::start(&url(&log.db));
    until("it hands something over", async || {
        done(&log, id).await > 500
    })
    .await;
    assert!(server.stop(), "it ended well");
    let left = done(&log, id).await as usize;
    assert!(left < 2 * PEOPLE, "it was done before it was stopped");
    const CLAIMED: &str = "select count(*) from claims";
    let claimed: i64 = match &log.db {
        Database::Sqlite(pool) => sqlx::query_scalar(CLAIMED).fetch_one(pool).await,
        Database::Postgres(pool) => sqlx::query_scalar(CLAIMED).fetch_one(pool).await,
    }
    .unwrap();
    assert_eq!(claimed, 0, "nothing is left claimed");
    let rows = rows_in_inboxes(&log.db).await;
    assert_eq!(
        counts(&log, id, Device::Inbox).await,
        [PEOPLE - rows as usize, 0, rows as usize, 0, 0, 0],
        "what is in no inbox is queued"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_told_to_end_in_mid_batch_leaves_nothing_claimed_on_sqlite() {
    stopped_in_mid_batch(Log::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_told_to_end_in_mid_batch_leaves_nothing_claimed_on_postgres() {
    if let Some(log) = Log::postgres().await {
        stopped_in_mid_batch(log).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_cuts_every_connection_loses_and_doubles_nothing() {
    const CUT: &str = "
        select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and application_name <> 'judge'";
    let Some(mut log) = Log::postgres().await else {
        return;
    };
    const MAILS: usize = 3000;
    let id = log.put(&mails("m", MAILS)).await;
    // The test itself looks through connections that stay.
    let worker = crate::sink::another(&log.db).await;
    let Database::Postgres(pool) = &log.db else {
        panic!("it is Postgres");
    };
    let judge = (*pool.connect_options()).clone().application_name("judge");
    log.db = Database::Postgres(sqlx::PgPool::connect_with(judge).await.unwrap());
    let Database::Postgres(judge) = log.db.clone() else {
        panic!("it is Postgres");
    };
    let clock = clock(&log);
    let mut sink = Sink::new(10);
    Arc::get_mut(&mut sink).unwrap().after_silence = AfterSilence::Repeat;
    let (stop, told) = watch::channel(false);
    let work = tokio::spawn(run(
        dispatcher(&worker, &clock, &sink, Rules::default()),
        told,
    ));
    for round in 1..=12 {
        until("it goes on", async || sink.handed().len() >= round * 100).await;
        let cut: i64 = sqlx::query_scalar(CUT).fetch_one(&judge).await.unwrap();
        assert!(cut > 0);
    }
    until("every delivery has its final word", async || {
        // A claim whose commit was cut off is settled when its lease has run out.
        clock.advance(TimeDelta::seconds(1));
        log.now = clock.now();
        log.detail(id).await.message.row.status == MessageStatus::Sent
    })
    .await;
    stop.send_replace(true);
    work.await.unwrap();
    let mut numbers = sink.numbers(id);
    assert_eq!(numbers.len(), MAILS, "nobody got anything twice");
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), MAILS, "and nobody got nothing");
}
