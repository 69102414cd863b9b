//! A worker that falls silent loses nothing and, where it can be avoided, doubles nothing.

use std::sync::Arc;

use serde_json::json;
use server::{
    clock::{Clock, SharedClock},
    delivery::{
        Dispatcher, Hold, Route, Routes, Rules, Step,
        providers::{Answer, HandOver, Provider, sandbox::Pace},
    },
    outcome::{AfterSilence, DeliveryKey, Outcome, Receipt, Target},
    store::{
        claim::{Claimed, claim},
        receipts::{Applied, apply, open},
        record::{Handed, record},
    },
};
use shared::{
    delivery::{DeliveryStatus, Device},
    message::{MessageId, MessageStatus},
};
use tokio::sync::Notify;

use crate::{
    log::{Log, on_both_databases},
    sink::{Sink, clock, counts, dispatcher, drain, mails, minutes},
};

fn sink(batch: u32, after_silence: AfterSilence) -> Arc<Sink> {
    let mut sink = Sink::new(batch);
    Arc::get_mut(&mut sink).unwrap().after_silence = after_silence;
    sink
}

/// Three texts and three mails.
async fn texts_and_mails(log: &Log) -> MessageId {
    let ways = |n| {
        json!([
            {"device": "text", "address": crate::sink::phone(n)},
            {"device": "email", "address": format!("p{n}@nomail.com")},
        ])
    };
    log.put(&crate::sink::to_all("m", 3, ways)).await
}

/// Hands the first of a batch over, and the others once it has lost its hold on them, where it does so at all.
struct Slow {
    sink: Arc<Sink>,
    reached: Notify,
}

#[async_trait::async_trait]
impl Provider for Slow {
    fn name(&self) -> &'static str {
        "sink"
    }

    fn batch(&self) -> u32 {
        self.sink.batch
    }

    async fn hand_over(&self, batch: &[HandOver]) -> Vec<Answer> {
        let mut answers = self.sink.hand_over(&batch[..1]).await;
        self.reached.notify_one();
        while batch[1].hold.lasts() {
            tokio::task::yield_now().await;
        }
        answers.extend(batch[1..].iter().map(|_| Hold::lost()));
        answers
    }
}

/// A dispatcher of email by this provider.
fn over(log: &Log, provider: Arc<dyn Provider>, rules: Rules) -> Dispatcher {
    let clock: SharedClock = clock(log);
    let mut routes = Routes::sandbox(&log.db, &clock, Pace::AtOnce);
    routes.email = Route::to(provider);
    let zone = chrono_tz::America::Chicago;
    Dispatcher::new(log.db.clone(), clock, zone, routes, rules)
}

/// Hands one batch over and dies before recording it.
async fn die_in_mid_batch(log: &Log, sink: &Arc<Sink>) {
    struct Hanging {
        sink: Arc<Sink>,
        reached: Notify,
    }
    #[async_trait::async_trait]
    impl Provider for Hanging {
        fn name(&self) -> &'static str {
            "sink"
        }
        fn batch(&self) -> u32 {
            self.sink.batch
        }
        async fn hand_over(&self, batch: &[HandOver]) -> Vec<Answer> {
            self.sink.hand_over(batch).await;
            self.reached.notify_one();
            std::future::pending().await
        }
    }
    let hanging = Arc::new(Hanging {
        sink: sink.clone(),
        reached: Notify::new(),
    });
    let dispatcher = over(log, hanging.clone(), Rules::default());
    let crews = dispatcher.crews();
    let crew = crews
        .iter()
        .find(|crew| crew.device == Device::Email)
        .unwrap();
    tokio::select! {
        step = dispatcher.step(crew, false) => panic!("it ended with {step:?}"),
        () = hanging.reached.notified() => {}
    }
}

on_both_databases! {
    async fn what_is_harmless_to_repeat_is_handed_over_again(log: Log) {
        let id = log.put(&mails("m", 10)).await;
        let sink = sink(4, AfterSilence::Repeat);
        die_in_mid_batch(&log, &sink).await;
        let clock = clock(&log);
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules::default());
        assert_eq!(drain(&dispatcher).await, 6);
        assert_eq!(dispatcher.settle_silent().await.unwrap(), 0, "its lease has not run out");
        clock.advance(minutes(2));
        assert_eq!(dispatcher.settle_silent().await.unwrap(), 1);
        assert_eq!(drain(&dispatcher).await, 4);
        assert_eq!(counts(&log, id, Device::Email).await, [0, 0, 10, 0, 0, 0]);
        assert_eq!(log.detail(id).await.message.row.status, MessageStatus::Sent);
        assert_eq!(sink.handed().len(), 14);
    }

    async fn what_might_reach_a_person_twice_waits_for_its_receipt(log: Log) {
        let id = log.put(&mails("m", 10)).await;
        let sink = sink(4, AfterSilence::Wait);
        die_in_mid_batch(&log, &sink).await;
        let clock = clock(&log);
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules::default());
        drain(&dispatcher).await;
        clock.advance(minutes(2));
        assert_eq!(dispatcher.settle_silent().await.unwrap(), 1);
        assert_eq!(drain(&dispatcher).await, 0);
        assert_eq!(counts(&log, id, Device::Email).await, [0, 4, 6, 0, 0, 0]);
        assert_eq!(sink.handed().len(), 10, "nobody got anything twice");
        clock.advance(minutes(60));
        dispatcher.look_after().await.unwrap();
        assert_eq!(log.detail(id).await.message.row.status, MessageStatus::Error);
        let late = log.now + minutes(90);
        for number in 0..10 {
            let key = Target::Key(DeliveryKey { message: id, number });
            let sent = Outcome::of(DeliveryStatus::Sent);
            let receipt = Receipt { target: key, ..crate::receipts::by_id("", &number.to_string(), sent, late) };
            assert_ne!(apply(&log.db, &receipt, late).await.unwrap(), Applied::NoSuchDelivery);
        }
        assert_eq!(log.detail(id).await.message.row.status, MessageStatus::Sent);
    }

    async fn two_who_find_the_same_silent_worker_settle_it_once(log: Log) {
        log.put(&mails("m", 10)).await;
        let sink = sink(4, AfterSilence::Repeat);
        die_in_mid_batch(&log, &sink).await;
        let clock = clock(&log);
        clock.advance(minutes(2));
        let one = dispatcher(&crate::sink::another(&log.db).await, &clock, &sink, Rules::default());
        let two = dispatcher(&log.db, &clock, &sink, Rules::default());
        let (by_one, by_two) = tokio::join!(one.settle_silent(), two.settle_silent());
        assert_eq!(by_one.unwrap() + by_two.unwrap(), 1);
        let (by_one, by_two) = tokio::join!(drain(&one), drain(&two));
        assert_eq!(by_one + by_two, 10);
        assert_eq!(sink.handed().len(), 14);
    }

    async fn a_batch_in_hand_keeps_a_silent_message_from_being_an_error(log: Log) {
        let id = texts_and_mails(&log).await;
        let (clock, sink) = (clock(&log), sink(4, AfterSilence::Repeat));
        sink.replies(crate::sink::text_in_flight);
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules::default());
        let texts = dispatcher.crews().into_iter().find(|crew| crew.device == Device::Text).unwrap();
        assert_eq!(dispatcher.step(&texts, false).await.unwrap(), Step::Handed(3));
        let Claimed::Batch(batch) = claim(&log.db, &crate::cancel::wanted(10), log.now).await.unwrap() else {
            panic!("nothing was due");
        };
        clock.advance(minutes(61));
        dispatcher.look_after().await.unwrap();
        assert_eq!(log.detail(id).await.message.row.status, MessageStatus::InProgress);
        let busy = Handed::Later { reason: "Busy.".into(), due_at: clock.now() };
        record(&log.db, &batch, &[busy.clone(), busy.clone(), busy], clock.now()).await.unwrap();
        assert_eq!(counts(&log, id, Device::Email).await, [3, 0, 0, 0, 0, 0], "nobody has canceled it");
        sink.replies(|_| crate::sink::taken(Outcome::of(DeliveryStatus::Sent)));
        assert_eq!(drain(&dispatcher).await, 3);
        assert_eq!(counts(&log, id, Device::Email).await, [0, 0, 3, 0, 0, 0]);
        clock.advance(minutes(61));
        dispatcher.look_after().await.unwrap();
        assert_eq!(log.detail(id).await.message.row.status, MessageStatus::Error, "its texts are silent still");
    }

    async fn a_batch_whose_worker_died_is_repeated_in_a_silent_message_too(log: Log) {
        let id = texts_and_mails(&log).await;
        let (clock, sink) = (clock(&log), sink(4, AfterSilence::Repeat));
        sink.replies(crate::sink::text_in_flight);
        die_in_mid_batch(&log, &sink).await;
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules::default());
        let texts = dispatcher.crews().into_iter().find(|crew| crew.device == Device::Text).unwrap();
        assert_eq!(dispatcher.step(&texts, false).await.unwrap(), Step::Handed(3));
        clock.advance(minutes(61));
        // The other way round, whoever comes first.
        dispatcher.look_after().await.unwrap();
        assert_eq!(dispatcher.settle_silent().await.unwrap(), 1);
        sink.replies(|_| crate::sink::taken(Outcome::of(DeliveryStatus::Sent)));
        assert_eq!(drain(&dispatcher).await, 3);
        assert_eq!(counts(&log, id, Device::Email).await, [0, 0, 3, 0, 0, 0]);
        assert_eq!(counts(&log, id, Device::Text).await, [0, 3, 0, 0, 0, 0]);
    }

    async fn what_comes_back_to_a_message_that_is_an_error_makes_it_go_on(log: Log) {
        let id = log.put(&mails("m", 4)).await;
        let (clock, sink) = (clock(&log), sink(2, AfterSilence::Repeat));
        let Claimed::Batch(batch) = claim(&log.db, &crate::cancel::wanted(2), log.now).await.unwrap() else {
            panic!("nothing was due");
        };
        die_in_mid_batch(&log, &sink).await;
        // As a server did that did not look at what is in hand.
        crate::sink::execute(&log.db, "update messages set status = 'error', check_at = null").await;
        clock.advance(minutes(2));
        let busy = Handed::Later { reason: "Busy.".into(), due_at: clock.now() };
        record(&log.db, &batch, &[busy.clone(), busy], clock.now()).await.unwrap();
        assert_eq!(log.detail(id).await.message.row.status, MessageStatus::InProgress);
        assert_eq!(counts(&log, id, Device::Email).await, [2, 2, 0, 0, 0, 0]);
        crate::sink::execute(&log.db, "update messages set status = 'error', check_at = null").await;
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules::default());
        assert_eq!(dispatcher.settle_silent().await.unwrap(), 1);
        assert_eq!(drain(&dispatcher).await, 4);
        assert_eq!(log.detail(id).await.message.row.status, MessageStatus::Sent);
    }

    async fn what_never_left_a_worker_that_was_slow_does_not_stay_in_doubt(log: Log) {
        let id = log.put(&mails("m", 4)).await;
        let (clock, sink) = (clock(&log), sink(4, AfterSilence::Wait));
        let slow = Arc::new(Slow { sink: sink.clone(), reached: Notify::new() });
        let rules = Rules { lease: chrono::TimeDelta::milliseconds(300), ..Rules::default() };
        let worker = over(&log, slow.clone(), rules);
        let work = tokio::spawn(async move {
            let crews = worker.crews();
            let crew = crews.iter().find(|crew| crew.device == Device::Email).unwrap();
            worker.step(crew, false).await
        });
        slow.reached.notified().await;
        clock.advance(minutes(2));
        let other = dispatcher(&log.db, &clock, &sink, Rules::default());
        assert_eq!(other.settle_silent().await.unwrap(), 1);
        assert_eq!(counts(&log, id, Device::Email).await, [0, 4, 0, 0, 0, 0], "nobody can tell what went out");
        let doubted = open(&log.db, id, "sink", 10).await.unwrap();
        assert_eq!(doubted.len(), 4, "a refresh asks for them");
        work.await.unwrap().unwrap();
        // It can.
        assert_eq!(counts(&log, id, Device::Email).await, [3, 0, 1, 0, 0, 0]);
        assert_eq!(drain(&other).await, 3);
        assert_eq!(counts(&log, id, Device::Email).await, [0, 0, 4, 0, 0, 0]);
        assert_eq!(sink.handed().len(), 4, "nobody got it twice");
    }

    async fn a_worker_whose_batch_was_taken_over_hands_nothing_more_over(log: Log) {
        let id = log.put(&mails("m", 4)).await;
        let (clock, sink) = (clock(&log), sink(4, AfterSilence::Repeat));
        let slow = Arc::new(Slow { sink: sink.clone(), reached: Notify::new() });
        // Its lease is renewed within the tenth of a second.
        let rules = Rules { lease: chrono::TimeDelta::milliseconds(300), ..Rules::default() };
        let worker = over(&log, slow.clone(), rules);
        let work = tokio::spawn(async move {
            let crews = worker.crews();
            let crew = crews.iter().find(|crew| crew.device == Device::Email).unwrap();
            worker.step(crew, false).await
        });
        slow.reached.notified().await;
        clock.advance(minutes(2));
        let other = dispatcher(&log.db, &clock, &sink, Rules::default());
        assert_eq!(other.settle_silent().await.unwrap(), 1);
        work.await.unwrap().unwrap();
        assert_eq!(sink.numbers(id), [0], "it handed more over than it held");
        assert_eq!(drain(&other).await, 3, "what was handed over is known to be");
        assert_eq!(counts(&log, id, Device::Email).await, [0, 0, 4, 0, 0, 0]);
        assert_eq!(sink.handed().len(), 4);
    }
}
