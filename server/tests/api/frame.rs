//! What every answer carries, and the page's own files.

use axum::http::Method;
use shared::session::Role;

use crate::app::TestApp;

#[tokio::test]
async fn every_answer_carries_the_security_headers_and_a_number() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    for path in [
        "/",
        "/api/session",
        "/api/messages",
        "/api/nope",
        "/nope.js",
        "/sign-in",
    ] {
        let answer = app.get(path, &cookie).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; "),
            "{path}"
        );
        assert!(!policy.contains("unsafe-inline"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(
            answer.header("cross-origin-opener-policy"),
            "same-origin",
            "{path}"
        );
        assert!(
            answer.header("permissions-policy").contains("camera=()"),
            "{path}"
        );
        assert_eq!(answer.header("x-request-id").len(), 16, "{path}");
    }
}

#[tokio::test]
async fn no_answer_of_the_api_is_cached() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    for path in ["/api/session", "/api/messages", "/api/nope", "/api/health"] {
        assert_eq!(
            app.get(path, &cookie).await.header("cache-control"),
            "no-store",
            "{path}"
        );
    }
}

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    let answer = app.ask(Method::HEAD, "/api/messages", &cookie, None).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
    assert_eq!(
        app.ask(Method::HEAD, "/api/messages", "", None)
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn a_file_that_does_not_exist_is_not_the_page() {
    let app = TestApp::new().await;
    for path in [
        "/nope.js",
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/index.html.br",
    ] {
        assert_eq!(app.get(path, "").await.status, 404, "{path}");
    }
}
