//! Calls and text messages to a peer that speaks Twilio's interface.

use std::time::{Duration, Instant};

use chrono::DateTime;
use serde_json::json;
use server::{
    delivery::{
        Hold,
        providers::{
            Answer, HandOver, Provider, Recall,
            phone::{Account, Phone},
        },
    },
    outcome::{InFlight, Outcome},
};
use shared::{
    call_status::CallStatus,
    delivery::{DeliveryStatus, Device},
};

use crate::{
    letters::batch,
    twilio::{FROM, Instead, PUBLIC, Peer},
};

const A: &str = "+16125550100";

async fn text(phone: &Phone, to: &str) -> Answer {
    phone
        .hand_over(&batch(Device::Text, "No school.", &[to]))
        .await
        .remove(0)
}

async fn call(phone: &Phone, to: &str) -> Answer {
    phone
        .hand_over(&batch(Device::Voice, "No school.", &[to]))
        .await
        .remove(0)
}

#[track_caller]
fn taken(answer: Answer) -> (Option<String>, Outcome) {
    match answer {
        Answer::Taken {
            provider_id,
            outcome,
            ..
        } => (provider_id, outcome),
        answer => panic!("{answer:?}"),
    }
}

#[track_caller]
fn refused(answer: Answer) -> i16 {
    match answer {
        Answer::Refused { outcome } => outcome.call_status.unwrap().0,
        answer => panic!("{answer:?}"),
    }
}

#[track_caller]
fn later(answer: Answer) -> (String, Option<Duration>) {
    match answer {
        Answer::Later { reason, after } => (reason, after),
        answer => panic!("{answer:?}"),
    }
}

/// For how long it wants to be left alone.
#[track_caller]
fn quiet(answer: Answer) -> Option<Duration> {
    match answer {
        Answer::Quiet { after, .. } => after,
        answer => panic!("{answer:?}"),
    }
}

fn in_flight(device: Device, sid: &str) -> InFlight {
    let delivery: HandOver = batch(device, "", &[A]).remove(0);
    InFlight {
        key: delivery.key(),
        device,
        provider_id: Some(sid.to_owned()),
        handed_over_at: DateTime::UNIX_EPOCH,
        call_status: None,
    }
}

#[tokio::test]
async fn what_another_worker_has_taken_over_does_not_reach_twilio() {
    let peer = Peer::start().await;
    let mut batch = batch(Device::Text, "No school.", &[A, "+16125550101"]);
    batch[1].hold = Hold::until(Instant::now());
    let mut answers = peer.phone().hand_over(&batch).await.into_iter();
    taken(answers.next().unwrap());
    let second = answers.next().unwrap();
    assert!(matches!(second, Answer::Untried { .. }), "{second:?}");
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn a_text_message_is_handed_over_with_all_that_twilio_wants() {
    let peer = Peer::start().await;
    let (sid, outcome) = taken(text(&peer.phone(), A).await);
    assert!(sid.unwrap().starts_with("SM"));
    assert_eq!(outcome, Outcome::of_call(CallStatus(-39)));
    let [seen] = &peer.seen()[..] else {
        panic!("one request")
    };
    assert_eq!(seen.path, "Messages.json");
    assert_eq!(
        (seen.one("To"), seen.one("From"), seen.one("Body")),
        (A, FROM, "No school.")
    );
    let callback = format!("{PUBLIC}/api/receipts/twilio/messages?delivery=7-0");
    assert_eq!(seen.one("StatusCallback"), callback);
}

#[tokio::test]
async fn a_messaging_service_stands_in_for_a_number() {
    let peer = Peer::start().await;
    let account = Account {
        text_from: "MG0123".into(),
        ..peer.account()
    };
    taken(text(&Phone::new(account).unwrap(), A).await);
    let seen = peer.seen().remove(0);
    assert_eq!(
        (seen.one("MessagingServiceSid"), seen.all("From").len()),
        ("MG0123", 0)
    );
}

#[tokio::test]
async fn a_text_message_of_html_is_its_words() {
    let peer = Peer::start().await;
    let html =
        "<p>No school <b>tomorrow</b>.</p><p><a href=\"https://district.example\">Why</a></p>";
    peer.phone()
        .hand_over(&batch(Device::Text, html, &[A]))
        .await;
    let seen = peer.seen().remove(0);
    assert_eq!(
        seen.one("Body"),
        "No school tomorrow.\nWhy (https://district.example)"
    );
}

#[tokio::test]
async fn a_call_speaks_asks_for_0_and_reports_each_step() {
    let peer = Peer::start().await;
    let (sid, outcome) = taken(call(&peer.phone(), A).await);
    assert!(sid.unwrap().starts_with("CA"));
    assert_eq!(outcome, Outcome::of(DeliveryStatus::InProgress));
    let seen = peer.seen().remove(0);
    assert_eq!(seen.path, "Calls.json");
    assert_eq!((seen.one("To"), seen.one("From")), (A, FROM));
    assert_eq!(seen.one("MachineDetection"), "Enable");
    assert_eq!(
        seen.all("StatusCallbackEvent"),
        ["initiated", "ringing", "answered", "completed"]
    );
    let callback = format!("{PUBLIC}/api/receipts/twilio/calls?delivery=7-0");
    assert_eq!(seen.one("StatusCallback"), callback);
    let twiml = seen.one("Twiml");
    assert!(
        twiml.contains("<Say>No school.</Say>")
            && twiml.contains(&format!("action=\"{callback}\"")),
        "{twiml}"
    );
    assert_eq!(seen.all("SendDigits"), [""; 0]);
}

#[tokio::test]
async fn an_extension_is_dialled_after_the_answer_and_takes_no_text_messages() {
    let peer = Peer::start().await;
    let account = Account {
        wait_for_beep: true,
        ..peer.account()
    };
    let phone = Phone::new(account).unwrap();
    taken(call(&phone, "+16125550100;ext=12").await);
    let seen = peer.seen().remove(0);
    assert_eq!((seen.one("To"), seen.one("SendDigits")), (A, "wwww12#"));
    assert_eq!(seen.one("MachineDetection"), "DetectMessageEnd");
    assert!(
        seen.one("StatusCallback")
            .ends_with("?delivery=7-0&extension=1")
    );
    assert_eq!(refused(text(&phone, "+16125550100;ext=12").await), -2);
    assert_eq!(peer.seen().len(), 1, "Twilio is not asked");
}

#[tokio::test]
async fn what_twilio_would_not_take_for_its_length_is_said_without_asking() {
    let peer = Peer::start().await;
    let phone = peer.phone();
    let longest = "x".repeat(1600);
    // Of an email's words nobody knew how long they would be as a call, or what their markup would make of them.
    let (long, marked) = ("x".repeat(1601), "&".repeat(900));
    for (device, words, taken) in [
        (Device::Text, &longest, true),
        (Device::Text, &long, false),
        (Device::Voice, &long, true),
        (Device::Voice, &marked, false),
    ] {
        let answer = phone.hand_over(&batch(device, words, &[A])).await.remove(0);
        match answer {
            Answer::Taken { .. } => assert!(taken, "{device:?}"),
            Answer::Refused { outcome } => {
                assert!(!taken, "{device:?}");
                assert_eq!(outcome.status, DeliveryStatus::Failed);
                assert!(outcome.reason.unwrap().contains("Send a shorter"));
            }
            answer => panic!("{answer:?}"),
        }
    }
    assert_eq!(peer.seen().len(), 2);
}

#[tokio::test]
async fn twilios_test_numbers_are_refused_by_their_codes() {
    let peer = Peer::start().await;
    let phone = peer.phone();
    assert_eq!(refused(text(&phone, "+15005550004").await), -33);
    assert_eq!(refused(text(&phone, "+15005550001").await), -2);
    assert_eq!(refused(text(&phone, "+15005550009").await), -2);
    assert_eq!(refused(call(&phone, "+15005550001").await), -2);
    for from in ["+15005550001", "+15005550007"] {
        let account = Account {
            text_from: from.into(),
            ..peer.account()
        };
        let (reason, _) = later(text(&Phone::new(account).unwrap(), A).await);
        assert!(reason.contains("check the account"), "{reason}");
    }
}

#[tokio::test]
async fn a_token_that_twilio_does_not_know_fails_no_recipient() {
    let peer = Peer::start().await;
    let account = Account {
        token: server::secret::Secret::new("wrong"),
        ..peer.account()
    };
    let (reason, _) = later(text(&Phone::new(account).unwrap(), A).await);
    assert_eq!(
        reason,
        "The phone provider does not know our account or its token."
    );
    assert_eq!(peer.seen().len(), 0);
}

#[tokio::test]
async fn a_peer_that_is_busy_is_tried_again_and_left_alone_for_as_long_as_it_says() {
    let peer = Peer::start().await;
    let phone = peer.phone();
    for (status, after) in [(429, Some(7)), (429, None), (503, Some(7))] {
        peer.instead(Instead::Answer(status, json!({"code": 20429}), after));
        let named = after.map(|seconds| Duration::from_secs(seconds.into()));
        assert_eq!(quiet(text(&phone, A).await), named, "{status}");
    }
    peer.instead(Instead::Answer(503, json!({}), None));
    assert_eq!(later(text(&phone, A).await).1, None);
    peer.instead(Instead::Answer(400, json!({"code": 21617}), None));
    assert_eq!(refused(text(&phone, A).await), -30);
    peer.instead(Instead::Answer(400, json!("not an object"), None));
    assert_eq!(refused(call(&phone, A).await), -14);
}

#[tokio::test]
async fn a_peer_that_wants_quiet_is_not_handed_the_rest_of_a_batch_nor_asked_for_it() {
    let peer = Peer::start().await;
    let phone = peer.phone();
    let at_once = 4;
    for _ in 0..at_once {
        peer.instead(Instead::Answer(429, json!({"code": 20429}), Some(7)));
    }
    let answers = phone.hand_over(&batch(Device::Text, "x", &[A; 10])).await;
    let is_quiet = |answer: &&Answer| matches!(answer, Answer::Quiet { .. });
    let untried = |answer: &&Answer| matches!(answer, Answer::Untried { .. });
    let asked = peer.seen().len();
    assert!((1..=at_once).contains(&asked), "{asked} requests");
    assert_eq!(answers.iter().filter(is_quiet).count(), asked);
    assert_eq!(answers.iter().filter(untried).count(), 10 - asked);

    let peer = Peer::start().await;
    for _ in 0..at_once {
        peer.instead(Instead::Answer(429, json!({"code": 20429}), Some(7)));
    }
    let open = vec![in_flight(Device::Text, "SM1"); 10];
    assert_eq!(peer.phone().ask(&open).await, vec![None; 10]);
    assert!(
        peer.seen().len() <= at_once,
        "{} requests",
        peer.seen().len()
    );
}

#[tokio::test]
async fn what_may_have_reached_twilio_is_never_sent_again() {
    let peer = Peer::start().await;
    let account = Account {
        patience: Duration::from_millis(200),
        ..peer.account()
    };
    peer.instead(Instead::Hang);
    let (sid, outcome) = taken(text(&Phone::new(account).unwrap(), A).await);
    assert_eq!((sid, outcome), (None, Outcome::of_call(CallStatus(-39))));
    for (status, body) in [
        (201, json!({"surprise": true})),
        (500, json!({"code": 20500})),
        (502, json!("Bad Gateway")),
        (504, json!({})),
    ] {
        peer.instead(Instead::Answer(status, body, None));
        let (sid, outcome) = taken(call(&peer.phone(), A).await);
        assert_eq!(
            (sid, outcome),
            (None, Outcome::of(DeliveryStatus::InProgress)),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_peer_that_is_not_there_is_tried_again_later() {
    let gone = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let account = Account {
        base_url: gone,
        ..Peer::start().await.account()
    };
    let answers = Phone::new(account)
        .unwrap()
        .hand_over(&batch(Device::Text, "x", &[A; 10]))
        .await;
    assert_eq!(answers.len(), 10);
    for answer in answers {
        assert_eq!(later(answer).0, "The phone provider cannot be reached.");
    }
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order() {
    let peer = Peer::start().await;
    let to = [
        A,
        "+15005550001",
        "+16125550101",
        "+15005550004",
        "+16125550102",
    ];
    let answers = peer.phone().hand_over(&batch(Device::Text, "x", &to)).await;
    let is_taken = |answer: &Answer| matches!(answer, Answer::Taken { .. });
    let kinds: Vec<bool> = answers.iter().map(is_taken).collect();
    assert_eq!(kinds, [true, false, true, false, true]);
}

#[tokio::test]
async fn what_has_not_left_is_recalled_and_what_has_is_not() {
    let peer = Peer::start().await;
    let phone = peer.phone();
    for device in [Device::Text, Device::Voice] {
        let answers = phone.hand_over(&batch(device, "x", &[A])).await;
        let sid = taken(answers.into_iter().next().unwrap()).0.unwrap();
        assert_eq!(
            phone.recall(&in_flight(device, &sid)).await,
            Recall::Recalled
        );
        assert_eq!(
            phone.recall(&in_flight(device, &sid)).await,
            Recall::TooLate
        );
        peer.becomes(&sid, json!({"sid": sid, "status": "in-progress"}));
        assert_eq!(
            phone.recall(&in_flight(device, &sid)).await,
            Recall::TooLate
        );
        peer.instead(Instead::Answer(503, json!({}), None));
        assert_eq!(phone.recall(&in_flight(device, &sid)).await, Recall::Later);
    }
    let nameless = InFlight {
        provider_id: None,
        ..in_flight(Device::Text, "")
    };
    assert_eq!(phone.recall(&nameless).await, Recall::Cannot);
}

#[tokio::test]
async fn twilio_is_asked_what_became_of_each() {
    let peer = Peer::start().await;
    peer.becomes(
        "SM1",
        json!({"sid": "SM1", "status": "delivered", "error_code": null}),
    );
    peer.becomes(
        "SM2",
        json!({"sid": "SM2", "status": "undelivered", "error_code": 30003}),
    );
    peer.becomes(
        "CA1",
        json!({"sid": "CA1", "status": "completed", "answered_by": "human"}),
    );
    let nameless = InFlight {
        provider_id: None,
        ..in_flight(Device::Text, "")
    };
    let asked = [
        in_flight(Device::Text, "SM1"),
        nameless,
        in_flight(Device::Text, "SM2"),
        in_flight(Device::Text, "SM404"),
        in_flight(Device::Voice, "CA1"),
    ];
    let news = peer.phone().ask(&asked).await;
    let expected = [
        Some(Outcome::of_call(CallStatus(-28))),
        None,
        Some(Outcome::of_call(CallStatus(-40)).because("Twilio error 30003")),
        None,
        Some(Outcome::of_call(CallStatus(5))),
    ];
    assert_eq!(news, expected);
}

#[tokio::test]
async fn without_an_address_of_ours_twilio_is_asked_instead() {
    let peer = Peer::start().await;
    let account = Account {
        public_url: None,
        ..peer.account()
    };
    let answer = text(&Phone::new(account).unwrap(), A).await;
    assert!(
        matches!(
            answer,
            Answer::Taken {
                ask_after: Some(_),
                ..
            }
        ),
        "{answer:?}"
    );
    assert_eq!(peer.seen()[0].all("StatusCallback"), [""; 0]);
}
