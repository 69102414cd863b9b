//! Events: what changes reaches an open page, also after a break.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, header},
};
use chrono::TimeDelta;
use futures_util::FutureExt;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use shared::session::Role;
use tokio::time::timeout;

use crate::app::TestApp;

/// An open stream.
pub struct Stream {
    body: Body,
    text: String,
}

impl Stream {
    pub async fn open(app: &TestApp, path: &str, cookie: &str, last: &str) -> Stream {
        let mut request = Request::get(path).header(header::COOKIE, cookie);
        if !last.is_empty() {
            request = request.header("last-event-id", last);
        }
        let response = app.begin(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Stream {
            body: response.into_body(),
            text: String::new(),
        }
    }

    /// What has come by now, without waiting for more; comments are left out.
    pub fn what_has_come(&mut self) -> String {
        while let Some(Some(Ok(frame))) = self.body.frame().now_or_never() {
            self.text
                .push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
        }
        let events = self.text.split("\n\n");
        let events = events.filter(|event| event.contains("event:"));
        events.collect()
    }

    /// The next event that is no comment: its name, its id, its data.
    pub async fn next(&mut self) -> (String, String, Value) {
        loop {
            while let Some(end) = self.text.find("\n\n") {
                let event: String = self.text.drain(..end + 2).collect();
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.map(str::trim).unwrap_or_default().to_owned()
                };
                if !field("event:").is_empty() {
                    let data = serde_json::from_str(&field("data:")).unwrap();
                    return (field("event:"), field("id:"), data);
                }
            }
            let frame = timeout(Duration::from_secs(20), self.body.frame()).await;
            let frame = frame
                .expect("something comes")
                .expect("the stream goes on")
                .unwrap();
            self.text
                .push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
        }
    }
}

#[tokio::test]
async fn a_cancel_reaches_every_open_page() {
    let app = TestApp::new().await;
    let (viewer, operator) = (
        app.sign_in(Role::Viewer).await,
        app.sign_in(Role::Operator).await,
    );
    let path = app.message(&operator, "Library Hours").await;
    let id: i64 = path.rsplit('/').next().unwrap().parse().unwrap();
    let mut one = Stream::open(&app, "/api/events", &viewer, "").await;
    let mut other = Stream::open(&app, &format!("/api/events?message={id}"), &viewer, "").await;
    app.clock.advance(TimeDelta::seconds(30));
    assert_eq!(
        app.post(&format!("{path}/cancel"), &operator, json!({}))
            .await
            .status,
        200
    );
    for stream in [&mut one, &mut other] {
        let (name, event_id, change) = stream.next().await;
        assert_eq!(name, "change");
        assert_eq!(change["message"]["id"], id);
        assert_eq!(change["message"]["status"], "canceled");
        assert_eq!(change["can_cancel"], false);
        assert!(event_id.parse::<i64>().unwrap() > 0);
    }
}

#[tokio::test]
async fn who_was_away_is_told_what_was_missed_or_to_ask_anew() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Role::Operator).await;
    let path = app.message(&operator, "Library Hours").await;
    let left = app.app.clock.now().timestamp_millis();
    app.clock.advance(TimeDelta::minutes(2));
    app.post(&format!("{path}/cancel"), &operator, json!({}))
        .await;
    let mut stream = Stream::open(&app, "/api/events", &operator, &left.to_string()).await;
    let found = loop {
        let (name, _, change) = stream.next().await;
        assert_eq!(name, "change");
        if change["message"]["status"] == "canceled" {
            break change;
        }
    };
    assert_eq!(format!("/api/messages/{}", found["message"]["id"]), path);
    // A page that was hidden began a stream of its own, which no Last-Event-ID goes with.
    let mut stream = Stream::open(&app, &format!("/api/events?since={left}"), &operator, "").await;
    loop {
        let (_, _, change) = stream.next().await;
        if change["message"]["id"] == found["message"]["id"] {
            assert_eq!(change["message"]["status"], "canceled");
            break;
        }
    }
    app.get("/api/events?since=yesterday", &operator)
        .await
        .problem(400);
    app.clock.advance(TimeDelta::minutes(40));
    let mut stream = Stream::open(&app, "/api/events", &operator, &left.to_string()).await;
    assert_eq!(stream.next().await.0, "reload");
}

#[tokio::test]
async fn a_clock_that_is_set_back_ends_no_news() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Role::Operator).await;
    let first = app.message(&operator, "Library Hours").await;
    let mut stream = Stream::open(&app, "/api/events", &operator, "").await;
    app.post(&format!("{first}/cancel"), &operator, json!({}))
        .await;
    let (_, ahead, change) = stream.next().await;
    assert_eq!(format!("/api/messages/{}", change["message"]["id"]), first);
    let token = app.token().await;
    let message = json!({
        "external_id": "second", "message_type": "Message Builder", "organization": "High School", "subject": "Second",
        "sender": "A", "created_at": "2020-01-31T12:00:00-06:00",
        "recipients": [{"person": "p", "name": "P", "deliveries": [{"device": "email", "address": "a@nomail.com"}]}],
    });
    app.clock.advance(TimeDelta::minutes(-60));
    let request = Request::post("/api/messages")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json");
    let taken = app
        .send(request.body(message.to_string().into()).unwrap())
        .await
        .json();
    loop {
        let (_, _, change) = stream.next().await;
        if change["message"]["id"] == taken["id"] {
            break;
        }
    }
    // Who was away by the clock as it was cannot be told what changed since.
    let mut away = Stream::open(&app, "/api/events", &operator, &ahead).await;
    assert_eq!(away.next().await.0, "reload");
}

#[tokio::test]
async fn a_message_without_news_is_stalled_after_a_while() {
    let app = TestApp::new().await;
    let viewer = app.sign_in(Role::Viewer).await;
    let token = app.token().await;
    let message = json!({
        "external_id": "stuck", "message_type": "Message Builder", "organization": "High School", "subject": "Stuck",
        "sender": "A", "created_at": "2020-01-31T15:00:00-06:00",
        "recipients": [{"person": "p", "name": "P", "deliveries": [{"device": "email", "address": "a@nomail.com"}]}],
    });
    let request = Request::post("/api/messages")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json");
    let taken = app
        .send(request.body(message.to_string().into()).unwrap())
        .await
        .json();
    let path = format!("/api/messages/{}", taken["id"]);
    let before = app.get(&path, &viewer).await.json();
    assert_eq!(before["message"]["stalled"], json!(null));
    app.clock.advance(TimeDelta::minutes(10));
    let after = app.get(&path, &viewer).await.json();
    assert_eq!(after["message"]["stalled"], true);
    assert_eq!(
        after["message"]["last_news_at"],
        "2020-01-31T16:00:00-06:00"
    );
}
