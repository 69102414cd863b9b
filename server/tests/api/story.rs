//! One working day through the API, on both databases: sign in, find, detail, deliveries, cancel.

use serde_json::json;
use shared::session::Role;

use crate::{
    app::{SETTINGS, TestApp},
    postgres,
};

async fn day(app: &TestApp) {
    let cookie = app.sign_in(Role::Operator).await;
    let path = "/api/messages?created_from=2019-12-01&created_to=2020-01-31";
    let found = app.get(path, &cookie).await.json();
    assert_eq!(found["total"], 13);
    let message = app.message(&cookie, "Library Hours").await;
    let detail = app.get(&message, &cookie).await.json();
    assert_eq!(detail["can_cancel"], true);
    let lines = app.get(&format!("{message}/deliveries"), &cookie).await;
    let recipients = &lines.json()["recipients"];
    assert!(
        recipients.as_array().is_some_and(|lines| !lines.is_empty()),
        "{recipients}"
    );
    let reason = json!({"reason": "The library is open."});
    let canceled = app
        .post(&format!("{message}/cancel"), &cookie, reason)
        .await;
    assert_eq!(canceled.status, 200, "{:?}", canceled.json());
    assert_eq!(canceled.json()["message"]["status"], "canceled");
    let history = app.get(&format!("{message}/history"), &cookie).await.json();
    let told: Vec<_> = history["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["what"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["Canceled it, and gave a reason", "Looked at it"]);
    let again = app
        .post(&format!("{message}/cancel"), &cookie, json!({}))
        .await;
    assert_eq!(
        again.json()["cancellation"],
        canceled.json()["cancellation"]
    );
}

#[tokio::test]
async fn a_working_day_on_sqlite() {
    day(&TestApp::new().await).await;
}

#[tokio::test]
async fn a_working_day_on_postgres() {
    if let Some(url) = postgres::fresh_database().await {
        let folder = tempfile::tempdir().unwrap();
        day(&TestApp::on(&url, folder, SETTINGS).await).await;
    }
}
