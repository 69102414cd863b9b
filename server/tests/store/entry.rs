//! Entry: what is refused, where and why, and that the next line is read all the same.

use serde_json::{Value, json};
use shared::{
    delivery::{DeliveryStatus, RecipientQuery},
    message::MessageStatus,
};

use crate::log::{Log, line, message, on_both_databases, with};

/// Imports one message and answers its refusal as `field: reason`.
async fn refusal(log: &Log, message: &str) -> String {
    let (report, refused) = log.import(message.as_bytes()).await;
    assert_eq!((report.accepted, report.already_there), (0, 0), "{message}");
    refused[0].refusal.to_string()
}

fn email(fields: Value) -> Value {
    with(
        message("m"),
        json!({"recipients": [line("a", json!([])), line("b", json!([
            {"device": "inbox"}, with(json!({"device": "email", "address": "b@nomail.com"}), fields),
        ]))]}),
    )
}

on_both_databases! {
    async fn a_refused_line_is_named_and_the_next_is_read(log: Log) {
        let broken = r#"{"external_id": "x", "subject": "half"#;
        let file = [message("a").to_string(), broken.into(), String::new(), "[1]".into(), email(json!({"address": "nobody"})).to_string(),
            "\u{0}".into(), message("b").to_string(), "{} {}".into(), format!("{} 7", message("c")), message("d").to_string()].join("\n");
        let (report, refused) = log.import(file.as_bytes()).await;
        assert_eq!(report.accepted, 3);
        let lines: Vec<(u64, &str)> = refused.iter().map(|r| (r.line, r.refusal.field.as_str())).collect();
        assert_eq!(lines, [(2, "subject"), (4, ""), (5, "recipients[1].deliveries[1].address"), (6, ""), (8, "external_id"), (9, "")]);
    }

    async fn what_cannot_be_kept_is_refused_with_its_field_and_reason(log: Log) {
        let with_field = |fields| with(message("m"), fields).to_string();
        let history = |status: &str, fields| with(email(fields), json!({"status": status})).to_string();
        for (message, expected) in [
            (with_field(json!({"urgent": true})), "urgent: is unknown; a message has external_id, "),
            (with_field(json!({"message_type": "OLR"})), "message_type: online-registration mail has a log of its own"),
            (with_field(json!({"subject": " "})), "subject: is empty"),
            (with_field(json!({"subject": "x".repeat(501)})), "subject: is longer than 500 characters"),
            (with_field(json!({"subject": "a\u{0}b"})), "subject: holds a NUL character"),
            (with_field(json!({"subject": 3})), "subject: is a JSON integer, expected a string"),
            (with_field(json!({"created_at": "01/31/2020"})), "created_at: is no time; write it as "),
            (with_field(json!({"created_at": "0001-01-01T00:00:00Z"})), "created_at: is outside the years "),
            (with_field(json!({"status": "cancelled"})), "status: unknown message status \"cancelled\", expected one of "),
            (with_field(json!({"ended_at": "2020-01-31T12:00:00Z"})), "ended_at: is given, though the message has no status"),
            (with_field(json!({"cancellation": {"by": "ada"}})), "cancellation.at: is missing"),
            (with_field(json!({"status": "sent", "cancellation": {"by": "ada", "at": "2020-01-31T12:00:00Z"}})), "cancellation: only a canceled message has one"),
            (with_field(json!({"criteria": [{"label": "a", "value": "b"}, {"label": "a", "values": "b"}]})), "criteria[1].values: is unknown; "),
            (with_field(json!({"body": {"fax": "x"}})), "body.fax: is unknown; a body has inbox, email, voice, text"),
            (with_field(json!({"recipients": {}})), "recipients: is a JSON map, expected an array of recipients"),
            (with_field(json!({"recipients": [{"person": "a"}]})), "recipients[0].name: is missing"),
            (email(json!({"device": "pigeon"})).to_string(), "recipients[1].deliveries[1].device: unknown device \"pigeon\", "),
            (email(json!({"address": null})).to_string(), "recipients[1].deliveries[1].address: is missing"),
            (email(json!({"device": "voice", "address": "555"})).to_string(), "recipients[1].deliveries[1].address: is no telephone number"),
            (email(json!({"status": "sent"})).to_string(), "recipients[1].deliveries[1]: tells what became of it, "),
            (email(json!({"call_status": 5})).to_string(), "recipients[1].deliveries[1].call_status: only a voice or text delivery has one"),
            (history("sent", json!({})), "recipients[1].deliveries[0].status: is missing, though the message is over"),
            (history("canceled", json!({"status": "queued"})), "recipients[1].deliveries[1].status: is queued, though the message is over"),
            (r#"{"subject": "a", "subject": "b"}"#.into(), "subject: is given twice"),
            ("{\"subject\": \"\\ud800\"}".into(), "subject: "),
        ] {
            let found = refusal(&log, &message).await;
            assert!(found.starts_with(expected), "{found:?} does not start with {expected:?}");
        }
        assert_eq!(log.find("1900-01-01", "2100-12-31").await.total, 0);
    }

    async fn bytes_that_are_no_text_are_refused(log: Log) {
        let (report, refused) = log.import(b"{\"subject\": \"\xff\xfe\"}\n").await;
        assert_eq!((report.refused, refused[0].refusal.field.as_str()), (1, "subject"));
    }

    async fn a_refusal_repeats_no_address(log: Log) {
        let found = refusal(&log, &email(json!({"address": "secret at nomail"})).to_string()).await;
        assert!(!found.contains("secret"), "{found}");
        let found = refusal(&log, &with(message("m"), json!({"recipients": ["secret"]})).to_string()).await;
        assert!(!found.contains("secret"), "{found}");
    }

    async fn a_message_to_be_delivered_enters_waiting_with_queued_deliveries(log: Log) {
        let id = log.put(&email(json!({}))).await;
        assert_eq!(log.detail(id).await.message.row.status, MessageStatus::Waiting);
        let page = log.recipients(id, &RecipientQuery::default()).await;
        let deliveries = &page.recipients[1].deliveries;
        assert!(deliveries.iter().all(|d| d.status == DeliveryStatus::Queued && d.at.is_none()));
        assert_eq!(deliveries[0].address, "b", "an inbox is its person's");
    }

    async fn history_keeps_a_number_that_never_was_one_and_a_code_nobody_defined(log: Log) {
        let calls = json!([{"device": "voice", "address": " unlisted ", "call_status": 11}, {"device": "text", "address": "unlisted", "status": "failed"}]);
        let id = log.put(&with(message("m"), json!({"status": "error", "recipients": [line("a", calls)]}))).await;
        let page = log.recipients(id, &RecipientQuery::default()).await;
        let call = &page.recipients[0].deliveries[0];
        assert_eq!((call.address.as_str(), call.status), ("unlisted", DeliveryStatus::Failed));
        assert_eq!(call.shown_status(), "Unknown (11)");
    }

    async fn fields_may_come_in_any_order(log: Log) {
        let text = r#"{"recipients": [{"deliveries": [{"address": "A@b.example", "device": "email"}], "name": "N", "person": "p"}],
            "created_at": "2020-01-31T12:00:00-06:00", "sender": "S", "subject": "T", "organization": "O", "message_type": "M", "external_id": "E"}"#;
        let (report, refused) = log.import(text.replace('\n', " ").as_bytes()).await;
        assert_eq!((report.accepted, refused), (1, vec![]));
    }

    async fn hostile_text_comes_back_as_it_went_in(log: Log) {
        let subject = "'; drop table messages; -- % _ \\ \" 🚌 \u{202E}abc عربى <script>";
        let id = log.put(&with(message("m'\"%"), json!({"subject": subject, "body": {"text": subject}}))).await;
        let detail = log.detail(id).await;
        assert_eq!((detail.message.row.subject.as_str(), detail.content.bodies[0].content.as_str()), (subject, subject));
    }
}
