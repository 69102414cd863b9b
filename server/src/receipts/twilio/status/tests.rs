//! Every word of Twilio's, and what it becomes.

use shared::message::MessageId;

use super::*;

fn code(device: Device, words: Words) -> (DeliveryStatus, Option<i16>) {
    let outcome = words.outcome(device);
    (outcome.status, outcome.call_status.map(|code| code.0))
}

fn text(status: &str) -> (DeliveryStatus, Option<i16>) {
    let words = Words {
        status,
        ..Words::default()
    };
    code(Device::Text, words)
}

fn answered(status: &str, by: &str) -> (DeliveryStatus, Option<i16>) {
    let words = Words {
        status,
        answered_by: Some(by).filter(|by| !by.is_empty()),
        ..Words::default()
    };
    code(Device::Voice, words)
}

use crate::outcome::DeliveryKey;
use DeliveryStatus::{Canceled, Failed, InProgress, OptedOut, Sent};

#[test]
fn every_word_of_a_text_message_has_its_code() {
    for word in ["accepted", "scheduled", "queued", "sending"] {
        assert_eq!(text(word), (InProgress, Some(-39)), "{word}");
    }
    assert_eq!(text("sent"), (Sent, Some(-27)));
    assert_eq!(text("delivered"), (Sent, Some(-28)));
    assert_eq!(text("read"), (Sent, Some(-28)));
    assert_eq!(text("undelivered"), (Failed, Some(-40)));
    assert_eq!(text("failed"), (Failed, Some(-30)));
    assert_eq!(text("canceled"), (Canceled, None));
}

#[test]
fn every_word_of_a_call_has_its_code() {
    for word in ["queued", "initiated", "ringing", "in-progress"] {
        assert_eq!(answered(word, ""), (InProgress, None), "{word}");
    }
    assert_eq!(answered("no-answer", ""), (Failed, Some(0)));
    assert_eq!(answered("busy", ""), (Failed, Some(1)));
    assert_eq!(answered("failed", ""), (Failed, Some(10)));
    assert_eq!(answered("canceled", ""), (Canceled, None));
    for status in ["in-progress", "completed"] {
        assert_eq!(answered(status, "human"), (Sent, Some(5)));
        for machine in [
            "machine_start",
            "machine_end_beep",
            "machine_end_silence",
            "machine_end_other",
        ] {
            assert_eq!(answered(status, machine), (Sent, Some(6)), "{machine}");
        }
        assert_eq!(answered(status, "fax"), (Failed, Some(7)));
    }
    assert_eq!(answered("completed", "unknown"), (Failed, Some(9)));
    assert_eq!(answered("completed", ""), (Failed, Some(9)));
}

#[test]
fn a_word_that_nobody_told_us_is_never_a_success() {
    for word in ["", "Delivered", "ok", "success", "partially_delivered"] {
        assert_eq!(text(word), (InProgress, None), "{word}");
        assert_eq!(answered(word, "human"), (InProgress, None), "{word}");
    }
    assert_eq!(answered("completed", "alien"), (Failed, Some(9)));
    assert_eq!(answered("in-progress", "alien"), (InProgress, None));
}

#[test]
fn an_extension_that_was_dialled_is_a_code_of_its_own() {
    let words = |status, answered_by| Words {
        status,
        answered_by,
        extension: true,
        ..Words::default()
    };
    assert_eq!(
        code(Device::Voice, words("completed", Some("machine_start"))),
        (Sent, Some(13))
    );
    assert_eq!(
        code(Device::Voice, words("in-progress", Some("machine_start"))),
        (InProgress, None)
    );
    assert_eq!(code(Device::Voice, words("busy", None)), (Failed, Some(1)));
}

#[test]
fn twilios_errors_say_who_opted_out_and_which_number_is_none() {
    let words = |error| Words {
        status: "failed",
        error: Some(error),
        ..Words::default()
    };
    assert_eq!(code(Device::Text, words(21610)), (OptedOut, Some(-33)));
    assert_eq!(code(Device::Text, words(21211)), (Failed, Some(-2)));
    assert_eq!(code(Device::Voice, words(13224)), (Failed, Some(-2)));
    assert_eq!(code(Device::Voice, words(13225)), (Failed, Some(10)));
    let outcome = words(30003).outcome(Device::Text);
    assert_eq!(outcome.call_status, Some(CallStatus(-30)));
    assert_eq!(outcome.reason.as_deref(), Some("Twilio error 30003"));
}

fn signed(pairs: &[(&str, &str)]) -> Signed {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Signed(pairs.iter().map(own).collect())
}

fn now() -> DateTime<Utc> {
    "2020-01-31T22:00:00Z".parse().unwrap()
}

#[test]
fn a_text_messages_callback_names_its_delivery_and_itself() {
    let params = signed(&[("MessageSid", "SM1"), ("MessageStatus", "delivered")]);
    let receipt = message(&params, None, "raw", now()).unwrap();
    assert_eq!(receipt.target, Target::ProviderId("SM1".into()));
    assert_eq!(receipt.event_id, "SM1:delivered");
    assert_eq!((receipt.at, receipt.raw.as_str()), (now(), "raw"));
    let key = DeliveryKey {
        message: MessageId(7),
        number: 3,
    };
    let receipt = message(&params, Some(key), "raw", now()).unwrap();
    assert_eq!(receipt.target, Target::Named(key, "SM1".into()));
}

#[test]
fn who_presses_0_has_confirmed() {
    let pressed = |digits| {
        let params = signed(&[
            ("CallSid", "CA1"),
            ("CallStatus", "in-progress"),
            ("Digits", digits),
        ]);
        call(&params, None, false, "", now()).unwrap().outcome
    };
    let confirmed = pressed("0");
    assert!(confirmed.confirmed);
    assert_eq!(confirmed.call_status, Some(CallStatus(5)));
    assert_eq!(pressed("1"), NO_NEWS);
}

#[test]
fn a_call_tells_when_by_twilios_clock_but_never_later_than_now() {
    let at = |timestamp| {
        let params = signed(&[
            ("CallSid", "CA1"),
            ("CallStatus", "busy"),
            ("Timestamp", timestamp),
        ]);
        call(&params, None, false, "", now()).unwrap().at
    };
    let earlier: DateTime<Utc> = "2020-01-31T21:59:58Z".parse().unwrap();
    assert_eq!(at("Fri, 31 Jan 2020 21:59:58 +0000"), earlier);
    assert_eq!(at("Fri, 31 Jan 2020 22:30:00 +0000"), now());
    assert_eq!(at("yesterday"), now());
}

#[test]
fn what_names_no_message_or_says_nothing_of_it_cannot_be_read() {
    let read = |pairs| message(&signed(pairs), None, "", now()).unwrap_err();
    assert_eq!(
        read(&[("MessageStatus", "sent")]),
        Unproven::Missing("MessageSid")
    );
    assert_eq!(
        read(&[("MessageSid", "SM1")]),
        Unproven::Missing("MessageStatus")
    );
    let odd = [("MessageSid", "SM1:x"), ("MessageStatus", "sent")];
    assert_eq!(read(&odd), Unproven::Unreadable("MessageSid"));
}
