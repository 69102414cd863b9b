//! The demonstration district, small.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::json;
use server::{
    clock::FixedClock,
    demo::{DemoError, Scale, fill},
    store::{
        StoreError,
        demonstration::{self, DEMO_USER},
        making::{Standing, standing},
        sessions::{self, Owner},
        users,
    },
};
use shared::{
    call_status::DEFINITIONS,
    delivery::{RecipientPage, RecipientQuery},
    find::FindResult,
    message::{MessageId, MessageStatus},
    session::Role,
};

use tokio::sync::Notify;

use crate::log::{Log, message, on_both_databases, utc};

const SMALL: Scale = Scale {
    messages_a_day: 25,
    days: 12,
    emergency: 4000,
};

async fn filled(log: &Log, scale: Scale) -> u64 {
    let clock = FixedClock::at(log.now);
    let written = fill(&log.db, &log.district, &clock, scale, &mut |_, _| {}).await;
    written.expect("it fills")
}

async fn every_line(log: &Log, id: MessageId) -> Vec<RecipientPage> {
    let mut pages = Vec::new();
    let mut query = RecipientQuery {
        limit: Some(500),
        ..RecipientQuery::default()
    };
    loop {
        let page = log.recipients(id, &query).await;
        query.after = page.next_after;
        pages.push(page);
        if query.after.is_none() {
            return pages;
        }
    }
}

fn emergency(found: &FindResult) -> MessageId {
    let row = found
        .messages
        .iter()
        .find(|row| row.subject.starts_with("All Schools Closed"));
    row.expect("it is there").id
}

on_both_databases! {
    async fn the_last_week_is_lively_and_shows_every_status_also_in_summer(log: Log) {
        // A Sunday in July.
        let log = Log { now: utc("2026-07-19T18:00:00Z"), ..log };
        let written = filled(&log, Scale { messages_a_day: Scale::FULL.messages_a_day, days: 7, emergency: 10 }).await;
        let found = log.find("2026-07-13", "2026-07-19").await;
        assert_eq!(found.total, written);
        assert!(found.total > 100, "{}", found.total);
        let statuses: BTreeSet<&str> = found.messages.iter().map(|row| row.status.as_str()).collect();
        assert_eq!(statuses.len(), MessageStatus::ALL.len());
        assert!(found.messages.iter().all(|row| row.created_at <= log.now));
        assert!(found.messages.iter().any(|row| row.schedule_id.is_some()));
        let types: BTreeSet<&str> = found.messages.iter().map(|row| row.message_type.as_str()).collect();
        assert!(types.len() >= 9, "{types:?}");
    }

    async fn the_emergency_has_every_call_status_and_marks_duplicates(log: Log) {
        filled(&log, SMALL).await;
        let found = log.find("2020-01-20", "2020-02-01").await;
        let mut codes = BTreeSet::new();
        for row in &found.messages {
            for page in every_line(&log, row.id).await {
                let deliveries = page.recipients.iter().flat_map(|r| &r.deliveries);
                codes.extend(deliveries.filter_map(|d| d.call_status));
            }
        }
        let missing: Vec<_> = DEFINITIONS.iter().filter(|d| !codes.contains(&d.code)).collect();
        assert_eq!(missing, Vec::<&_>::new());
        assert!(codes.iter().any(|code| code.definition().is_none()));
        let id = emergency(&found);
        let pages = every_line(&log, id).await;
        let detail = log.detail(id).await;
        assert_eq!(detail.progress.len(), 4);
        assert_eq!(detail.summary.total_recipients, 4000);
        let lines: usize = pages.iter().map(|page| page.recipients.len()).sum();
        assert!(lines > 4000, "people stand on several lines: {lines}");
        assert!(pages[0].recipients.iter().flat_map(|r| &r.deliveries).any(|d| d.duplicate));
    }

    async fn only_an_empty_log_is_filled(log: Log) {
        filled(&log, Scale { days: 1, emergency: 1, ..SMALL }).await;
        let clock = FixedClock::at(log.now);
        let again = fill(&log.db, &log.district, &clock, SMALL, &mut |_, _| {}).await;
        assert!(matches!(again, Err(DemoError::Store(StoreError::NotEmpty))));
    }

    async fn a_making_that_was_interrupted_is_begun_anew(log: Log) {
        let scale = Scale { messages_a_day: 10, days: 5, emergency: 3000 };
        let half = Notify::new();
        let clock = FixedClock::at(log.now - TimeDelta::hours(30));
        let mut progress = |done, _| if done == 3 { half.notify_one() };
        let making = fill(&log.db, &log.district, &clock, scale, &mut progress);
        tokio::select! {
            biased;
            () = half.notified() => {}
            made = making => panic!("it was made: {made:?}"),
        }
        assert_eq!(standing(&log.db).await.expect("it answers"), Standing::Part);

        let written = filled(&log, scale).await;
        assert_eq!(standing(&log.db).await.expect("it answers"), Standing::Whole);
        let fresh = Log::sqlite().await;
        assert_eq!(written, filled(&fresh, scale).await);
        let rows = async |log: &Log| -> Vec<_> {
            let found = log.find("2020-01-01", "2020-02-01").await;
            assert_eq!(found.total, written);
            found.messages.into_iter().map(|row| (row.created_at, row.subject, row.status)).collect()
        };
        assert_eq!(rows(&log).await, rows(&fresh).await);
        let again = emergency(&log.find("2020-01-20", "2020-02-01").await);
        assert_eq!(log.detail(again).await.summary.total_recipients, 3000);
    }

    async fn what_somebody_sent_is_no_part_of_it_whatever_it_is_called(log: Log) {
        log.put(&json!({
            "external_id": "demo-1", "message_type": "Behavior", "organization": "High School", "subject": "Mine",
            "sender": "A", "created_at": "2020-01-31T11:00:00-06:00", "reply_to": "office@district.org",
            "recipients": [],
        })).await;
        assert_eq!(standing(&log.db).await.expect("it answers"), Standing::Other);
        let clock = FixedClock::at(log.now);
        let made = fill(&log.db, &log.district, &clock, SMALL, &mut |_, _| {}).await;
        assert!(matches!(made, Err(DemoError::Store(StoreError::NotEmpty))));
        assert_eq!(log.find("2020-01-20", "2020-02-01").await.total, 1);
    }
}

#[tokio::test]
async fn the_same_anchor_makes_the_same_district_on_either_database() {
    let mut logs = vec![Log::sqlite().await, Log::sqlite().await];
    logs.extend(Log::postgres().await);
    let mut contents = Vec::new();
    for log in &logs {
        filled(log, SMALL).await;
        let found = log.find("2020-01-20", "2020-02-01").await;
        let id = emergency(&found);
        contents.push((found, log.detail(id).await, every_line(log, id).await));
    }
    assert!(contents.windows(2).all(|pair| pair[0] == pair[1]));
}

on_both_databases! {
    async fn only_what_was_made_for_it_is_a_demonstration_and_none_after_it_was_served_otherwise(log: Log) {
        let begin = async || demonstration::begin(&log.db, log.now).await.expect("it answers");
        assert!(begin().await);
        let visitor = users::add(&log.db, DEMO_USER, Role::Admin, "", log.now).await.expect("it answers").expect("it is added");
        assert!(begin().await, "it goes on being one");
        assert!(users::is_administered(&log.db).await.expect("it answers"), "by its visitors");
        let owner = Owner { user: Some(visitor), ..Owner::default() };
        assert!(sessions::create(&log.db, "key", "{}", &owner, log.now).await.expect("it is kept"));
        demonstration::end(&log.db, log.now).await.expect("it ends");
        let past = log.now - chrono::TimeDelta::hours(1);
        assert!(sessions::load(&log.db, "key", past, past).await.expect("it answers").is_none());
        assert!(users::by_id(&log.db, visitor).await.expect("it answers").expect("it is there").disabled_at.is_some());
        assert!(!users::is_administered(&log.db).await.expect("it answers"));
        assert!(!begin().await, "it holds people");
        demonstration::end(&log.db, log.now).await.expect("there is nothing to end");
    }

    async fn a_log_that_holds_messages_is_no_demonstration(log: Log) {
        log.put(&message("a")).await;
        assert!(!demonstration::begin(&log.db, log.now).await.expect("it answers"));
        let url = crate::purging::url(&log.db);
        let words = refused(&["--listen", "127.0.0.1:0", "--database-url", &url]);
        assert!(words.contains("a database of its own"), "{words}");
    }
}

/// Starts a demonstration, which refuses to, and returns what it says.
fn refused(args: &[&str]) -> String {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sentlog"));
    let output = command.args(["serve", "--demo"]).args(args).output();
    let output = output.expect("it runs");
    assert!(!output.status.success());
    String::from_utf8(output.stderr).expect("it prints text")
}

#[test]
fn a_demonstration_is_reached_from_this_machine_only() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let url = format!("sqlite:{}/log.db", folder.path().display());
    let database = ["--database-url", &url];
    for (args, words) in [
        (["--listen", "0.0.0.0:0"], "listens on this machine only"),
        (["--listen", "[::]:0"], "listens on this machine only"),
        (["--listen=127.0.0.1:0", "--behind-tls"], "behind no proxy"),
    ] {
        let said = refused(&[&args[..], &database].concat());
        assert!(said.contains(words), "{said}");
    }
    assert!(!folder.path().join("log.db").exists(), "nothing was made");
}
