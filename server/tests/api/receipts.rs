//! Receipts over the real router: proven, applied once, in any order.

use axum::{
    body::Body,
    http::{Request, header},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use server::{
    entry,
    receipts::{Proofs, Why},
    secret::Secret,
    store::{Database, District, reports, suppression},
};
use sha1::Sha1;
use shared::session::Role;

use crate::app::{Answer, TestApp};

mod mail;

const PUBLIC: &str = "https://log.district.example";
const TOKEN: &str = "twilio token";

/// A server that takes everybody's reports, and a message of its own that is to be delivered.
struct Reported {
    app: TestApp,
    cookie: String,
    message: i64,
}

impl Reported {
    async fn new() -> Self {
        let app = TestApp::new().await.with_proofs(Proofs {
            public_url: Some(PUBLIC.into()),
            twilio: Some(Secret::new(TOKEN)),
            mailgun: Some(Secret::new("signing key")),
            bounces: Some(Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
        });
        let message = live(&app).await;
        let cookie = app.sign_in(Role::Admin).await;
        Reported {
            app,
            cookie,
            message,
        }
    }

    /// A callback of Twilio's about a delivery of the message, signed.
    async fn twilio(&self, what: &str, number: u32, params: &[(&str, &str)]) -> Answer {
        let path = format!(
            "/api/receipts/twilio/{what}?delivery={}-{number}",
            self.message
        );
        self.app.send(signed(&path, params, TOKEN)).await
    }

    async fn text(&self, number: u32, status: &str) -> Answer {
        let sid = format!("SM{number}");
        let params = [
            ("MessageSid", sid.as_str()),
            ("MessageStatus", status),
            ("To", "+16125550100"),
        ];
        self.twilio("messages", number, &params).await
    }

    /// Where a delivery stands: its status and its number.
    async fn standing(&self, number: usize) -> (String, Value) {
        let delivery = self.delivery(number).await;
        (
            delivery["status"].as_str().unwrap().to_owned(),
            delivery["call_status"].clone(),
        )
    }

    async fn delivery(&self, number: usize) -> Value {
        let path = format!("/api/messages/{}/deliveries", self.message);
        let page = self.app.get(&path, &self.cookie).await.json();
        let lines = page["recipients"].as_array().unwrap();
        let mut all = lines
            .iter()
            .flat_map(|line| line["deliveries"].as_array().unwrap());
        all.nth(number).cloned().unwrap()
    }

    async fn detail(&self) -> Value {
        let path = format!("/api/messages/{}", self.message);
        self.app.get(&path, &self.cookie).await.json()
    }

    /// Runs statements that the server itself has no use for.
    async fn execute(&self, sql: &'static str) {
        let Database::Sqlite(pool) = &self.app.db else {
            panic!("it is SQLite")
        };
        sqlx::raw_sql(sql).execute(pool).await.unwrap();
    }

    async fn suppressed(&self) -> Vec<(String, Why)> {
        let list = suppression::list(&self.app.db).await.unwrap();
        list.into_iter().map(|one| (one.address, one.why)).collect()
    }
}

/// Deliveries 0 and 1 are text messages, 2 is a call, 3 and 4 are emails.
async fn live(app: &TestApp) -> i64 {
    let line = |person: &str, deliveries: Value| json!({"person": person, "name": person, "deliveries": deliveries});
    let message = json!({
        "external_id": "live", "message_type": "Message Builder", "organization": "High School",
        "subject": "Closed", "sender": "Administrator, System", "created_at": "2020-01-31T15:00:00-06:00",
        "body": {"email": "No school.", "voice": "No school.", "text": "No school."},
        "recipients": [
            line("a", json!([{"device": "text", "address": "612-555-0100"}, {"device": "text", "address": "612-555-0101"}])),
            line("b", json!([{"device": "voice", "address": "612-555-0102"}])),
            line("c", json!([{"device": "email", "address": "Heather@nomail.com"}, {"device": "email", "address": "b@nomail.com"}])),
        ],
    });
    let district = District {
        time_zone: chrono_tz::America::Chicago,
        phone_region: phonenumber::country::Id::US,
    };
    let text = message.to_string();
    let report = entry::import(
        &app.db,
        &district,
        &*app.clock,
        text.as_bytes(),
        &mut |_| {},
    )
    .await;
    assert_eq!(report.unwrap().accepted, 1);
    let cookie = app.sign_in(Role::Admin).await;
    let path = app.message(&cookie, "Closed").await;
    path.rsplit_once('/').unwrap().1.parse().unwrap()
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A form post with `X-Twilio-Signature`.
fn signed(path: &str, params: &[(&str, &str)], token: &str) -> Request<Body> {
    let mut sorted = params.to_vec();
    sorted.sort_unstable();
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).unwrap();
    mac.update(format!("{PUBLIC}{path}").as_bytes());
    for (name, value) in sorted {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    let body: Vec<String> = params
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(
            "X-Twilio-Signature",
            BASE64_STANDARD.encode(mac.finalize().into_bytes()),
        )
        .body(Body::from(body.join("&")))
        .unwrap()
}

#[tokio::test]
async fn a_text_message_climbs_in_whatever_order_its_callbacks_come() {
    let log = Reported::new().await;
    for status in ["delivered", "sent", "queued", "delivered", "sending"] {
        let answer = log.text(0, status).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.len()),
            (204, 0),
            "{status}"
        );
        assert_eq!(
            log.standing(0).await,
            ("sent".into(), json!(-28)),
            "{status}"
        );
    }
    for (status, code) in [("queued", -39), ("sent", -27), ("undelivered", -40)] {
        log.text(1, status).await;
        assert_eq!(log.standing(1).await.1, json!(code));
    }
    let detail = log.detail().await;
    assert_eq!(detail["summary"]["contacted_by_phone"], 1);
    assert_eq!(
        detail["progress"][2],
        json!({"device": "text", "done": 2, "total": 2})
    );
}

#[tokio::test]
async fn what_twilio_did_not_sign_changes_nothing() {
    let log = Reported::new().await;
    let path = format!("/api/receipts/twilio/messages?delivery={}-0", log.message);
    let params = [("MessageSid", "SM1"), ("MessageStatus", "delivered")];
    log.app
        .send(signed(&path, &params, "another token"))
        .await
        .problem(403);
    let mut unsigned = signed(&path, &params, TOKEN);
    unsigned.headers_mut().remove("x-twilio-signature");
    let problem = log.app.send(unsigned).await.problem(403);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("x-twilio-signature is missing")
    );
    // Signed for one delivery, sent for another.
    let mut moved = signed(&path, &params, TOKEN);
    *moved.uri_mut() = path.replace("-0", "-1").parse().unwrap();
    log.app.send(moved).await.problem(403);
    let (parts, _) = signed(&path, &params, TOKEN).into_parts();
    let altered = Request::from_parts(parts, Body::from("MessageSid=SM1&MessageStatus=failed"));
    log.app.send(altered).await.problem(403);
    for number in 0..2 {
        assert_eq!(log.standing(number).await, ("queued".into(), json!(null)));
    }
}

#[tokio::test]
async fn a_call_is_told_by_who_answered_and_confirmed_by_0() {
    let log = Reported::new().await;
    let call = async |params: &[(&str, &str)]| {
        let params = [&[("CallSid", "CA1")], params].concat();
        log.twilio("calls", 2, &params).await
    };
    assert_eq!(call(&[("CallStatus", "ringing")]).await.status, 204);
    assert_eq!(log.standing(2).await, ("in_progress".into(), json!(null)));
    let pressed = call(&[("CallStatus", "in-progress"), ("Digits", "0")]).await;
    assert_eq!(
        (pressed.status.as_u16(), pressed.header("content-type")),
        (200, "text/xml; charset=utf-8")
    );
    assert!(String::from_utf8_lossy(&pressed.body).contains("<Say>Thank you."));
    call(&[("CallStatus", "completed"), ("AnsweredBy", "human")]).await;
    let delivery = log.delivery(2).await;
    assert_eq!(
        (&delivery["status"], &delivery["call_status"]),
        (&json!("sent"), &json!(5))
    );
    assert_eq!(delivery["confirmed_at"], "2020-01-31T16:00:00-06:00");
    assert_eq!(log.detail().await["summary"]["contacted_by_phone"], 1);
}

#[tokio::test]
async fn another_key_than_0_confirms_nothing() {
    let log = Reported::new().await;
    let params = [
        ("CallSid", "CA1"),
        ("CallStatus", "in-progress"),
        ("Digits", "1"),
    ];
    let answer = log.twilio("calls", 2, &params).await;
    assert_eq!(answer.body, b"<Response/>");
    assert_eq!(log.delivery(2).await["confirmed_at"], json!(null));
}

#[tokio::test]
async fn a_receipt_for_a_delivery_that_is_not_ours_is_answered_and_kept() {
    let log = Reported::new().await;
    assert_eq!(log.text(99, "delivered").await.status, 204);
    let strays = reports::strays(&log.app.db, "twilio").await.unwrap();
    assert_eq!(strays.len(), 1);
    assert_eq!(strays[0].0, "SM99:delivered");
    assert!(strays[0].1.contains("MessageStatus="));
}

/// A text message that somebody sent us.
fn incoming(sid: &str, words: &str) -> Request<Body> {
    let params = [
        ("MessageSid", sid),
        ("From", "+16125550100"),
        ("To", "+16125550199"),
        ("Body", words),
    ];
    signed("/api/receipts/twilio/incoming", &params, TOKEN)
}

#[tokio::test]
async fn a_stop_by_text_holds_until_start_and_each_text_counts_once() {
    let log = Reported::new().await;
    let say = async |sid: &str, words: &str| {
        let answer = log.app.send(incoming(sid, words)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.as_slice()),
            (200, &b"<Response/>"[..])
        );
        log.suppressed().await
    };
    let stopped = [("+16125550100".to_owned(), Why::Stop)];
    assert_eq!(say("SM1", "Thanks!").await, []);
    assert_eq!(say("SM2", " stop ").await, stopped);
    assert_eq!(say("SM3", "STOP").await, stopped);
    assert_eq!(say("SM4", "Start").await, []);
    // Twilio did not hear our answer to the first one.
    assert_eq!(say("SM2", " stop ").await, []);
    assert_eq!(say("SM5", "Stop").await, stopped);
    assert_eq!(say("SM4", "Start").await, stopped);
    assert_eq!(say("SM6", "Start").await, []);
    let path = "/api/receipts/twilio/incoming";
    let stop = [("From", "+16125550100"), ("Body", "STOP")];
    log.app.send(signed(path, &stop, "x")).await.problem(403);
    let nameless = log.app.send(signed(path, &stop, TOKEN)).await.problem(403);
    assert!(
        nameless["detail"]
            .as_str()
            .unwrap()
            .contains("MessageSid is missing"),
        "{nameless}"
    );
    assert_eq!(log.suppressed().await, []);
}

#[tokio::test]
async fn a_late_word_of_the_carrier_does_not_undo_a_start() {
    let log = Reported::new().await;
    log.text(0, "sending").await;
    log.app.clock.advance(TimeDelta::minutes(1));
    log.app.send(incoming("SM8", "STOP")).await;
    log.app.send(incoming("SM9", "START")).await;
    log.app.clock.advance(TimeDelta::minutes(1));
    // It was in flight while the number was stopped.
    let failed = |sid| {
        [
            ("MessageSid", sid),
            ("MessageStatus", "failed"),
            ("ErrorCode", "21610"),
            ("To", "+16125550100"),
        ]
    };
    log.twilio("messages", 0, &failed("SM0")).await;
    assert_eq!(log.standing(0).await, ("opted_out".into(), json!(-33)));
    assert_eq!(log.suppressed().await, []);
    // This one is sent after it.
    log.text(1, "sending").await;
    log.twilio("messages", 1, &failed("SM1")).await;
    assert_eq!(
        log.suppressed().await,
        [("+16125550100".to_owned(), Why::Stop)]
    );
}

#[tokio::test]
async fn a_number_that_the_carrier_knows_as_stopped_is_stopped_here_too() {
    let log = Reported::new().await;
    let params = [
        ("MessageSid", "SM1"),
        ("MessageStatus", "failed"),
        ("ErrorCode", "21610"),
        ("To", "+16125550100"),
    ];
    log.twilio("messages", 0, &params).await;
    assert_eq!(log.standing(0).await, ("opted_out".into(), json!(-33)));
    assert_eq!(
        log.suppressed().await,
        [("+16125550100".to_owned(), Why::Stop)]
    );
}

#[tokio::test]
async fn a_receipt_that_comes_late_after_a_cancel_tells_what_went_out_all_the_same() {
    let log = Reported::new().await;
    log.text(0, "queued").await;
    let cancel = format!("/api/messages/{}/cancel", log.message);
    assert_eq!(
        log.app.post(&cancel, &log.cookie, json!({})).await.status,
        200
    );
    let cut = log.detail().await["cancellation"]["devices"][2].clone();
    assert_eq!(
        cut,
        json!({"device": "text", "gone": 0, "in_flight": 1, "stopped": 1})
    );
    log.text(0, "delivered").await;
    assert_eq!(log.standing(0).await, ("sent".into(), json!(-28)));
    assert_eq!(log.standing(1).await, ("canceled".into(), json!(null)));
    let detail = log.detail().await;
    assert_eq!(detail["message"]["status"], "canceled");
    assert_eq!(
        detail["cancellation"]["devices"][2], cut,
        "where it was cut stays"
    );
}

#[tokio::test]
async fn where_a_provider_is_not_set_up_its_reports_are_not_taken() {
    let app = TestApp::new().await;
    for (path, flag) in [
        ("twilio/messages", "--twilio-token-file"),
        ("twilio/calls", "--twilio-token-file"),
        ("twilio/incoming", "--twilio-token-file"),
        ("mailgun", "--mailgun-signing-key-file"),
        ("bounces", "--bounces-secret-file"),
    ] {
        let answer = app
            .post(&format!("/api/receipts/{path}"), "", json!({}))
            .await;
        let problem = answer.problem(404);
        assert!(problem["detail"].as_str().unwrap().contains(flag), "{path}");
    }
}

#[tokio::test]
async fn a_report_has_a_largest_size() {
    let log = Reported::new().await;
    let long = "x".repeat(70_000);
    for path in ["twilio/messages", "mailgun", "bounces"] {
        let answer = log
            .app
            .post(&format!("/api/receipts/{path}"), "", json!({"x": long}))
            .await;
        answer.problem(413);
    }
    assert_eq!(log.standing(0).await.0, "queued");
}
