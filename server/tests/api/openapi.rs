//! The API's description, and the page to browse it.

use shared::session::Role;

use crate::app::TestApp;

#[test]
fn the_description_kept_with_the_code_is_what_the_program_prints() {
    let kept = include_str!("../../openapi.json");
    let printed = server::openapi::text().unwrap();
    assert!(
        printed == kept,
        "server/openapi.json is out of date; renew it with: cargo run -p server -- openapi > server/openapi.json"
    );
}

#[tokio::test]
async fn the_description_can_be_browsed_by_who_is_signed_in() {
    let app = TestApp::new().await;
    app.get("/api/docs", "").await.problem(401);
    app.get("/api/docs/index.html", "").await.problem(401);
    let cookie = app.sign_in(Role::Viewer).await;
    let answer = app.get("/api/docs", &cookie).await;
    assert_eq!(answer.header("location"), "/api/docs/index.html");
    for (file, kind) in [
        ("index.html", "text/html"),
        ("swagger-initializer.js", "text/javascript"),
        ("swagger-ui-bundle.js", "text/javascript"),
        ("swagger-ui.css", "text/css"),
    ] {
        let answer = app.get(&format!("/api/docs/{file}"), &cookie).await;
        assert_eq!(answer.status, 200, "{file}");
        assert_eq!(answer.header("content-type"), kind);
        let policy = answer.header("content-security-policy");
        assert!(!policy.contains("unsafe-inline"), "{policy}");
    }
    for file in ["", "none.js", "..%2f..%2fCargo.toml", "%00", "%ff"] {
        let answer = app.get(&format!("/api/docs/{file}"), &cookie).await;
        answer.problem(404);
    }
}
