//! Who may do what.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::json;
use server::openapi;
use shared::session::Role;

use crate::app::TestApp;

/// What is open to everybody; everything else in the description wants a session.
pub const OPEN: &[(&str, &str)] = &[
    ("get", "/api/health"),
    ("get", "/api/session"),
    ("post", "/api/session"),
    ("delete", "/api/session"),
    ("post", "/api/session/demo"),
    // Where one signs in elsewhere, if anywhere.
    ("get", "/api/session/sign-on"),
    ("get", "/api/session/sign-on/back"),
    // Opened by the key in the body.
    ("post", "/api/welcome"),
    ("post", "/api/welcome/link"),
    // Signed by the provider instead.
    ("post", "/api/receipts/twilio/messages"),
    ("post", "/api/receipts/twilio/calls"),
    ("post", "/api/receipts/twilio/incoming"),
    ("post", "/api/receipts/mailgun"),
    ("post", "/api/receipts/bounces"),
];

#[tokio::test]
async fn no_route_but_the_open_ones_answers_without_a_session() {
    let app = TestApp::new().await;
    let description = serde_json::to_value(openapi::describe()).unwrap();
    let mut closed = 0;
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            if OPEN.contains(&(method, path)) {
                continue;
            }
            closed += 1;
            let verb: Method = method.to_uppercase().parse().unwrap();
            let path = path.replace("{id}", "1");
            for cookie in ["", "sentlog=AAAAAAAAAAAAAAAAAAAAAA", "sentlog=%ff;x"] {
                app.ask(verb.clone(), &path, cookie, Some(json!({})))
                    .await
                    .problem(401);
            }
        }
    }
    assert!(closed >= 5, "only {closed} routes were tried");
}

#[tokio::test]
async fn each_role_may_do_what_its_permissions_say() {
    let table = [
        (Method::GET, "", [200, 200, 200]),
        (Method::GET, "/deliveries", [200, 200, 200]),
        (Method::GET, "/report", [403, 200, 200]),
        (Method::POST, "/refresh", [200, 200, 200]),
        (Method::POST, "/cancel", [403, 200, 200]),
    ];
    let app = TestApp::new().await;
    for (role, column) in Role::ALL.into_iter().zip(0..) {
        let cookie = app.sign_in(role).await;
        let message = app.message(&cookie, "Library Hours").await;
        for (method, path, expected) in &table {
            let body = (*method == Method::POST).then(|| json!({}));
            let path = format!("{message}{path}");
            let answer = app.ask(method.clone(), &path, &cookie, body).await;
            let expected: [u16; 3] = *expected;
            assert_eq!(
                answer.status.as_u16(),
                expected[column],
                "{role:?} {method} {path}"
            );
        }
        for path in ["/api/messages", "/api/call-statuses", "/api/openapi.json"] {
            assert_eq!(app.get(path, &cookie).await.status, 200, "{role:?} {path}");
        }
    }
}

#[tokio::test]
async fn who_may_not_is_told_whom_to_ask() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    let message = app.message(&cookie, "Library Hours").await;
    let answer = app
        .post(&format!("{message}/cancel"), &cookie, json!({}))
        .await;
    insta::assert_json_snapshot!(answer.problem(403));
}

#[tokio::test]
async fn no_change_is_taken_from_another_sites_page() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Admin).await;
    let done = async || {
        let trail = app.get("/api/audit", &cookie).await.json();
        let mut lines = trail["lines"].as_array().unwrap().clone();
        lines.retain(|line| line["action"] != "refused");
        lines
    };
    let before = done().await;
    let description = serde_json::to_value(openapi::describe()).unwrap();
    let mut changes = 0;
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            if method == "get" {
                continue;
            }
            changes += 1;
            let path = path
                .replace("{id}", "1")
                .replace("{user}", "1")
                .replace("{role}", "printer");
            for (name, value) in [
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "same-site"),
                ("origin", "https://evil.example"),
                ("origin", "null"),
            ] {
                let request = Request::builder()
                    .method(method.to_uppercase().parse::<Method>().unwrap())
                    .uri(&path)
                    .header(header::HOST, "log.test")
                    .header(header::COOKIE, &cookie)
                    .header(header::CONTENT_TYPE, "application/json")
                    .header(name, value);
                let answer = app.send(request.body(Body::from("{}")).unwrap()).await;
                let sentence = answer.problem(403)["detail"].to_string();
                assert!(
                    sentence.contains("another site"),
                    "{method} {path}: {sentence}"
                );
            }
        }
    }
    assert!(changes > 20, "only {changes} were tried");
    // The session still holds, and nothing but refusals was recorded: none of it reached what it was sent to.
    assert!(!before.is_empty());
    assert_eq!(done().await, before);
}
