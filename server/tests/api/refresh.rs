//! Refresh Status, where there is nothing to ask. What providers answer stands with the providers' tests.

use chrono::TimeDelta;
use serde_json::json;
use shared::session::Role;

use crate::app::TestApp;

#[tokio::test]
async fn the_detail_is_answered_with_when_it_was_asked_and_may_be_again() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    let message = app.message(&cookie, "Library Hours").await;
    let refresh = async || {
        let answer = app
            .post(&format!("{message}/refresh"), &cookie, json!({}))
            .await;
        assert_eq!(answer.status, 200);
        let answer = answer.json();
        assert_eq!(answer["message"]["subject"], "Library Hours");
        (answer["asked_at"].clone(), answer["ask_again_at"].clone())
    };
    let first = (
        json!("2020-01-31T16:00:00-06:00"),
        json!("2020-01-31T16:00:30-06:00"),
    );
    assert_eq!(refresh().await, first);
    app.clock.advance(TimeDelta::seconds(29));
    assert_eq!(refresh().await, first);
    app.clock.advance(TimeDelta::seconds(1));
    let second = (
        json!("2020-01-31T16:00:30-06:00"),
        json!("2020-01-31T16:01:00-06:00"),
    );
    assert_eq!(refresh().await, second);
}

#[tokio::test]
async fn nothing_is_asked_about_a_message_that_is_not_there() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    for id in ["999999", "x"] {
        let answer = app
            .post(&format!("/api/messages/{id}/refresh"), &cookie, json!({}))
            .await;
        answer.problem(404);
    }
}
