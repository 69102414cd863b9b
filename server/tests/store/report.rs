//! What a report reads: one moment of the log, who printed, and why deliveries failed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::{Value, json};
use server::store::{
    audit::Who,
    cancel::{self, CancelOutcome},
    failures, prints,
    report::Lines,
};
use shared::{
    call_status::CallStatus,
    delivery::{DeliveryStatus, Device, RecipientQuery},
    failures::NO_REASON,
    message::MessageId,
    report::{ReportDetail, ReportDevice, ReportFormat, ReportOptions},
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
        let contacted: Vec<_> = lines.next().await.unwrap().into_iter().map(|(_, contacted)| contacted).collect();
        assert_eq!(contacted, [Some(true), Some(true), Some(true), Some(false), Some(false)]);
        assert!(lines.marks(&options(ReportFormat::Csv)).not_contacted);
        assert!(lines.next().await.unwrap().is_empty());
    }
}
