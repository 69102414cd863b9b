//! What administrators change, and what comes of it for those whom they change it for.

use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use serde_json::{Value, json};
use server::{auth::token, store::links};
use shared::session::Role;

use crate::app::{Answer, PASSWORD, SETTINGS, TestApp};

const NEW: &str = "another horse battery";

/// The key in a link.
fn key(link: &Value) -> String {
    let path = link["path"].as_str().expect("a path");
    path.strip_prefix("/welcome#").expect("a key").to_owned()
}

async fn put(app: &TestApp, path: &str, cookie: &str, body: Value) -> Answer {
    app.ask(Method::PUT, path, cookie, Some(body)).await
}

async fn delete(app: &TestApp, path: &str, cookie: &str) -> Answer {
    app.ask(Method::DELETE, path, cookie, None).await
}

async fn person(app: &TestApp, admin: &str, name: &str) -> Value {
    let people = app.get("/api/people", admin).await.json();
    let mut people = people.as_array().expect("people").iter();
    let person = people.find(|person| person["name"] == name);
    person
        .unwrap_or_else(|| panic!("{name} is not there"))
        .clone()
}

/// Somebody made by an administrator, who has followed their link; their number and cookie.
async fn newcomer(app: &TestApp, admin: &str, name: &str, grants: Value) -> (i64, String) {
    let made = app
        .post(
            "/api/people",
            admin,
            json!({"name": name, "grants": grants}),
        )
        .await;
    assert_eq!(made.status, StatusCode::CREATED);
    let made = made.json();
    let welcome = json!({"key": key(&made["link"]), "password": NEW});
    let answer = app.post("/api/welcome", "", welcome).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json()["user"]["name"], name);
    (made["id"].as_i64().expect("a number"), answer.cookie())
}

#[tokio::test]
async fn a_new_person_chooses_a_password_by_a_link_that_is_good_once() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Role::Admin).await;
    let grants = json!([{"role": "viewer", "organization": "Harrison High"}]);
    let made = app
        .post(
            "/api/people",
            &admin,
            json!({"name": " Ada ", "grants": grants}),
        )
        .await;
    assert_eq!(made.status, StatusCode::CREATED);
    let key = key(&made.json()["link"]);
    assert_eq!(person(&app, &admin, "Ada").await["signs_in"], "not_yet");
    app.try_sign_in("Ada", "").await.problem(401);

    let whose = app.post("/api/welcome/link", "", json!({"key": key})).await;
    assert_eq!(whose.json(), json!({"name": "Ada"}));
    for (unfit, why) in [
        ("short", "fewer than 12"),
        ("Password1234", "easy to guess"),
        ("adaadaadaada", "easy to guess"),
    ] {
        let unfit = json!({"key": key, "password": unfit});
        let refused = app.post("/api/welcome", "", unfit).await.problem(400);
        assert_eq!(refused["field"], "password");
        let sentence = refused["detail"].as_str().expect("a sentence");
        assert!(sentence.contains(why), "{sentence}");
    }
    let welcome = json!({"key": key, "password": NEW});
    let session = app.post("/api/welcome", "", welcome.clone()).await;
    assert_eq!(session.status, StatusCode::OK);
    app.post("/api/welcome", "", welcome).await.problem(404);
    app.post("/api/welcome/link", "", json!({"key": key}))
        .await
        .problem(404);

    assert_eq!(app.try_sign_in("ada", NEW).await.status, 200);
    assert_eq!(person(&app, &admin, "Ada").await["signs_in"], "password");
    let path = "/api/messages?created_from=2019-12-01&created_to=2020-01-31";
    let found = app.get(path, &session.cookie()).await.json();
    let rows = found["messages"].as_array().expect("rows");
    assert!(
        !rows.is_empty()
            && rows
                .iter()
                .all(|row| row["organization"] == "Harrison High")
    );
}

#[tokio::test]
async fn a_link_that_is_too_old_is_good_no_more() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Role::Admin).await;
    let body = json!({"name": "Ada", "grants": []});
    let made = app.post("/api/people", &admin, body).await.json();
    app.clock.advance(TimeDelta::days(3));
    let link = json!({"key": key(&made["link"])});
    app.post("/api/welcome/link", "", link).await.problem(404);
}

#[tokio::test]
async fn what_cannot_be_made_is_refused_at_its_field_and_leaves_nothing() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Role::Admin).await;
    let before = app.get("/api/people", &admin).await.json();
    let nobody = json!([{"role": "none such"}]);
    let nowhere = json!([{"role": "viewer", "organization": "None such"}]);
    for (name, grants, status, field) in [
        ("", json!([]), 400, "name"),
        ("a\u{0}b", json!([]), 400, "name"),
        ("VIEWER", json!([]), 409, "name"),
        ("Ada", nobody, 400, "grants"),
        ("Ada", nowhere, 400, "grants"),
    ] {
        let body = json!({"name": name, "grants": grants});
        let problem = app.post("/api/people", &admin, body).await.problem(status);
        assert_eq!(problem["field"], field, "{name}");
    }
    assert_eq!(app.get("/api/people", &admin).await.json(), before);
}

#[tokio::test]
async fn other_rights_hold_from_the_next_request_on() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Role::Admin).await;
    let (ada, cookie) = newcomer(&app, &admin, "Ada", json!([{"role": "viewer"}])).await;
    let path = format!("/api/people/{ada}/grants");
    assert_eq!(app.get("/api/messages", &cookie).await.status, 200);
    app.get("/api/people", &cookie).await.problem(403);
    let none = put(&app, &path, &admin, json!({"grants": []})).await;
    assert_eq!(none.status, 204);
    app.get("/api/messages", &cookie).await.problem(403);
    let all = put(&app, &path, &admin, json!({"grants": [{"role": "admin"}]})).await;
    assert_eq!(all.status, 204);
    assert_eq!(app.get("/api/people", &cookie).await.status, 200);
}

#[tokio::test]
async fn who_is_disabled_is_signed_out_and_stays_so_until_they_sign_in_again() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Role::Admin).await;
    let (ada, cookie) = newcomer(&app, &admin, "Ada", json!([{"role": "viewer"}])).await;
    let path = format!("/api/people/{ada}/disabled");
    put(&app, &path, &admin, json!({"disabled": true})).await;
    app.get("/api/messages", &cookie).await.problem(401);
    app.try_sign_in("Ada", NEW).await.problem(401);
    assert!(person(&app, &admin, "Ada").await["disabled_at"].is_string());
    put(&app, &path, &admin, json!({"disabled": false})).await;
    app.get("/api/messages", &cookie).await.problem(401);
    assert_eq!(app.try_sign_in("Ada", NEW).await.status, 200);
}

#[tokio::test]
async fn somebody_always_administers() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Role::Admin).await;
    let id = person(&app, &admin, "admin").await["id"].clone();
    for (change, body) in [
        ("disabled", json!({"disabled": true})),
        ("grants", json!({"grants": []})),
    ] {
        let path = format!("/api/people/{id}/{change}");
        put(&app, &path, &admin, body).await.problem(409);
    }
    assert_eq!(app.get("/api/people", &admin).await.status, 200);
}

#[tokio::test]
async fn a_reset_ends_password_and_sessions_at_once() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Role::Admin).await;
    let (ada, cookie) = newcomer(&app, &admin, "Ada", json!([{"role": "viewer"}])).await;
    let made = app
        .post(&format!("/api/people/{ada}/link"), &admin, json!({}))
        .await;
    assert_eq!(made.status, StatusCode::CREATED);
    app.get("/api/messages", &cookie).await.problem(401);
    app.try_sign_in("Ada", NEW).await.problem(401);
    let welcome = json!({"key": key(&made.json()), "password": "a third horse battery"});
    assert_eq!(app.post("/api/welcome", "", welcome).await.status, 200);
    assert_eq!(
        app.try_sign_in("Ada", "a third horse battery").await.status,
        200
    );
    app.post("/api/people/0/link", &admin, json!({}))
        .await
        .problem(404);
    app.post("/api/people/x/link", &admin, json!({}))
        .await
        .problem(404);
}

#[tokio::test]
async fn the_first_administrator_comes_in_by_a_link_and_chooses_a_name() {
    let app = TestApp::new().await;
    let (link, told) = server::routes::administration::link(&app.app);
    let key = told.path.strip_prefix("/welcome#").unwrap().to_owned();
    assert!(
        !links::first(&app.db, &link).await.unwrap(),
        "there is an administrator"
    );
    let welcome = json!({"key": key, "name": "Root", "password": NEW});
    app.post("/api/welcome", "", welcome.clone())
        .await
        .problem(404);

    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("log.db").display());
    let empty = TestApp::empty(&url, folder, SETTINGS).await;
    assert!(links::first(&empty.db, &link).await.unwrap());
    assert_eq!(link.key, token::key(&key));
    let invited = empty
        .post("/api/welcome/link", "", json!({"key": key}))
        .await;
    assert_eq!(invited.json(), json!({"name": null}));
    let nameless = json!({"key": key, "password": NEW});
    assert_eq!(
        empty.post("/api/welcome", "", nameless).await.problem(400)["field"],
        "name"
    );
    let entered = empty.post("/api/welcome", "", welcome.clone()).await;
    assert_eq!(entered.status, 200);
    assert_eq!(entered.json()["user"]["role"], "admin");
    empty.post("/api/welcome", "", welcome).await.problem(404);
}

#[tokio::test]
async fn one_changes_ones_own_password_and_other_browsers_are_signed_out() {
    let app = TestApp::new().await;
    let here = app.sign_in(Role::Viewer).await;
    let there = app.sign_in(Role::Viewer).await;
    let change = async |cookie: &str, current: &str, new: &str| {
        let body = json!({"current": current, "new": new});
        app.post("/api/session/password", cookie, body).await
    };
    assert_eq!(
        change(&here, "wrong", NEW).await.problem(403)["field"],
        "current"
    );
    assert_eq!(
        change(&here, PASSWORD, "short").await.problem(400)["field"],
        "new"
    );
    let changed = change(&here, PASSWORD, NEW).await;
    assert_eq!(changed.status, 204);
    let now = changed.cookie();
    assert_ne!(now, here, "a session of its own");
    assert_eq!(app.get("/api/messages", &now).await.status, 200);
    for old in [&here, &there] {
        app.get("/api/messages", old).await.problem(401);
    }
    app.try_sign_in("viewer", PASSWORD).await.problem(401);
    assert_eq!(app.try_sign_in("viewer", NEW).await.status, 200);
}

#[tokio::test]
async fn guessing_the_current_password_is_limited_like_signing_in() {
    let app = TestApp::new().await;
    let cookie = app.sign_in(Role::Viewer).await;
    let mut statuses = Vec::new();
    for _ in 0..20 {
        let body = json!({"current": "wrong", "new": NEW});
        let answer = app.post("/api/session/password", &cookie, body).await;
        statuses.push(answer.status.as_u16());
    }
    assert_eq!(statuses[0], 403);
    assert_eq!(statuses.last(), Some(&429));
}

#[tokio::test]
async fn sessions_are_seen_and_ended() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Role::Admin).await;
    let (viewer, again) = (
        app.sign_in(Role::Viewer).await,
        app.sign_in(Role::Viewer).await,
    );
    let listed = app.get("/api/sessions", &admin).await.json();
    let rows = listed.as_array().expect("sessions");
    assert_eq!(rows.len(), 3);
    let here: Vec<_> = rows.iter().filter(|row| row["here"] == true).collect();
    assert_eq!(here.len(), 1);
    assert_eq!(here[0]["person"], "admin");
    assert!(here[0]["address"].is_string());
    let cookies =
        [&admin, &viewer, &again].map(|cookie| cookie.split('=').nth(1).unwrap().to_owned());
    assert!(
        cookies
            .iter()
            .all(|cookie| !listed.to_string().contains(cookie))
    );

    let id = rows.iter().find(|row| row["person"] == "viewer").unwrap()["id"].clone();
    let path = format!("/api/sessions/{}", id.as_str().unwrap());
    assert_eq!(delete(&app, &path, &admin).await.status, 204);
    delete(&app, &path, &admin).await.problem(404);
    let mut open = 0;
    for cookie in [&viewer, &again] {
        open += usize::from(app.get("/api/messages", cookie).await.status == 200);
    }
    assert_eq!(open, 1);
    assert_eq!(
        delete(&app, "/api/sessions", &admin).await.json(),
        json!({"sessions": 1})
    );
    assert_eq!(app.get("/api/people", &admin).await.status, 200);

    let (one, two) = (
        app.sign_in(Role::Viewer).await,
        app.sign_in(Role::Viewer).await,
    );
    assert_eq!(
        delete(&app, "/api/session/others", &one).await.json(),
        json!({"sessions": 1})
    );
    assert_eq!(app.get("/api/messages", &one).await.status, 200);
    app.get("/api/messages", &two).await.problem(401);
    let id = person(&app, &admin, "viewer").await["id"].clone();
    let ended = delete(&app, &format!("/api/people/{id}/sessions"), &admin).await;
    assert_eq!(ended.json(), json!({"sessions": 1}));
    app.get("/api/messages", &one).await.problem(401);
}

#[tokio::test]
async fn a_role_is_made_changed_and_deleted_where_nobody_has_it() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Role::Admin).await;
    let path = "/api/roles/front%20desk";
    let made = put(
        &app,
        path,
        &admin,
        json!({"permissions": ["view", "report"]}),
    )
    .await;
    assert_eq!(made.status, 204);
    let (ada, cookie) = newcomer(&app, &admin, "Ada", json!([{"role": "front desk"}])).await;
    let roles = app.get("/api/roles", &admin).await.json();
    let role = roles
        .as_array()
        .unwrap()
        .iter()
        .find(|role| role["name"] == "front desk");
    let role = role.expect("it is there");
    assert_eq!(
        (&role["people"], &role["built_in"]),
        (&json!(1), &json!(false))
    );
    let message = app.message(&cookie, "Library Hours").await;
    app.post(&format!("{message}/cancel"), &cookie, json!({}))
        .await
        .problem(403);
    put(
        &app,
        path,
        &admin,
        json!({"permissions": ["view", "cancel"]}),
    )
    .await;
    assert_eq!(
        app.post(&format!("{message}/cancel"), &cookie, json!({}))
            .await
            .status,
        200
    );
    delete(&app, path, &admin).await.problem(409);
    put(
        &app,
        &format!("/api/people/{ada}/grants"),
        &admin,
        json!({"grants": []}),
    )
    .await;
    assert_eq!(delete(&app, path, &admin).await.status, 204);
    delete(&app, path, &admin).await.problem(404);
    for (path, permissions, status) in [
        ("/api/roles/admin", json!(["view"]), 409),
        ("/api/roles/x", json!([]), 400),
        ("/api/roles/x", json!(["cancel"]), 400),
        ("/api/roles/x", json!(["view", "submit"]), 400),
        ("/api/roles/x", json!(["fly"]), 400),
        ("/api/roles/%20", json!(["view"]), 400),
    ] {
        put(&app, path, &admin, json!({"permissions": permissions}))
            .await
            .problem(status);
    }
    delete(&app, "/api/roles/viewer", &admin).await.problem(409);
}

#[tokio::test]
async fn a_token_is_told_once_and_submits_until_it_is_taken_back() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Role::Admin).await;
    let body = json!({"name": "portal", "organizations": ["Harrison High"], "days": 30});
    let made = app.post("/api/tokens", &admin, body.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let token = made.json()["token"].as_str().unwrap().to_owned();
    let listed = app.get("/api/tokens", &admin).await.json();
    assert!(!listed.to_string().contains(&token));
    assert_eq!(listed[0]["organizations"], json!(["Harrison High"]));
    assert_eq!(listed[0]["expires_at"], "2020-03-01T16:00:00-06:00");
    app.post("/api/tokens", &admin, body).await.problem(409);
    assert_eq!(delete(&app, "/api/tokens/portal", &admin).await.status, 204);
    delete(&app, "/api/tokens/portal", &admin)
        .await
        .problem(404);
    assert!(app.get("/api/tokens", &admin).await.json()[0]["revoked_at"].is_string());
    for (body, field) in [
        (json!({"name": " "}), "name"),
        (json!({"name": "a", "days": 0}), "days"),
        (json!({"name": "a", "organizations": []}), "organizations"),
        (
            json!({"name": "a", "organizations": ["None such"]}),
            "organizations",
        ),
    ] {
        let problem = app.post("/api/tokens", &admin, body).await.problem(400);
        assert_eq!(problem["field"], field);
    }
}

#[tokio::test]
async fn a_school_is_added_ahead_of_its_first_message() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Role::Admin).await;
    let body = json!({"name": "North Elementary"});
    assert_eq!(
        app.post("/api/schools", &admin, body.clone()).await.status,
        201
    );
    app.post("/api/schools", &admin, body).await.problem(409);
    let schools = app.get("/api/schools", &admin).await.json();
    let schools = schools.as_array().unwrap();
    let of = |name: &str| schools.iter().find(|s| s["name"] == name).unwrap()["messages"].clone();
    assert_eq!(of("North Elementary"), 0);
    assert!(of("Harrison High").as_u64().unwrap() > 0);
}
