//! Resend.

use axum::http::Method;
use serde_json::json;
use server::entry;
use shared::session::Role;

use crate::app::TestApp;

/// A message that ended without reaching everybody; answers its path.
async fn half_reached(app: &TestApp, cookie: &str) -> String {
    let email = |name: &str, status: &str| json!({"device": "email", "address": format!("{name}@nomail.com"), "status": status});
    let message = json!({
        "external_id": "half", "message_type": "Message Builder", "organization": "High School",
        "subject": "Half reached", "sender": "Administrator, System", "created_at": "2020-01-31T09:00:00-06:00",
        "status": "sent", "recipients": [
            {"person": "a", "name": "A", "deliveries": [email("a", "sent")]},
            {"person": "b", "name": "B", "deliveries": [email("b", "failed")]},
        ],
    });
    let text = message.to_string();
    let (district, clock) = (app.app.district, app.clock.clone());
    let report = entry::import(&app.db, &district, &*clock, text.as_bytes(), &mut |_| {}).await;
    assert_eq!(report.unwrap().accepted, 1);
    app.message(cookie, "Half reached").await
}

#[tokio::test]
async fn a_double_click_makes_one_message_and_both_are_told_of_it() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = half_reached(&app, &cookie).await;
    let plan = app
        .get(&format!("{path}/resend?which=failed"), &cookie)
        .await;
    assert_eq!(
        plan.json(),
        json!({
            "which": "failed", "attempt": 1, "lines": 1, "persons": 1, "suppressed": 0,
            "devices": [{"device": "email", "addresses": 1}],
        })
    );
    let resend = format!("{path}/resend");
    let body = json!({"which": "failed", "attempt": 1});
    let first = app.post(&resend, &cookie, body.clone()).await;
    assert_eq!(first.status, 201, "{:?}", first.json());
    let second = app.post(&resend, &cookie, body).await;
    assert_eq!((second.status.as_u16(), second.json()), (200, first.json()));
    let new = app
        .get(&format!("/api/messages/{}", first.json()["id"]), &cookie)
        .await
        .json();
    assert_eq!(new["message"]["status"], "waiting");
    assert_eq!(new["summary"]["total_emails"], 1);
    assert_eq!(new["resend_of"]["by"], "operator");
    let old = app.get(&path, &cookie).await.json();
    assert_eq!(old["resends"][0]["id"], first.json()["id"]);
    let again = app
        .post(&resend, &cookie, json!({"which": "failed", "attempt": 2}))
        .await;
    assert!(
        again.problem(409)["type"]
            .as_str()
            .unwrap()
            .ends_with("nothing-to-resend")
    );
}

#[tokio::test]
async fn who_may_not_cancel_may_not_resend() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Role::Operator).await;
    let path = format!("{}/resend", half_reached(&app, &operator).await);
    let viewer = app.sign_in(Role::Viewer).await;
    app.post(&path, &viewer, json!({"which": "failed"}))
        .await
        .problem(403);
    app.get(&format!("{path}?which=failed"), &viewer)
        .await
        .problem(403);
    app.ask(Method::POST, &path, "", Some(json!({"which": "failed"})))
        .await
        .problem(401);
}

#[tokio::test]
async fn what_still_goes_out_or_does_not_exist_is_not_resent() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let waiting = format!("{}/resend", app.message(&cookie, "Library Hours").await);
    for which in ["failed", "stopped"] {
        let refused = app
            .post(&waiting, &cookie, json!({"which": which}))
            .await
            .problem(409);
        assert!(
            refused["type"].as_str().unwrap().ends_with("still-running"),
            "{refused}"
        );
        app.get(&format!("{waiting}?which={which}"), &cookie)
            .await
            .problem(409);
    }
    app.post(
        "/api/messages/99999/resend",
        &cookie,
        json!({"which": "failed"}),
    )
    .await
    .problem(404);
    for body in [
        json!({}),
        json!({"which": "all"}),
        json!({"which": "failed", "attempt": 0}),
        json!({"which": "failed", "to": 1}),
    ] {
        app.post(&waiting, &cookie, body).await.problem(400);
    }
    for query in ["", "?which=all", "?which=failed&x=1"] {
        app.get(&format!("{waiting}{query}"), &cookie)
            .await
            .problem(400);
    }
}
