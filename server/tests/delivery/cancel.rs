//! Cancel under way: a sharp edge, whoever is handing over at the moment.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use serde_json::json;
use server::{
    delivery::{Rules, Step, providers::Answer},
    outcome::Outcome,
    store::{
        audit::Who,
        cancel::{CancelOutcome, cancel},
        claim::{Claimed, Takes, Wanted, claim},
        record::{Handed, record},
    },
};
use shared::{
    call_status::CallStatus,
    delivery::{DeliveryStatus, Device, RecipientQuery},
    message::{CanceledDevice, MessageStatus},
};

use crate::{
    log::{Log, on_both_databases},
    sink::{Sink, another, clock, counts, dispatcher, drain, later, mails, minutes, phone, to_all},
};

const ROUNDS: usize = 50;
const PEOPLE: usize = 240;

/// Two dispatchers hand over as fast as they can, each by a pool of its own as two processes do, and in each
/// round somebody cancels. The sink's count is the truth: what was handed over in all must be exactly what the
/// cancel counted as gone and in flight.
async fn race(log: Log) {
    let (clock, sink) = (clock(&log), Sink::new(8));
    let stop = Arc::new(AtomicBool::new(false));
    let mut workers = Vec::new();
    for _ in 0..2 {
        let db = another(&log.db).await;
        let dispatcher = dispatcher(&db, &clock, &sink, Rules::default());
        let stop = stop.clone();
        workers.push(tokio::spawn(async move {
            let crews = dispatcher.crews();
            let crew = crews
                .iter()
                .find(|crew| crew.device == Device::Email)
                .unwrap();
            while !stop.load(Ordering::Relaxed) {
                if dispatcher.step(crew, false).await.unwrap() == Step::Nothing {
                    tokio::task::yield_now().await;
                }
            }
        }));
    }
    let (mut cut_short, mut in_flight_seen) = (0, 0);
    for round in 0..ROUNDS {
        let id = log.put(&mails(&format!("round {round}"), PEOPLE)).await;
        // Another moment in every round: from before the first hand-over to near the last.
        while sink.numbers(id).len() < round * 4 {
            tokio::task::yield_now().await;
        }
        let outcome = cancel(&log.db, id, &Who::person(1, "ada"), None, log.now)
            .await
            .unwrap();
        let at_answer = sink.numbers(id).len();
        if outcome != CancelOutcome::Canceled {
            assert_eq!(outcome, CancelOutcome::TooLate(MessageStatus::Sent));
            continue;
        }
        let detail = log.detail(id).await;
        let cut = detail.cancellation.unwrap().devices[0];
        assert_eq!((cut.gone + cut.in_flight + cut.stopped) as usize, PEOPLE);
        // Let what is in flight finish, and go on with other work for as long again.
        let other = log.put(&mails(&format!("after {round}"), 40)).await;
        while sink.numbers(other).len() < 40 || counts(&log, id, Device::Email).await[1] > 0 {
            tokio::task::yield_now().await;
        }
        let handed = sink.numbers(id).len();
        assert_eq!(
            handed,
            (cut.gone + cut.in_flight) as usize,
            "round {round}: {cut:?}"
        );
        assert!(handed - at_answer.min(handed) <= cut.in_flight as usize);
        let stopped = cut.stopped as usize;
        assert_eq!(
            counts(&log, id, Device::Email).await,
            [0, 0, handed, 0, stopped, 0]
        );
        let kept = log.detail(id).await.cancellation.unwrap().devices;
        assert_eq!(kept, [cut], "the cut stays as it was");
        cut_short += usize::from(stopped > 0);
        in_flight_seen += cut.in_flight;
    }
    stop.store(true, Ordering::Relaxed);
    for worker in workers {
        worker.await.unwrap();
    }
    let mut all = sink.handed();
    let handed = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), handed, "nobody got anything twice");
    assert!(
        cut_short > ROUNDS / 2,
        "only {cut_short} rounds were cut short"
    );
    assert!(in_flight_seen > 0, "no cancel met anything in flight");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_handed_over_after_the_answer_on_sqlite() {
    race(Log::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_handed_over_after_the_answer_on_postgres() {
    if let Some(log) = Log::postgres().await {
        race(log).await;
    }
}

pub fn wanted(most: u32) -> Wanted<'static> {
    Wanted {
        device: Device::Email,
        takes: Takes::Both,
        most,
        provider: "sink",
        rate: None,
        urgent_only: false,
        retries: false,
        lease: minutes(2),
        silence: minutes(60),
    }
}

on_both_databases! {
    async fn what_is_in_a_workers_hands_counts_as_in_flight_and_finishes(log: Log) {
        let id = log.put(&mails("m", 10)).await;
        let Claimed::Batch(batch) = claim(&log.db, &wanted(4), log.now).await.unwrap() else { panic!("nothing was due") };
        cancel(&log.db, id, &Who::person(1, "ada"), None, log.now).await.unwrap();
        let cut = CanceledDevice { device: Device::Email, gone: 0, in_flight: 4, stopped: 6 };
        assert_eq!(log.detail(id).await.cancellation.unwrap().devices, [cut]);
        assert_eq!(counts(&log, id, Device::Email).await, [0, 4, 0, 0, 6, 0]);
        assert_eq!(claim(&log.db, &wanted(4), log.now).await.unwrap(), Claimed::Nothing);
        let sent = Handed::Over { provider_id: None, outcome: Outcome::of(DeliveryStatus::Sent), ask_at: None };
        let busy = Handed::Later { reason: "Busy.".into(), due_at: log.now };
        record(&log.db, &batch, &[sent.clone(), sent.clone(), sent, busy], log.now).await.unwrap();
        // The one refused for a while never went out, and does not now.
        assert_eq!(counts(&log, id, Device::Email).await, [0, 0, 3, 0, 7, 0]);
        let detail = log.detail(id).await;
        assert_eq!(detail.cancellation.unwrap().devices, [cut]);
        assert_eq!(detail.message.ended_at.map(|at| at.to_utc()), Some(log.now));
        assert_eq!(detail.progress[0].percent(), 100);
    }

    async fn what_waits_for_another_try_is_stopped_too(log: Log) {
        let id = log.put(&mails("m", 10)).await;
        let (clock, sink) = (clock(&log), Sink::new(10));
        sink.replies(|_| later("Busy."));
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules::default());
        assert_eq!(drain(&dispatcher).await, 10);
        cancel(&log.db, id, &Who::person(1, "ada"), None, log.now).await.unwrap();
        clock.advance(minutes(60));
        assert_eq!(drain(&dispatcher).await, 0);
        assert_eq!(counts(&log, id, Device::Email).await, [0, 0, 0, 0, 10, 0]);
    }

    async fn stopped_people_are_found_by_their_status_with_the_time_of_the_cancel(log: Log) {
        let id = log.put(&mails("m", 10)).await;
        claim(&log.db, &wanted(4), log.now).await.unwrap();
        cancel(&log.db, id, &Who::person(1, "ada"), None, log.now).await.unwrap();
        let query = RecipientQuery { status: Some(DeliveryStatus::Canceled), ..RecipientQuery::default() };
        let page = log.recipients(id, &query).await;
        assert_eq!((page.total, page.recipients.len()), (6, 6));
        let at = page.recipients[0].deliveries[0].at;
        assert_eq!(at.map(|at| at.to_utc()), Some(log.now));
        let query = RecipientQuery { status: Some(DeliveryStatus::Queued), ..RecipientQuery::default() };
        assert_eq!(log.recipients(id, &query).await.total, 0);
    }

    async fn a_call_in_flight_tells_its_end_after_the_cancel(log: Log) {
        let id = log.put(&to_all("m", 2, |n| json!([{"device": "voice", "address": phone(n)}]))).await;
        let (clock, sink) = (clock(&log), Sink::new(1));
        sink.replies(|of| Answer::Taken {
            provider_id: Some(format!("CA{}", of.number)), outcome: Outcome::of_call(CallStatus(17)), ask_after: None,
        });
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules::default());
        let crew = dispatcher.crews().into_iter().find(|crew| crew.device == Device::Voice).unwrap();
        assert_eq!(dispatcher.step(&crew, false).await.unwrap(), Step::Handed(1));
        cancel(&log.db, id, &Who::person(1, "ada"), None, log.now).await.unwrap();
        drain(&dispatcher).await;
        dispatcher.take_back().await.unwrap();
        assert_eq!(counts(&log, id, Device::Voice).await, [0, 1, 0, 0, 1, 0]);
        let receipt = crate::receipts::by_id("CA0", "e1", Outcome::of_call(CallStatus(5)), log.now);
        server::store::receipts::apply(&log.db, &receipt, log.now).await.unwrap();
        assert_eq!(counts(&log, id, Device::Voice).await, [0, 0, 1, 0, 1, 0]);
        let detail = log.detail(id).await;
        assert_eq!(detail.message.row.status, MessageStatus::Canceled);
        assert_eq!(detail.summary.contacted_by_phone, 1);
    }
}
