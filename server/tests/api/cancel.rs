//! Cancel.

use chrono::TimeDelta;
use insta::assert_json_snapshot;
use serde_json::json;
use shared::session::Role;

use crate::app::TestApp;

#[tokio::test]
async fn a_waiting_message_is_canceled_and_a_repeat_changes_nothing() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = app.message(&cookie, "Library Hours").await;
    let cancel = format!("{path}/cancel");
    let first = app
        .post(
            &cancel,
            &cookie,
            json!({"reason": "  The library is closed.  "}),
        )
        .await;
    assert_eq!(first.status, 200);
    let first = first.json();
    assert_json_snapshot!(first["cancellation"]);
    assert_eq!(first["message"]["status"], "canceled");
    assert_eq!(first["can_cancel"], false);
    app.clock.advance(TimeDelta::minutes(5));
    let second = app
        .post(&cancel, &cookie, json!({"reason": "Another"}))
        .await;
    assert_eq!(second.status, 200);
    assert_eq!(second.json()["cancellation"], first["cancellation"]);
}

#[tokio::test]
async fn a_reason_may_be_left_out() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = app.message(&cookie, "Library Hours").await;
    let answer = app
        .post(&format!("{path}/cancel"), &cookie, json!({}))
        .await;
    assert_eq!(answer.json()["cancellation"]["reason"], json!(null));
}

#[tokio::test]
async fn a_sent_message_cannot_be_canceled() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = app.message(&cookie, "Evaluation Due").await;
    let answer = app
        .post(&format!("{path}/cancel"), &cookie, json!({}))
        .await;
    assert_json_snapshot!(answer.problem(409));
}

#[tokio::test]
async fn a_reason_has_a_longest_length() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = app.message(&cookie, "Library Hours").await;
    let cancel = format!("{path}/cancel");
    let reason = "é".repeat(501);
    let answer = app.post(&cancel, &cookie, json!({"reason": reason})).await;
    assert_json_snapshot!(answer.problem(400));
    let reason = "é".repeat(500);
    let answer = app.post(&cancel, &cookie, json!({"reason": reason})).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn another_sites_page_cannot_cancel() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = app.message(&cookie, "Library Hours").await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.test"),
    ] {
        let request = axum::http::Request::post(format!("{path}/cancel"))
            .header("cookie", &cookie)
            .header("host", "log.test")
            .header("content-type", "application/json")
            .header(name, value);
        app.send(request.body("{}".into()).unwrap())
            .await
            .problem(403);
    }
    let detail = app.get(&path, &cookie).await.json();
    assert_eq!(detail["message"]["status"], "waiting");
}
