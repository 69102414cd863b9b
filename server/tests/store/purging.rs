//! The program that purges: what it says and refuses, killed half-way, and by itself beside the page.

use std::{
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use serde_json::json;
use server::store::{
    Database,
    audit::verify::{Verdict, verify},
};
use shared::{
    delivery::RecipientQuery,
    message::{MessageDetail, MessageId},
};
use tokio::time::timeout;

use crate::log::{Log, line, message, on_both_databases, with};

/// How long a condition may take to come true.
const DEADLINE: Duration = Duration::from_secs(120);

const AT: &str = "2020-01-31T12:05:00-06:00";

pub fn url(db: &Database) -> String {
    match db {
        Database::Sqlite(pool) => {
            format!("sqlite:{}", pool.connect_options().get_filename().display())
        }
        Database::Postgres(pool) => {
            let options = pool.connect_options();
            let folder = options.get_socket().expect("a socket").display();
            let name = options.get_database().expect("a name");
            format!("postgres://postgres@localhost/{name}?host={folder}")
        }
    }
}

pub fn sentlog(db: &Database, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sentlog"));
    command.args(args).args(["--database-url", &url(db)]);
    command
}

pub fn said(output: &Output) -> String {
    [&output.stdout[..], &output.stderr[..]]
        .map(String::from_utf8_lossy)
        .concat()
}

/// Killed, and waited for, however the test ends.
struct Process(Child);

impl Process {
    fn start(mut command: Command) -> Process {
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Process(command.spawn().expect("it starts"))
    }

    /// Asks it to end, and says whether it did so well.
    fn stop(&mut self) -> bool {
        let pid = self.0.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(told.expect("it is told").success());
        self.0.wait().expect("it ends").success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

async fn count(log: &Log, of: &'static str) -> i64 {
    match &log.db {
        Database::Sqlite(pool) => sqlx::query_scalar(of).fetch_one(pool).await,
        Database::Postgres(pool) => sqlx::query_scalar(of).fetch_one(pool).await,
    }
    .expect("it counts")
}

const LINES: &str = "select count(*) from recipients";

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    let held = timeout(DEADLINE, wait).await;
    held.unwrap_or_else(|_| panic!("never: {what}"));
}

/// Long ago, to so many people.
async fn put(log: &Log, external_id: &str, people: usize) -> MessageId {
    let lines = (0..people).map(|n| {
        let address = format!("p{n}@nomail.com");
        let delivery = json!({"device": "email", "address": address, "status": "sent", "at": AT});
        line(&format!("p{n}"), json!([delivery]))
    });
    let lines: Vec<_> = lines.collect();
    let fields = json!({"status": "sent", "started_at": AT, "ended_at": AT, "recipients": lines});
    log.put(&with(message(external_id), fields)).await
}

fn figures(detail: MessageDetail) -> MessageDetail {
    MessageDetail {
        personal_data_removed_at: None,
        ..detail
    }
}

on_both_databases! {
    async fn a_dry_run_says_what_would_go_and_changes_nothing(log: Log) {
        let id = put(&log, "old", 3).await;
        log.put(&message("waits")).await;
        let dry = ["purge", "--keep-personal", "30", "--keep-totals", "400", "--dry-run"];
        let output = sentlog(&log.db, &dry).output().expect("it runs");
        let said = said(&output);
        assert!(output.status.success(), "{said}");
        for sentence in [
            "Names, addresses and texts go 30 days after a message is over: of 1 message, made from 01/31/2020 to 01/31/2020.",
            "With them go 3 recipients, 3 deliveries, 0 providers' reports and 0 inbox entries.",
            "Whole messages go, with their totals, after 400 days: 1 message, made from 01/31/2020 to 01/31/2020.",
            "As old, but not over for so long, and left alone: 1 message.",
            "Nothing was changed.",
        ] {
            assert!(said.contains(sentence), "{said}");
        }
        assert_eq!(log.recipients(id, &RecipientQuery::default()).await.total, 3);
        assert_eq!(log.detail(id).await.personal_data_removed_at, None);
    }

    async fn ages_that_make_no_sense_are_refused_with_what_to_say_instead(log: Log) {
        put(&log, "old", 3).await;
        for (ages, sentence) in [
            (&[][..], "Everything is kept for ever."),
            (&["--keep-personal", "30", "--keep-totals", "29"][..], "keep totals at least as long"),
            (&["--keep-personal", "0"][..], "0 is not in 1..=36500"),
        ] {
            for command in ["purge", "serve"] {
                if (command, ages.len()) == ("serve", 0) {
                    continue;
                }
                let args = [&[command], ages].concat();
                let output = sentlog(&log.db, &args).output().expect("it runs");
                assert!(!output.status.success());
                assert!(said(&output).contains(sentence), "{}", said(&output));
            }
        }
        assert_eq!(count(&log, LINES).await, 3);
    }

    async fn what_a_killed_purge_leaves_the_next_one_takes(log: Log) {
        let id = put(&log, "long", 12_000).await;
        let before = log.detail(id).await;
        let keep = ["purge", "--keep-personal", "30"];
        let mut killed = Process::start(sentlog(&log.db, &keep));
        until("it has begun", async || count(&log, LINES).await < 12_000).await;
        killed.0.kill().expect("it is killed");
        killed.0.wait().expect("it ends");
        let left = count(&log, LINES).await;
        assert_eq!(figures(log.detail(id).await), before);
        assert_eq!(log.recipients(id, &RecipientQuery::default()).await.total, 0);
        let output = sentlog(&log.db, &keep).output().expect("it runs");
        assert!(output.status.success(), "{}", said(&output));
        assert!(said(&output).contains(&format!("{left} recipients")), "{}", said(&output));
        assert_eq!(count(&log, LINES).await, 0);
        assert_eq!(figures(log.detail(id).await), before);
        // Of the killed one the trail knows that it began.
        let trail = verify(&log.db, None).await.expect("it reads");
        assert!(matches!(trail, Verdict::Whole { lines: 2..=4, .. }), "{trail:?}");
    }

    async fn a_server_purges_by_itself_and_ends_in_order(log: Log) {
        let id = put(&log, "long", 12_000).await;
        let before = log.detail(id).await;
        let serve = ["serve", "--listen", "127.0.0.1:0", "--no-delivery", "--keep-personal", "30"];
        let mut first = Process::start(sentlog(&log.db, &serve));
        until("it has begun", async || count(&log, LINES).await < 12_000).await;
        assert!(first.stop());
        // Told to stop half-way, it leaves the rest to whoever is there next.
        let mut second = Process::start(sentlog(&log.db, &serve));
        until("it has ended", async || count(&log, LINES).await == 0).await;
        until("it is recorded", async || {
            count(&log, "select count(*) from audit where details like '%\"done\"%'").await == 1
        })
        .await;
        assert!(second.stop());
        assert_eq!(figures(log.detail(id).await), before);
    }
}
