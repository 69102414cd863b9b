//! Recall: what is in flight of a canceled message is taken back, however much it is and whoever does not answer.

use std::sync::Arc;

use serde_json::json;
use server::{
    clock::SharedClock,
    delivery::{
        Dispatcher, Route, Rules,
        providers::{Answer, HandOver, Provider, Recall},
        run,
    },
    outcome::{AfterSilence, InFlight, Outcome},
    store::{
        audit::Who,
        cancel::cancel,
        claim::{Claimed, Wanted, claim},
        record::{Handed, record},
    },
};
use shared::{
    delivery::{DeliveryStatus, Device},
    message::MessageId,
};
use tokio::sync::{Notify, watch};

use crate::{
    log::{Log, on_both_databases},
    process::until,
    sink::{
        Sink, clock, counts, dispatcher, drain, mails, minutes, phone, routes, taken,
        text_in_flight, to_all,
    },
};

/// Texts to so many people, all in flight, of a message that was canceled then.
async fn canceled_texts(log: &Log, people: usize, dispatcher: &Dispatcher) -> MessageId {
    let text = |n| json!([{"device": "text", "address": phone(n)}]);
    let id = log.put(&to_all("m", people, text)).await;
    drain(dispatcher).await;
    cancel(&log.db, id, &Who::person(1, "ada"), None, log.now)
        .await
        .unwrap();
    assert_eq!(counts(log, id, Device::Text).await, [0, people, 0, 0, 0, 0]);
    id
}

async fn take_back(dispatcher: &Dispatcher) {
    while dispatcher.take_back().await.unwrap() > 0 {}
}

on_both_databases! {
    async fn all_that_is_in_flight_is_taken_back_however_much_it_is(log: Log) {
        let (clock, sink) = (clock(&log), Sink::new(300));
        sink.replies(text_in_flight);
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules::default());
        let id = canceled_texts(&log, 2100, &dispatcher).await;
        // Those that have gone out stand before the others, and hide none of them.
        let gone = |number| number < 50;
        sink.takes_back(move |number| match number {
            _ if gone(number) => Recall::TooLate,
            60 => Recall::Later,
            _ => Recall::Recalled,
        });
        take_back(&dispatcher).await;
        assert_eq!(sink.recalled(), (0..2100).collect::<Vec<_>>());
        assert_eq!(counts(&log, id, Device::Text).await, [0, 51, 0, 0, 2049, 0]);
        sink.takes_back(|_| Recall::Recalled);
        clock.advance(minutes(1));
        take_back(&dispatcher).await;
        assert_eq!(sink.recalled(), [60], "what has gone out is asked for once");
        assert_eq!(counts(&log, id, Device::Text).await, [0, 50, 0, 0, 2050, 0]);
        clock.advance(minutes(60));
        take_back(&dispatcher).await;
        assert!(sink.recalled().is_empty(), "there is nothing more to ask for");
    }

    async fn a_provider_that_is_away_is_asked_for_a_few_until_it_is_back(log: Log) {
        let (clock, sink) = (clock(&log), Sink::new(300));
        sink.replies(text_in_flight);
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules::default());
        let id = canceled_texts(&log, 200, &dispatcher).await;
        sink.takes_back(|_| Recall::Later);
        take_back(&dispatcher).await;
        assert_eq!(sink.recalled().len(), 40);
        sink.takes_back(|_| Recall::Recalled);
        clock.advance(minutes(1));
        take_back(&dispatcher).await;
        clock.advance(minutes(1));
        take_back(&dispatcher).await;
        assert_eq!(sink.recalled().len(), 200);
        assert_eq!(counts(&log, id, Device::Text).await, [0, 0, 0, 0, 200, 0]);
    }

    async fn what_comes_into_flight_after_the_cancel_is_taken_back_too(log: Log) {
        let id = log.put(&to_all("m", 4, |n| json!([{"device": "text", "address": phone(n)}]))).await;
        let (clock, sink) = (clock(&log), Sink::new(2));
        sink.replies(text_in_flight);
        sink.takes_back(|_| Recall::Recalled);
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules::default());
        let wanted = Wanted { device: Device::Text, ..crate::cancel::wanted(2) };
        let claimed = claim(&log.db, &wanted, log.now).await.unwrap();
        let Claimed::Batch(batch) = claimed else { panic!("nothing was due") };
        cancel(&log.db, id, &Who::person(1, "ada"), None, log.now).await.unwrap();
        take_back(&dispatcher).await;
        assert!(sink.recalled().is_empty(), "nobody knows yet who has it");
        let in_flight = |number| Handed::Over {
            provider_id: Some(format!("SM{number}")), outcome: Outcome::of(DeliveryStatus::InProgress), ask_at: None,
        };
        record(&log.db, &batch, &[in_flight(0), in_flight(1)], log.now).await.unwrap();
        take_back(&dispatcher).await;
        assert_eq!(sink.recalled(), [0, 1]);
        assert_eq!(counts(&log, id, Device::Text).await, [0, 0, 0, 0, 4, 0]);
        let detail = log.detail(id).await;
        assert_eq!((detail.summary.total_text, detail.progress[0].total), (4, 4));
    }
}

/// Never answers a recall.
struct Deaf {
    sink: Arc<Sink>,
    asked: Notify,
}

#[async_trait::async_trait]
impl Provider for Deaf {
    fn name(&self) -> &'static str {
        "sink"
    }

    fn batch(&self) -> u32 {
        self.sink.batch
    }

    fn after_silence(&self) -> AfterSilence {
        AfterSilence::Repeat
    }

    async fn hand_over(&self, batch: &[HandOver]) -> Vec<Answer> {
        self.sink.hand_over(batch).await
    }

    async fn recall(&self, _: &InFlight) -> Recall {
        self.asked.notify_one();
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_provider_that_answers_no_recall_keeps_no_silent_workers_batch_waiting() {
    let log = Log::sqlite().await;
    let (clock, mut sink) = (clock(&log), Sink::new(10));
    Arc::get_mut(&mut sink).unwrap().after_silence = AfterSilence::Repeat;
    sink.replies(text_in_flight);
    canceled_texts(
        &log,
        20,
        &dispatcher(&log.db, &clock, &sink, Rules::default()),
    )
    .await;
    let deaf = Arc::new(Deaf {
        sink: sink.clone(),
        asked: Notify::new(),
    });
    sink.replies(|_| taken(Outcome::of(DeliveryStatus::Sent)));
    let shared: SharedClock = clock.clone();
    let mut routes = routes(&shared, &sink);
    let to_deaf = Route::to(deaf.clone());
    (routes.text, routes.email) = (to_deaf.clone(), to_deaf);
    let zone = chrono_tz::America::Chicago;
    let worker = Dispatcher::new(log.db.clone(), shared, zone, routes, Rules::default());
    // Somebody else's, who is gone.
    let left = log.put(&mails("left", 5)).await;
    claim(&log.db, &crate::cancel::wanted(5), log.now)
        .await
        .unwrap();
    let (_stop, told) = watch::channel(false);
    let work = tokio::spawn(run(Arc::new(worker), told));
    deaf.asked.notified().await;
    clock.advance(minutes(2));
    let sent = async || counts(&log, left, Device::Email).await == [0, 0, 5, 0, 0, 0];
    until("the batch is settled", sent).await;
    work.abort();
    assert!(work.await.unwrap_err().is_cancelled());
}
