//! Every address × everybody who might ask × a message of their school and of another: one table, in which no
//! address may be missing.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};
use server::{
    auth::{password, token},
    clock::Clock,
    openapi,
    store::{
        audit::Who,
        grants::{self, Grant, Granted},
        roles,
        tokens::{self, Limits},
        users::{self, Added},
    },
};
use shared::session::{Permission, Role};

use crate::app::{PASSWORD, TestApp};

/// The school of those who reach one school only.
const OWN: &str = "Harrison High";

/// Whoever asks, in the table's order. Those named after a role have it at all schools.
const WHO: [&str; 9] = [
    "nobody",
    "viewer",
    "operator",
    "admin",
    "own viewer",
    "own operator",
    "own admin",
    "printer",
    "disabled",
];

/// What each of them is answered about a message of their school, and about another school's. Of what is allowed
/// only that it was: 2xx, or the refusal of an empty body.
enum Rule {
    /// Everybody, signed in or not.
    Open,
    /// Who may do this at the message's school.
    Message(Permission),
    /// Who may do this anywhere.
    Anywhere(Permission),
    /// Whoever is signed in.
    Whoever,
    /// Who administers all schools.
    Administrators,
    /// Programs with a token only.
    Program,
}

fn table() -> BTreeMap<(&'static str, &'static str), Rule> {
    use Permission::{Cancel, Report, SeeAddresses, View};
    use Rule::{Administrators, Anywhere, Message, Open, Program, Whoever};
    [
        (("get", "/api/health"), Open),
        (("get", "/api/session"), Open),
        (("post", "/api/session"), Open),
        (("delete", "/api/session"), Open),
        (("post", "/api/session/demo"), Open),
        (("get", "/api/session/sign-on"), Open),
        (("get", "/api/session/sign-on/back"), Open),
        (("post", "/api/receipts/twilio/messages"), Open),
        (("post", "/api/receipts/twilio/calls"), Open),
        (("post", "/api/receipts/twilio/incoming"), Open),
        (("post", "/api/receipts/mailgun"), Open),
        (("post", "/api/receipts/bounces"), Open),
        (("post", "/api/welcome"), Open),
        (("post", "/api/welcome/link"), Open),
        (("post", "/api/session/password"), Whoever),
        (("delete", "/api/session/others"), Whoever),
        (("get", "/api/people"), Administrators),
        (("post", "/api/people"), Administrators),
        (("put", "/api/people/{user}/grants"), Administrators),
        (("put", "/api/people/{user}/disabled"), Administrators),
        (("post", "/api/people/{user}/link"), Administrators),
        (("delete", "/api/people/{user}/sessions"), Administrators),
        (("get", "/api/roles"), Administrators),
        (("put", "/api/roles/{role}"), Administrators),
        (("delete", "/api/roles/{role}"), Administrators),
        (("get", "/api/schools"), Administrators),
        (("post", "/api/schools"), Administrators),
        (("get", "/api/tokens"), Administrators),
        (("post", "/api/tokens"), Administrators),
        (("delete", "/api/tokens/{token}"), Administrators),
        (("get", "/api/sessions"), Administrators),
        (("delete", "/api/sessions"), Administrators),
        (("delete", "/api/sessions/{session}"), Administrators),
        (("get", "/api/audit"), Administrators),
        (("post", "/api/exports"), Anywhere(Report)),
        (("get", "/api/openapi.json"), Anywhere(View)),
        (("get", "/api/docs"), Anywhere(View)),
        (("get", "/api/docs/{file}"), Anywhere(View)),
        (("get", "/api/messages"), Anywhere(View)),
        (("post", "/api/messages"), Program),
        (("get", "/api/events"), Anywhere(View)),
        (("get", "/api/call-statuses"), Anywhere(View)),
        (("get", "/api/inbox/{person}"), Anywhere(SeeAddresses)),
        (("get", "/api/reports/{job}"), Anywhere(Report)),
        (("delete", "/api/reports/{job}"), Anywhere(Report)),
        (("get", "/api/reports/{job}/events"), Anywhere(Report)),
        (("get", "/api/messages/{id}"), Message(View)),
        (("get", "/api/messages/{id}/deliveries"), Message(View)),
        (("get", "/api/messages/{id}/failures"), Message(View)),
        (("get", "/api/messages/{id}/prints"), Message(View)),
        (("get", "/api/messages/{id}/history"), Message(View)),
        (("post", "/api/messages/{id}/refresh"), Message(View)),
        (("get", "/api/messages/{id}/report"), Message(Report)),
        (("get", "/api/messages/{id}/resend"), Message(Cancel)),
        (("post", "/api/messages/{id}/resend"), Message(Cancel)),
        (("post", "/api/messages/{id}/cancel"), Message(Cancel)),
    ]
    .into()
}

/// What somebody may do at their school; `None` who is nobody.
fn permissions(who: &str) -> Option<&'static [Permission]> {
    match who {
        "viewer" | "own viewer" => Some(Role::Viewer.permissions()),
        "operator" | "own operator" => Some(Role::Operator.permissions()),
        "admin" | "own admin" => Some(Role::Admin.permissions()),
        "printer" => Some(&[Permission::View, Permission::Report]),
        _ => None,
    }
}

fn reaches_all(who: &str) -> bool {
    matches!(who, "viewer" | "operator" | "admin")
}

/// What is to come of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Allowed,
    Refused(u16),
}

fn expected(rule: &Rule, who: &str, own: bool) -> Expected {
    let may = |permission: &Permission| match permissions(who) {
        None => Err(401),
        Some(permissions) if permissions.contains(permission) => Ok(()),
        Some(_) => Err(403),
    };
    let outcome = match rule {
        Rule::Open => Ok(()),
        Rule::Program => Err(401),
        Rule::Whoever => may(&Permission::View),
        Rule::Administrators if who == "own admin" => Err(403),
        Rule::Administrators => may(&Permission::Administer),
        Rule::Anywhere(permission) => may(permission),
        Rule::Message(_) if permissions(who).is_some() && !own && !reaches_all(who) => Err(404),
        Rule::Message(permission) => may(permission),
    };
    outcome.map_or_else(Expected::Refused, |()| Expected::Allowed)
}

struct Office {
    app: TestApp,
    cookies: BTreeMap<&'static str, String>,
    own: String,
    other: String,
}

impl Office {
    async fn open() -> Office {
        let app = TestApp::new().await;
        let hash = password::hash(PASSWORD).unwrap();
        let permissions = [Permission::View, Permission::Report];
        roles::put(
            &app.db,
            "printer",
            &permissions,
            &Who::SHELL,
            app.clock.now(),
        )
        .await
        .unwrap();
        for (name, role) in [
            ("own viewer", "viewer"),
            ("own operator", "operator"),
            ("own admin", "admin"),
            ("printer", "printer"),
            ("disabled", "admin"),
        ] {
            let organization = (name != "disabled").then(|| OWN.to_owned());
            let grant = Grant {
                role: role.to_owned(),
                organization,
            };
            let added =
                users::add_with(&app.db, name, &[grant], &hash, &Who::SHELL, app.clock.now()).await;
            assert!(matches!(added.unwrap(), Added::Done(_)), "{name}");
        }
        let mut cookies = BTreeMap::from([("nobody", String::new())]);
        for who in WHO.into_iter().filter(|who| *who != "nobody") {
            let answer = app.try_sign_in(who, PASSWORD).await;
            assert_eq!(answer.status, 200, "{who}");
            cookies.insert(who, answer.cookie());
        }
        let disabled = users::by_name(&app.db, "disabled").await.unwrap().unwrap();
        let now = app.clock.now();
        let done = users::disable(&app.db, disabled.id, true, &Who::SHELL, now).await;
        assert_eq!(done.unwrap(), Granted::Done);
        let path = "/api/messages?created_from=2019-12-01&created_to=2020-01-31";
        let found = app.get(path, &cookies["admin"]).await.json();
        let of = |own: bool| {
            let mut rows = found["messages"].as_array().unwrap().iter();
            let row = rows.find(|row| (row["organization"] == OWN) == own);
            format!("{}", row.expect("there is one")["id"])
        };
        let (own, other) = (of(true), of(false));
        Office {
            app,
            cookies,
            own,
            other,
        }
    }

    async fn ask(&self, who: &str, method: &str, path: &str) -> u16 {
        let mut request = Request::builder()
            .method(method.to_uppercase().parse::<Method>().unwrap())
            .uri(path);
        if let Some(cookie) = self.cookies.get(who).filter(|cookie| !cookie.is_empty()) {
            request = request.header(header::COOKIE, cookie);
        }
        let body = match method {
            "post" | "put" => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from("{}")
            }
            _ => Body::empty(),
        };
        // A stream's answer begins, and goes on; only how it begins is asked here.
        self.app
            .begin(request.body(body).unwrap())
            .await
            .status()
            .as_u16()
    }
}

#[tokio::test]
async fn every_address_is_in_the_table_and_none_twice() {
    let description = serde_json::to_value(openapi::describe()).unwrap();
    let mut described = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            described.push((method.clone(), path.clone()));
        }
    }
    let listed = table().into_keys();
    let mut listed: Vec<_> = listed
        .map(|(method, path)| (method.to_owned(), path.to_owned()))
        .collect();
    described.sort();
    listed.sort();
    assert_eq!(described, listed, "say in the table who may ask it");
}

#[tokio::test]
async fn each_address_answers_whom_the_table_names_and_nobody_else() {
    let office = Office::open().await;
    let mut wrong = Vec::new();
    for ((method, path), rule) in table() {
        // Signing out and cancelling would change what comes after; they have rounds of their own below.
        if matches!(
            (method, path),
            ("delete", "/api/session" | "/api/sessions") | ("post", "/api/messages/{id}/cancel")
        ) {
            continue;
        }
        for who in WHO {
            for own in [true, false] {
                let id = if own { &office.own } else { &office.other };
                let path = path
                    .replace("{id}", id)
                    .replace("{person}", "p1")
                    .replace("{user}", "0")
                    .replace("{role}", "none")
                    .replace("{token}", "none")
                    .replace("{session}", "none")
                    .replace("{job}", "none")
                    .replace("{file}", "swagger-ui.css");
                let got = office.ask(who, method, &path).await;
                let right = match expected(&rule, who, own) {
                    Expected::Refused(status) => got == status,
                    // There is no such job, person, role; an empty body may be refused; but the door was open.
                    Expected::Allowed if path.contains("/reports/") => got == 404,
                    Expected::Allowed if path.ends_with("/none") || path.contains("/0/") => {
                        matches!(got, 400 | 404)
                    }
                    Expected::Allowed if matches!(rule, Rule::Open) => got < 500,
                    Expected::Allowed => matches!(got, 200..300 | 308 | 400 | 409),
                };
                if !right {
                    wrong.push(format!("{who}, own {own}: {method} {path} answered {got}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn who_cancels_reaches_the_message_and_may() {
    for who in WHO {
        for own in [true, false] {
            let office = Office::open().await;
            let id = if own { &office.own } else { &office.other };
            let got = office
                .ask(who, "post", &format!("/api/messages/{id}/cancel"))
                .await;
            match expected(&Rule::Message(Permission::Cancel), who, own) {
                Expected::Refused(status) => assert_eq!(got, status, "{who}, own {own}"),
                Expected::Allowed => assert!(matches!(got, 200 | 409), "{who}, own {own}: {got}"),
            }
        }
    }
}

#[tokio::test]
async fn a_find_shows_the_rows_within_reach_and_counts_no_others() {
    let office = Office::open().await;
    let path = "/api/messages?created_from=2019-12-01&created_to=2020-01-31";
    let all = office.app.get(path, &office.cookies["viewer"]).await.json();
    let own = office
        .app
        .get(path, &office.cookies["own viewer"])
        .await
        .json();
    let of_own: Vec<&Value> = all["messages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["organization"] == OWN)
        .collect();
    assert!(!of_own.is_empty() && of_own.len() < all["messages"].as_array().unwrap().len());
    assert_eq!(
        own["messages"]
            .as_array()
            .unwrap()
            .iter()
            .collect::<Vec<_>>(),
        of_own
    );
    assert_eq!(own["total"], of_own.len());
}

#[tokio::test]
async fn the_rows_before_another_schools_message_are_those_before_none() {
    let office = Office::open().await;
    let path = "/api/messages?created_from=2019-12-01&created_to=2020-01-31&before=";
    let before = async |id: &str| {
        let cookie = &office.cookies["own viewer"];
        office.app.get(&format!("{path}{id}"), cookie).await.json()
    };
    assert_eq!(before(&office.other).await, before("999999").await);
}

#[tokio::test]
async fn addresses_are_masked_by_the_school_of_the_message() {
    let office = Office::open().await;
    let user = users::by_name(&office.app.db, "own operator")
        .await
        .unwrap()
        .unwrap();
    let grants = [
        Grant::everywhere("viewer"),
        Grant {
            role: "operator".into(),
            organization: Some(OWN.into()),
        },
    ];
    assert_eq!(
        grants::set(
            &office.app.db,
            user.id,
            &grants,
            &Who::SHELL,
            office.app.clock.now()
        )
        .await
        .unwrap(),
        Granted::Done
    );
    let cookie = &office.cookies["own operator"];
    for (id, in_full) in [(&office.own, true), (&office.other, false)] {
        let path = format!("/api/messages/{id}/deliveries");
        let shown = office.app.get(&path, cookie).await;
        let told = office.app.get(&path, &office.cookies["admin"]).await;
        assert_eq!(
            shown.json()["recipients"] == told.json()["recipients"],
            in_full,
            "{id}"
        );
        let cancel = office
            .ask(
                "own operator",
                "post",
                &format!("/api/messages/{id}/cancel"),
            )
            .await;
        assert_eq!(cancel == 403, !in_full, "{cancel}");
    }
}

#[tokio::test]
async fn a_token_submits_for_its_schools_until_it_ends() {
    let app = TestApp::new().await;
    let token = token::make();
    let schools = ["High School".to_owned()];
    let ends = app.clock.now() + chrono::TimeDelta::days(1);
    let key = token::key(&token);
    let limits = Limits {
        schools: Some(&schools),
        expires_at: Some(ends),
    };
    let now = app.clock.now();
    let added = tokens::add(&app.db, "portal", &key, limits, &Who::SHELL, now).await;
    assert_eq!(added.unwrap(), Ok(true));
    let submit = async |school: &str| {
        let message = json!({
            "external_id": school, "message_type": "Message Builder", "organization": school, "subject": "Closed",
            "sender": "A", "created_at": "2020-01-31T15:00:00-06:00", "body": {"email": "Closed"},
            "recipients": [{"person": "p1", "name": "A", "deliveries": [{"device": "email", "address": "a@b.example"}]}],
        });
        let request = Request::post("/api/messages")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::from(message.to_string()));
        app.send(request.unwrap()).await
    };
    assert_eq!(submit("High School").await.status, 201);
    for school in [OWN, "Nowhere"] {
        assert_eq!(submit(school).await.problem(403)["field"], "organization");
    }
    app.clock.advance(chrono::TimeDelta::days(1));
    submit("High School").await.problem(401);
}

#[tokio::test]
async fn a_token_is_told_nothing_of_another_schools_message() {
    let app = TestApp::new().await;
    let schools = ["High School", OWN].map(str::to_owned);
    let mut tokens = Vec::new();
    for (name, school) in schools.iter().enumerate() {
        let token = token::make();
        let limits = Limits {
            schools: Some(std::slice::from_ref(school)),
            expires_at: None,
        };
        let (name, key) = (name.to_string(), token::key(&token));
        let added = tokens::add(&app.db, &name, &key, limits, &Who::SHELL, app.clock.now()).await;
        assert_eq!(added.unwrap(), Ok(true));
        tokens.push(token);
    }
    let submit = async |n: usize| {
        let message = json!({
            "external_id": "closing", "message_type": "Message Builder", "organization": schools[n], "subject": "Closed",
            "sender": "A", "created_at": "2020-01-31T15:00:00-06:00", "body": {"email": "Closed"}, "recipients": [],
        });
        let request = Request::post("/api/messages")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", tokens[n]))
            .body(Body::from(message.to_string()));
        app.send(request.unwrap()).await
    };
    let taken = submit(0).await;
    assert_eq!(taken.status, 201);
    let refused = submit(1).await;
    let problem = refused.problem(409);
    assert_eq!(problem["field"], "external_id");
    assert!(
        !String::from_utf8_lossy(&refused.body).contains("\"id\""),
        "{problem}"
    );
    assert_eq!(submit(0).await.json(), taken.json());
}
