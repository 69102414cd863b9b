//! Submit: whole or not at all, and counted right.

use serde_json::{Value, json};
use server::{
    clock::FixedClock,
    store::{
        Database,
        submit::{Submitted, submit},
    },
};
use shared::{
    counting::{Counted, Tally},
    delivery::RecipientQuery,
};

use crate::log::{Log, line, message, on_both_databases, with};

/// Runs a statement that the store itself has no use for.
async fn execute(db: &Database, sql: &'static str) -> bool {
    match db {
        Database::Sqlite(pool) => sqlx::query(sql).execute(pool).await.is_ok(),
        Database::Postgres(pool) => sqlx::query(sql).execute(pool).await.is_ok(),
    }
}

async fn count(db: &Database, sql: &'static str) -> i64 {
    match db {
        Database::Sqlite(pool) => sqlx::query_scalar(sql).fetch_one(pool).await,
        Database::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await,
    }
    .expect("it counts")
}

pub fn many(lines: usize) -> Value {
    let recipients: Vec<Value> = (0..lines)
        .map(|n| {
            let email = format!("p{}@nomail.com", n / 2);
            let phone = format!("612555{:04}", n % 400);
            line(
                &format!("p{}", n / 2),
                json!([{"device": "inbox"}, {"device": "email", "address": email},
            {"device": "voice", "address": phone}, {"device": "text", "address": phone}]),
            )
        })
        .collect();
    with(message("many"), json!({"recipients": recipients}))
}

on_both_databases! {
    async fn the_tally_kept_is_the_tally_of_the_rows(log: Log) {
        let id = log.put(&many(601)).await;
        let mut lines = Vec::new();
        let mut query = RecipientQuery { limit: Some(500), ..RecipientQuery::default() };
        loop {
            let page = log.recipients(id, &query).await;
            query.after = page.next_after;
            lines.extend(page.recipients);
            if query.after.is_none() {
                break;
            }
        }
        // Addresses come back as submitted; here each is written one way only, an inbox's by its person.
        let recounted = Tally::count(lines.iter().map(|r| {
            let deliveries = r.deliveries.iter().map(|d| Counted {
                device: d.device, address: &d.address, status: d.status, call_status: d.call_status, confirmed: false,
            });
            (r.deliveries[0].address.as_str(), deliveries.collect::<Vec<_>>())
        }));
        let detail = log.detail(id).await;
        assert_eq!(detail.summary, recounted.summary());
        assert_eq!(detail.progress, recounted.progress());
        assert_eq!((detail.summary.total_recipients, detail.summary.total_voice), (301, 400));
    }

    async fn a_message_whose_last_rows_fail_leaves_nothing_behind(log: Log) {
        let forbid = match &log.db {
            Database::Sqlite(_) => "create trigger forbid before insert on deliveries when new.number = 2000 begin select raise(abort, 'no'); end",
            Database::Postgres(_) => "alter table deliveries add check (number <> 2000)",
        };
        assert!(execute(&log.db, forbid).await);
        let message = server::entry::json::read(many(601).to_string().as_bytes(), &log.district).expect("it is good");
        submit(&log.db, &message, None, &FixedClock::at(log.now)).await.expect_err("the database refuses");
        for table in ["select count(*) from messages", "select count(*) from recipients", "select count(*) from deliveries"] {
            assert_eq!(count(&log.db, table).await, 0, "{table}");
        }
    }

    async fn the_database_itself_keeps_duplicates_without_an_outcome(log: Log) {
        log.put(&many(4)).await;
        assert!(!execute(&log.db, "update deliveries set status = 'sent' where first_number <> number").await);
        assert!(!execute(&log.db, "update deliveries set status = null where first_number = number").await);
        assert!(!execute(&log.db, "update messages set status = 'lost'").await);
        assert!(!execute(&log.db, "update messages set canceled_by = 'ada'").await);
    }

    async fn two_who_bring_the_same_message_at_once_leave_one(log: Log) {
        let message = server::entry::json::read(many(40).to_string().as_bytes(), &log.district).expect("it is good");
        let clock = FixedClock::at(log.now);
        let put = || submit(&log.db, &message, None, &clock);
        let (one, two) = tokio::join!(put(), put());
        let (one, two) = (one.expect("it answers"), two.expect("it answers"));
        assert_ne!(one, two);
        assert_eq!(count(&log.db, "select count(*) from messages").await, 1);
        assert_eq!(count(&log.db, "select count(*) from deliveries").await, 160);
    }

    async fn an_id_that_another_schools_message_has_is_taken(log: Log) {
        let clock = FixedClock::at(log.now);
        // The second is large, and comes in by many transactions.
        for (name, lines) in [("small", 3), ("large", 1001)] {
            let at = |school: &str| {
                let message = with(many(lines), json!({"external_id": name, "organization": school}));
                server::entry::json::read(message.to_string().as_bytes(), &log.district).expect("it is good")
            };
            let (own, other) = (at("Own School"), at("Other School"));
            let put = async |message| submit(&log.db, message, None, &clock).await.expect("it answers");
            let Submitted::Accepted(id) = put(&own).await else { panic!("{name} is new") };
            assert_eq!(put(&other).await, Submitted::Taken, "{name}");
            assert_eq!(put(&own).await, Submitted::AlreadyThere(id), "{name}");
        }
        assert_eq!(count(&log.db, "select count(*) from messages").await, 2);
        let (_, refused) = log.import(with(message("small"), json!({"organization": "Other School"})).to_string().as_bytes()).await;
        assert_eq!(refused[0].refusal.field, "external_id");
    }
}
