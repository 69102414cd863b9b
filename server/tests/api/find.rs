//! Find.

use insta::assert_json_snapshot;
use shared::session::Role;

use crate::app::TestApp;

#[tokio::test]
async fn the_manuals_day_is_found() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    let path = "/api/messages?created_from=2020-01-31&created_to=2020-01-31";
    assert_json_snapshot!(app.get(path, &cookie).await.json());
}

#[tokio::test]
async fn the_last_seven_days_are_searched_where_none_are_given() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    let found = app.get("/api/messages", &cookie).await.json();
    assert_eq!(found["created_from"], "2020-01-25");
    assert_eq!(found["created_to"], "2020-01-31");
    assert_eq!(found["total"], 12);
}

#[tokio::test]
async fn the_rows_before_one_are_found() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    let days = "created_from=2020-01-31&created_to=2020-01-31";
    let all = app
        .get(&format!("/api/messages?{days}"), &cookie)
        .await
        .json();
    let third = &all["messages"][2]["id"];
    let rest = app
        .get(&format!("/api/messages?{days}&before={third}"), &cookie)
        .await
        .json();
    assert_eq!(
        rest["messages"].as_array().unwrap()[..],
        all["messages"].as_array().unwrap()[3..]
    );
    assert_eq!(rest["total"], 12);
}

#[tokio::test]
async fn what_a_browser_takes_compressed_travels_compressed() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    for (accepted, coding) in [("gzip", "gzip"), ("gzip, deflate, br, zstd", "br")] {
        let request = axum::http::Request::get("/api/messages")
            .header("cookie", &cookie)
            .header("accept-encoding", accepted);
        let answer = app
            .send(request.body(axum::body::Body::empty()).unwrap())
            .await;
        assert_eq!(answer.header("content-encoding"), coding);
        let plain = app.get("/api/messages", &cookie).await;
        assert!(answer.body.len() * 2 < plain.body.len(), "{coding}");
    }
}
