//! Refresh Status of a message that has more in flight than its providers answer for in the time there is.

use std::sync::{Arc, Mutex};

use serde_json::json;
use server::{
    clock::SharedClock,
    delivery::{
        Route, Routes, Rules,
        providers::{Answer, HandOver, Provider},
        refresh::{INTERVAL, refresh},
    },
    outcome::{InFlight, Outcome},
    store::refresh::{Turn, take_turn},
};
use shared::{call_status::CallStatus, delivery::Device, message::MessageId};
use tokio::sync::Notify;

use crate::{
    log::{Log, on_both_databases},
    sink::{
        Sink, clock, counts, dispatcher, drain, minutes, phone, routes, taken, text_in_flight,
        to_all,
    },
};

/// Knows of each text that it was delivered, and after some questions answers no more.
struct Tiring {
    asked: Mutex<Vec<u32>>,
    answers: usize,
    tired: Notify,
}

impl Tiring {
    fn of(answers: usize) -> Arc<Self> {
        Arc::new(Tiring {
            asked: Mutex::default(),
            answers,
            tired: Notify::new(),
        })
    }

    fn asked(&self) -> Vec<u32> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait::async_trait]
impl Provider for Tiring {
    fn name(&self) -> &'static str {
        "sink"
    }

    async fn hand_over(&self, _: &[HandOver]) -> Vec<Answer> {
        panic!("it is only asked")
    }

    async fn ask(&self, in_flight: &[InFlight]) -> Vec<Option<Outcome>> {
        let asked = {
            let mut asked = self.asked.lock().unwrap();
            asked.extend(in_flight.iter().map(|of| of.key.number));
            asked.len()
        };
        if asked > self.answers {
            self.tired.notify_one();
            std::future::pending::<()>().await;
        }
        vec![Some(Outcome::of_call(CallStatus(-28))); in_flight.len()]
    }
}

/// One refresh by a provider that answers so many questions; which deliveries it was asked about.
async fn refreshed(log: &Log, id: MessageId, answers: usize, minute: i64) -> Vec<u32> {
    let clock = clock(log);
    clock.advance(minutes(minute));
    let shared: SharedClock = clock.clone();
    let turn = take_turn(&log.db, id, INTERVAL, shared.now())
        .await
        .unwrap();
    assert_eq!(turn, Turn::Yours);
    let provider = Tiring::of(answers);
    let routes = Routes {
        text: Route::to(provider.clone()),
        ..routes(&shared, &Sink::new(1))
    };
    let tired = provider.tired.notified();
    let asked = refresh(&log.db, &routes, id, tired, &*clock).await.unwrap();
    assert_eq!(provider.asked().len(), asked);
    provider.asked()
}

on_both_databases! {
    async fn a_refresh_keeps_what_it_was_answered_in_time_and_the_next_goes_on_there(log: Log) {
        let id = log.put(&to_all("m", 100, |n| json!([{"device": "text", "address": phone(n)}]))).await;
        let sink = Sink::new(50);
        // Of the first nobody knows by which name to ask.
        sink.replies(|of| match of.number {
            0 => taken(Outcome::of_call(CallStatus(-39))),
            _ => text_in_flight(of),
        });
        drain(&dispatcher(&log.db, &clock(&log), &sink, Rules::default())).await;
        assert_eq!(counts(&log, id, Device::Text).await, [0, 100, 0, 0, 0, 0]);
        assert_eq!(refreshed(&log, id, 40, 0).await, (1..=60).collect::<Vec<_>>());
        assert_eq!(counts(&log, id, Device::Text).await, [0, 60, 40, 0, 0, 0]);
        let again: Vec<u32> = (61..100).chain(41..=60).collect();
        assert_eq!(refreshed(&log, id, 59, 1).await, again);
        assert_eq!(counts(&log, id, Device::Text).await, [0, 1, 99, 0, 0, 0]);
        assert!(refreshed(&log, id, 59, 2).await.is_empty());
    }
}
