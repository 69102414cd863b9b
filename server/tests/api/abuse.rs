//! Abuse of sessions and tokens: fixed, replayed, stolen and forged ones open nothing.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};
use server::auth::token;
use shared::session::Role;

use crate::app::{Answer, PASSWORD, TestApp};

/// Whether the cookie opens the log.
async fn opens(app: &TestApp, cookie: &str) -> bool {
    app.get("/api/messages", cookie).await.status == 200
}

/// Submits something as whoever bears this.
async fn submit(app: &TestApp, authorization: &str) -> Answer {
    let request = Request::post("/api/messages")
        .header(header::AUTHORIZATION, authorization)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from("{}"))
        .unwrap();
    app.send(request).await
}

#[tokio::test]
async fn a_cookie_planted_before_the_sign_in_is_worth_nothing_after_it() {
    let app = TestApp::new().await;
    // Made up, of the right form, and a real one of somebody else's.
    let real = app.sign_in(Role::Viewer).await;
    for planted in ["sentlog=AAAAAAAAAAAAAAAAAAAAAA", &real] {
        let body = json!({"name": "admin", "password": PASSWORD});
        let answer = app.post("/api/session", planted, body).await;
        assert_eq!(answer.status, 200);
        assert_ne!(answer.cookie(), *planted);
        assert!(!opens(&app, planted).await, "{planted}");
        assert!(opens(&app, &answer.cookie()).await);
    }
}

#[tokio::test]
async fn a_cookie_replayed_after_signing_out_opens_nothing() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let other = app.sign_in(Role::Operator).await;
    assert!(opens(&app, &cookie).await);
    app.ask(Method::DELETE, "/api/session", &cookie, None).await;
    assert!(!opens(&app, &cookie).await);
    assert!(opens(&app, &other).await, "the other browser stays");
}

#[tokio::test]
async fn a_cookie_that_was_guessed_or_changed_opens_nothing() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Admin).await;
    let value = cookie.strip_prefix("sentlog=").unwrap();
    let (first, rest) = value.split_at(1);
    let changed = if first == "A" { "B" } else { "A" };
    for forged in [
        format!("sentlog={changed}{rest}"),
        format!("sentlog={value}A"),
        format!("sentlog={}", &value[..value.len() - 1]),
        format!("sentlog=\"{value}\"x"),
        format!("__Host-sentlog={value}"),
        format!("SENTLOG={value}"),
        "sentlog=".into(),
        "sentlog=1".into(),
        "sentlog=' or 1=1--".into(),
    ] {
        assert!(!opens(&app, &forged).await, "{forged}");
    }
    assert!(opens(&app, &cookie).await);
}

#[tokio::test]
async fn a_forged_token_submits_nothing_and_reads_nothing() {
    let app = TestApp::new().await;
    let real = app.token().await;
    // Known: what it sends is looked at, and found wanting.
    submit(&app, &format!("Bearer {real}")).await.problem(400);
    let shorter = &real[..real.len() - 1];
    let key = token::key(&real);
    for forged in [
        format!("Bearer {shorter}"),
        format!("Bearer {real}0"),
        format!("Bearer {}", real.to_uppercase()),
        format!("Bearer {}", token::make()),
        format!("Bearer sentlog_{key}"),
        format!("Bearer {key}"),
        format!("Basic {real}"),
        format!("Bearer {real}, Bearer {real}"),
        "Bearer sentlog_' or 1=1--".into(),
        "Bearer".into(),
        String::new(),
    ] {
        submit(&app, &forged).await.problem(401);
    }
    let request = Request::get("/api/messages")
        .header(header::AUTHORIZATION, format!("Bearer {real}"))
        .body(Body::empty())
        .unwrap();
    app.send(request).await.problem(401);
}

#[tokio::test]
async fn a_session_of_a_person_is_no_token_of_a_program() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Admin).await;
    app.post("/api/messages", &cookie, json!({}))
        .await
        .problem(401);
    let value = cookie.strip_prefix("sentlog=").unwrap();
    submit(&app, &format!("Bearer {value}")).await.problem(401);
}

#[tokio::test]
async fn nothing_that_a_stranger_is_told_names_an_account() {
    let app = TestApp::new().await;
    let told = async |name: &str| {
        let answer = app.try_sign_in(name, "a wrong password").await;
        (answer.status, answer.json())
    };
    let unknown = told("nobody of this name").await;
    for name in ["admin", "ADMIN", " viewer ", "", "\0", "' or 1=1--"] {
        assert_eq!(told(name).await, unknown, "{name}");
    }
    assert_eq!(
        app.get("/api/session", "").await.json()["user"],
        Value::Null
    );
}

#[tokio::test]
async fn an_oversized_body_is_refused_wherever_it_is_sent() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Admin).await;
    let message = app.message(&cookie, "Library Hours").await;
    let long = "x".repeat(100_000);
    for (path, body) in [
        (
            "/api/session".to_owned(),
            json!({"name": long, "password": ""}),
        ),
        (
            "/api/session".to_owned(),
            json!({"name": "admin", "password": long}),
        ),
        (format!("{message}/cancel"), json!({"reason": long})),
    ] {
        app.post(&path, &cookie, body).await.problem(413);
    }
    // Nested deeper than anything is read.
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    for path in ["/api/session".to_owned(), format!("{message}/cancel")] {
        let request = Request::post(path)
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(deep.clone()))
            .unwrap();
        app.send(request).await.problem(400);
    }
}
