//! What is refused leaves a line in the audit trail, and nobody fills the trail so.

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};
use server::{
    auth::token,
    clock::Clock,
    store::{
        audit::Who,
        tokens::{self, Limits},
    },
};
use shared::session::Role;

use crate::app::{Answer, TestApp};

/// What was refused, the newest first: to whom, and why.
async fn refused(app: &TestApp) -> Vec<(String, String)> {
    let admin = app.sign_in(Role::Admin).await;
    let page = app.get("/api/audit?action=refused", &admin).await.json();
    let lines = page["lines"].as_array().expect("lines").iter();
    let word = |line: &Value, name: &str| line[name].as_str().expect("a word").to_owned();
    lines
        .map(|line| (word(line, "who"), word(line, "what")))
        .collect()
}

fn line(who: &str, what: &str) -> (String, String) {
    (who.into(), format!("Was refused: {what}"))
}

async fn submit(app: &TestApp, token: &str, school: &str) -> Answer {
    let message = json!({
        "external_id": school, "message_type": "Message Builder", "organization": school, "subject": "Closed",
        "sender": "A", "created_at": "2020-01-31T15:00:00-06:00", "body": {"email": "Closed"}, "recipients": [],
    });
    let request = Request::post("/api/messages")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    app.send(request.body(Body::from(message.to_string())).unwrap())
        .await
}

#[tokio::test]
async fn who_tries_too_often_is_recorded_at_first_and_at_the_tenth_time() {
    let app = TestApp::new().await;
    for _ in 0..10 {
        app.try_sign_in("viewer", "wrong").await.problem(401);
    }
    for _ in 0..12 {
        app.try_sign_in("Viewer", "wrong").await.problem(429);
    }
    let words = "too many attempts to sign in, the last as viewer";
    let tenth = format!("{words}, 10 times within an hour");
    assert_eq!(
        refused(&app).await,
        [line("Not signed in", &tenth), line("Not signed in", words)]
    );
}

#[tokio::test]
async fn a_wrong_current_password_is_recorded_as_its_owners() {
    let app = TestApp::new().await;
    let viewer = app.sign_in(Role::Viewer).await;
    let passwords = json!({"current": "a wrong password", "new": "another horse battery"});
    for _ in 0..2 {
        app.post("/api/session/password", &viewer, passwords.clone())
            .await
            .problem(403);
    }
    assert_eq!(
        refused(&app).await,
        [line("viewer", "the current password was wrong")]
    );
}

#[tokio::test]
async fn a_token_that_does_not_hold_or_is_another_schools_is_recorded_by_its_name() {
    let app = TestApp::new().await;
    let now = app.clock.now();
    let (taken_back, other) = (token::make(), token::make());
    let schools = ["High School".to_owned()];
    for (name, token, schools) in [
        ("gone", &taken_back, None),
        ("portal", &other, Some(&schools[..])),
    ] {
        let limits = Limits {
            schools,
            expires_at: None,
        };
        let key = token::key(token);
        let added = tokens::add(&app.db, name, &key, limits, &Who::SHELL, now).await;
        assert_eq!(added.unwrap(), Ok(true));
    }
    assert!(
        tokens::revoke(&app.db, "gone", &Who::SHELL, now)
            .await
            .unwrap()
    );
    submit(&app, &taken_back, "High School").await.problem(401);
    submit(&app, &other, "Harrison High").await.problem(403);
    // Who comes from one network again and again is one line.
    submit(&app, &token::make(), "High School")
        .await
        .problem(401);
    // Who bears no token at all tried nothing.
    app.post("/api/messages", "", json!({})).await.problem(401);
    assert_eq!(
        refused(&app).await,
        [
            line("portal (program)", "may not submit messages of that school"),
            line("Not signed in", "the token gone holds no more"),
        ]
    );
}

#[tokio::test]
async fn what_another_sites_page_sends_is_recorded() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let request = Request::post("/api/exports")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::COOKIE, cookie)
        .header("sec-fetch-site", "cross-site");
    let answer = app.send(request.body("{}".into()).unwrap()).await;
    answer.problem(403);
    assert_eq!(
        refused(&app).await,
        [line("Not signed in", "it came from another site’s page")]
    );
}
