//! Receipts: in any order, as often as they come, to the same end.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use server::{
    clock::Clock,
    delivery::{Rules, providers::Answer},
    outcome::{AfterSilence, DeliveryKey, Outcome, Receipt, Target},
    store::{
        audit::Who,
        cancel::cancel,
        claim::{Claimed, claim},
        purge::{Cutoffs, Gone, step},
        receipts::{Applied, apply},
        record::{Handed, record},
    },
};
use shared::{
    call_status::CallStatus,
    counting::Tally,
    delivery::{Delivery, DeliveryStatus, Device, RecipientQuery},
    message::{MessageId, MessageStatus},
};

use crate::{
    log::{Log, on_both_databases},
    sink::{Sink, clock, counts, dispatcher, drain, later, mails, minutes, phone, to_all},
};

/// A receipt about the delivery that the sink knows by `id`.
pub fn by_id(id: &str, event: &str, outcome: Outcome, at: DateTime<Utc>) -> Receipt {
    Receipt {
        provider: "sink",
        event_id: event.to_owned(),
        target: Target::ProviderId(id.to_owned()),
        outcome,
        at,
        raw: "as it came".to_owned(),
    }
}

/// Texts to so many people, each in flight under the name `SM<number>`.
async fn texts(log: &Log, name: &str, people: usize) -> MessageId {
    let id = log
        .put(&to_all(
            name,
            people,
            |n| json!([{"device": "text", "address": phone(n)}]),
        ))
        .await;
    let sink = Sink::new(50);
    sink.replies(|of| Answer::Taken {
        provider_id: Some(format!("SM{}-{}", of.message, of.number)),
        outcome: Outcome::of_call(CallStatus(-39)),
        ask_after: None,
    });
    drain(&dispatcher(&log.db, &clock(log), &sink, Rules::default())).await;
    id
}

/// The rows are these, and what is kept of them beside the message says the same.
async fn assert_figures(log: &Log, id: MessageId, expected: [usize; 6]) {
    assert_eq!(counts(log, id, Device::Email).await, expected);
    let detail = log.detail(id).await;
    let [queued, ..] = expected;
    let total: usize = expected.iter().sum();
    assert_eq!(detail.summary.total_emails as usize, total);
    let progress = detail.progress[0];
    assert_eq!(
        (progress.done as usize, progress.total as usize),
        (total - queued, total)
    );
    let kept: String = crate::sink::scalar(&log.db, "select tally from messages").await;
    let tally: Tally = serde_json::from_str(&kept).unwrap();
    let of = tally.devices[&Device::Email];
    let kept = [
        of.queued,
        of.in_progress,
        of.sent,
        of.failed,
        of.canceled,
        of.opted_out,
    ];
    assert_eq!(kept.map(|count| count as usize), expected);
}

async fn only(log: &Log, id: MessageId) -> Delivery {
    let page = log.recipients(id, &RecipientQuery::default()).await;
    page.recipients[0].deliveries[0].clone()
}

on_both_databases! {
    async fn the_same_event_twice_counts_once(log: Log) {
        let id = texts(&log, "m", 2).await;
        let receipt = by_id(&format!("SM{id}-0"), "e1", Outcome::of_call(CallStatus(-28)), log.now);
        assert_eq!(apply(&log.db, &receipt, log.now).await.unwrap(), Applied::News);
        let before = log.detail(id).await;
        assert_eq!(apply(&log.db, &receipt, log.now).await.unwrap(), Applied::Repeat);
        let again = Receipt { event_id: "e2".into(), ..receipt };
        assert_eq!(apply(&log.db, &again, log.now).await.unwrap(), Applied::NothingNew);
        assert_eq!(log.detail(id).await, before);
        assert_eq!(before.summary.contacted_by_phone, 1);
        let stray = by_id("SM-none", "e3", Outcome::of_call(CallStatus(-28)), log.now);
        assert_eq!(apply(&log.db, &stray, log.now).await.unwrap(), Applied::NoSuchDelivery);
    }

    async fn every_order_of_receipts_comes_to_the_same_end(log: Log) {
        let words = [(-39, 1), (-27, 2), (-28, 4), (-40, 3), (-27, 2)];
        let mut ends = Vec::new();
        for rotation in 0..words.len() {
            for backwards in [false, true] {
                let id = texts(&log, &format!("m {rotation} {backwards}"), 1).await;
                let mut order: Vec<_> = (0..words.len()).collect();
                order.rotate_left(rotation);
                if backwards {
                    order.reverse();
                }
                for n in order {
                    let (code, seconds) = words[n];
                    let at = log.now - TimeDelta::seconds(10 - seconds);
                    let outcome = Outcome::of_call(CallStatus(code));
                    let receipt = by_id(&format!("SM{id}-0"), &format!("{id}-{n}"), outcome, at);
                    apply(&log.db, &receipt, log.now).await.unwrap();
                }
                let detail = log.detail(id).await;
                ends.push((only(&log, id).await.call_status, only(&log, id).await.at, detail.summary, detail.message.row.status));
            }
        }
        ends.dedup();
        assert_eq!(ends.len(), 1, "{ends:?}");
        assert_eq!(ends[0].0, Some(CallStatus(-40)), "the first of the two last words");
        assert_eq!(ends[0].2.contacted_by_phone, 0, "who was contacted for a moment is not in the end");
        assert_eq!(ends[0].3, MessageStatus::Sent);
    }

    async fn a_receipt_may_come_before_the_answer_is_recorded(log: Log) {
        let id = log.put(&to_all("m", 1, |n| json!([{"device": "voice", "address": phone(n)}]))).await;
        let wanted = server::store::claim::Wanted {
            device: Device::Voice, takes: server::store::claim::Takes::Both, most: 1, provider: "sink", rate: None,
            urgent_only: false, retries: false, lease: minutes(2), silence: minutes(60),
        };
        let claimed = server::store::claim::claim(&log.db, &wanted, log.now).await.unwrap();
        let server::store::claim::Claimed::Batch(batch) = claimed else { panic!("nothing was due") };
        let by_id_yet = by_id("CA1", "e1", Outcome::of_call(CallStatus(5)), log.now);
        assert_eq!(apply(&log.db, &by_id_yet, log.now).await.unwrap(), Applied::NoSuchDelivery);
        let by_key = Receipt { target: Target::Key(DeliveryKey { message: id, number: 0 }), ..by_id_yet };
        assert_eq!(apply(&log.db, &by_key, log.now).await.unwrap(), Applied::News);
        let taken = server::store::record::Handed::Over {
            provider_id: Some("CA1".into()), outcome: Outcome::of_call(CallStatus(17)), ask_at: None,
        };
        server::store::record::record(&log.db, &batch, &[taken], log.now).await.unwrap();
        assert_eq!(only(&log, id).await.call_status, Some(CallStatus(5)));
        assert_eq!(log.detail(id).await.message.row.status, MessageStatus::Sent);
    }

    async fn a_message_that_fell_silent_is_an_error_until_the_last_late_receipt(log: Log) {
        let id = texts(&log, "m", 2).await;
        let clock = clock(&log);
        let dispatcher = dispatcher(&log.db, &clock, &Sink::new(1), Rules::default());
        clock.advance(minutes(59));
        dispatcher.look_after().await.unwrap();
        assert_eq!(log.detail(id).await.message.row.status, MessageStatus::InProgress);
        clock.advance(minutes(1));
        dispatcher.look_after().await.unwrap();
        let detail = log.detail(id).await;
        assert_eq!((detail.message.row.status, detail.message.ended_at), (MessageStatus::Error, None));
        assert_eq!(counts(&log, id, Device::Text).await, [0, 2, 0, 0, 0, 0]);
        let late = log.now + minutes(90);
        for number in 0..2 {
            let receipt = by_id(&format!("SM{id}-{number}"), &format!("e{number}"), Outcome::of_call(CallStatus(-28)), late);
            apply(&log.db, &receipt, late).await.unwrap();
        }
        assert_eq!(log.detail(id).await.message.row.status, MessageStatus::Sent);
    }

    async fn a_receipt_that_comes_after_its_recipients_were_removed_names_nobody(log: Log) {
        let id = texts(&log, "m", 2).await;
        let zone = log.district.time_zone;
        let receipt = |number: u32, event: &str, code| by_id(&format!("SM{id}-{number}"), event, Outcome::of_call(CallStatus(code)), log.now);
        let cutoffs = Cutoffs { personal: Some(log.now + TimeDelta::days(1)), totals: None };
        let later = log.now + TimeDelta::days(30);
        apply(&log.db, &receipt(0, "e0", -28), log.now).await.unwrap();
        // In flight still, however old.
        assert_eq!(step(&log.db, &cutoffs, zone, later).await.unwrap(), None);
        apply(&log.db, &receipt(1, "e1", -28), log.now).await.unwrap();
        let before = log.detail(id).await;
        assert_eq!((before.message.row.status, before.summary.contacted_by_phone), (MessageStatus::Sent, 2));
        // Marked, while its rows are there yet: -40 would follow -28.
        step(&log.db, &cutoffs, zone, later).await.unwrap();
        assert_eq!(apply(&log.db, &receipt(0, "e2", -40), later).await.unwrap(), Applied::NoSuchDelivery);
        let gone = step(&log.db, &cutoffs, zone, later).await.unwrap();
        let expected = Gone { emptied: 1, recipients: 2, deliveries: 2, receipts: 2, ..Gone::default() };
        assert_eq!(gone, Some(expected));
        assert_eq!(apply(&log.db, &receipt(0, "e2", -40), later).await.unwrap(), Applied::NoSuchDelivery);
        let after = log.detail(id).await;
        assert_eq!((after.summary, after.progress, after.message), (before.summary, before.progress, before.message));
    }

    async fn a_person_on_two_lines_is_contacted_once_and_by_a_duplicate_too(log: Log) {
        let mut message = to_all("m", 3, |_| json!([{"device": "text", "address": phone(7)}]));
        message["recipients"][2]["person"] = json!("p0");
        let id = log.put(&message).await;
        drain(&dispatcher(&log.db, &clock(&log), &Sink::new(5), Rules::default())).await;
        let summary = log.detail(id).await.summary;
        assert_eq!((summary.total_recipients, summary.total_text, summary.contacted_by_phone), (2, 1, 2));
        assert_eq!(only(&log, id).await.status, DeliveryStatus::Sent);
    }

    async fn what_waited_for_another_try_when_it_was_canceled_may_have_gone_out_all_the_same(log: Log) {
        let id = log.put(&mails("m", 10)).await;
        let (clock, sink) = (clock(&log), Sink::new(10));
        sink.replies(|_| later("The relay broke off."));
        drain(&dispatcher(&log.db, &clock, &sink, Rules::default())).await;
        cancel(&log.db, id, &Who::person(1, "ada"), None, log.now).await.unwrap();
        let receipt = |number: u32, status| {
            let key = Target::Key(DeliveryKey { message: id, number });
            Receipt { target: key, ..by_id("", &format!("e{number} {status:?}"), Outcome::of(status), log.now) }
        };
        for (number, status) in [(0, DeliveryStatus::Sent), (1, DeliveryStatus::Failed), (2, DeliveryStatus::InProgress)] {
            assert_eq!(apply(&log.db, &receipt(number, status), log.now).await.unwrap(), Applied::News);
        }
        assert_figures(&log, id, [0, 1, 1, 1, 7, 0]).await;
        apply(&log.db, &receipt(2, DeliveryStatus::Sent), log.now).await.unwrap();
        assert_figures(&log, id, [0, 0, 2, 1, 7, 0]).await;
    }

    async fn what_a_worker_records_late_of_a_canceled_message_is_counted_once(log: Log) {
        let id = log.put(&mails("m", 10)).await;
        let claimed = claim(&log.db, &crate::cancel::wanted(4), log.now).await.unwrap();
        let Claimed::Batch(batch) = claimed else { panic!("nothing was due") };
        let (clock, mut sink) = (clock(&log), Sink::new(10));
        std::sync::Arc::get_mut(&mut sink).unwrap().after_silence = AfterSilence::Repeat;
        clock.advance(minutes(2));
        let dispatcher = dispatcher(&log.db, &clock, &sink, Rules::default());
        assert_eq!(dispatcher.settle_silent().await.unwrap(), 1);
        cancel(&log.db, id, &Who::person(1, "ada"), None, clock.now()).await.unwrap();
        assert_figures(&log, id, [0, 0, 0, 0, 10, 0]).await;
        let sent = Handed::Over { provider_id: None, outcome: Outcome::of(DeliveryStatus::Sent), ask_at: None };
        let busy = Handed::Later { reason: "Busy.".into(), due_at: log.now };
        record(&log.db, &batch, &[sent.clone(), sent.clone(), sent, busy], clock.now()).await.unwrap();
        assert_figures(&log, id, [0, 0, 3, 0, 7, 0]).await;
    }
}
