//! Long reports: made by a job, watched, fetched once; and who printed what.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Method, Request},
};
use serde_json::{Value, json};
use server::entry;
use shared::session::Role;
use tokio::sync::Semaphore;

use crate::app::{Answer, TestApp};

/// Puts a message of so many people in, and answers its path.
async fn put(app: &TestApp, cookie: &str, people: u32) -> String {
    let line = |n: u32| {
        json!({"person": n.to_string(), "name": format!("Parent {n}"), "deliveries": [
        {"device": "email", "address": format!("parent.{n}@nomail.com")}]})
    };
    let message = json!({
        "external_id": "long", "message_type": "Message Builder", "organization": "Plainview Schools",
        "subject": "Long", "sender": "Administrator, System", "created_at": "2020-01-31T12:00:00-06:00",
        "recipients": (0..people).map(line).collect::<Vec<Value>>(),
    });
    let file = message.to_string();
    let district = &app.app.district;
    let report = entry::import(&app.db, district, &*app.clock, file.as_bytes(), &mut |_| {}).await;
    assert_eq!(report.unwrap().accepted, 1);
    app.message(cookie, "Long").await
}

async fn delete(app: &TestApp, path: &str, cookie: &str) -> Answer {
    app.ask(Method::DELETE, path, cookie, None).await
}

/// The data of each event.
fn events(answer: &Answer) -> Vec<Value> {
    let text = std::str::from_utf8(&answer.body).unwrap();
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).unwrap())
        .collect()
}

#[tokio::test]
async fn a_long_pdf_is_made_by_a_job_and_fetched_once_by_its_owner() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let other = app.sign_in(Role::Admin).await;
    let path = put(&app, &cookie, 2001).await;
    let accepted = app.get(&format!("{path}/report"), &cookie).await;
    assert_eq!(accepted.status, 202);
    let job = accepted.header("location").to_owned();
    let id = accepted.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(job, format!("/api/reports/{id}"));
    for path in [job.clone(), format!("{job}/events")] {
        app.get(&path, &other).await.problem(404);
    }
    delete(&app, &job, &other).await.problem(404);

    let told = app.get(&format!("{job}/events"), &cookie).await;
    assert_eq!(told.header("content-type"), "text/event-stream");
    let events = events(&told);
    assert_eq!(events.last().unwrap()["state"], "done", "{events:?}");
    assert!(events.iter().all(|event| event["id"] == id.as_str()));
    assert_eq!(
        app.get(&format!("{path}/prints"), &cookie).await.json(),
        json!([])
    );

    let file = app.get(&job, &cookie).await;
    assert_eq!(file.header("content-type"), "application/pdf");
    assert!(
        file.header("content-disposition")
            .contains("sent-message-report-")
    );
    assert!(file.body.starts_with(b"%PDF-") && file.body.trim_ascii_end().ends_with(b"%%EOF"));
    app.get(&job, &cookie).await.problem(404);
    let prints = app.get(&format!("{path}/prints"), &other).await.json();
    assert_eq!(
        prints,
        json!([{"by": "operator", "at": "2020-01-31T16:00:00-06:00", "devices": ["email"],
            "detail": "all", "format": "pdf", "masked": false}])
    );
}

#[tokio::test]
async fn finding_goes_on_while_reports_wait_for_their_turn_and_each_can_be_abandoned() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = put(&app, &cookie, 2001).await;
    let turns = app.app.printers.available_permits() as u32;
    let taken = app
        .app
        .printers
        .clone()
        .acquire_many_owned(turns)
        .await
        .unwrap();
    let mut jobs = Vec::new();
    for _ in 0..10 {
        let accepted = app.get(&format!("{path}/report?format=pdf"), &cookie).await;
        assert_eq!(accepted.json()["state"], "waiting");
        jobs.push(accepted.header("location").to_owned());
    }
    app.get(&format!("{path}/report"), &cookie)
        .await
        .problem(429);
    assert_eq!(app.get("/api/messages", &cookie).await.status, 200);
    app.get(&jobs[0], &cookie).await.problem(409);
    for job in &jobs {
        assert_eq!(delete(&app, job, &cookie).await.status, 204);
        app.get(job, &cookie).await.problem(404);
        app.get(&format!("{job}/events"), &cookie)
            .await
            .problem(404);
        delete(&app, job, &cookie).await.problem(404);
    }
    drop(taken);
    let accepted = app.get(&format!("{path}/report"), &cookie).await;
    assert_eq!(accepted.status, 202, "there is room again");
}

#[tokio::test]
async fn who_leaves_a_report_lying_holds_up_nobody_who_prints_after_it() {
    let one = Arc::new(Semaphore::new(1));
    let app = TestApp::new()
        .await
        .changed(|app| app.printers = one.clone());
    let cookie = app.sign_in(Role::Operator).await;
    let path = put(&app, &cookie, 10_000).await;
    let mut lying = Vec::new();
    for format in ["csv", "docx"] {
        let ask = Request::get(format!("{path}/report?format={format}"))
            .header("cookie", &cookie)
            .body(Body::empty());
        let answer = app.begin(ask.unwrap()).await;
        assert_eq!(answer.status(), 200);
        lying.push(answer);
    }
    assert_eq!(one.available_permits(), 1);
    let after = app.get(&format!("{path}/report?format=csv"), &cookie).await;
    assert_eq!(after.status, 200);
    assert_eq!(after.header("content-length"), after.body.len().to_string());
    assert_eq!(
        after.body.iter().filter(|byte| **byte == b'@').count(),
        10_000
    );
}

#[tokio::test]
async fn a_summary_and_the_other_formats_are_answered_at_once_however_long() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = put(&app, &cookie, 2001).await;
    for (query, begins) in [
        ("format=csv", b"\xef\xbb\xbfSent".as_slice()),
        ("format=docx", b"PK"),
        ("detail=summary", b"%PDF-"),
    ] {
        let answer = app.get(&format!("{path}/report?{query}"), &cookie).await;
        assert_eq!(answer.status, 200, "{query}");
        assert!(answer.body.starts_with(begins), "{query}");
    }
    let prints = app.get(&format!("{path}/prints"), &cookie).await.json();
    let kept: Vec<_> = (prints.as_array().unwrap().iter())
        .map(|p| (p["format"].as_str().unwrap(), p["detail"].as_str().unwrap()))
        .collect();
    assert_eq!(kept, [("pdf", "summary"), ("docx", "all"), ("csv", "all")]);
}

#[tokio::test]
async fn a_refused_report_is_not_kept_as_printed() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = app.message(&cookie, "School is Cancelled").await;
    app.get(&format!("{path}/report?devices=voice_text"), &cookie)
        .await
        .problem(400);
    let viewer = app.sign_in(Role::Viewer).await;
    app.get(&format!("{path}/report"), &viewer)
        .await
        .problem(403);
    assert_eq!(
        app.get(&format!("{path}/prints"), &viewer).await.json(),
        json!([])
    );
    app.get("/api/messages/999999/prints", &viewer)
        .await
        .problem(404);
}
