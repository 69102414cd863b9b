//! What the API writes into the audit trail, and that it does nothing that it cannot write there.

use axum::http::Method;
use serde_json::json;
use server::store::{Database, audit::verify};
use shared::session::Role;

use crate::app::TestApp;

async fn sql(app: &TestApp, statement: &'static str) {
    let Database::Sqlite(pool) = &app.db else {
        panic!("the API is tested on SQLite");
    };
    sqlx::raw_sql(statement)
        .execute(pool)
        .await
        .expect("it is done");
}

async fn lines(app: &TestApp) -> Vec<(String, Option<String>, String)> {
    let Database::Sqlite(pool) = &app.db else {
        panic!("the API is tested on SQLite");
    };
    let lines = sqlx::query_as("select action, actor_name, details from audit order by seq");
    lines.fetch_all(pool).await.expect("it reads")
}

#[tokio::test]
async fn signing_in_and_out_refusals_and_cancels_are_recorded() {
    let app = TestApp::new().await;
    app.try_sign_in("operator", "wrong").await.problem(401);
    app.try_sign_in("hunter2 by mistake", "wrong")
        .await
        .problem(401);
    let cookie = app.sign_in(Role::Operator).await;
    let path = app.message(&cookie, "Library Hours").await;
    let reason = json!({"reason": "Call 555-0100"});
    let canceled = app.post(&format!("{path}/cancel"), &cookie, reason).await;
    assert_eq!(canceled.status, 200);
    let out = app.ask(Method::DELETE, "/api/session", &cookie, None).await;
    assert_eq!(out.status, 204);
    let lines = lines(&app).await;
    let actions: Vec<_> = lines
        .iter()
        .map(|(action, name, _)| (action.as_str(), name.as_deref()))
        .collect();
    assert_eq!(
        actions,
        [
            ("sign_in_refused", None),
            ("sign_in_refused", None),
            ("signed_in", Some("operator")),
            ("canceled", Some("operator")),
            ("signed_out", Some("operator")),
        ]
    );
    let details: String = lines.into_iter().map(|(.., details)| details).collect();
    assert!(!details.contains("555"), "{details}");
    assert!(!details.contains("hunter2"), "{details}");
    let verdict = verify::verify(&app.db, None).await.expect("it reads");
    assert!(matches!(verdict, verify::Verdict::Whole { lines: 5, .. }));
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_done() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Operator).await;
    let path = app.message(&cookie, "Library Hours").await;
    sql(&app, "alter table audit rename to elsewhere").await;
    let cancel = format!("{path}/cancel");
    app.post(&cancel, &cookie, json!({})).await.problem(503);
    let entered = app.try_sign_in("operator", crate::app::PASSWORD).await;
    entered.problem(503);
    assert_eq!(entered.header("set-cookie"), "");
    let detail = app.get(&path, &cookie).await.json();
    assert_eq!(detail["can_cancel"], true);
}
