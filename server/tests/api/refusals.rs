//! Whatever is sent: a problem with words, never a 500 and never a library's own text.

use axum::{
    body::Body,
    http::{Method, Request},
};
use insta::assert_json_snapshot;
use serde_json::Value;
use shared::session::Role;

use crate::app::TestApp;

#[tokio::test]
async fn what_cannot_be_searched_is_refused_in_words() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    let mut refused = serde_json::Map::new();
    for query in [
        "created_from=01/31/2020&created_to=2020-01-31",
        "created_from=2020-01-31&created_to=2020-02-30",
        "created_from=2020-02-01&created_to=2020-01-31",
        "created_from=0001-01-01&created_to=9999-12-31",
        "created_from=2020-01-31",
        "created_to=2020-01-31",
        "before=first",
        "before=99999999999999999999",
        "creatd_from=2020-01-31",
        "created_from=2020-01-31&created_from=2020-01-30",
        "created_from=%ff%fe",
        "created_from=2020-01-31'%20or%201=1--&created_to=2020-01-31",
    ] {
        let answer = app.get(&format!("/api/messages?{query}"), &cookie).await;
        refused.insert(query.into(), answer.problem(400));
    }
    assert_json_snapshot!(Value::Object(refused));
}

#[tokio::test]
async fn what_is_no_message_is_not_found() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    for id in [
        "0",
        "999999",
        "-1",
        "1.5",
        "abc",
        "%ff",
        "%00",
        "99999999999999999999",
        "1'--",
        "+1",
        "%20",
    ] {
        for rest in ["", "/deliveries"] {
            app.get(&format!("/api/messages/{id}{rest}"), &cookie)
                .await
                .problem(404);
        }
        let cancel = format!("/api/messages/{id}/cancel");
        app.post(&cancel, &cookie, serde_json::json!({}))
            .await
            .problem(404);
    }
}

#[tokio::test]
async fn what_cannot_be_looked_for_among_recipients_is_refused_in_words() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = app.message(&cookie, "Library Hours").await;
    let mut refused = serde_json::Map::new();
    let long = format!("search={}", "x".repeat(201));
    for query in [
        "device=pager",
        "status=blank",
        "after=-1",
        "limit=0",
        "limit=501",
        "page=2",
        &long,
    ] {
        let answer = app
            .get(&format!("{path}/deliveries?{query}"), &cookie)
            .await;
        refused.insert(query.into(), answer.problem(400));
    }
    assert_json_snapshot!(Value::Object(refused));
}

#[tokio::test]
async fn sql_in_a_search_is_only_text() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = app.message(&cookie, "School is Cancelled").await;
    for search in [
        "'%20or%20'1'='1",
        "%25",
        "_",
        "%27%3Bdrop%20table%20messages--",
        "%00",
        "%F0%9F%92%A5",
    ] {
        let page = app
            .get(&format!("{path}/deliveries?search={search}"), &cookie)
            .await;
        assert_eq!(page.status, 200, "{search}");
        assert_eq!(page.json()["total"], 0, "{search}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_what_is_expected_is_refused_in_words() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = format!("{}/cancel", app.message(&cookie, "Library Hours").await);
    let huge = format!("{{\"reason\": \"{}\"}}", "x".repeat(70_000)).into_bytes();
    let tries: [(&str, &str, Vec<u8>, u16); 8] = [
        ("no JSON", "application/json", b"reason=x".to_vec(), 400),
        ("nothing", "application/json", Vec::new(), 400),
        (
            "cut short",
            "application/json",
            b"{\"reason\": \"x".to_vec(),
            400,
        ),
        (
            "another shape",
            "application/json",
            b"{\"reason\": 5}".to_vec(),
            400,
        ),
        (
            "an unknown field",
            "application/json",
            b"{\"why\": \"x\"}".to_vec(),
            400,
        ),
        (
            "no UTF-8",
            "application/json",
            b"{\"reason\": \"\xff\"}".to_vec(),
            400,
        ),
        (
            "a form",
            "application/x-www-form-urlencoded",
            b"reason=x".to_vec(),
            415,
        ),
        ("too large", "application/json", huge, 413),
    ];
    let mut refused = serde_json::Map::new();
    for (name, kind, body, status) in tries {
        let request = Request::post(&path)
            .header("cookie", &cookie)
            .header("content-type", kind);
        let answer = app.send(request.body(Body::from(body)).unwrap()).await;
        refused.insert(name.into(), answer.problem(status));
    }
    assert_json_snapshot!(Value::Object(refused));
}

#[tokio::test]
async fn an_unknown_address_or_method_is_a_problem_too() {
    let app = TestApp::new().await;
    for path in [
        "/api",
        "/api/",
        "/api/nope",
        "/api/messages/1/nope",
        "/api/%ff",
    ] {
        assert_json_snapshot!("unknown_address", app.get(path, "").await.problem(404));
    }
    for (method, path) in [
        (Method::PUT, "/api/messages"),
        (Method::DELETE, "/api/messages/1"),
        (Method::PATCH, "/api/session"),
        (Method::POST, "/"),
    ] {
        let answer = app.ask(method, path, "", None).await;
        assert_json_snapshot!("unknown_method", answer.problem(405));
    }
}

#[tokio::test]
async fn a_database_that_is_gone_is_no_fault_of_the_reader() {
    let app = TestApp::new().await;
    assert_eq!(app.get("/api/health", "").await.status, 200);
    app.db.close().await;
    assert_json_snapshot!(app.get("/api/health", "").await.problem(503));
}
