//! What a report reads: one moment of the log, who printed, and why deliveries failed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value, json};
use server::store::{
    audit::Who,
    cancel::{self, CancelOutcome},
    failures, prints,
    report::Lines,
};
use shared::{
    call_status::CallStatus,
    delivery::{DeliveryStatus, Device, DeviceFilter, RecipientQuery},
    failures::NO_REASON,
    message::MessageId,
    report::{Marks, ReportDetail, ReportDevice, ReportFormat, ReportOptions, ReportRow, rows},
};

use crate::log::{Log, line, message, on_both_databases, utc, with};

fn options(format: ReportFormat) -> ReportOptions {
    ReportOptions {
        devices: [ReportDevice::VoiceText, ReportDevice::Email].into(),
        detail: ReportDetail::All,
        format,
    }
}

/// Ten who fail for one of three causes, a duplicate among them, and two who were reached.
fn failing() -> Value {
    let at = "2020-01-31T12:05:00-06:00";
    let call = |address: &str, code: i16| json!([{"device": "voice", "address": address, "call_status": code, "at": at}]);
    let email = |address: &str, reason: Value| json!([{"device": "email", "address": address, "status": "failed", "reason": reason, "at": at}]);
    with(
        message("failing"),
        json!({"status": "sent", "recipients": [
            line("a", call("612-555-0100", 1)),
            line("b", email("Bo@nomail.com", json!("550 5.1.1 <bo@nomail.com>: no such person"))),
            line("c", call("612-555-0101", 5)),
            line("d", call("612-555-0102", 1)),
            line("e", call("612-555-0103", 14)),
            line("f", email("fay@nomail.com", json!("550 5.1.1 <fay@nomail.com>: no such person"))),
            line("g", call("(612) 555-0100", 1)),
            line("h", call("612-555-0104", 1)),
            line("i", email("ida@nomail.com", Value::Null)),
            line("j", json!([{"device": "email", "address": "joe@nomail.com", "status": "sent", "at": at}])),
        ]}),
    )
}

/// All that there is to print.
fn everything() -> ReportOptions {
    ReportOptions {
        devices: ReportDevice::ALL.into(),
        detail: ReportDetail::All,
        format: ReportFormat::Csv,
    }
}

/// The rows of a report.
async fn printed(log: &Log, id: MessageId, options: &ReportOptions) -> Vec<ReportRow> {
    let snapshot = log.db.snapshot().await.unwrap();
    let mut lines = Lines::of(snapshot, id, log.district.time_zone)
        .await
        .unwrap();
    let mut all = Vec::new();
    loop {
        let chunk = lines.next().await.unwrap();
        if chunk.is_empty() {
            return all;
        }
        let rows = chunk
            .iter()
            .map(|(line, person)| rows(line, *person, options));
        all.extend(rows.flatten());
    }
}

/// A line of one of four persons, with deliveries that share addresses.
fn any_line() -> impl Strategy<Value = (u8, Vec<Value>)> {
    let codes = prop::sample::select(vec![5, 6, 0, 1, 8, 13, -4, -27, -28, -33, -40]);
    let delivery = (
        prop::sample::select(Device::ALL.to_vec()),
        0..4u8,
        codes,
        any::<bool>(),
    );
    let delivery = delivery.prop_map(|(device, address, code, yes)| {
        let at = "2020-01-31T12:05:00-06:00";
        let status = if yes { "sent" } else { "failed" };
        match device {
            Device::Inbox | Device::Email => {
                let address = format!("a{address}@nomail.com");
                json!({"device": device, "address": address, "status": status, "at": at})
            }
            Device::Voice | Device::Text => {
                let address = format!("612-555-010{address}");
                let confirmed = (device == Device::Voice && yes).then_some(at);
                json!({"device": device, "address": address, "call_status": code, "confirmed_at": confirmed, "at": at})
            }
        }
    });
    (0..4u8, prop::collection::vec(delivery, 0..3))
}

async fn lines_of(log: &Log, id: MessageId, failure: i64) -> Vec<u32> {
    let query = RecipientQuery {
        failure: Some(failure),
        ..RecipientQuery::default()
    };
    let page = log.recipients(id, &query).await;
    assert_eq!(page.total as usize, page.recipients.len());
    page.recipients.iter().map(|r| r.line).collect()
}

on_both_databases! {
    async fn head_and_rows_of_a_report_are_of_one_moment(log: Log) {
        let lines: Vec<Value> = (0..1500).map(|n| line(&format!("p{n}"), json!([
            {"device": "email", "address": format!("p{n}@nomail.com")}]))).collect();
        let id = log.put(&with(message("many"), json!({"recipients": lines}))).await;
        let zone = log.district.time_zone;
        let mut moment = log.db.snapshot().await.unwrap();
        let head = server::store::detail::in_moment(&mut moment, id, zone, log.now).await.unwrap().unwrap();
        let mut lines = Lines::of(moment, id, zone).await.unwrap();
        assert_eq!(lines.count(), 1500);
        let first = lines.next().await.unwrap();
        let outcome = cancel::cancel(&log.db, id, &Who::person(1, "admin"), None, log.now).await.unwrap();
        assert_eq!(outcome, CancelOutcome::Canceled);
        let second = lines.next().await.unwrap();
        assert_eq!((first.len(), second.len()), (1000, 500));
        assert!(head.can_cancel);
        let all = first.iter().chain(&second).flat_map(|(line, _)| &line.deliveries);
        assert!(all.map(|d| d.status).all(|status| status == DeliveryStatus::Queued));
        drop(lines);
        assert!(!log.detail(id).await.can_cancel, "later readers see what happened meanwhile");
    }

    async fn prints_are_kept_newest_first(log: Log) {
        let id = log.put(&failing()).await;
        let other = log.put(&message("other")).await;
        let at = |minute| utc(&format!("2020-02-01T18:{minute:02}:00Z"));
        prints::keep(&log.db, id, &Who::person(1, "operator"), &options(ReportFormat::Csv), false, at(1)).await.unwrap();
        prints::keep(&log.db, id, &Who::person(1, "Ầdmin"), &options(ReportFormat::Pdf), true, at(2)).await.unwrap();
        let zone = log.district.time_zone;
        let kept = prints::newest(&log.db, id, zone).await.unwrap();
        let told: Vec<_> = kept.iter().map(|p| (p.by.as_str(), p.format, p.masked)).collect();
        assert_eq!(told, [("Ầdmin", ReportFormat::Pdf, true), ("operator", ReportFormat::Csv, false)]);
        assert_eq!(kept[0].at.to_rfc3339(), "2020-02-01T12:02:00-06:00");
        assert_eq!(kept[0].devices, [ReportDevice::Email, ReportDevice::VoiceText]);
        assert_eq!(kept[0].detail, ReportDetail::All);
        assert_eq!(prints::newest(&log.db, other, zone).await.unwrap(), []);
    }

    async fn failures_are_counted_by_cause_and_addresses_once(log: Log) {
        let id = log.put(&failing()).await;
        let zone = log.district.time_zone;
        let failures = failures::failures(&log.db, id, zone, log.now).await.unwrap().unwrap();
        let told: Vec<_> = failures.causes.iter()
            .map(|c| (c.device, c.call_status, c.reason.as_str(), c.addresses))
            .collect();
        assert_eq!(told, [
            (Device::Voice, Some(CallStatus(1)), "Busy", 3),
            (Device::Email, None, "550 5.1.1 <•••>: no such person", 2),
            (Device::Voice, Some(CallStatus(14)), "Fast-Busy", 1),
            (Device::Email, None, NO_REASON, 1),
        ]);
        assert_eq!(failures.addresses, 7);
        let by_cause: Vec<Vec<u32>> = {
            let mut all = Vec::new();
            for cause in &failures.causes {
                all.push(lines_of(&log, id, cause.failure).await);
            }
            all
        };
        // The seventh line has the first one's number, and shares its outcome.
        assert_eq!(by_cause, [vec![0, 3, 6, 7], vec![1, 5], vec![4], vec![8]]);
    }

    async fn a_delivery_that_did_not_fail_shares_its_cause_with_none(log: Log) {
        let id = log.put(&failing()).await;
        for number in [2, 9, 99, -1, i64::MAX] {
            assert_eq!(lines_of(&log, id, number).await, [0; 0], "{number}");
        }
    }

    async fn there_are_no_failures_of_a_message_that_is_not_there(log: Log) {
        let zone = log.district.time_zone;
        let none = failures::failures(&log.db, MessageId(999), zone, log.now).await.unwrap();
        assert_eq!(none, None);
        let id = log.put(&message("nobody")).await;
        let nobody = failures::failures(&log.db, id, zone, log.now).await.unwrap().unwrap();
        assert_eq!((nobody.addresses, nobody.causes), (0, vec![]));
    }

    async fn a_person_reached_on_any_line_or_by_a_shared_number_is_contacted(log: Log) {
        let call = |address: &str, code: i16| json!([{"device": "voice", "address": address, "call_status": code, "at": "2020-01-31T12:05:00-06:00"}]);
        let id = log.put(&with(message("family"), json!({"status": "sent", "recipients": [
            line("mother", call("612-555-0100", 1)),
            line("mother", call("612-555-0101", 5)),
            line("father", call("(612) 555-0101", -4)),
            line("uncle", call("612-555-0102", 0)),
            line("aunt", json!([])),
        ]}))).await;
        let mut lines = Lines::of(log.db.snapshot().await.unwrap(), id, log.district.time_zone).await.unwrap();
        let contacted: Vec<_> = lines.next().await.unwrap().into_iter().map(|(_, person)| person.contacted).collect();
        assert_eq!(contacted, [Some(true), Some(true), Some(true), Some(false), Some(false)]);
        assert!(lines.marks(&options(ReportFormat::Csv)).await.unwrap().not_contacted);
        assert!(lines.next().await.unwrap().is_empty());
    }

    async fn a_person_with_a_device_on_another_line_is_not_without_one(log: Log) {
        let email = json!([{"device": "email", "address": "a@nomail.com"}]);
        let id = log.put(&with(message("family"), json!({"recipients": [
            line("mother", json!([])), line("mother", email), line("father", json!([])), line("father", json!([])),
        ]}))).await;
        assert_eq!(log.detail(id).await.summary.total_no_device, 1);
        let rows = printed(&log, id, &everything()).await;
        let without: Vec<_> = rows.iter().filter(|row| row.device.is_none()).map(|row| row.recipient.as_str()).collect();
        assert_eq!(without, ["Name of father"; 2]);
        let query = RecipientQuery { device: Some(DeviceFilter::NoDevice), ..RecipientQuery::default() };
        let found: Vec<_> = log.recipients(id, &query).await.recipients.iter().map(|line| line.line).collect();
        assert_eq!(found, [2, 3]);
        for (after, elsewhere) in [(None, vec![true, false, false, false]), (Some(0), vec![false; 3])] {
            let query = RecipientQuery { after, ..RecipientQuery::default() };
            let page = log.recipients(id, &query).await.recipients;
            assert_eq!(page.iter().map(|line| line.device_elsewhere).collect::<Vec<_>>(), elsewhere);
        }
    }

    async fn who_pressed_0_is_contacted_and_did_not_fail(log: Log) {
        let at = "2020-01-31T12:05:00-06:00";
        let call = |address: &str, fields| json!([with(json!({"device": "voice", "address": address, "confirmed_at": at, "at": at}), fields)]);
        let id = log.put(&with(message("calls"), json!({"status": "sent", "recipients": [
            line("a", call("612-555-0100", json!({"call_status": 8}))),
            line("b", call("612-555-0101", json!({"status": "failed"}))),
            line("c", call("612-555-0102", json!({}))),
        ]}))).await;
        assert_eq!(log.detail(id).await.summary.contacted_by_phone, 3);
        let failures = failures::failures(&log.db, id, log.district.time_zone, log.now).await.unwrap().unwrap();
        assert_eq!(failures.addresses, 0);
        let failed = ReportOptions { detail: ReportDetail::Failed, ..everything() };
        assert_eq!(printed(&log, id, &failed).await, []);
    }

    async fn the_rows_agree_with_the_totals_and_the_legend_with_the_rows(log: Log) {
        let mut random = TestRunner::deterministic();
        for number in 0..12 {
            let lines = prop::collection::vec(any_line(), 0..9).new_tree(&mut random).unwrap().current();
            let lines: Vec<Value> = lines.into_iter().map(|(person, deliveries)| line(&format!("p{person}"), json!(deliveries))).collect();
            let told = json!(lines).to_string();
            let id = log.put(&with(message(&format!("m{number}")), json!({"status": "sent", "recipients": lines}))).await;
            let summary = log.detail(id).await.summary;
            let rows = printed(&log, id, &everything()).await;
            let persons = |such: &dyn Fn(&ReportRow) -> bool| -> u32 {
                let persons: BTreeSet<_> = rows.iter().filter(|row| such(row)).map(|row| &row.recipient).collect();
                persons.len() as u32
            };
            assert_eq!(persons(&|_| true), summary.total_recipients, "{told}");
            assert_eq!(persons(&|row| row.device.is_none()), summary.total_no_device, "{told}");
            if rows.iter().any(|row| row.device.is_some_and(Device::is_phone)) {
                assert_eq!(persons(&|row| row.not_contacted), summary.not_contacted_by_phone, "{told}");
            }
            for (device, total) in [
                (Device::Inbox, summary.total_inbox), (Device::Email, summary.total_emails),
                (Device::Voice, summary.total_voice), (Device::Text, summary.total_text),
            ] {
                let real = rows.iter().filter(|row| row.device == Some(device) && !row.duplicate).count();
                assert_eq!(real as u32, total, "{device:?} of {told}");
            }
            let query = RecipientQuery { device: Some(DeviceFilter::NoDevice), ..RecipientQuery::default() };
            let found = log.recipients(id, &query).await.recipients;
            let found: BTreeSet<_> = found.iter().map(|line| &line.name).collect();
            assert_eq!(found.len() as u32, summary.total_no_device, "{told}");
            let page = log.recipients(id, &RecipientQuery::default()).await.recipients;
            let without = page.iter().filter(|line| line.deliveries.is_empty() && !line.device_elsewhere);
            let without: BTreeSet<_> = without.map(|line| &line.name).collect();
            assert_eq!(without.len() as u32, summary.total_no_device, "{told}");
            for (devices, detail) in [
                (ReportDevice::ALL.as_slice(), ReportDetail::All),
                (&ReportDevice::ALL, ReportDetail::Failed),
                (&[ReportDevice::Email], ReportDetail::All),
                (&[ReportDevice::VoiceText], ReportDetail::Failed),
                (&[ReportDevice::NoDevice], ReportDetail::All),
            ] {
                let options = ReportOptions { devices: devices.iter().copied().collect(), detail, format: ReportFormat::Csv };
                let rows = printed(&log, id, &options).await;
                let zone = log.district.time_zone;
                let mut lines = Lines::of(log.db.snapshot().await.unwrap(), id, zone).await.unwrap();
                let expected = Marks {
                    duplicates: rows.iter().any(|row| row.duplicate),
                    not_contacted: rows.iter().any(|row| row.not_contacted),
                };
                assert_eq!(lines.marks(&options).await.unwrap(), expected, "{options:?} of {told}");
            }
        }
    }

    async fn letters_that_failed_alike_are_one_cause_though_each_has_a_number_of_its_own(log: Log) {
        let reply = |n: u32| format!("550 5.1.1 The email account that you tried to reach does not exist. 41be03b{n:04}f7-7db6a4si{n}plb.12 - gsmtp");
        let lines: Vec<Value> = (0..30).map(|n| line(&format!("p{n}"), json!([
            {"device": "email", "address": format!("p{n}@nomail.com"), "status": "failed", "reason": reply(n)}]))).collect();
        let id = log.put(&with(message("bounces"), json!({"status": "sent", "recipients": lines}))).await;
        let failures = failures::failures(&log.db, id, log.district.time_zone, log.now).await.unwrap().unwrap();
        let told: Vec<_> = failures.causes.iter().map(|cause| (cause.reason.as_str(), cause.addresses)).collect();
        assert_eq!(told, [("550 5.1.1 The email account that you tried to reach does not exist.", 30)]);
        assert_eq!(lines_of(&log, id, failures.causes[0].failure).await.len(), 30);
        let first = &log.recipients(id, &RecipientQuery::default()).await.recipients[0].deliveries[0];
        assert_eq!(first.reason, Some(reply(0)), "what was said is kept whole");
    }
}
