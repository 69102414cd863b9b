//! A worker that falls silent loses nothing and, where it can be avoided, doubles nothing.

use std::sync::Arc;

use server::{
    delivery::{
        Dispatcher, Rules,
        providers::{AfterSilence, DeliveryKey, Outcome, Receipt, Target},
    },
    store::receipts::{Applied, apply},
};
use shared::{
    delivery::{DeliveryStatus, Device},
    message::MessageStatus,
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

/// Hands one batch over and dies before recording it.
async fn die_in_mid_batch(log: &Log, sink: &Arc<Sink>) {
    struct Hanging {
        sink: Arc<Sink>,
        reached: Notify,
    }
    #[async_trait::async_trait]
    impl server::delivery::providers::Provider for Hanging {
        fn name(&self) -> &'static str {
            "sink"
        }
        fn batch(&self) -> u32 {
            self.sink.batch
        }
        async fn hand_over(
            &self,
            batch: &[server::delivery::providers::HandOver],
        ) -> Vec<server::delivery::providers::Answer> {
            self.sink.hand_over(batch).await;
            self.reached.notify_one();
            std::future::pending().await
        }
    }
    let hanging = Arc::new(Hanging {
        sink: sink.clone(),
        reached: Notify::new(),
    });
    let clock: server::clock::SharedClock = clock(log);
    let mut routes = server::delivery::Routes::sandbox(
        &log.db,
        &clock,
        server::delivery::providers::sandbox::Pace::AtOnce,
    );
    routes.email = server::delivery::Route::to(hanging.clone());
    let zone = chrono_tz::America::Chicago;
    let dispatcher = Dispatcher::new(log.db.clone(), clock, zone, routes, Rules::default());
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
}
