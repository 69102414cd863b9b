//! The clock jumps while a batch is in a worker's hands.

use std::sync::Arc;

use async_trait::async_trait;
use server::{
    clock::{FixedClock, SharedClock},
    delivery::{
        Dispatcher, Route, Routes, Rules, Step,
        providers::{Answer, HandOver, Provider, sandbox::Pace},
    },
    outcome::AfterSilence,
};
use shared::{delivery::Device, message::MessageStatus};
use tokio::sync::Notify;

use crate::{
    log::{Log, on_both_databases},
    sink::{Sink, clock, counts, mails, minutes},
};

/// A sink that has a batch and does not answer before it is told to. A repeat does it no harm.
struct Patient {
    sink: Arc<Sink>,
    reached: Notify,
    told: Notify,
}

#[async_trait]
impl Provider for Patient {
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
        let answers = self.sink.hand_over(batch).await;
        self.reached.notify_one();
        self.told.notified().await;
        answers
    }
}

/// A dispatcher that hands email to `patient`.
fn over(patient: &Arc<Patient>, log: &Log, clock: &Arc<FixedClock>) -> Arc<Dispatcher> {
    let clock: SharedClock = clock.clone();
    let mut routes = Routes::sandbox(&log.db, &clock, Pace::AtOnce);
    routes.email = Route::to(patient.clone());
    let zone = chrono_tz::America::Chicago;
    let rules = Rules::default();
    Arc::new(Dispatcher::new(log.db.clone(), clock, zone, routes, rules))
}

/// Takes the next batch of email in hand.
async fn step(dispatcher: &Dispatcher) -> Step {
    let crews = dispatcher.crews();
    let mut crews = crews.iter();
    let crew = crews.find(|crew| crew.device == Device::Email).unwrap();
    dispatcher.step(crew, false).await.unwrap()
}

on_both_databases! {
    async fn a_clock_that_jumps_ahead_or_back_makes_nobody_doubt_his_own_batch(log: Log) {
        for hours in [10, -10] {
            let id = log.put(&mails(&format!("{hours}"), 8)).await;
            let (clock, sink) = (clock(&log), Sink::new(4));
            let patient = Arc::new(Patient { sink: sink.clone(), reached: Notify::new(), told: Notify::new() });
            let worker = over(&patient, &log, &clock);
            let working = worker.clone();
            let first = tokio::spawn(async move { step(&working).await });
            patient.reached.notified().await;
            // Between the hand-over and its record.
            clock.advance(minutes(hours * 60));
            assert_eq!(worker.settle_silent().await.unwrap(), 0, "it is in hand");
            assert_eq!(counts(&log, id, Device::Email).await, [4, 4, 0, 0, 0, 0]);
            patient.told.notify_one();
            assert_eq!(first.await.unwrap(), Step::Handed(4));
            assert_eq!(counts(&log, id, Device::Email).await, [4, 0, 4, 0, 0, 0]);
            assert_eq!(worker.settle_silent().await.unwrap(), 0, "nothing is left in hand");
            // And home again: what was left waits no longer than it did before.
            clock.advance(minutes(hours * -60));
            patient.told.notify_one();
            assert_eq!(step(&worker).await, Step::Handed(4));
            let mut numbers = sink.numbers(id);
            numbers.sort_unstable();
            assert_eq!(numbers, (0..8).collect::<Vec<_>>(), "each once");
            assert_eq!(log.detail(id).await.message.row.status, MessageStatus::Sent);
        }
    }
}
