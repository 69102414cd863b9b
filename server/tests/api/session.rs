//! Signing in and out, and how sessions end.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use chrono::TimeDelta;
use insta::assert_json_snapshot;
use server::{auth::password, state::AppSettings, store::users};
use shared::session::Role;

use crate::app::{PASSWORD, SETTINGS, TestApp};

#[tokio::test]
async fn who_signs_in_is_told_what_they_may_do() {
    let app = TestApp::new().await;
    assert_json_snapshot!("nobody", app.get("/api/session", "").await.json());
    let answer = app.try_sign_in("Operator ", PASSWORD).await;
    assert_json_snapshot!("operator", answer.json());
    let again = app.get("/api/session", &answer.cookie()).await;
    assert_eq!(again.json(), answer.json());
}

#[tokio::test]
async fn the_cookie_is_kept_from_scripts_and_other_sites() {
    let app = TestApp::new().await;
    let answer = app.try_sign_in("viewer", PASSWORD).await;
    let (value, rest) = answer.header("set-cookie").split_once(';').unwrap();
    assert!(value.starts_with("sentlog="));
    assert_eq!(rest, " HttpOnly; SameSite=Strict; Path=/");
}

#[tokio::test]
async fn behind_tls_the_cookie_never_leaves_it() {
    let app = TestApp::with(AppSettings {
        behind_tls: true,
        ..SETTINGS
    })
    .await;
    let answer = app.try_sign_in("viewer", PASSWORD).await;
    let (value, rest) = answer.header("set-cookie").split_once(';').unwrap();
    assert!(value.starts_with("__Host-sentlog="));
    assert_eq!(rest, " HttpOnly; SameSite=Strict; Secure; Path=/");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_get_the_same_answer() {
    let app = TestApp::new().await;
    let wrong = app.try_sign_in("viewer", "wrong").await;
    let unknown = app.try_sign_in("nobody at all", "wrong").await;
    assert_eq!(wrong.body, unknown.body);
    assert_eq!(wrong.header("set-cookie"), "");
    assert_json_snapshot!(unknown.problem(401));
}

#[tokio::test]
async fn signing_out_ends_the_session_here_too() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    assert_eq!(app.get("/api/messages", &cookie).await.status, 200);
    let out = app.ask(Method::DELETE, "/api/session", &cookie, None).await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").starts_with("sentlog=; "));
    app.get("/api/messages", &cookie).await.problem(401);
}

#[tokio::test]
async fn an_id_known_before_the_sign_in_is_worth_nothing_after_it() {
    let app = TestApp::new().await;
    let before = app.sign_in(Role::Viewer).await;
    let body = serde_json::json!({"name": "admin", "password": PASSWORD});
    let answer = app.post("/api/session", &before, body.clone()).await;
    let after = answer.cookie();
    assert_ne!(before, after);
    app.get("/api/messages", &before).await.problem(401);
    assert_eq!(app.get("/api/messages", &after).await.status, 200);
    let planted = "sentlog=AAAAAAAAAAAAAAAAAAAAAA";
    let answer = app.post("/api/session", planted, body).await;
    assert_ne!(answer.cookie(), planted);
    app.get("/api/messages", planted).await.problem(401);
}

#[tokio::test]
async fn a_session_left_alone_ends() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    for _ in 0..3 {
        app.clock.advance(TimeDelta::minutes(59));
        assert_eq!(app.get("/api/messages", &cookie).await.status, 200);
    }
    app.clock.advance(TimeDelta::minutes(60));
    app.get("/api/messages", &cookie).await.problem(401);
}

#[tokio::test]
async fn a_session_in_use_ends_all_the_same() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    for _ in 0..23 {
        app.clock.advance(TimeDelta::minutes(30));
        assert_eq!(app.get("/api/messages", &cookie).await.status, 200);
    }
    app.clock.advance(TimeDelta::minutes(30));
    app.get("/api/messages", &cookie).await.problem(401);
}

#[tokio::test]
async fn ended_sessions_are_forgotten() {
    let app = TestApp::new().await;
    app.sign_in(Role::Viewer).await;
    app.clock.advance(TimeDelta::minutes(30));
    let cookie = app.sign_in(Role::Viewer).await;
    app.clock.advance(TimeDelta::minutes(30));
    assert_eq!(app.app.sessions.sweep().await.unwrap(), 1);
    assert_eq!(app.get("/api/messages", &cookie).await.status, 200);
}

#[tokio::test]
async fn too_many_failures_have_to_wait_even_with_the_right_password() {
    let app = TestApp::new().await;
    for _ in 0..10 {
        app.try_sign_in("viewer", "wrong").await.problem(401);
    }
    let answer = app.try_sign_in("VIEWER", PASSWORD).await;
    assert_eq!(answer.header("retry-after"), "900");
    assert_json_snapshot!(answer.problem(429));
    assert_eq!(app.try_sign_in("admin", PASSWORD).await.status, 200);
    app.clock.advance(TimeDelta::minutes(15));
    assert_eq!(app.try_sign_in("viewer", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_visitor_enters_a_demonstration_by_one_click_and_nothing_else() {
    let app = TestApp::new().await;
    app.ask(Method::POST, "/api/session/demo", "", None)
        .await
        .problem(404);
    let app = TestApp::with(AppSettings {
        demo: true,
        ..SETTINGS
    })
    .await;
    let answer = app.ask(Method::POST, "/api/session/demo", "", None).await;
    assert_json_snapshot!(answer.json());
    assert_eq!(app.get("/api/messages", &answer.cookie()).await.status, 200);
    for password in ["", "a password of nobody"] {
        app.try_sign_in("Demonstration", password)
            .await
            .problem(401);
    }
}

#[tokio::test]
async fn a_name_is_one_account_however_it_is_typed() {
    let app = TestApp::new().await;
    let hash = password::hash(PASSWORD).unwrap();
    let now = "2020-01-31T22:00:00Z".parse().unwrap();
    let added = users::add(&app.db, "VIEWER", Role::Admin, &hash, now).await;
    assert_eq!(added.unwrap(), None);
}

#[tokio::test]
async fn a_page_that_is_open_with_nobody_at_it_keeps_no_session_alive() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    let ask = async |path: &str, by_itself: bool| {
        let mut request = Request::get(path).header(header::COOKIE, &cookie);
        if by_itself {
            request = request.header("sentlog-unattended", "1");
        }
        // A stream's answer begins, and goes on.
        let request = request.body(Body::empty()).unwrap();
        app.begin(request).await.status().as_u16()
    };
    app.clock.advance(TimeDelta::minutes(40));
    assert_eq!(ask("/api/messages", false).await, 200);
    for _ in 0..11 {
        app.clock.advance(TimeDelta::minutes(5));
        assert_eq!(ask("/api/events", false).await, 200);
        assert_eq!(ask("/api/messages", true).await, 200);
    }
    app.clock.advance(TimeDelta::minutes(5));
    assert_eq!(ask("/api/events", false).await, 401);
    assert_eq!(ask("/api/messages", false).await, 401);
}
