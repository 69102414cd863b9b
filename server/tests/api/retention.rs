//! Retention over the API: what is left of a message after its personal data, and what is refused.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};
use server::{
    clock::Clock,
    retention::{Ages, purge},
    store::audit::Who,
};
use shared::session::Role;
use tokio::sync::watch;

use crate::app::TestApp;

/// Sixty days later, all personal data older than thirty is gone.
async fn purged() -> (TestApp, String, String, Value) {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = app.message(&cookie, "Student Behavior").await;
    let before = app.get(&path, &cookie).await.json();
    app.clock.advance(TimeDelta::days(60));
    let ages = Ages::new(Some(30), None).unwrap();
    let (_stop, told) = watch::channel(false);
    let zone = app.app.district.time_zone;
    let purged = purge(&app.db, ages, zone, &*app.clock, Who::SYSTEM, &told).await;
    assert!(purged.unwrap().gone.emptied > 1);
    let cookie = app.sign_in(Role::Operator).await;
    (app, cookie, path, before)
}

#[tokio::test]
async fn a_detail_says_when_its_personal_data_was_removed_and_keeps_its_figures() {
    let (app, cookie, path, before) = purged().await;
    assert_eq!(before["personal_data_removed_at"], Value::Null);
    let after = app.get(&path, &cookie).await.json();
    let now = app.clock.now().with_timezone(&app.app.district.time_zone);
    assert_eq!(after["personal_data_removed_at"], now.to_rfc3339());
    assert_eq!(after["content"], json!({"reply_to": null, "bodies": []}));
    for kept in ["message", "summary", "progress", "report"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    let lines = app.get(&format!("{path}/deliveries"), &cookie).await.json();
    assert_eq!(
        (&lines["recipients"], &lines["total"]),
        (&json!([]), &json!(0))
    );
    let failures = app.get(&format!("{path}/failures"), &cookie).await;
    assert_eq!(failures.status, 200);
}

#[tokio::test]
async fn of_a_report_the_summary_is_left_and_says_so() {
    let (app, cookie, path, _) = purged().await;
    for format in ["pdf", "csv", "docx"] {
        for detail in ["all", "failed"] {
            let report = format!("{path}/report?format={format}&detail={detail}");
            let problem = app.get(&report, &cookie).await.problem(410);
            assert_eq!(problem["type"], "/problems/personal-data-removed");
            let sentence = problem["detail"].as_str().unwrap();
            assert!(sentence.contains("removed on 03/31/2020"), "{sentence}");
        }
        let summary = format!("{path}/report?format={format}&detail=summary");
        assert_eq!(app.get(&summary, &cookie).await.status, 200, "{format}");
    }
    let csv = app
        .get(&format!("{path}/report?format=csv&detail=summary"), &cookie)
        .await;
    let csv = String::from_utf8(csv.body).unwrap();
    assert!(
        csv.contains("Personal Data,Removed on 03/31/2020 5:00 PM"),
        "{csv}"
    );
}

#[tokio::test]
async fn nobody_is_left_to_resend_to() {
    let (app, cookie, path, _) = purged().await;
    let resend = format!("{path}/resend");
    for (method, path, body) in [
        (Method::GET, format!("{resend}?which=failed"), None),
        (
            Method::POST,
            resend.clone(),
            Some(json!({"which": "failed", "attempt": 1})),
        ),
    ] {
        let problem = app.ask(method, &path, &cookie, body).await.problem(410);
        assert_eq!(problem["type"], "/problems/personal-data-removed");
    }
}
