//! Cancel: what it stops, what it leaves, who comes first.

use serde_json::{Value, json};
use server::store::{
    audit::Who,
    cancel::{CancelOutcome, cancel},
};
use shared::delivery::Device;
use shared::{
    delivery::{DeliveryStatus, RecipientQuery},
    message::{CanceledDevice, MessageId, MessageStatus},
};

use crate::log::{Log, line, message, on_both_databases, with};

fn half_sent() -> Value {
    let at = "2020-01-31T12:05:00-06:00";
    let email = |name: &str, status: &str| json!({"device": "email", "address": format!("{name}@nomail.com"), "status": status, "at": at});
    with(
        message("half"),
        json!({
            "status": "in_progress",
            "started_at": at,
            "recipients": [
                line("a", json!([email("a", "sent")])),
                line("b", json!([email("b", "in_progress")])),
                line("c", json!([email("c", "queued")])),
                line("d", json!([email("C", "queued")])),
                line("e", json!([email("e", "queued")])),
            ],
        }),
    )
}

async fn statuses(log: &Log, id: MessageId) -> Vec<DeliveryStatus> {
    let page = log.recipients(id, &RecipientQuery::default()).await;
    page.recipients
        .iter()
        .flat_map(|r| &r.deliveries)
        .map(|d| d.status)
        .collect()
}

on_both_databases! {
    async fn a_cancel_stops_what_is_queued_and_keeps_who_when_why_and_the_cut(log: Log) {
        let id = log.put(&half_sent()).await;
        let outcome = cancel(&log.db, id, &Who::person(1, "ada"), Some("wrong day"), log.now).await.expect("it cancels");
        assert_eq!(outcome, CancelOutcome::Canceled);
        use DeliveryStatus::{Canceled, InProgress, Sent};
        assert_eq!(statuses(&log, id).await, [Sent, InProgress, Canceled, Canceled, Canceled]);
        let detail = log.detail(id).await;
        assert_eq!(detail.message.row.status, MessageStatus::Canceled);
        assert!(!detail.can_cancel);
        assert_eq!(detail.message.ended_at, None, "one is still in flight");
        assert_eq!(detail.summary.total_emails, 4);
        let canceled = detail.cancellation.expect("it says who");
        assert_eq!((canceled.by.as_str(), canceled.reason.as_deref()), ("ada", Some("wrong day")));
        assert_eq!(canceled.at, log.now);
        assert_eq!(canceled.devices, [CanceledDevice { device: Device::Email, gone: 1, in_flight: 1, stopped: 2 }]);
    }

    async fn a_second_cancel_changes_nothing(log: Log) {
        let id = log.put(&half_sent()).await;
        cancel(&log.db, id, &Who::person(1, "ada"), Some("wrong day"), log.now).await.expect("it cancels");
        let before = log.detail(id).await;
        let outcome = cancel(&log.db, id, &Who::person(1, "bob"), None, log.now).await.expect("it answers");
        assert_eq!(outcome, CancelOutcome::AlreadyCanceled);
        assert_eq!(log.detail(id).await, before);
    }

    async fn of_two_at_once_one_cancels_and_the_other_finds_it_done(log: Log) {
        for round in 0..10 {
            let id = log.put(&with(half_sent(), json!({"external_id": format!("round {round}")}))).await;
            let (ada, bob) = (Who::person(1, "ada"), Who::person(2, "bob"));
            let (one, two) = tokio::join!(
                cancel(&log.db, id, &ada, None, log.now),
                cancel(&log.db, id, &bob, None, log.now),
            );
            let (one, two) = (one.expect("it answers"), two.expect("it answers"));
            let winner = match (one, two) {
                (CancelOutcome::Canceled, CancelOutcome::AlreadyCanceled) => "ada",
                (CancelOutcome::AlreadyCanceled, CancelOutcome::Canceled) => "bob",
                both => panic!("{both:?}"),
            };
            let canceled = log.detail(id).await.cancellation.expect("it says who");
            assert_eq!(canceled.by, winner);
            assert_eq!(canceled.devices[0].stopped, 2);
        }
    }

    async fn what_is_over_or_unknown_or_not_yet_shown_cannot_be_canceled(log: Log) {
        let sent = log.put(&with(message("sent"), json!({"status": "sent"}))).await;
        let outcome = cancel(&log.db, sent, &Who::person(1, "ada"), None, log.now).await.expect("it answers");
        assert_eq!(outcome, CancelOutcome::TooLate(MessageStatus::Sent));
        let hidden = json!({"schedule_id": 1, "voice_text_start_at": "2020-03-01T08:00:00-06:00"});
        let hidden = log.put(&with(message("hidden"), hidden)).await;
        for id in [hidden, MessageId(999)] {
            let outcome = cancel(&log.db, id, &Who::person(1, "ada"), None, log.now).await.expect("it answers");
            assert_eq!(outcome, CancelOutcome::NotFound);
        }
    }

    async fn hostile_words_are_kept_as_they_are(log: Log) {
        let id = log.put(&half_sent()).await;
        let (by, reason) = ("Robert'); drop table messages;--", "100 % _ \" \\ \u{202E}🚌 עברית");
        cancel(&log.db, id, &Who::person(1, by), Some(reason), log.now).await.expect("it cancels");
        let canceled = log.detail(id).await.cancellation.expect("it says who");
        assert_eq!((canceled.by.as_str(), canceled.reason.as_deref()), (by, Some(reason)));
    }
}

#[tokio::test]
async fn what_was_answered_lasts_on_sqlite_where_the_power_fails() {
    let log = Log::sqlite().await;
    let server::store::Database::Sqlite(pool) = &log.db else {
        panic!("it is SQLite");
    };
    // 2: each commit is on the disk before it is answered.
    let synchronous: i64 = sqlx::query_scalar("pragma synchronous")
        .fetch_one(pool)
        .await
        .unwrap();
    assert_eq!(synchronous, 2);
}
