//! Dispatch: what is handed over when, how often, and where that leaves its message.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use serde_json::json;
use server::{
    delivery::{
        Dispatcher, Routes, Rules,
        providers::{Answer, sandbox::Pace},
    },
    outcome::Outcome,
    receipts::Why,
    store::{inbox, reach::Reach, suppression},
};
use shared::{
    call_status::CallStatus,
    counting::{Counted, Tally},
    delivery::{DeliveryStatus, Device, RecipientQuery},
    message::MessageStatus,
};

use crate::{
    log::{Log, line, message, on_both_databases, with},
    sink::{
        Sink, another, clock, counts, dispatcher, drain, later, mails, minutes, phone, taken,
        to_all,
    },
};

on_both_databases! {
    async fn each_delivery_is_handed_over_once_and_a_duplicate_never(log: Log) {
        let id = log.put(&to_all("m", 25, |n| json!([
            {"device": "inbox"},
            {"device": "email", "address": format!("p{}@nomail.com", n % 10)},
            {"device": "voice", "address": phone(n % 10)},
        ]))).await;
        let (clock, sink) = (clock(&log), Sink::new(4));
        let handed = drain(&dispatcher(&log.db, &clock, &sink, Rules::default())).await;
        assert_eq!(handed, 45);
        let mut numbers = sink.numbers(id);
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 45);
        let detail = log.detail(id).await;
        assert_eq!(detail.message.row.status, MessageStatus::Sent);
        assert_eq!((detail.message.started_at, detail.message.ended_at), (Some(log.now.fixed_offset()), Some(log.now.fixed_offset())));
        assert_eq!(counts(&log, id, Device::Email).await, [0, 0, 10, 0, 0, 0]);
        assert!(detail.progress.iter().all(|device| device.percent() == 100));
    }

    async fn a_device_waits_for_its_own_start_time(log: Log) {
        let message = with(to_all("m", 3, |n| json!([{"device": "inbox"}, {"device": "text", "address": phone(n)}])), json!({
            "inbox_email_start_at": "2020-02-01T12:30:00-06:00",
            "voice_text_start_at": "2020-02-01T13:00:00-06:00",
        }));
        let id = log.put(&message).await;
        let (clock, sink) = (clock(&log), Sink::new(10));
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules::default());
        assert_eq!(drain(&dispatcher).await, 0);
        assert_eq!(log.detail(id).await.message.row.status, MessageStatus::Waiting);
        clock.advance(minutes(30));
        assert_eq!(drain(&dispatcher).await, 3);
        assert_eq!(log.detail(id).await.message.row.status, MessageStatus::InProgress);
        clock.advance(minutes(29));
        assert_eq!(drain(&dispatcher).await, 0);
        clock.advance(minutes(1));
        assert_eq!(drain(&dispatcher).await, 3);
        assert_eq!(log.detail(id).await.message.row.status, MessageStatus::Sent);
    }

    async fn history_is_never_handed_over(log: Log) {
        let queued = json!([{"device": "email", "address": "a@nomail.com", "status": "queued"}]);
        for status in ["waiting", "in_progress"] {
            log.put(&with(message(status), json!({"status": status, "recipients": [line("a", queued.clone())]}))).await;
        }
        let (clock, sink) = (clock(&log), Sink::new(10));
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules::default());
        clock.advance(minutes(100_000));
        assert_eq!(drain(&dispatcher).await, 0);
        dispatcher.look_after().await.expect("it looks");
        assert_eq!(sink.handed(), []);
    }

    async fn a_message_to_nobody_is_sent_at_its_time(log: Log) {
        let id = log.put(&with(message("nobody"), json!({"recipients": [line("a", json!([]))]}))).await;
        let clock = clock(&log);
        let dispatcher = dispatcher(&log.db, &clock, &Sink::new(1), Rules::default());
        dispatcher.look_after().await.expect("it looks");
        assert_eq!(log.detail(id).await.message.row.status, MessageStatus::Sent);
    }

    async fn a_temporary_refusal_is_tried_again_with_growing_pauses_and_then_given_up(log: Log) {
        let id = log.put(&mails("m", 1)).await;
        let (clock, sink) = (clock(&log), Sink::new(10));
        sink.replies(|_| later("The relay is busy."));
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules { attempts: 4, ..Rules::default() });
        let mut pauses = Vec::new();
        for minute in 0..30 {
            if drain(&dispatcher).await > 0 {
                pauses.push(minute);
            }
            clock.advance(minutes(1));
        }
        assert_eq!(sink.handed().len(), 4, "at {pauses:?}");
        let detail = log.detail(id).await;
        assert_eq!(detail.message.row.status, MessageStatus::Error);
        let page = log.recipients(id, &RecipientQuery::default()).await;
        let delivery = &page.recipients[0].deliveries[0];
        assert_eq!(delivery.status, DeliveryStatus::Failed);
        assert_eq!(delivery.reason.as_deref(), Some("Given up after 4 attempts. The relay is busy."));
    }

    async fn what_was_refused_for_a_while_arrives_when_the_relay_is_back(log: Log) {
        let id = log.put(&mails("m", 30)).await;
        let (clock, sink) = (clock(&log), Sink::new(7));
        sink.replies(|of| if of.attempt < 3 && of.number % 2 == 0 { later("Busy.") } else { taken(Outcome::of(DeliveryStatus::Sent)) });
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules::default());
        drain(&dispatcher).await;
        assert_eq!(counts(&log, id, Device::Email).await, [15, 0, 15, 0, 0, 0]);
        assert!(log.detail(id).await.can_cancel);
        for _ in 0..5 {
            clock.advance(minutes(1));
            drain(&dispatcher).await;
        }
        assert_eq!(counts(&log, id, Device::Email).await, [0, 0, 30, 0, 0, 0]);
        assert_eq!(sink.handed().len(), 15 + 15 * 3);
        assert_eq!(log.detail(id).await.message.row.status, MessageStatus::Sent);
    }

    async fn phones_ring_only_in_the_calling_window_but_for_an_emergency(log: Log) {
        let text = |n| json!([{"device": "text", "address": phone(n)}]);
        let usual = log.put(&to_all("usual", 2, text)).await;
        let urgent = log.put(&with(to_all("urgent", 2, text), json!({"category": "Emergency Notification"}))).await;
        let (clock, sink) = (clock(&log), Sink::new(10));
        let rules = Rules { window: "08:00-11:00".parse().expect("a window"), ..Rules::default() };
        let dispatcher = dispatcher(&log.db, &clock, &sink, rules);
        drain(&dispatcher).await;
        assert_eq!((sink.numbers(usual).len(), sink.numbers(urgent).len()), (0, 2));
        clock.advance(minutes(20 * 60));
        drain(&dispatcher).await;
        assert_eq!(sink.numbers(usual).len(), 2);
    }

    async fn a_rate_holds_however_many_dispatchers_there_are(log: Log) {
        log.put(&mails("m", 100)).await;
        let (clock, sink) = (clock(&log), Sink::new(50));
        let limited = || {
            let zone = chrono_tz::America::Chicago;
            let shared: server::clock::SharedClock = clock.clone();
            let mut routes = Routes::sandbox(&log.db, &shared, Pace::AtOnce);
            routes.email = server::delivery::Route { provider: sink.clone(), rate: Some(5.0) };
            Dispatcher::new(log.db.clone(), shared, zone, routes, Rules::default())
        };
        let (one, two) = (limited(), limited());
        clock.advance(minutes(90));
        let mut handed = Vec::new();
        for _ in 0..5 {
            handed.push(drain(&one).await + drain(&two).await);
            clock.advance(chrono::TimeDelta::seconds(1));
        }
        assert_eq!(handed, [5, 5, 5, 5, 5]);
        clock.advance(minutes(-60));
        assert_eq!(drain(&one).await, 5, "a clock set back stops nothing");
    }

    async fn who_asks_for_quiet_gets_it_on_that_device_from_every_dispatcher(log: Log) {
        log.put(&to_all("m", 6, |n| json!([
            {"device": "text", "address": phone(n)},
            {"device": "email", "address": format!("p{n}@nomail.com")},
        ]))).await;
        let (clock, sink) = (clock(&log), Sink::new(3));
        sink.replies(|of| match (of.device, of.attempt, of.number) {
            (Device::Text, 1, 0) => Answer::Quiet { reason: "Too many.".into(), after: Some(Duration::from_secs(60)) },
            _ => taken(Outcome::of(DeliveryStatus::Sent)),
        });
        let limit = Rules::default();
        let (one, two) = (dispatcher(&log.db, &clock, &sink, limit), dispatcher(&another(&log.db).await, &clock, &sink, limit));
        assert_eq!(drain(&one).await, 3 + 6);
        assert_eq!(drain(&two).await, 0, "of the second batch of texts nobody hands anything over");
        clock.advance(TimeDelta::seconds(59));
        assert_eq!(drain(&two).await, 0);
        clock.advance(TimeDelta::seconds(1));
        assert_eq!(drain(&two).await, 3 + 1);

        log.put(&to_all("other", 1, |n| json!([{"device": "text", "address": phone(n)}]))).await;
        sink.replies(|_| Answer::Quiet { reason: "Too many.".into(), after: None });
        assert_eq!(drain(&one).await, 1);
        sink.replies(|_| taken(Outcome::of(DeliveryStatus::Sent)));
        log.put(&to_all("last", 1, |n| json!([{"device": "text", "address": phone(n)}]))).await;
        assert_eq!(drain(&one).await, 0);
        clock.advance(minutes(-120));
        assert_eq!(drain(&one).await, 1, "a clock set back keeps nobody quiet");
    }

    async fn what_was_not_tried_uses_up_no_attempt(log: Log) {
        let id = log.put(&mails("m", 2)).await;
        let (clock, sink) = (clock(&log), Sink::new(10));
        sink.replies(|of| match of.attempt {
            1 => Answer::Untried { reason: "Held up.".into() },
            _ => taken(Outcome::of(DeliveryStatus::Sent)),
        });
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules { attempts: 2, ..Rules::default() });
        for round in 1..=5 {
            assert_eq!(drain(&dispatcher).await, 2, "round {round}");
            assert_eq!(counts(&log, id, Device::Email).await, [2, 0, 0, 0, 0, 0]);
            assert_eq!(drain(&dispatcher).await, 0, "it is not tried again at once");
            clock.advance(minutes(1));
        }
        sink.replies(|_| later("Busy."));
        assert_eq!(drain(&dispatcher).await, 2);
        assert_eq!(counts(&log, id, Device::Email).await, [2, 0, 0, 0, 0, 0], "it was tried once");
    }

    async fn a_short_message_does_not_wait_for_a_long_one(log: Log) {
        log.put(&mails("long", 200)).await;
        let (clock, sink) = (clock(&log), Sink::new(10));
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules::default());
        let crew = dispatcher.crews().into_iter().find(|crew| crew.device == Device::Email).expect("one");
        for _ in 0..5 {
            dispatcher.step(&crew, false).await.expect("it steps");
        }
        let short = log.put(&mails("short", 5)).await;
        dispatcher.step(&crew, false).await.expect("it steps");
        assert_eq!(sink.numbers(short).len(), 5);
    }

    async fn who_is_reached_no_more_is_opted_out_at_hand_over(log: Log) {
        let id = log.put(&to_all("m", 3, |n| json!([{"device": "text", "address": phone(n)}]))).await;
        suppression::suppress(&log.db, Device::Text, "+16125550001", Why::Stop, log.now).await.expect("it keeps");
        let (clock, sink) = (clock(&log), Sink::new(10));
        drain(&dispatcher(&log.db, &clock, &sink, Rules::default())).await;
        assert_eq!(sink.numbers(id), [0, 2]);
        assert_eq!(counts(&log, id, Device::Text).await, [0, 0, 2, 0, 0, 1]);
    }

    async fn an_inbox_holds_each_message_once(log: Log) {
        log.put(&to_all("m", 3, |_| json!([{"device": "inbox"}]))).await;
        let clock: server::clock::SharedClock = clock(&log);
        let routes = Routes::sandbox(&log.db, &clock, Pace::AtOnce);
        let zone = chrono_tz::America::Chicago;
        drain(&Dispatcher::new(log.db.clone(), clock, zone, routes, Rules::default())).await;
        let found = inbox::list(&log.db, &Reach::Everywhere, "p1", zone).await.expect("it lists");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "Library Hours");
        assert_eq!(inbox::list(&log.db, &Reach::Everywhere, "nobody", zone).await.expect("it lists"), []);
    }

    async fn the_sandbox_brings_a_message_to_its_end_and_the_tally_is_that_of_the_rows(log: Log) {
        let message = to_all("m", 300, |n| json!([
            {"device": "inbox"},
            {"device": "email", "address": format!("p{}@nomail.com", n / 2)},
            {"device": "voice", "address": phone(n % 120)},
            {"device": "text", "address": phone(n % 150)},
        ]));
        let id = log.put(&message).await;
        let clock = clock(&log);
        let shared: server::clock::SharedClock = clock.clone();
        let routes = Routes::sandbox(&log.db, &shared, Pace::Lifelike);
        let zone = chrono_tz::America::Chicago;
        let dispatcher = Arc::new(Dispatcher::new(log.db.clone(), shared, zone, routes, Rules::default()));
        for _ in 0..20 {
            drain(&dispatcher).await;
            for device in Device::ALL {
                dispatcher.ask(device).await.expect("it asks");
            }
            clock.advance(chrono::TimeDelta::seconds(20));
        }
        let detail = log.detail(id).await;
        assert_eq!(detail.message.row.status, MessageStatus::Sent);
        let query = RecipientQuery { limit: Some(500), ..RecipientQuery::default() };
        let page = log.recipients(id, &query).await;
        let recounted = Tally::count(page.recipients.iter().map(|r| {
            let deliveries = r.deliveries.iter().map(|d| Counted {
                device: d.device, address: &d.address, status: d.status, call_status: d.call_status,
                confirmed: d.confirmed_at.is_some(),
            });
            (r.name.as_str(), deliveries.collect::<Vec<_>>())
        }));
        assert_eq!(detail.summary, recounted.summary());
        assert!(detail.summary.contacted_by_phone > 200 && detail.summary.contacted_by_phone < 300);
        let voice = page.recipients.iter().flat_map(|r| &r.deliveries).filter(|d| d.device == Device::Voice);
        assert!(voice.clone().any(|d| d.call_status == Some(CallStatus(6))));
        assert!(voice.clone().all(|d| d.status.is_final()));
    }

    async fn the_sandbox_reports_of_people_what_is_true_of_none(log: Log) {
        let message = to_all("m", 1000, |n| json!([
            {"device": "email", "address": format!("p{n}@nomail.com")},
            {"device": "text", "address": phone(n)},
        ]));
        for (pace, name) in [(Pace::Lifelike, "lifelike"), (Pace::AtOnce, "at once")] {
            let id = log.put(&with(message.clone(), json!({"external_id": name}))).await;
            let clock: server::clock::SharedClock = clock(&log);
            let routes = Routes::sandbox(&log.db, &clock, pace);
            let zone = chrono_tz::America::Chicago;
            drain(&Dispatcher::new(log.db.clone(), clock, zone, routes, Rules::default())).await;
            let made_up = match pace {
                Pace::Lifelike => counts(&log, id, Device::Text).await[5],
                Pace::AtOnce => counts(&log, id, Device::Email).await[3],
            };
            assert!(made_up > 0, "{name}: nobody was reported as out of reach");
        }
        assert_eq!(suppression::list(&log.db).await.expect("it lists"), []);
    }

    async fn what_starts_at_once_does_so_by_a_clock_that_was_set_back(log: Log) {
        let id = log.put(&mails("m", 3)).await;
        let (clock, sink) = (clock(&log), Sink::new(10));
        clock.advance(minutes(-60));
        assert_eq!(drain(&dispatcher(&log.db, &clock, &sink, Rules::default())).await, 3);
        assert_eq!(counts(&log, id, Device::Email).await, [0, 0, 3, 0, 0, 0]);
    }

    async fn a_batch_that_the_database_refuses_stops_nothing_else(log: Log) {
        let id = log.put(&mails("m", 2)).await;
        let (clock, sink) = (clock(&log), Sink::new(2));
        // One name for two deliveries, which the database does not take.
        sink.replies(|of| Answer::Taken {
            provider_id: Some(format!("the same of {}", of.message)),
            outcome: Outcome::of(DeliveryStatus::Sent),
            ask_after: None,
        });
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules::default());
        assert_eq!(drain(&dispatcher).await, 2);
        assert_eq!(counts(&log, id, Device::Email).await, [0, 2, 0, 0, 0, 0]);
        let other = log.put(&mails("other", 1)).await;
        assert_eq!(drain(&dispatcher).await, 1);
        assert_eq!(counts(&log, other, Device::Email).await, [0, 0, 1, 0, 0, 0]);
        clock.advance(minutes(2));
        assert_eq!(dispatcher.settle_silent().await.expect("it settles"), 1, "its lease has run out");
    }
}

#[tokio::test]
async fn who_only_refers_to_a_message_keeps_nobody_from_claiming_it() {
    let Some(log) = Log::postgres().await else {
        return;
    };
    let message = to_all(
        "m",
        2,
        |n| json!([{"device": "email", "address": format!("p{n}@nomail.com")}]),
    );
    log.put(&message).await;
    let server::store::Database::Postgres(pool) = &log.db else {
        panic!("it is Postgres");
    };
    let mut inbox = pool.begin().await.expect("it begins");
    const PUT: &str = "insert into inbox (message_id, number, person, at) select id, 0, 'p0', created_at from messages";
    sqlx::query(PUT)
        .execute(&mut *inbox)
        .await
        .expect("it puts");
    let (clock, sink) = (clock(&log), Sink::new(10));
    let dispatcher = dispatcher(&log.db, &clock, &sink, Rules::default());
    let handed = tokio::time::timeout(std::time::Duration::from_secs(30), drain(&dispatcher)).await;
    assert_eq!(handed, Ok(2), "it waited for the inbox");
    inbox.rollback().await.expect("it is undone");
}
