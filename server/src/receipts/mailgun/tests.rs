//! Mailgun's webhooks: what proves them, and what they mean.

use serde_json::{Value, json};
use shared::message::MessageId;

use super::*;
use crate::outcome::DeliveryKey;

/// HMAC-SHA256 of 1580507999 and the token with the key `signing-key`, by another implementation.
const TOKEN: &str = "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0";
const SIGNED: &str = "c297b0056f7cc239406274ca4254fba35653ab72057bbe6824c56efe23037b18";

fn now() -> DateTime<Utc> {
    "2020-01-31T22:00:00Z".parse().unwrap()
}

fn webhook(event: Value) -> Value {
    let mut data = json!({
        "id": "G9Bn5sl1TC6nu79C8C0bwg", "timestamp": 1580507998.731512, "event": "delivered",
        "recipient": "heather@nomail.com",
        "message": {"headers": {"message-id": "7-3.0f1e2d3c4b5a6978@district.example"}},
    });
    data.as_object_mut()
        .unwrap()
        .extend(event.as_object().unwrap().clone());
    json!({
        "signature": {"timestamp": "1580507999", "token": TOKEN, "signature": SIGNED},
        "event-data": data,
    })
}

fn prove_at(webhook: &Value, now: DateTime<Utc>) -> Result<Proven, Unproven> {
    prove(
        &Secret::new("signing-key"),
        webhook.to_string().as_bytes(),
        now,
    )
}

fn report(event: Value) -> Report {
    prove_at(&webhook(event), now()).unwrap().report
}

fn failed(severity: &str, reason: &str, status: Value) -> Report {
    report(
        json!({"event": "failed", "severity": severity, "reason": reason, "delivery-status": status}),
    )
}

#[test]
fn a_signed_webhook_is_proven_and_read() {
    let proven = prove_at(&webhook(json!({})), now()).unwrap();
    assert_eq!(proven.token, TOKEN);
    let receipt = proven.report.receipt;
    let key = DeliveryKey {
        message: MessageId(7),
        number: 3,
    };
    let id = "7-3.0f1e2d3c4b5a6978@district.example".to_owned();
    assert_eq!(receipt.target, Target::Named(key, id));
    assert_eq!(receipt.event_id, "G9Bn5sl1TC6nu79C8C0bwg");
    assert_eq!(receipt.outcome, Outcome::of(DeliveryStatus::Sent));
    assert_eq!(
        receipt.at,
        "2020-01-31T21:59:58.731Z".parse::<DateTime<Utc>>().unwrap()
    );
    assert_eq!(proven.report.wish, None);
}

#[test]
fn a_timestamp_may_be_a_number() {
    let mut webhook = webhook(json!({}));
    webhook["signature"]["timestamp"] = json!(1580507999);
    assert!(prove_at(&webhook, now()).is_ok());
}

#[test]
fn what_is_forged_is_refused() {
    for (member, value) in [
        ("timestamp", "1580507998"),
        (
            "token",
            "b8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0",
        ),
        ("signature", &SIGNED.replace('c', "d")),
        ("signature", &SIGNED[..62]),
        ("signature", ""),
        ("signature", "xy"),
        ("token", ""),
    ] {
        let mut webhook = webhook(json!({}));
        webhook["signature"][member] = json!(value);
        assert_eq!(
            prove_at(&webhook, now()),
            Err(Unproven::WrongSignature),
            "{member} {value}"
        );
    }
    let other = prove(
        &Secret::new("other"),
        webhook(json!({})).to_string().as_bytes(),
        now(),
    );
    assert_eq!(other, Err(Unproven::WrongSignature));
}

#[test]
fn what_lacks_a_part_cannot_be_read() {
    let mut bare = webhook(json!({}));
    bare.as_object_mut().unwrap().remove("signature");
    assert_eq!(
        prove_at(&bare, now()),
        Err(Unproven::Unreadable("the body"))
    );
    assert!(prove(&Secret::new("k"), b"\xff", now()).is_err());
    assert!(prove(&Secret::new("k"), b"", now()).is_err());
    let nameless = webhook(json!({"message": {"headers": {}}}));
    assert_eq!(
        prove_at(&nameless, now()),
        Err(Unproven::Missing("message-id"))
    );
}

#[test]
fn what_was_signed_too_long_ago_or_too_soon_is_refused() {
    let webhook = webhook(json!({}));
    let at = |now| prove_at(&webhook, now).map(|_| ());
    assert_eq!(at(now() + LONGEST - TimeDelta::seconds(1)), Ok(()));
    assert_eq!(at(now() + LONGEST), Err(Unproven::Stale));
    assert_eq!(
        at(now() - CLOCK_SKEW - TimeDelta::seconds(2)),
        Err(Unproven::Stale)
    );
}

#[test]
fn only_what_failed_for_good_has_failed() {
    let status = json!({"code": 550, "message": "No such user here", "enhanced-code": "5.1.1"});
    let permanent = failed("permanent", "bounce", status.clone());
    assert_eq!(permanent.receipt.outcome.status, DeliveryStatus::Failed);
    assert_eq!(
        permanent.receipt.outcome.reason.as_deref(),
        Some("550 5.1.1 No such user here")
    );
    let temporary = failed("temporary", "generic", status);
    assert_eq!(
        temporary.receipt.outcome,
        Outcome::of(DeliveryStatus::InProgress)
    );
    assert_eq!(temporary.wish, None);
    let rejected = report(json!({"event": "rejected", "reason": "Sender is not allowed"}));
    assert_eq!(rejected.receipt.outcome.status, DeliveryStatus::Failed);
}

#[test]
fn an_event_that_nobody_told_us_is_never_a_success() {
    for event in ["opened", "clicked", "Delivered", "stored", ""] {
        let report = report(json!({"event": event}));
        assert_eq!(
            report.receipt.outcome,
            Outcome::of(DeliveryStatus::InProgress),
            "{event}"
        );
    }
}

#[test]
fn only_an_address_that_is_none_is_reached_no_more() {
    let why = |reason, status| {
        failed("permanent", reason, status)
            .wish
            .map(|wish| wish.why)
    };
    let hard = Some(Some(Why::HardBounce));
    assert_eq!(
        why("bounce", json!({"code": 550, "enhanced-code": "5.1.1"})),
        hard
    );
    assert_eq!(
        why("suppress-bounce", json!({"code": 605, "enhanced-code": ""})),
        hard
    );
    assert_eq!(why("generic", json!({"bounce-type": "hard"})), hard);
    assert_eq!(
        why("bounce", json!({"code": 552, "enhanced-code": "5.2.2"})),
        None
    );
    assert_eq!(
        why("bounce", json!({"code": 550, "enhanced-code": "5.7.1"})),
        None
    );
    assert_eq!(why("old", json!({"code": 602})), None);
    for (event, because) in [
        ("complained", Why::Complaint),
        ("unsubscribed", Why::Unsubscribed),
    ] {
        let wish = report(json!({"event": event})).wish.unwrap();
        assert_eq!((wish.device, wish.why), (Device::Email, Some(because)));
        assert_eq!(wish.address, "heather@nomail.com");
    }
}

#[test]
fn mail_that_is_not_ours_keeps_its_own_name() {
    let report =
        report(json!({"message": {"headers": {"message-id": "<20200131.1@other.example>"}}}));
    let id = Target::ProviderId("20200131.1@other.example".into());
    assert_eq!(report.receipt.target, id);
}
