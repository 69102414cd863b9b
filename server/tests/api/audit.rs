//! What the API writes into the audit trail, and that it does nothing that it cannot write there.

use axum::http::{Method, header};
use serde_json::json;
use server::{
    clock::Clock,
    store::{Database, audit::verify, inbox},
};
use shared::{message::MessageId, session::Role};

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
    let made = actions
        .iter()
        .filter(|(action, _)| *action == "user_created");
    assert_eq!(made.count(), 3, "the accounts of this test");
    assert_eq!(
        actions[3..],
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
    assert!(matches!(verdict, verify::Verdict::Whole { lines: 8, .. }));
}

#[tokio::test]
async fn who_asks_for_what_they_may_not_is_recorded_once_an_hour_and_kind() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Role::Admin).await;
    let viewer = app.sign_in(Role::Viewer).await;
    let path = app.message(&admin, "Library Hours").await;
    for _ in 0..3 {
        app.get("/api/people", &viewer).await.problem(403);
        let cancel = format!("{path}/cancel");
        app.post(&cancel, &viewer, json!({})).await.problem(403);
    }
    app.get("/api/messages/999999", &viewer).await.problem(404);
    let id = path.rsplit('/').next().unwrap();
    let cancel = format!("Was refused: may not cancel messages (message {id})");
    let told_of = |lines: Vec<(String, String)>| -> Vec<String> {
        let of_viewer = lines.into_iter().filter(|(who, _)| who == "viewer");
        of_viewer.map(|(_, what)| what).collect()
    };
    let lines = told_of(told(&app, &admin, "?action=refused").await);
    let people = "Was refused: may not manage people and settings".to_owned();
    assert_eq!(lines, [cancel.clone(), people.clone()]);
    app.clock.advance(chrono::TimeDelta::minutes(61));
    let viewer = app.sign_in(Role::Viewer).await;
    let admin = app.sign_in(Role::Admin).await;
    app.get("/api/people", &viewer).await.problem(403);
    let lines = told_of(told(&app, &admin, "?action=refused").await);
    assert_eq!(lines, [people.clone(), cancel, people]);
    sql(&app, "alter table audit rename to elsewhere").await;
    app.get("/api/roles", &viewer).await.problem(403);
}

#[tokio::test]
async fn a_message_opened_with_all_its_parts_at_once_is_one_look() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Role::Operator).await;
    let path = app.message(&operator, "Library Hours").await;
    let recipients = format!("{path}/deliveries");
    tokio::join!(
        app.get(&path, &operator),
        app.get(&recipients, &operator),
        app.get(&path, &operator),
        app.get(&recipients, &operator),
    );
    let history = app.get(&format!("{path}/history"), &operator).await.json();
    let lines = history["lines"].as_array().expect("lines");
    assert_eq!(lines.len(), 1, "{history}");
    assert_eq!(lines[0]["what"], "Looked at it");
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
    sql(&app, "alter table elsewhere rename to audit").await;
    let detail = app.get(&path, &cookie).await.json();
    assert_eq!(detail["can_cancel"], true);
}

/// What the trail says, the newest first: who, and what.
async fn told(app: &TestApp, admin: &str, query: &str) -> Vec<(String, String)> {
    let answer = app.get(&format!("/api/audit{query}"), admin).await;
    assert_eq!(answer.status, 200, "{:?}", answer.json());
    let page = answer.json();
    let lines = page["lines"].as_array().expect("lines").iter();
    let word = |line: &serde_json::Value, name| line[name].as_str().expect("a word").to_owned();
    lines
        .map(|line| (word(line, "who"), word(line, "what")))
        .collect()
}

#[tokio::test]
async fn whatever_administrators_change_is_recorded_in_words() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Role::Admin).await;
    let viewer = app.sign_in(Role::Viewer).await;
    let ask = async |method: Method, path: &str, body| {
        let answer = app.ask(method, path, &admin, body).await;
        assert!(answer.status.is_success(), "{path}: {:?}", answer.json());
        answer.json()
    };
    let school = json!({"name": "Lincoln High"});
    ask(Method::POST, "/api/schools", Some(school)).await;
    let permissions = json!({"permissions": ["view", "see_addresses"]});
    ask(Method::PUT, "/api/roles/reader", Some(permissions)).await;
    let grants = json!([{"role": "reader", "organization": "Lincoln High"}]);
    let new = json!({"name": "Ben", "grants": grants});
    let ben = ask(Method::POST, "/api/people", Some(new)).await["id"].clone();
    let person = format!("/api/people/{ben}");
    let grants = json!({"grants": [{"role": "viewer"}]});
    ask(Method::PUT, &format!("{person}/grants"), Some(grants)).await;
    ask(Method::DELETE, "/api/roles/reader", None).await;
    ask(
        Method::PUT,
        &format!("{person}/disabled"),
        Some(json!({"disabled": true})),
    )
    .await;
    let token = json!({"name": "portal", "days": 30});
    ask(Method::POST, "/api/tokens", Some(token)).await;
    ask(Method::DELETE, "/api/tokens/PORTAL", None).await;
    ask(Method::DELETE, "/api/sessions", None).await;
    // Nothing to end, and nothing to say.
    ask(Method::DELETE, "/api/sessions", None).await;
    app.get("/api/messages", &viewer).await.problem(401);
    let lines = told(&app, &admin, "?who=ADMIN").await;
    let lines: Vec<_> = lines.iter().map(|(_, what)| what.as_str()).collect();
    assert_eq!(
        lines,
        [
            "Ended 1 session of everybody else",
            "Revoked the token portal",
            "Made the token portal for all schools",
            "Disabled Ben",
            "Removed the role reader",
            "Made Ben: viewer",
            "Voided the password of Ben, and made a link to choose another",
            "Added Ben: reader at Lincoln High",
            "Let the role reader view, see addresses",
            "Added the school Lincoln High",
            "Signed in",
            "Added admin: admin",
        ]
    );
    // Also what was done to somebody is found by their name.
    assert_eq!(
        told(&app, &admin, "?who=ben&action=user_changed")
            .await
            .len(),
        1
    );
    let verdict = verify::verify(&app.db, None).await.expect("it reads");
    assert!(
        matches!(verdict, verify::Verdict::Whole { lines: 15, .. }),
        "{verdict:?}"
    );
}

#[tokio::test]
async fn a_message_tells_its_own_history() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Role::Operator).await;
    let viewer = app.sign_in(Role::Viewer).await;
    let path = app.message(&operator, "Library Hours").await;
    let recipients = format!("{path}/deliveries");
    app.get(&recipients, &viewer).await;
    app.get(&format!("{recipients}?search=a"), &viewer).await;
    app.clock.advance(chrono::TimeDelta::minutes(61));
    let viewer = app.sign_in(Role::Viewer).await;
    app.get(&recipients, &viewer).await;
    let operator = app.sign_in(Role::Operator).await;
    let csv = app
        .get(&format!("{path}/report?format=csv"), &operator)
        .await;
    assert_eq!(csv.status, 200);
    let canceled = app
        .post(&format!("{path}/cancel"), &operator, json!({}))
        .await;
    assert_eq!(canceled.status, 200);
    let history = app.get(&format!("{path}/history"), &viewer).await.json();
    assert_eq!(history["next_before"], json!(null));
    let lines = history["lines"].as_array().expect("lines").iter();
    let lines: Vec<_> = lines
        .map(|line| {
            (
                line["who"].as_str().unwrap_or(""),
                line["what"].as_str().unwrap_or(""),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            ("operator", "Canceled it"),
            ("operator", "Printed the report of it as CSV (All)"),
            ("viewer", "Looked at it, addresses masked"),
            ("viewer", "Looked at it, addresses masked"),
        ]
    );
    app.get("/api/messages/999999/history", &viewer)
        .await
        .problem(404);
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_shown_or_handed_out() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Role::Operator).await;
    let path = app.message(&operator, "Library Hours").await;
    sql(&app, "alter table audit rename to elsewhere").await;
    app.get(&path, &operator).await.problem(503);
    app.get(&format!("{path}/deliveries"), &operator)
        .await
        .problem(503);
    app.get(&format!("{path}/failures"), &operator)
        .await
        .problem(503);
    app.post(&format!("{path}/refresh"), &operator, json!({}))
        .await
        .problem(503);
    app.get(&format!("{path}/report?format=csv"), &operator)
        .await
        .problem(503);
    app.post("/api/exports", &operator, json!({"rows": 3}))
        .await
        .problem(503);
}

#[tokio::test]
async fn the_trail_is_filtered_and_paged() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Role::Admin).await;
    let operator = app.sign_in(Role::Operator).await;
    for rows in 0..205 {
        let saved = app
            .post("/api/exports", &operator, json!({"rows": rows}))
            .await;
        assert_eq!(saved.status, 204);
    }
    let page = app.get("/api/audit?action=exported", &admin).await.json();
    assert_eq!(page["lines"].as_array().map(Vec::len), Some(200));
    let next = page["next_before"].as_i64().expect("there are older ones");
    let rest = app
        .get(&format!("/api/audit?action=exported&before={next}"), &admin)
        .await
        .json();
    assert_eq!(rest["lines"].as_array().map(Vec::len), Some(5));
    assert_eq!(rest["next_before"], json!(null));
    assert_eq!(
        rest["lines"][4]["what"],
        "Saved 0 rows of the log as a file"
    );
    assert_eq!(
        told(&app, &admin, "?from=2020-01-31&to=2020-01-31&who=oper")
            .await
            .len(),
        200
    );
    assert_eq!(told(&app, &admin, "?from=2020-02-01").await.len(), 0);
    assert_eq!(told(&app, &admin, "?to=2020-01-30").await.len(), 0);
    assert_eq!(told(&app, &admin, "?who=%25").await.len(), 0);
    for (query, field) in [
        ("?from=2020-02-02&to=2020-02-01", "from"),
        ("?action=tickled", "action"),
        ("?before=x", "before"),
        ("?to=31.1.2020", "to"),
    ] {
        let problem = app
            .get(&format!("/api/audit{query}"), &admin)
            .await
            .problem(400);
        assert_eq!(problem["field"], field);
    }
    app.get("/api/audit", &operator).await.problem(403);
}

#[tokio::test]
async fn submissions_resends_and_passwords_are_recorded() {
    let app = TestApp::new().await;
    let admin = app.sign_in(Role::Admin).await;
    let viewer = app.sign_in(Role::Viewer).await;
    let token = app.token().await;
    let message = json!({
        "external_id": "new", "message_type": "Message Builder", "organization": "High School", "subject": "New",
        "sender": "A", "created_at": "2020-01-31T15:00:00-06:00",
        "recipients": [{"person": "p", "name": "P", "deliveries": [{"device": "email", "address": "a@nomail.com"}]}],
    });
    let request = axum::http::Request::post("/api/messages")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(axum::body::Body::from(message.to_string()))
        .expect("a request");
    assert_eq!(app.send(request).await.status, 201);
    let failed = app.message(&admin, "Student Missing Assignments").await;
    let resent = app
        .post(
            &format!("{failed}/resend"),
            &admin,
            json!({"which": "failed", "attempt": 1}),
        )
        .await;
    let passwords = json!({"current": crate::app::PASSWORD, "new": "another horse battery"});
    assert_eq!(
        app.post("/api/session/password", &viewer, passwords)
            .await
            .status,
        204
    );
    let lines = told(&app, &admin, "").await;
    let lines: Vec<_> = lines
        .iter()
        .map(|(who, what)| format!("{who}: {what}"))
        .collect();
    assert_eq!(lines[0], "viewer: Changed the password of viewer");
    assert_eq!(resent.status, 201);
    assert!(lines[1].starts_with("admin: Resent message "), "{lines:?}");
    assert!(
        lines[2].starts_with("portal (program): Submitted message "),
        "{lines:?}"
    );
    assert_eq!(
        lines[3],
        "Command line: Made the token portal for all schools"
    );
}

#[tokio::test]
async fn a_look_at_an_inbox_keeps_no_key_of_whose_it_is() {
    let app = TestApp::new().await;
    let operator = app.sign_in(Role::Operator).await;
    let path = app.message(&operator, "Library Hours").await;
    let id: i64 = path.rsplit('/').next().unwrap().parse().unwrap();
    let key = "student-20071";
    let now = app.clock.now();
    let put = inbox::put(&app.db, MessageId(id), &[(0, key)], now).await;
    put.expect("it is put there");
    let shown = app.get(&format!("/api/inbox/{key}"), &operator).await;
    assert_eq!(shown.json()[0]["message"], id);
    app.get(&format!("{path}/deliveries?search={key}"), &operator)
        .await;
    let admin = app.sign_in(Role::Admin).await;
    let told = told(&app, &admin, "?action=viewed_personal_data").await;
    let told: Vec<_> = told.iter().map(|(_, what)| what.as_str()).collect();
    let look = format!("Looked at message {id}");
    assert_eq!(told, [&look, "Looked at somebody’s inbox, with 1 message"]);
    let Database::Sqlite(pool) = &app.db else {
        panic!("the API is tested on SQLite");
    };
    const HOLDS: &str = "
        select count(*) from audit
        where instr(details || coalesce(subject_id, '') || coalesce(actor_name, ''), $1) > 0";
    let holding: i64 = sqlx::query_scalar(HOLDS)
        .bind(key)
        .fetch_one(pool)
        .await
        .unwrap();
    assert_eq!(holding, 0);
}
