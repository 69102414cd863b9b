//! Detail.

use insta::assert_json_snapshot;
use server::entry;
use shared::session::Role;

use crate::app::TestApp;

#[tokio::test]
async fn library_hours_is_read_in_full() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    let path = app.message(&cookie, "Library Hours").await;
    assert_json_snapshot!(app.get(&path, &cookie).await.json());
}

#[tokio::test]
async fn school_is_cancelled_is_read_in_full() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    let path = app.message(&cookie, "School is Cancelled").await;
    let detail = app.get(&path, &cookie).await.json();
    assert_eq!(detail["summary"]["total_recipients"], 127);
    assert_json_snapshot!(detail);
}

#[tokio::test]
async fn a_hostile_body_is_tamed() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    let hostile = "<p onclick=\"a()\">Hi <a href=\"https://evil.test/x\">there</a></p>\
        <script>alert(1)</script><img src=x onerror=alert(1)><style>p{}</style>";
    let line = serde_json::json!({
        "external_id": "hostile", "message_type": "Message Builder", "organization": "High School",
        "subject": "Hostile", "sender": "Administrator, System", "created_at": "2020-01-31T15:30:00-06:00",
        "criteria": [], "body": {"inbox": hostile, "email": hostile, "text": hostile},
        "recipients": [{"person": "p1", "name": "Parent, Heather",
            "deliveries": [{"device": "email", "address": "heather@nomail.com"}]}],
    });
    let clock = app.clock.clone();
    let mut refused = Vec::new();
    entry::import(
        &app.db,
        &app.app.district,
        &*clock,
        line.to_string().as_bytes(),
        &mut |now| {
            refused.extend(now.refused.map(ToString::to_string));
        },
    )
    .await
    .unwrap();
    assert_eq!(refused, Vec::<String>::new());
    let path = app.message(&cookie, "Hostile").await;
    assert_json_snapshot!(app.get(&path, &cookie).await.json()["content"]);
}
