//! What a relay that misbehaves makes of a delivery in the end.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use serde_json::json;
use server::delivery::{
    Dispatcher, Route, Routes, Rules, Step,
    providers::{
        sandbox::Pace,
        smtp::{Relay, Smtp, Tls},
    },
};
use shared::delivery::Device;

use crate::{
    misbehaving::{Misbehaving, Then},
    whole::Whole,
};

/// How often a letter is tried.
const ATTEMPTS: u32 = 3;

const FAULTS: [Then; 4] = [
    Then::Hang,
    Then::Close,
    Then::Say("421 4.3.0 Shutting down"),
    Then::Say("451 4.7.1 Not now"),
];

/// One letter, tried as often as may be, a minute apart; answers its status, and why.
async fn tried(relay: &Misbehaving) -> (String, String) {
    let mut whole = Whole::new(None).await;
    let (db, clock) = (whole.app.db.clone(), whole.app.app.clock.clone());
    let relay = Relay {
        host: "127.0.0.1".into(),
        port: relay.port,
        tls: Tls::None,
        authority: None,
        account: None,
        connections: 1,
        patience: Duration::from_millis(300),
        last_patience: Duration::from_millis(300),
    };
    let from = "alerts@district.example".parse().unwrap();
    let smtp = Smtp::new(relay, from, clock.clone()).unwrap();
    let mut routes = Routes::sandbox(&db, &clock, Pace::Lifelike);
    routes.email = Route::to(Arc::new(smtp));
    let rules = Rules {
        attempts: ATTEMPTS,
        ..Rules::default()
    };
    let zone = whole.app.app.district.time_zone;
    whole.dispatcher = Dispatcher::new(db, clock, zone, routes, rules);
    let letter = json!([{"device": "email", "address": "a@nomail.com"}]);
    let message = whole.send("Tried", letter).await;
    let crews = whole.dispatcher.crews();
    let mut crews = crews.iter();
    let email = crews.find(|crew| crew.device == Device::Email).unwrap();
    for _ in 0..2 * ATTEMPTS {
        whole.app.clock.advance(TimeDelta::minutes(1));
        while whole.dispatcher.step(email, true).await.unwrap() != Step::Nothing {}
    }
    let (status, _, reason) = whole.standings(&message).await.remove(0);
    (status, reason.as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_letter_that_a_relay_broke_off_over_goes_again_under_its_one_message_id() {
    for fault in FAULTS {
        let relay = Misbehaving::times(1, ".", fault.clone()).await;
        assert_eq!(
            tried(&relay).await,
            ("sent".into(), String::new()),
            "{fault:?}"
        );
        let ids = relay.ids();
        assert_eq!(ids.len(), 2, "{fault:?}: {ids:?}");
        assert_eq!(ids[0], ids[1], "{fault:?}");
    }
}

#[tokio::test]
async fn a_relay_that_never_takes_a_letter_is_given_up_and_said_so() {
    for fault in FAULTS {
        let relay = Misbehaving::at(".", fault.clone()).await;
        let (status, reason) = tried(&relay).await;
        assert_eq!(status, "failed", "{fault:?}");
        assert!(
            reason.starts_with("Given up after 3 attempts. "),
            "{fault:?}: {reason}"
        );
        assert_eq!(relay.ids().len(), 3, "{fault:?}");
    }
}
