//! Long reports: made by a job, watched, fetched once; and who printed what.

use std::{
    fs::File,
    io::{Read, Seek},
    sync::Arc,
    time::Duration,
};

use axum::{
    body::Body,
    http::{Method, Request},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::{
    auth::password,
    clock::Clock,
    entry,
    report::turns::Turns,
    store::{
        audit::Who,
        grants::{self, Grant, Granted},
        roles,
        users::{self, Added},
    },
};
use shared::{
    report::JobState,
    session::{Permission, Role},
};
use tokio::{sync::OwnedSemaphorePermit, time::timeout};

use crate::app::{Answer, PASSWORD, TestApp};

const SCHOOL: &str = "Plainview Schools";

/// Puts a message of so many people in, and answers its path.
async fn put(app: &TestApp, cookie: &str, people: u32) -> String {
    let line = |n: u32| {
        json!({"person": n.to_string(), "name": format!("Parent {n}"), "deliveries": [
        {"device": "email", "address": format!("parent.{n}@nomail.com")}]})
    };
    let message = json!({
        "external_id": "long", "message_type": "Message Builder", "organization": SCHOOL,
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

/// Takes every turn of long reports, so that none of them comes on.
async fn all_long_turns(app: &TestApp) -> OwnedSemaphorePermit {
    let long = app.app.turns.long.clone();
    let all = long.available_permits() as u32;
    long.acquire_many_owned(all).await.unwrap()
}

/// Begins a long report, and answers the path of its job.
async fn order(app: &TestApp, path: &str, cookie: &str) -> String {
    let accepted = app.get(path, cookie).await;
    assert_eq!(accepted.status, 202, "{path}");
    accepted.header("location").to_owned()
}

/// Waits until a job is over, and says how.
async fn outcome(app: &TestApp, job: &str, owner: i64) -> JobState {
    let id = job.rsplit('/').next().unwrap();
    let mut progress = app.app.jobs.watch(id, owner).unwrap();
    let over =
        |job: &shared::report::ReportJob| matches!(job.state, JobState::Done | JobState::Failed);
    progress.wait_for(over).await.unwrap().state
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
    let taken = all_long_turns(&app).await;
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
    let one = Turns::new(1);
    let app = TestApp::new().await.changed(|app| app.turns = one.clone());
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
    assert_eq!(one.short.available_permits(), 1);
    let after = app.get(&format!("{path}/report?format=csv"), &cookie).await;
    assert_eq!(after.status, 200);
    assert_eq!(after.header("content-length"), after.body.len().to_string());
    assert_eq!(
        after.body.iter().filter(|byte| **byte == b'@').count(),
        10_000
    );
}

#[tokio::test]
async fn a_long_csv_and_a_long_docx_are_watched_abandoned_and_fetched_like_a_pdf() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = put(&app, &cookie, 10_001).await;
    for (format, begins) in [("csv", b"\xef\xbb\xbfSent".as_slice()), ("docx", b"PK")] {
        let report = format!("{path}/report?format={format}");
        let taken = all_long_turns(&app).await;
        let job = order(&app, &report, &cookie).await;
        app.get(&job, &cookie).await.problem(409);
        assert_eq!(delete(&app, &job, &cookie).await.status, 204);
        app.get(&job, &cookie).await.problem(404);
        drop(taken);

        let job = order(&app, &report, &cookie).await;
        let told = events(&app.get(&format!("{job}/events"), &cookie).await);
        assert!(told.iter().all(|event| event["format"] == format));
        let last = told.last().unwrap();
        assert_eq!(last["state"], "done", "{told:?}");
        assert_eq!(last["done"], last["of"], "{told:?}");
        let file = app.get(&job, &cookie).await;
        assert!(file.body.starts_with(begins), "{format}");
        let name = file.header("content-disposition");
        assert!(name.ends_with(&format!(".{format}\"")), "{name}");
        app.get(&job, &cookie).await.problem(404);
    }
    let prints = app.get(&format!("{path}/prints"), &cookie).await.json();
    let formats = prints.as_array().unwrap().iter().map(|p| &p["format"]);
    assert_eq!(formats.collect::<Vec<_>>(), ["docx", "csv"]);
}

#[tokio::test]
async fn short_reports_come_while_every_long_one_waits_for_its_turn() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let long = put(&app, &cookie, 2001).await;
    let short = app.message(&cookie, "School is Cancelled").await;
    let _taken = all_long_turns(&app).await;
    for _ in 0..3 {
        order(&app, &format!("{long}/report"), &cookie).await;
    }
    for (report, begins) in [
        (format!("{long}/report?detail=summary"), b"%PDF-".as_slice()),
        (format!("{long}/report?format=csv"), b"\xef\xbb\xbfSent"),
        (format!("{long}/report?format=docx"), b"PK"),
        (format!("{short}/report?format=csv"), b"\xef\xbb\xbfSent"),
        (format!("{short}/report"), b"%PDF-"),
    ] {
        let answer = app.get(&report, &cookie).await;
        assert_eq!(answer.status, 200, "{report}");
        assert!(answer.body.starts_with(begins), "{report}");
    }
}

/// Somebody with one role at the school of the long message.
async fn person(app: &TestApp, name: &str, role: &str) -> (i64, String) {
    let hash = password::hash(PASSWORD).unwrap();
    let grants = [at_school(role)];
    let added = users::add_with(&app.db, name, &grants, &hash, &Who::SHELL, app.clock.now());
    let Added::Done(id) = added.await.unwrap() else {
        panic!("{name} is there already");
    };
    (id, app.try_sign_in(name, PASSWORD).await.cookie())
}

fn at_school(role: &str) -> Grant {
    Grant {
        role: role.to_owned(),
        organization: Some(SCHOOL.to_owned()),
    }
}

/// A role that prints without seeing addresses.
async fn printer(app: &TestApp) {
    let permissions = [Permission::View, Permission::Report];
    let now = app.clock.now();
    roles::put(&app.db, "printer", &permissions, &Who::SHELL, now)
        .await
        .unwrap();
}

async fn grant(app: &TestApp, id: i64, grants: &[Grant]) {
    let done = grants::set(&app.db, id, grants, &Who::SHELL, app.clock.now()).await;
    assert_eq!(done.unwrap(), Granted::Done);
}

#[tokio::test]
async fn a_finished_report_is_only_for_who_may_still_have_it() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = put(&app, &cookie, 2001).await;
    printer(&app).await;
    let elsewhere = Grant {
        role: "operator".into(),
        organization: Some("High School".into()),
    };
    for (name, role, then, status) in [
        ("stays", "operator", vec![at_school("operator")], 200),
        ("demoted", "operator", vec![at_school("viewer")], 403),
        (
            "sees no addresses any more",
            "operator",
            vec![at_school("printer")],
            404,
        ),
        (
            "never saw addresses",
            "printer",
            vec![at_school("printer")],
            200,
        ),
        ("moved", "operator", vec![elsewhere.clone()], 404),
        (
            "prints elsewhere only",
            "operator",
            vec![at_school("viewer"), elsewhere.clone()],
            404,
        ),
    ] {
        let (id, cookie) = person(&app, name, role).await;
        let fetched = order(&app, &format!("{path}/report"), &cookie).await;
        let watched = order(&app, &format!("{path}/report"), &cookie).await;
        for job in [&fetched, &watched] {
            assert_eq!(outcome(&app, job, id).await, JobState::Done);
        }
        grant(&app, id, &then).await;
        let events = format!("{watched}/events");
        assert_eq!(app.get(&events, &cookie).await.status, status, "{name}");
        assert_eq!(app.get(&fetched, &cookie).await.status, status, "{name}");
        if status == 404 {
            grant(&app, id, &[at_school("operator")]).await;
            for job in [&fetched, &watched] {
                app.get(job, &cookie).await.problem(404);
            }
        }
    }
}

#[tokio::test]
async fn no_report_is_made_for_who_may_not_have_it_when_its_turn_comes() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = put(&app, &cookie, 2001).await;
    let disable = async |id| {
        let now = app.clock.now();
        users::disable(&app.db, id, true, &Who::SHELL, now)
            .await
            .unwrap()
    };
    for (name, expected) in [
        ("demoted", JobState::Failed),
        ("disabled", JobState::Failed),
        ("as before", JobState::Done),
    ] {
        let taken = all_long_turns(&app).await;
        let (id, cookie) = person(&app, name, "operator").await;
        let job = order(&app, &format!("{path}/report"), &cookie).await;
        match name {
            "demoted" => grant(&app, id, &[at_school("viewer")]).await,
            "disabled" => assert_eq!(disable(id).await, Granted::Done),
            _ => {}
        }
        drop(taken);
        assert_eq!(outcome(&app, &job, id).await, expected, "{name}");
    }
}

/// The next piece of an open stream; empty at its end, which must come.
async fn next(stream: &mut Body) -> String {
    let next = timeout(Duration::from_secs(20), stream.frame()).await;
    let frame = next.expect("the stream goes on or ends");
    let data = frame.map(|frame| frame.unwrap().into_data().unwrap());
    String::from_utf8(data.unwrap_or_default().to_vec()).unwrap()
}

#[tokio::test]
async fn a_stream_of_progress_ends_with_the_session_the_account_and_the_server() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = put(&app, &cookie, 2001).await;
    let _taken = all_long_turns(&app).await;
    for end in ["disabled", "demoted", "signed out", "shut down"] {
        let (id, cookie) = person(&app, end, "operator").await;
        let job = order(&app, &format!("{path}/report"), &cookie).await;
        let ask = Request::get(format!("{job}/events")).header("cookie", &cookie);
        let answer = app.begin(ask.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status(), 200);
        let mut stream = answer.into_body();
        assert!(next(&mut stream).await.contains("waiting"), "{end}");
        match end {
            "disabled" => {
                let now = app.clock.now();
                let done = users::disable(&app.db, id, true, &Who::SHELL, now).await;
                assert_eq!(done.unwrap(), Granted::Done);
            }
            "demoted" => grant(&app, id, &[at_school("viewer")]).await,
            "signed out" => {
                let out = app.ask(Method::DELETE, "/api/session", &cookie, None).await;
                assert!(out.status.is_success());
            }
            _ => app.app.live.end(),
        }
        assert_eq!(next(&mut stream).await, "", "{end}");
    }
}

#[tokio::test]
async fn a_fault_of_ours_stands_in_the_log_and_an_abandoned_report_does_not() {
    let log = Arc::new(tempfile::tempfile().unwrap());
    let written = tracing_subscriber::fmt().with_writer(log.clone()).finish();
    let _logging = tracing::subscriber::set_default(written);
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let owner = users::by_name(&app.db, "operator")
        .await
        .unwrap()
        .unwrap()
        .id;
    let path = put(&app, &cookie, 2001).await;
    let taken = all_long_turns(&app).await;
    let job = order(&app, &format!("{path}/report"), &cookie).await;
    assert_eq!(delete(&app, &job, &cookie).await.status, 204);
    assert_eq!(logged(&log).matches("a report broke off").count(), 0);
    app.app.turns.long.close();
    drop(taken);
    let job = order(&app, &format!("{path}/report"), &cookie).await;
    assert_eq!(outcome(&app, &job, owner).await, JobState::Failed);
    let lines = logged(&log);
    let line = lines
        .lines()
        .find(|line| line.contains("a report broke off"));
    let line = line.expect("it is logged");
    assert!(line.contains("could not be begun"), "{line}");
    app.get(&job, &cookie).await.problem(404);
}

fn logged(mut log: &File) -> String {
    let mut text = String::new();
    log.rewind().unwrap();
    log.read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn a_summary_is_answered_at_once_however_long_the_message_is() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = put(&app, &cookie, 10_001).await;
    for (format, begins) in [
        ("pdf", b"%PDF-".as_slice()),
        ("csv", b"\xef\xbb\xbfSent"),
        ("docx", b"PK"),
    ] {
        let report = format!("{path}/report?detail=summary&format={format}");
        let answer = app.get(&report, &cookie).await;
        assert_eq!(answer.status, 200, "{format}");
        assert!(answer.body.starts_with(begins), "{format}");
    }
    let prints = app.get(&format!("{path}/prints"), &cookie).await.json();
    let kept: Vec<_> = (prints.as_array().unwrap().iter())
        .map(|p| (p["format"].as_str().unwrap(), p["detail"].as_str().unwrap()))
        .collect();
    assert_eq!(
        kept,
        [("docx", "summary"), ("csv", "summary"), ("pdf", "summary")]
    );
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
