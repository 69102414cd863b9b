//! Email to a real relay, and to ones that refuse, hang, or hang up in mid-conversation.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use server::{
    clock::FixedClock,
    delivery::{
        Hold,
        providers::{
            Answer, Provider,
            smtp::{self, Smtp, Tls, key_of},
        },
    },
    outcome::Outcome,
    secret::Secret,
};
use shared::delivery::{DeliveryStatus, Device};

use crate::{
    letters::batch,
    misbehaving::{Misbehaving, Pause, Then},
    relay::{FOLDER, Relay},
};

fn settings(port: u16) -> smtp::Relay {
    smtp::Relay {
        host: "127.0.0.1".into(),
        port,
        tls: Tls::None,
        authority: None,
        account: None,
        connections: 2,
        patience: Duration::from_secs(10),
        last_patience: Duration::from_secs(10),
    }
}

/// The same, waiting for no answer longer than so many milliseconds.
fn impatient(port: u16, millis: u64) -> smtp::Relay {
    smtp::Relay {
        patience: Duration::from_millis(millis),
        last_patience: Duration::from_millis(millis),
        ..settings(port)
    }
}

fn over(relay: smtp::Relay) -> Smtp {
    let from = "District <alerts@district.example>".parse().unwrap();
    let clock = FixedClock::at("2020-01-31T22:00:00Z".parse().unwrap());
    Smtp::new(relay, from, Arc::new(clock)).unwrap()
}

fn is_sent(answer: &Answer) -> bool {
    matches!(answer, Answer::Taken { outcome, .. } if *outcome == Outcome::of(DeliveryStatus::Sent))
}

#[track_caller]
fn later(answer: &Answer) -> &str {
    match answer {
        Answer::Later { reason, .. } => reason,
        answer => panic!("{answer:?}"),
    }
}

#[tokio::test]
async fn what_another_worker_has_taken_over_does_not_reach_the_relay() {
    let mut batch = batch(Device::Email, "No school.", &["a@nomail.com"]);
    batch[0].hold = Hold::until(std::time::Instant::now());
    // Nobody listens there, as nobody needs to.
    let answers = over(settings(1)).hand_over(&batch).await;
    assert_eq!(answers, [Hold::lost()]);
}

#[tokio::test]
async fn a_relay_gets_each_letter_once_over_few_connections() {
    let Some(mut relay) = Relay::start().await else {
        return;
    };
    let addresses: Vec<String> = (0..20).map(|n| format!("p{n}@nomail.com")).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let smtp = over(settings(relay.port));
    let mut letters = Vec::new();
    for half in [&addresses[..10], &addresses[10..]] {
        let answers = smtp
            .hand_over(&batch(Device::Email, "No school.\n.\nNone.", half))
            .await;
        assert!(answers.iter().all(is_sent), "{answers:?}");
        for _ in half {
            letters.push(relay.got().await);
        }
    }
    letters.sort_by_key(|letter| addresses.iter().position(|a| *a == letter.to[0]));
    let to: Vec<&str> = letters.iter().map(|letter| letter.to[0].as_str()).collect();
    assert_eq!(to, addresses);
    let mut peers: Vec<u16> = letters.iter().map(|letter| letter.peer).collect();
    peers.sort_unstable();
    peers.dedup();
    assert!(peers.len() <= 2, "connections are kept: {peers:?}");
    let first = &letters[0];
    assert_eq!(first.sender, "alerts@district.example");
    assert!(
        first.data.contains("\r\nNo school.\r\n.\r\nNone."),
        "{}",
        first.data
    );
    let id = first
        .data
        .split("Message-ID: ")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap();
    assert_eq!(key_of(id).unwrap().to_string(), "7-0");
}

#[tokio::test]
async fn each_letter_of_a_batch_gets_the_relays_own_word() {
    let Some(mut relay) = Relay::start().await else {
        return;
    };
    let smtp = over(settings(relay.port));
    let addresses = [
        "a@nomail.com",
        "unknown@nomail.com",
        "busy@nomail.com",
        "spam@nomail.com",
        "b@nomail.com",
        "no address",
    ];
    let answers = smtp
        .hand_over(&batch(Device::Email, "No school.", &addresses))
        .await;
    assert!(is_sent(&answers[0]) && is_sent(&answers[4]), "{answers:?}");
    let failed = |reason: &str| Answer::Refused {
        outcome: Outcome::of(DeliveryStatus::Failed).because(reason),
    };
    assert_eq!(answers[1], failed("550 5.1.1 (address) no such user here"));
    assert_eq!(later(&answers[2]), "451 4.7.1 Greylisted, try again later");
    assert_eq!(answers[3], failed("554 5.7.1 This looks like spam"));
    assert_eq!(
        answers[5],
        failed("This is no address that email can be sent to.")
    );
    let mut got = [
        relay.got().await.to.remove(0),
        relay.got().await.to.remove(0),
    ];
    got.sort();
    assert_eq!(got, ["a@nomail.com", "b@nomail.com"]);
}

#[tokio::test]
async fn tls_and_an_account_are_used_where_they_are_set() {
    let Some(mut relay) = Relay::protected("district", "correct horse").await else {
        return;
    };
    let authority = std::fs::read(format!("{FOLDER}/tls/authority.pem")).unwrap();
    let protected = smtp::Relay {
        host: "localhost".into(),
        tls: Tls::Starttls,
        authority: Some(authority),
        account: Some(("district".into(), Secret::new("correct horse"))),
        ..settings(relay.port)
    };
    let letter = batch(Device::Email, "No school.", &["a@nomail.com"]);
    let answers = over(protected.clone()).hand_over(&letter).await;
    assert!(is_sent(&answers[0]), "{answers:?}");
    let got = relay.got().await;
    assert_eq!((got.tls, got.user.as_deref()), (true, Some("district")));

    let wrong = smtp::Relay {
        account: Some(("district".into(), Secret::new("wrong"))),
        ..protected.clone()
    };
    let answers = over(wrong).hand_over(&letter).await;
    assert!(later(&answers[0]).contains("535"), "{answers:?}");
    let untrusted = smtp::Relay {
        authority: None,
        ..protected.clone()
    };
    let answers = over(untrusted).hand_over(&letter).await;
    assert!(
        later(&answers[0]).starts_with("The mail relay"),
        "{answers:?}"
    );
    let plain = smtp::Relay {
        tls: Tls::None,
        account: None,
        ..protected
    };
    let answers = over(plain).hand_over(&letter).await;
    assert!(
        later(&answers[0]).contains("530"),
        "nothing is sent in the clear: {answers:?}"
    );
}

#[tokio::test]
async fn a_relay_that_is_not_there_is_tried_again_later() {
    let port = {
        let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        gone.local_addr().unwrap().port()
    };
    let answers = over(settings(port))
        .hand_over(&batch(Device::Email, "x", &["a@b.example", "c@d.example"]))
        .await;
    for answer in &answers {
        assert!(later(answer).starts_with("The mail relay"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_relay_that_hangs_or_hangs_up_is_tried_again_later_wherever_it_does() {
    for word in ["", "EHLO", "MAIL", "RCPT", "DATA", "."] {
        for then in [
            Then::Hang,
            Then::Close,
            Then::Say("421 4.3.0 Shutting down"),
        ] {
            let peer = Misbehaving::at(word, then.clone()).await;
            let smtp = over(impatient(peer.port, 300));
            let letters = batch(
                Device::Email,
                "x",
                &["a@b.example", "c@d.example", "e@f.example"],
            );
            let answers =
                tokio::time::timeout(Duration::from_secs(20), smtp.hand_over(&letters)).await;
            let answers = answers.expect("it ends by itself");
            assert_eq!(answers.len(), 3);
            for answer in &answers {
                assert!(!later(answer).is_empty(), "{word} {then:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_relay_that_hangs_is_not_waited_for_by_each_letter() {
    let peer = Misbehaving::at("MAIL", Then::Hang).await;
    let smtp = over(impatient(peer.port, 200));
    let addresses: Vec<String> = (0..50).map(|n| format!("p{n}@nomail.com")).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let answers = smtp.hand_over(&batch(Device::Email, "x", &addresses)).await;
    assert!(answers.iter().all(|answer| !later(answer).is_empty()));
    assert!(
        peer.connections.load(Ordering::Relaxed) <= 2,
        "two at once, and no more after them"
    );
}

/// Hands one letter to a relay that says nothing to its end for so many seconds by tokio's clock, and then takes it.
async fn after(seconds: u64) -> (Answer, u32) {
    let pause = Arc::new(Pause::default());
    let peer = Misbehaving::at(".", Then::Wait(pause.clone())).await;
    let smtp = over(smtp::Relay {
        patience: smtp::PATIENCE,
        last_patience: smtp::LAST_PATIENCE,
        ..settings(peer.port)
    });
    let letter = batch(Device::Email, "x", &["a@b.example"]);
    let handed = tokio::spawn(async move { smtp.hand_over(&letter).await.remove(0) });
    pause.begun.notified().await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
    pause.over.notify_one();
    let answer = handed.await.unwrap();
    (answer, peer.connections.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_relay_that_looks_through_a_letter_for_minutes_takes_it_once() {
    let (answer, connections) = after(540).await;
    assert!(is_sent(&answer), "{answer:?}");
    assert_eq!(connections, 1);
}

#[tokio::test]
async fn a_relay_that_says_nothing_to_a_letter_for_ten_minutes_is_tried_again_later() {
    let (answer, _) = after(601).await;
    assert!(later(&answer).contains("mid-conversation"), "{answer:?}");
}

#[tokio::test]
async fn a_letter_given_up_half_way_never_answers_for_the_next() {
    // Says nothing to a letter's end; whoever kept that connection would read its late answer as the next one's.
    let peer = Misbehaving::at(".", Then::Hang).await;
    let smtp = over(smtp::Relay {
        connections: 1,
        ..impatient(peer.port, 200)
    });
    for round in 1..=3 {
        let answers = smtp
            .hand_over(&batch(Device::Email, "x", &["a@b.example"]))
            .await;
        later(&answers[0]);
        assert_eq!(peer.connections.load(Ordering::Relaxed), round);
    }
}

#[tokio::test]
async fn a_kept_connection_that_the_relay_has_closed_is_replaced() {
    let Some(mut relay) = Relay::start().await else {
        return;
    };
    let smtp = over(smtp::Relay {
        connections: 1,
        ..settings(relay.port)
    });
    let letter = batch(Device::Email, "x", &["a@nomail.com"]);
    assert!(is_sent(&smtp.hand_over(&letter).await[0]));
    let port = relay.got().await.peer;
    relay.hang_up(port).await;
    assert!(is_sent(&smtp.hand_over(&letter).await[0]));
    assert_ne!(relay.got().await.peer, port);
}

#[tokio::test]
async fn a_refusal_of_ourselves_fails_no_recipient() {
    for words in [
        "550 5.7.1 Sender not allowed",
        "530 5.7.0 Authentication required",
        "451 4.3.0 Not now",
    ] {
        let peer = Misbehaving::at("MAIL", Then::Say(words)).await;
        let answers = over(settings(peer.port))
            .hand_over(&batch(Device::Email, "x", &["a@b.example"]))
            .await;
        assert!(later(&answers[0]).contains(&words[..9]), "{answers:?}");
    }
}

#[tokio::test]
async fn a_relay_that_speaks_nonsense_has_taken_nothing() {
    for (word, words) in [
        ("", "HTTP/1.1 400 Bad Request"),
        ("MAIL", "what?"),
        ("DATA", "250 OK"),
        (".", "999 yes"),
    ] {
        let peer = Misbehaving::at(word, Then::Say(words)).await;
        let smtp = over(impatient(peer.port, 500));
        let answers = smtp
            .hand_over(&batch(Device::Email, "x", &["a@b.example"]))
            .await;
        later(&answers[0]);
    }
}
