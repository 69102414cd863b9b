//! Signed bounces: what proves them, and what they mean.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::message::MessageId;

use super::*;
use crate::outcome::DeliveryKey;

/// The example of the Standard Webhooks specification.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const TIMESTAMP: &str = "1614265330";
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const SIGNED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

fn then() -> DateTime<Utc> {
    DateTime::from_timestamp(1_614_265_330, 0).unwrap()
}

fn proof(signature: &str) -> Proof<'_> {
    Proof {
        id: Some(ID),
        timestamp: Some(TIMESTAMP),
        signature: Some(signature),
    }
}

fn example(proof: Proof<'_>, body: &[u8], now: DateTime<Utc>) -> Unproven {
    prove(&Secret::new(SECRET), proof, body, now).unwrap_err()
}

/// The example's body is no bounce: that it gets as far as being unreadable is its proof.
const PROVEN: Unproven = Unproven::Unreadable("the body");

#[test]
fn the_published_example_is_proven() {
    assert_eq!(example(proof(SIGNED), BODY, then()), PROVEN);
}

#[test]
fn while_a_secret_changes_one_of_several_signatures_is_enough() {
    let several = format!("v1,AAAA v1a,x {SIGNED}");
    assert_eq!(example(proof(&several), BODY, then()), PROVEN);
}

#[test]
fn what_is_forged_or_altered_is_refused() {
    let wrong = Unproven::WrongSignature;
    assert_eq!(
        example(proof(SIGNED), br#"{"test": 2432232315}"#, then()),
        wrong
    );
    for signature in [
        "",
        "v1,",
        "v1,!",
        &SIGNED[3..],
        &SIGNED.replace("v1,", "v2,"),
    ] {
        assert_eq!(
            example(proof(signature), BODY, then()),
            wrong,
            "{signature}"
        );
    }
    let other = Proof {
        id: Some("msg_other"),
        ..proof(SIGNED)
    };
    assert_eq!(example(other, BODY, then()), wrong);
    let other = Proof {
        timestamp: Some("1614265331"),
        ..proof(SIGNED)
    };
    assert_eq!(example(other, BODY, then()), wrong);
    let other = prove(&Secret::new("whsec_AAAA"), proof(SIGNED), BODY, then());
    assert_eq!(other.unwrap_err(), wrong);
}

#[test]
fn a_missing_header_is_named() {
    let whole = proof(SIGNED);
    for (proof, name) in [
        (Proof { id: None, ..whole }, "webhook-id"),
        (
            Proof {
                timestamp: None,
                ..whole
            },
            "webhook-timestamp",
        ),
        (
            Proof {
                signature: None,
                ..whole
            },
            "webhook-signature",
        ),
    ] {
        assert_eq!(example(proof, BODY, then()), Unproven::Missing(name));
    }
}

#[test]
fn what_was_signed_at_another_time_is_refused() {
    let edge = CLOCK_SKEW;
    assert_eq!(example(proof(SIGNED), BODY, then() + edge), PROVEN);
    let later = TimeDelta::seconds(1);
    assert_eq!(
        example(proof(SIGNED), BODY, then() + edge + later),
        Unproven::Stale
    );
    assert_eq!(
        example(proof(SIGNED), BODY, then() - edge - later),
        Unproven::Stale
    );
}

fn report(kind: &str, data: Value) -> Report {
    let mut whole = json!({"message_id": "<7-3.0f1e2d3c4b5a6978@district.example>",
        "recipient": "heather@nomail.com"});
    whole
        .as_object_mut()
        .unwrap()
        .extend(data.as_object().unwrap().clone());
    let event = json!({"type": kind, "timestamp": "2021-02-25T15:02:00Z", "data": whole});
    read(serde_json::from_value(event).unwrap(), ID, "raw", then())
}

#[test]
fn a_bounce_names_its_delivery_its_reason_and_the_address() {
    let bounce = report(
        "email.bounced",
        json!({"permanent": true, "code": "5.1.1", "reason": "No such user"}),
    );
    let receipt = bounce.receipt;
    let key = DeliveryKey {
        message: MessageId(7),
        number: 3,
    };
    let id = "7-3.0f1e2d3c4b5a6978@district.example".to_owned();
    assert_eq!(
        (receipt.target, receipt.event_id.as_str()),
        (Target::Named(key, id), ID)
    );
    let failed = Outcome::of(DeliveryStatus::Failed).because("5.1.1 No such user");
    assert_eq!(receipt.outcome, failed);
    assert_eq!(
        bounce.wish.map(|wish| wish.why),
        Some(Some(Why::HardBounce))
    );
}

#[test]
fn each_kind_means_what_it_says_and_an_unknown_one_nothing() {
    let status = |kind, data| report(kind, data).receipt.outcome.status;
    assert_eq!(status("email.delivered", json!({})), DeliveryStatus::Sent);
    assert_eq!(
        status("email.bounced", json!({})),
        DeliveryStatus::InProgress
    );
    assert_eq!(
        status("email.opened", json!({})),
        DeliveryStatus::InProgress
    );
    let full = report("email.bounced", json!({"permanent": true, "code": "5.2.2"}));
    assert_eq!(
        (full.receipt.outcome.status, full.wish),
        (DeliveryStatus::Failed, None)
    );
    let spam = report("email.complained", json!({})).wish.unwrap();
    assert_eq!(spam.why, Some(Why::Complaint));
}
