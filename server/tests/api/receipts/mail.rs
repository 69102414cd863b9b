//! What Mailgun and other mail systems report.

use axum::{
    body::Body,
    http::{Request, header},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use server::{clock::Clock, receipts::Why, store::reports};
use sha2::Sha256;
use shared::session::Role;

use super::Reported;

/// A webhook of Mailgun's about delivery `number`, signed at `log`'s time with `token`.
fn mailgun(log: &Reported, number: u32, token: &str, event: Value) -> Value {
    let seconds = log.app.clock.now().timestamp();
    let mut mac = Hmac::<Sha256>::new_from_slice(b"signing key").unwrap();
    mac.update(format!("{seconds}{token}").as_bytes());
    let tag: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut data = json!({
        "id": format!("event {token}"), "timestamp": seconds as f64 + 0.5, "recipient": "heather@nomail.com",
        "message": {"headers": {"message-id": format!("{}-{number}.0f1e2d3c4b5a6978@district.example", log.message)}},
    });
    data.as_object_mut()
        .unwrap()
        .extend(event.as_object().unwrap().clone());
    json!({"signature": {"timestamp": seconds.to_string(), "token": token, "signature": tag}, "event-data": data})
}

fn bounced() -> Value {
    json!({"event": "failed", "severity": "permanent", "reason": "bounce",
        "delivery-status": {"code": 550, "message": "No such user here", "enhanced-code": "5.1.1"}})
}

#[tokio::test]
async fn mailguns_word_is_taken_and_a_bounce_follows_sent() {
    let log = Reported::new().await;
    let post = async |webhook: Value| log.app.post("/api/receipts/mailgun", "", webhook).await;
    let delivered = json!({"event": "delivered"});
    assert_eq!(
        post(mailgun(&log, 3, "one", delivered.clone()))
            .await
            .status,
        200
    );
    assert_eq!(log.standing(3).await, ("sent".into(), json!(null)));
    assert_eq!(post(mailgun(&log, 3, "two", bounced())).await.status, 200);
    let delivery = log.delivery(3).await;
    assert_eq!(
        (&delivery["status"], &delivery["reason"]),
        (&json!("failed"), &json!("550 5.1.1 No such user here"))
    );
    assert_eq!(post(mailgun(&log, 3, "three", delivered)).await.status, 200);
    assert_eq!(
        log.standing(3).await.0,
        "failed",
        "a late word changes nothing"
    );
    assert_eq!(
        log.suppressed().await,
        [("heather@nomail.com".to_owned(), Why::HardBounce)]
    );
}

#[tokio::test]
async fn a_token_of_mailguns_counts_once_and_only_for_a_while() {
    let log = Reported::new().await;
    let post = async |webhook: &Value| {
        log.app
            .post("/api/receipts/mailgun", "", webhook.clone())
            .await
    };
    let first = mailgun(&log, 3, "token", json!({"event": "opened"}));
    assert_eq!(post(&first).await.status, 200);
    assert_eq!(post(&first).await.status, 200, "a repeat changes nothing");
    // The signature covers no event, so whoever overheard it could say anything.
    let mut forged = mailgun(&log, 3, "token", bounced());
    forged["event-data"]["id"] = json!("another");
    post(&forged).await.problem(406);
    let mut forged = mailgun(&log, 3, "fresh", bounced());
    forged["signature"]["signature"] = first["signature"]["signature"].clone();
    post(&forged).await.problem(406);
    assert_eq!(log.standing(3).await.0, "in_progress");
    let late = mailgun(&log, 3, "late", bounced());
    log.app.clock.advance(TimeDelta::hours(10));
    post(&late).await.problem(406);
    post(&first).await.problem(406);
    let log = Reported {
        cookie: log.app.sign_in(Role::Admin).await,
        ..log
    };
    assert_eq!(log.standing(3).await.0, "in_progress");
    assert_eq!(log.suppressed().await, []);
}

#[tokio::test]
async fn mailguns_repeat_is_taken_where_the_first_time_failed_half_way() {
    let log = Reported::new().await;
    let webhook = mailgun(&log, 3, "token", bounced());
    let post = async || {
        log.app
            .post("/api/receipts/mailgun", "", webhook.clone())
            .await
    };
    // The database takes the token, but neither the report nor the token back.
    log.execute(
        "create trigger no_receipts before insert on receipts begin select raise(abort, 'no'); end;
        create trigger no_returns before delete on report_tokens begin select raise(abort, 'no'); end",
    )
    .await;
    post().await.problem(500);
    assert_eq!(log.standing(3).await.0, "queued");
    assert_eq!(log.suppressed().await, []);
    log.execute("drop trigger no_receipts; drop trigger no_returns")
        .await;
    assert_eq!(post().await.status, 200);
    assert_eq!(log.standing(3).await.0, "failed");
    assert_eq!(
        log.suppressed().await,
        [("heather@nomail.com".to_owned(), Why::HardBounce)]
    );
    assert_eq!(
        post().await.status,
        200,
        "it is told so where it did not hear the first answer"
    );
    log.app.db.close().await;
    post().await.problem(503);
}

#[tokio::test]
async fn a_wish_that_cannot_be_kept_is_asked_for_again_with_its_report() {
    let log = Reported::new().await;
    let webhook = mailgun(&log, 3, "token", bounced());
    let post = async || {
        log.app
            .post("/api/receipts/mailgun", "", webhook.clone())
            .await
    };
    log.execute(
        "create trigger no before insert on suppressions begin select raise(abort, 'no'); end",
    )
    .await;
    post().await.problem(500);
    assert_eq!(log.standing(3).await.0, "queued", "all of it, or nothing");
    log.execute("drop trigger no").await;
    assert_eq!(post().await.status, 200);
    assert_eq!(log.suppressed().await.len(), 1);
}

#[tokio::test]
async fn a_bounce_of_a_letter_that_is_not_ours_hits_no_stranger() {
    let log = Reported::new().await;
    // As the relay took it, under a digest of what it said.
    log.execute(
        "update deliveries set provider = 'smtp',
            provider_id = message_id || '-3.00000000000000ab@district.example'
        where message_id = (select id from messages where external_id = 'live') and number = 3",
    )
    .await;
    let webhook = mailgun(&log, 3, "token", bounced());
    let answer = log.app.post("/api/receipts/mailgun", "", webhook).await;
    assert_eq!(
        answer.status, 200,
        "it is kept, and a repeat would not help"
    );
    assert_eq!(log.standing(3).await.0, "queued");
    let strays = reports::strays(&log.app.db, "mailgun").await.unwrap();
    assert_eq!(strays.len(), 1);
    let mut ours = mailgun(&log, 3, "other", bounced());
    ours["event-data"]["message"]["headers"]["message-id"] = json!(format!(
        "{}-3.00000000000000AB@district.example",
        log.message
    ));
    log.app.post("/api/receipts/mailgun", "", ours).await;
    assert_eq!(log.standing(3).await.0, "failed");
}

/// A signed report of an email.
fn mail_event(log: &Reported, id: &str, kind: &str, data: Value) -> Request<Body> {
    let seconds = log.app.clock.now().timestamp();
    let mut whole = json!({"message_id": format!("<{}-4.0f1e2d3c4b5a6978@district.example>", log.message),
        "recipient": "b@nomail.com"});
    whole
        .as_object_mut()
        .unwrap()
        .extend(data.as_object().unwrap().clone());
    let body =
        json!({"type": kind, "timestamp": "2020-01-31T21:59:00Z", "data": whole}).to_string();
    let secret = BASE64_STANDARD
        .decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        .unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    let tag = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    Request::post("/api/receipts/bounces")
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", seconds)
        .header("webhook-signature", format!("v1,{tag}"))
        .body(Body::from(body))
        .unwrap()
}

#[tokio::test]
async fn any_mail_system_may_report_a_bounce_with_our_secret() {
    let log = Reported::new().await;
    let data = json!({"permanent": true, "code": "5.1.1", "reason": "<b@nomail.com> is unknown"});
    for _ in 0..2 {
        let answer = log
            .app
            .send(mail_event(&log, "msg_1", "email.bounced", data.clone()))
            .await;
        assert_eq!(answer.status, 204);
    }
    let delivery = log.delivery(4).await;
    assert_eq!(
        (&delivery["status"], &delivery["reason"]),
        (&json!("failed"), &json!("5.1.1 (address) is unknown"))
    );
    assert_eq!(
        log.suppressed().await,
        [("b@nomail.com".to_owned(), Why::HardBounce)]
    );
    let mut forged = mail_event(&log, "msg_2", "email.complained", json!({}));
    forged
        .headers_mut()
        .insert("webhook-id", "msg_3".parse().unwrap());
    log.app.send(forged).await.problem(403);
    let late = mail_event(&log, "msg_4", "email.complained", json!({}));
    log.app.clock.advance(TimeDelta::minutes(6));
    log.app.send(late).await.problem(403);
}
