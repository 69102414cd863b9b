//! Arrival: a large message comes in beside everybody else who writes, and is seen whole or not at all.

use serde_json::json;
use server::{
    clock::FixedClock,
    entry::NewMessage,
    store::{
        Database,
        arrival::sweep,
        audit::Who,
        cancel::{CancelOutcome, cancel},
        submit::{Submitted, submit},
    },
};

use crate::{
    log::{Log, on_both_databases, with},
    submit::many,
};

/// How many rows there are of a table, or of some of it.
pub async fn count(log: &Log, of: &str) -> i64 {
    let count: &'static str = format!("select count(*) from {of}").leak();
    match &log.db {
        Database::Sqlite(pool) => sqlx::query_scalar(count).fetch_one(pool).await,
        Database::Postgres(pool) => sqlx::query_scalar(count).fetch_one(pool).await,
    }
    .expect("it counts")
}

/// A message of so many rows that they come in by several transactions.
fn large(log: &Log, external_id: &str) -> NewMessage {
    let message = with(many(3000), json!({"external_id": external_id}));
    server::entry::json::read(message.to_string().as_bytes(), &log.district).expect("it is good")
}

/// Waits until a message comes in.
pub async fn arrives(log: &Log) {
    let wait = async {
        while count(log, "arrivals").await == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), wait)
        .await
        .expect("it begins to come in");
}

on_both_databases! {
    async fn others_write_while_a_large_message_comes_in_and_nobody_sees_it(log: Log) {
        let other = log.put(&many(1)).await;
        let message = large(&log, "large");
        let clock = FixedClock::at(log.now);
        let coming = submit(&log.db, &message, None, &clock);
        let meanwhile = async {
            arrives(&log).await;
            let all = log.find("1900-01-01", "2100-12-31").await;
            assert_eq!((all.total, all.messages.len()), (1, 1));
            let canceled = cancel(&log.db, other, &Who::SHELL, None, log.now).await;
            assert!(matches!(canceled, Ok(CancelOutcome::Canceled)), "{canceled:?}");
            assert_eq!(count(&log, "arrivals").await, 1, "it is still coming in");
            assert_eq!(count(&log, "lanes where message_id > 1").await, 0);
        };
        let (kept, ()) = tokio::join!(coming, meanwhile);
        let Ok(Submitted::Accepted(id)) = kept else { panic!("{kept:?}") };
        assert_eq!(log.find("1900-01-01", "2100-12-31").await.total, 2);
        assert_eq!(log.detail(id).await.summary.total_recipients, message.tally.persons);
        for (table, rows) in [("arrivals", 0), ("lanes", 4), ("messages", 2)] {
            assert_eq!(count(&log, table).await, rows, "{table}");
        }
    }

    async fn what_broke_off_is_never_seen_and_is_removed_after_an_hour(log: Log) {
        let message = large(&log, "large");
        let clock = FixedClock::at(log.now);
        {
            let coming = submit(&log.db, &message, None, &clock);
            tokio::select! {
                kept = coming => panic!("{kept:?}"),
                () = arrives(&log) => {}
            }
        }
        assert_eq!(log.find("1900-01-01", "2100-12-31").await.total, 0);
        let minutes = |n| log.now + chrono::TimeDelta::minutes(n);
        assert_eq!(sweep(&log.db, minutes(59)).await.expect("it looks"), 0);
        let again = submit(&log.db, &message, None, &clock).await;
        let Ok(Submitted::Accepted(id)) = again else { panic!("{again:?}") };
        assert_eq!(sweep(&log.db, minutes(60)).await.expect("it sweeps"), 1);
        assert_eq!(log.detail(id).await.summary.total_recipients, message.tally.persons);
        for (table, rows) in [("arrivals", 0), ("messages", 1), ("recipients", message.recipients.lines()), ("deliveries", message.recipients.deliveries())] {
            assert_eq!(count(&log, table).await, i64::from(rows), "{table}");
        }
        assert_eq!(sweep(&log.db, minutes(60)).await.expect("it looks"), 0);
    }

    async fn two_who_bring_the_same_large_message_at_once_leave_one(log: Log) {
        let message = large(&log, "large");
        let clock = FixedClock::at(log.now);
        let bring = || submit(&log.db, &message, None, &clock);
        let (one, two) = tokio::join!(bring(), bring());
        let (one, two) = (one.expect("it answers"), two.expect("it answers"));
        let id = |submitted| match submitted {
            Submitted::Accepted(id) | Submitted::AlreadyThere(id) => id,
            Submitted::Taken => panic!("it is of the same school"),
        };
        assert_ne!(one, two);
        assert_eq!(id(one), id(two));
        for (table, rows) in [("arrivals", 0), ("messages", 1), ("deliveries", message.recipients.deliveries())] {
            assert_eq!(count(&log, table).await, i64::from(rows), "{table}");
        }
        assert_eq!(bring().await.expect("it answers"), Submitted::AlreadyThere(id(one)));
    }

    async fn who_is_slower_than_an_hour_is_told_and_leaves_nothing(log: Log) {
        let message = large(&log, "large");
        let clock = FixedClock::at(log.now);
        let coming = submit(&log.db, &message, None, &clock);
        let later = log.now + chrono::TimeDelta::hours(2);
        let (kept, swept) = tokio::join!(coming, async {
            arrives(&log).await;
            sweep(&log.db, later).await
        });
        assert!(kept.is_err(), "{kept:?}");
        // What came in behind the one that removes it goes the next time.
        if swept.is_err() {
            sweep(&log.db, later).await.expect("it sweeps");
        }
        for table in ["arrivals", "messages", "recipients", "deliveries"] {
            assert_eq!(count(&log, table).await, 0, "{table}");
        }
    }
}
