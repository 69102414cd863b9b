//! The whole way: submitted, dispatched, handed to real peers, and told its end by signed receipts.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{Method, Request},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use server::{
    delivery::{
        Dispatcher, Route, Routes, Rules, Step,
        providers::{
            phone::{Account, Phone},
            sandbox::Pace,
            smtp::{self, Smtp, Tls},
        },
    },
    entry,
    receipts::Proofs,
    secret::Secret,
    store::District,
};
use shared::session::Role;

use crate::{
    app::TestApp,
    relay::Relay,
    twilio::{Instead, PUBLIC, Peer, TOKEN},
};

/// A server with a dispatcher, a telephone company and perhaps a relay.
pub struct Whole {
    pub app: TestApp,
    pub dispatcher: Dispatcher,
    pub peer: Peer,
    pub cookie: String,
}

impl Whole {
    pub async fn new(relay: Option<&Relay>) -> Whole {
        Self::at(PUBLIC, relay).await
    }

    /// Where the telephone company reaches the server.
    pub async fn at(public: &str, relay: Option<&Relay>) -> Whole {
        let app = TestApp::new().await.with_proofs(Proofs {
            public_url: Some(public.into()),
            twilio: Some(Secret::new(TOKEN)),
            ..Proofs::default()
        });
        let peer = Peer::start().await;
        let mut routes = Routes::sandbox(&app.db, &app.app.clock, Pace::Lifelike);
        let account = Account {
            public_url: Some(public.into()),
            ..peer.account()
        };
        routes.text = Route::to(Arc::new(Phone::new(account).unwrap()));
        routes.voice = routes.text.clone();
        if let Some(relay) = relay {
            let relay = smtp::Relay {
                host: "127.0.0.1".into(),
                port: relay.port,
                tls: Tls::None,
                authority: None,
                account: None,
                connections: 2,
                patience: Duration::from_secs(10),
                last_patience: Duration::from_secs(10),
            };
            let from = "alerts@district.example".parse().unwrap();
            let smtp = Smtp::new(relay, from, app.app.clock.clone()).unwrap();
            routes.email = Route::to(Arc::new(smtp));
        }
        let zone = app.app.district.time_zone;
        let clock = app.app.clock.clone();
        let app = app.changed(|app| app.carriers = Arc::new(routes.clone()));
        let dispatcher = Dispatcher::new(app.db.clone(), clock, zone, routes, Rules::default());
        let cookie = app.sign_in(Role::Admin).await;
        Whole {
            app,
            dispatcher,
            peer,
            cookie,
        }
    }

    /// Submits a message to these addresses, and dispatches it.
    pub async fn send(&self, subject: &str, deliveries: Value) -> String {
        let message = json!({
            "external_id": subject, "message_type": "Message Builder", "organization": "High School",
            "subject": subject, "sender": "Administrator, System", "created_at": "2020-01-31T15:00:00-06:00",
            "body": {"email": "No school.", "voice": "No school.", "text": "No school."},
            "recipients": [{"person": "a", "name": "Parent, Heather", "deliveries": deliveries}],
        });
        let district = District {
            time_zone: self.app.app.district.time_zone,
            phone_region: self.app.app.district.phone_region,
        };
        let text = message.to_string();
        let clock = &*self.app.clock;
        let report =
            entry::import(&self.app.db, &district, clock, text.as_bytes(), &mut |_| {}).await;
        assert_eq!(report.unwrap().accepted, 1);
        self.dispatch().await;
        self.app.message(&self.cookie, subject).await
    }

    /// Hands over whatever is due, and what is to be tried again by now.
    pub async fn dispatch(&self) {
        for crew in self.dispatcher.crews() {
            for retries in [false, true] {
                let step = async || self.dispatcher.step(&crew, retries).await.unwrap();
                while matches!(step().await, Step::Handed(_) | Step::Again) {}
            }
        }
    }

    /// Each delivery's status, number and reason.
    pub async fn standings(&self, message: &str) -> Vec<(String, Value, Value)> {
        let page = self
            .app
            .get(&format!("{message}/deliveries"), &self.cookie)
            .await
            .json();
        let lines = page["recipients"].as_array().unwrap();
        let deliveries = lines
            .iter()
            .flat_map(|line| line["deliveries"].as_array().unwrap());
        let standing = |of: &Value| {
            let status = of["status"].as_str().unwrap().to_owned();
            (status, of["call_status"].clone(), of["reason"].clone())
        };
        deliveries.map(standing).collect()
    }

    /// Calls back, as the peer was asked to.
    pub async fn call_back(&self, url: &str, params: &[(&str, &str)]) -> u16 {
        let form = reqwest::Url::parse_with_params("http://x/", params).unwrap();
        let request = Request::post(url.strip_prefix(PUBLIC).unwrap())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-twilio-signature", Peer::sign(url, params))
            .body(Body::from(form.query().unwrap().to_owned()));
        self.app.send(request.unwrap()).await.status.as_u16()
    }

    async fn status(&self, message: &str) -> Value {
        self.app.get(message, &self.cookie).await.json()["message"]["status"].clone()
    }
}

#[tokio::test]
async fn a_message_goes_out_by_every_way_and_its_receipts_tell_its_end() {
    let Some(mut relay) = Relay::start().await else {
        return;
    };
    let whole = Whole::new(Some(&relay)).await;
    let deliveries = json!([
        {"device": "email", "address": "heather@nomail.com"},
        {"device": "text", "address": "612-555-0100"},
        {"device": "voice", "address": "612-555-0100"},
    ]);
    let message = whole.send("Closed", deliveries).await;
    assert_eq!(relay.got().await.to, ["heather@nomail.com"]);
    let standings = whole.standings(&message).await;
    assert_eq!(standings[0].0, "sent");
    assert_eq!(
        (standings[1].0.as_str(), &standings[1].1),
        ("in_progress", &json!(-39))
    );
    assert_eq!(standings[2].0, "in_progress");
    assert_eq!(whole.status(&message).await, "in_progress");

    let seen = whole.peer.seen();
    assert_eq!(seen.len(), 2, "one text message and one call: {seen:?}");
    let sids = whole.peer.sids();
    let sid = |prefix: &str| {
        let mut of = sids.iter().map(|(_, sid)| sid.as_str());
        of.find(|sid| sid.starts_with(prefix)).unwrap()
    };
    for request in &seen {
        let url = request.one("StatusCallback");
        if request.path == "Messages.json" {
            for status in ["delivered", "sent", "delivered"] {
                let params = [("MessageSid", sid("SM")), ("MessageStatus", status)];
                assert_eq!(whole.call_back(url, &params).await, 204);
            }
        } else {
            let params = [
                ("CallSid", sid("CA")),
                ("CallStatus", "completed"),
                ("AnsweredBy", "machine_start"),
            ];
            assert_eq!(whole.call_back(url, &params).await, 204);
        }
    }
    let standings = whole.standings(&message).await;
    assert_eq!(
        (standings[1].0.as_str(), &standings[1].1),
        ("sent", &json!(-28))
    );
    assert_eq!(
        (standings[2].0.as_str(), &standings[2].1),
        ("sent", &json!(6))
    );
    assert_eq!(whole.status(&message).await, "sent");
}

#[tokio::test]
async fn nothing_is_handed_over_to_who_said_stop() {
    let whole = Whole::new(None).await;
    let incoming = format!("{PUBLIC}/api/receipts/twilio/incoming");
    let say = async |words| {
        let sid = format!("SM{words}");
        let params = [
            ("MessageSid", sid.as_str()),
            ("From", "+16125550100"),
            ("Body", words),
        ];
        assert_eq!(whole.call_back(&incoming, &params).await, 200);
    };
    let number = json!([{"device": "text", "address": "612-555-0100"}]);
    say("STOP").await;
    let message = whole.send("First", number.clone()).await;
    let why = "The person answered STOP to an earlier text message.";
    let opted_out = ("opted_out".to_owned(), json!(null), json!(why));
    assert_eq!(whole.standings(&message).await, [opted_out]);
    assert_eq!(whole.status(&message).await, "sent");
    assert_eq!(whole.peer.seen().len(), 0);
    let summary = whole.app.get(&message, &whole.cookie).await.json()["summary"].clone();
    assert_eq!(
        (&summary["total_text"], &summary["total_text_attempted"]),
        (&json!(1), &json!(0))
    );
    say("START").await;
    whole.send("Second", number).await;
    assert_eq!(whole.peer.seen().len(), 1);
}

#[tokio::test]
async fn a_provider_that_asks_for_quiet_gets_none_of_that_lane_until_then_and_others_go_on() {
    let whole = Whole::new(None).await;
    let text = |n: u32| json!({"device": "text", "address": format!("612-555-{n:04}")});
    let texts: Vec<Value> = (0..30).map(text).collect();
    let refusal = json!({"code": 20429});
    whole.peer.instead(Instead::Answer(429, refusal, Some(600)));
    let message = whole.send("Texts", json!(texts)).await;
    let asked = whole.peer.seen().len();
    // The others of these were under way already.
    assert!((1..=4).contains(&asked), "{asked} requests");
    assert_eq!(whole.peer.made(), asked - 1);

    let voice = json!({"device": "voice", "address": "612-555-0999"});
    whole.send("Other", json!([voice, text(999)])).await;
    let paths = || whole.peer.seen().into_iter().map(|seen| seen.path);
    assert_eq!(paths().skip(asked).collect::<Vec<_>>(), ["Calls.json"]);

    whole.app.clock.advance(TimeDelta::seconds(599));
    whole.dispatch().await;
    assert_eq!(paths().count(), asked + 1, "its time is not over");
    whole.app.clock.advance(TimeDelta::seconds(1));
    whole.dispatch().await;
    // The one that was refused was asked for twice.
    assert_eq!((whole.peer.made(), paths().count()), (32, 33));
    let standings = whole.standings(&message).await;
    assert!(
        standings.iter().all(|standing| standing.1 == json!(-39)),
        "{standings:?}"
    );
}

#[tokio::test]
async fn what_a_provider_knows_of_an_address_is_asked_once() {
    let Some(mut relay) = Relay::start().await else {
        return;
    };
    let whole = Whole::new(Some(&relay)).await;
    let addresses = json!([
        {"device": "email", "address": "unknown@nomail.com"},
        {"device": "email", "address": "spam@nomail.com"},
        {"device": "text", "address": "+15005550004"},
    ]);
    let message = whole.send("First", addresses.clone()).await;
    let first = whole.standings(&message).await;
    assert_eq!(
        (first[0].0.as_str(), &first[0].2),
        ("failed", &json!("550 5.1.1 (address) no such user here"))
    );
    assert_eq!(
        (first[2].0.as_str(), &first[2].1),
        ("opted_out", &json!(-33))
    );
    let message = whole.send("Second", addresses).await;
    let second = whole.standings(&message).await;
    let why = "Earlier email to this address came back for good.";
    assert_eq!(
        (second[0].0.as_str(), &second[0].2),
        ("opted_out", &json!(why))
    );
    assert_eq!(second[1].0, "failed", "spam is no fault of the address");
    assert_eq!(
        (second[2].0.as_str(), &second[2].1),
        ("opted_out", &json!(null))
    );
    assert_eq!(whole.peer.seen().len(), 1);
    whole
        .send(
            "Third",
            json!([{"device": "email", "address": "a@nomail.com"}]),
        )
        .await;
    assert_eq!(relay.got().await.to, ["a@nomail.com"], "and nobody before");
}

#[tokio::test]
async fn what_twilio_still_has_of_a_canceled_message_is_taken_back() {
    let whole = Whole::new(None).await;
    let message = whole
        .send(
            "Canceled",
            json!([
                {"device": "text", "address": "612-555-0100"},
                {"device": "text", "address": "612-555-0101"},
            ]),
        )
        .await;
    let gone = whole.peer.seen();
    let gone = gone
        .iter()
        .find(|seen| seen.one("To") == "+16125550101")
        .unwrap();
    // The second has left Twilio, but nobody has told us yet.
    let sid = whole.peer.sid("+16125550101");
    whole
        .peer
        .becomes(&sid, json!({"sid": sid, "status": "sent"}));
    let answer = whole
        .app
        .post(&format!("{message}/cancel"), &whole.cookie, json!({}))
        .await;
    assert_eq!(answer.status, 200);
    whole.app.clock.advance(TimeDelta::minutes(2));
    while whole.dispatcher.take_back().await.unwrap() > 0 {}
    let standings = whole.standings(&message).await;
    assert_eq!(standings[0].0, "canceled");
    assert_eq!(standings[1].0, "in_progress", "it has gone out");
    let late = [("MessageSid", sid.as_str()), ("MessageStatus", "delivered")];
    assert_eq!(
        whole.call_back(gone.one("StatusCallback"), &late).await,
        204
    );
    let standings = whole.standings(&message).await;
    assert_eq!(
        (standings[1].0.as_str(), &standings[1].1),
        ("sent", &json!(-28))
    );
    assert_eq!(whole.status(&message).await, "canceled");
}

#[tokio::test]
async fn a_refresh_asks_what_is_open_once_for_all_viewers() {
    let whole = Whole::new(None).await;
    let numbers = json!([
        {"device": "text", "address": "612-555-0100"},
        {"device": "text", "address": "612-555-0101"},
    ]);
    let message = whole.send("Refreshed", numbers).await;
    let sid = whole.peer.sid("+16125550100");
    whole
        .peer
        .becomes(&sid, json!({"sid": sid, "status": "delivered"}));
    let asked = || {
        let seen = whole.peer.seen();
        seen.iter()
            .filter(|request| request.method == Method::GET)
            .count()
    };
    let refresh = async |expected: usize| {
        let viewer = whole.app.sign_in(Role::Viewer).await;
        let answer = whole
            .app
            .post(&format!("{message}/refresh"), &viewer, json!({}))
            .await;
        assert_eq!((answer.status.as_u16(), asked()), (200, expected));
        answer.json()
    };
    let answer = refresh(2).await;
    assert_eq!(answer["summary"]["contacted_by_phone"], 1);
    assert_eq!(answer["message"]["status"], "in_progress");
    let standings = whole.standings(&message).await;
    assert_eq!(
        (&standings[0].1, &standings[1].1),
        (&json!(-28), &json!(-39))
    );
    refresh(2).await;
    whole.app.clock.advance(TimeDelta::seconds(30));
    refresh(3).await;
    let other = whole.peer.sid("+16125550101");
    whole.peer.becomes(
        &other,
        json!({"sid": other, "status": "failed", "error_code": 30003}),
    );
    whole.app.clock.advance(TimeDelta::seconds(30));
    assert_eq!(refresh(4).await["message"]["status"], "sent");
    whole.app.clock.advance(TimeDelta::seconds(30));
    refresh(4).await;
}
