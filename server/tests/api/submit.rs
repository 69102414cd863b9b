//! Submit: a program brings a message to be delivered.

use axum::{
    body::{Body, Bytes},
    http::{Request, header},
};
use serde_json::{Value, json};
use server::auth::token;
use shared::session::Role;

use crate::app::{Answer, TestApp};

async fn send(app: &TestApp, token: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post("/api/messages")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json");
    app.send(request.body(body.into()).unwrap()).await
}

fn message(recipients: Value) -> Value {
    json!({
        "external_id": "closing",
        "message_type": "Message Builder",
        "organization": "High School",
        "subject": "School is Cancelled",
        "sender": "Administrator, System",
        "created_at": "2020-01-31T15:00:00-06:00",
        "body": {"email": "Stay at home."},
        "recipients": recipients,
    })
}

#[tokio::test]
async fn a_message_is_taken_once_and_each_refused_address_is_named() {
    let app = TestApp::new().await;
    let token = app.token().await;
    let email = |address: &str| json!({"device": "email", "address": address});
    let recipients = json!([
        {"person": "p1", "name": "A", "deliveries": [email("a@nomail.com"), email("nowhere")]},
        {"person": "p2", "name": "B", "deliveries": [email("A@nomail.com"), {"device": "text", "address": "12"}]},
        {"person": "p3", "name": "C", "deliveries": [{"device": "voice"}]},
    ]);
    let body = message(recipients).to_string();
    let first = send(&app, &token, body.clone()).await;
    assert_eq!(first.status, 201, "{:?}", first.json());
    let first = first.json();
    assert_eq!(
        (&first["lines"], &first["duplicates"]),
        (&json!(3), &json!(1))
    );
    assert_eq!(
        first["refused"],
        json!([
            {"line": 0, "person": "p1", "field": "deliveries[1].address", "reason": "is no email address"},
            {"line": 1, "person": "p2", "field": "deliveries[1].address", "reason": "is no telephone number"},
            {"line": 2, "person": "p3", "field": "deliveries[0].address", "reason": "is missing"},
        ])
    );
    let again = send(&app, &token, body).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.json(), first);
    let cookie = app.sign_in(Role::Viewer).await;
    let detail = app
        .get(&format!("/api/messages/{}", first["id"]), &cookie)
        .await
        .json();
    assert_eq!(detail["message"]["status"], "waiting");
    assert_eq!(detail["summary"]["total_recipients"], 3);
    assert_eq!(detail["summary"]["total_no_device"], 1);
}

#[tokio::test]
async fn a_repeat_is_answered_with_what_was_taken_whatever_it_says() {
    let app = TestApp::new().await;
    let token = app.token().await;
    let email = |address: &str| json!({"device": "email", "address": address});
    let first = json!([
        {"person": "p1", "name": "A", "deliveries": [email("a@nomail.com"), email("nowhere")]},
        {"person": "p2", "name": "B", "deliveries": [email("A@nomail.com")]},
    ]);
    let taken = send(&app, &token, message(first).to_string()).await.json();
    assert_eq!(
        (
            &taken["lines"],
            &taken["duplicates"],
            &taken["refused"][0]["person"]
        ),
        (&json!(2), &json!(1), &json!("p1"))
    );
    for other in [
        json!([]),
        json!([{"person": "p3", "name": "C", "deliveries": [email("nobody"), email("c@nomail.com")]}]),
    ] {
        let again = send(&app, &token, message(other).to_string()).await;
        assert_eq!((again.status.as_u16(), again.json()), (200, taken.clone()));
    }
}

#[tokio::test]
async fn who_bears_no_known_token_brings_nothing() {
    let app = TestApp::new().await;
    let known = app.token().await;
    let cookie = app.sign_in(Role::Admin).await;
    app.post("/api/messages", &cookie, message(json!([])))
        .await
        .problem(401);
    for other in [
        token::make(),
        format!("{known}0"),
        known[..known.len() - 1].to_owned(),
        String::new(),
    ] {
        send(&app, &other, message(json!([])).to_string())
            .await
            .problem(401);
    }
}

#[tokio::test]
async fn a_token_opens_nothing_but_the_submission() {
    let app = TestApp::new().await;
    let token = app.token().await;
    for path in ["/api/messages", "/api/messages/1", "/api/messages/1/report"] {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        app.send(request.body(Body::empty()).unwrap())
            .await
            .problem(401);
    }
}

#[tokio::test]
async fn history_is_not_submitted_and_a_refusal_says_where() {
    let app = TestApp::new().await;
    let token = app.token().await;
    let with = |field: &str, value: Value| {
        let mut message = message(json!([]));
        message[field] = value;
        message.to_string()
    };
    let sent = json!([{"person": "p", "name": "P", "deliveries": [{"device": "inbox", "status": "sent"}]}]);
    for (body, field) in [
        (with("status", json!("sent")), "status"),
        (
            with("started_at", json!("2020-01-31T15:00:00-06:00")),
            "started_at",
        ),
        (with("recipients", sent), "recipients[0].deliveries[0]"),
        (with("message_type", json!("OLR")), "message_type"),
        (with("subject", json!("")), "subject"),
        (with("body", json!({"text": "x".repeat(1601)})), "body.text"),
        (
            with("body", json!({"voice": "x".repeat(3001)})),
            "body.voice",
        ),
        (with("surprise", json!(1)), "surprise"),
    ] {
        let problem = send(&app, &token, body).await.problem(400);
        assert_eq!(problem["field"], field, "{problem}");
    }
    for body in ["", "{", "[]", "null", "{\"external_id\": 1}"] {
        send(&app, &token, body).await.problem(400);
    }
    let request =
        Request::post("/api/messages").header(header::AUTHORIZATION, format!("Bearer {token}"));
    app.send(request.body("{}".into()).unwrap())
        .await
        .problem(415);
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_nothing_behind() {
    let app = TestApp::new().await;
    let token = app.token().await;
    let whole = message(json!([{"person": "p", "name": "P", "deliveries": []}])).to_string();
    let pieces = vec![
        Ok(Bytes::from(whole.clone())),
        Err(std::io::Error::other("the line was cut")),
    ];
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    send(&app, &token, body).await.problem(400);
    assert_eq!(
        send(&app, &token, whole).await.status,
        201,
        "it was not there before"
    );
}

#[tokio::test]
async fn a_large_message_comes_in_piece_by_piece() {
    let app = TestApp::new().await;
    let token = app.token().await;
    let text = message(json!([])).to_string();
    let (head, tail) =
        text.split_at(text.find("\"recipients\":[").unwrap() + "\"recipients\":[".len());
    let mut pieces: Vec<Result<Bytes, std::io::Error>> = vec![Ok(Bytes::from(head.to_owned()))];
    for n in 0..3000 {
        let comma = if n == 0 { "" } else { "," };
        pieces.push(Ok(Bytes::from(format!(
            r#"{comma}{{"person":"p{n}","name":"N","deliveries":[{{"device":"email","address":"p{n}@nomail.com"}}]}}"#
        ))));
    }
    pieces.push(Ok(Bytes::from(tail.to_owned())));
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    let answer = send(&app, &token, body).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["lines"]),
        (201, &json!(3000))
    );
}
