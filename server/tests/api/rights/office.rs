//! An office of people and programs who may do one thing or another, at one school or at all.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};
use server::{
    auth::{password, token},
    clock::Clock,
    report::jobs::Order,
    store::{
        audit::Who,
        grants::{Grant, Granted},
        roles,
        tokens::{self, Limits},
        users::{self, Added},
    },
};
use shared::{
    message::MessageId,
    report::{ReportDetail, ReportFormat, ReportOptions},
    session::{Permission, Role},
};

use crate::app::{PASSWORD, TestApp};

/// The school of those who reach one school only.
pub const OWN: &str = "Harrison High";

/// A school that they do not reach.
pub const OTHER: &str = "High School";

/// Whoever asks, in the table's order. Those named after a role have it at all schools; those named after a token are
/// programs.
pub const WHO: [&str; 14] = [
    "nobody",
    "viewer",
    "operator",
    "admin",
    "own viewer",
    "own operator",
    "own admin",
    "printer",
    "disabled",
    "token",
    "own token",
    "other token",
    "expired token",
    "revoked token",
];

/// What somebody may do at their school; `None` who is nobody.
pub fn permissions(who: &str) -> Option<&'static [Permission]> {
    match who {
        "viewer" | "own viewer" => Some(Role::Viewer.permissions()),
        "operator" | "own operator" => Some(Role::Operator.permissions()),
        "admin" | "own admin" => Some(Role::Admin.permissions()),
        "printer" => Some(&[Permission::View, Permission::Report]),
        _ => None,
    }
}

/// The application, and who asks.
pub struct Office {
    /// What they ask.
    pub app: TestApp,
    /// What each person's browser sends.
    pub cookies: BTreeMap<&'static str, String>,
    /// What each program bears.
    tokens: BTreeMap<&'static str, String>,
    /// A message of the own school.
    pub own: String,
    /// One of another.
    pub other: String,
}

impl Office {
    /// The manual's messages, the people, and their tokens.
    pub async fn open() -> Office {
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
        let people = WHO
            .into_iter()
            .filter(|who| *who != "nobody" && !who.ends_with("token"));
        for who in people {
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
        let tokens = tokens_of(&app).await;
        Office {
            app,
            cookies,
            tokens,
            own,
            other,
        }
    }

    /// The status that somebody is answered with, who sends `{}` where there is something to send.
    pub async fn ask(&self, who: &str, method: &str, path: &str) -> u16 {
        self.bring(who, method, path, &json!({})).await
    }

    /// The same, with something of theirs to send.
    pub async fn bring(&self, who: &str, method: &str, path: &str, body: &Value) -> u16 {
        let mut request = Request::builder()
            .method(method.to_uppercase().parse::<Method>().unwrap())
            .uri(path);
        if let Some(cookie) = self.cookies.get(who).filter(|cookie| !cookie.is_empty()) {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(token) = self.tokens.get(who) {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = match method {
            "post" | "put" => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
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

    /// The account whose report [`report`](Office::report) begins for them.
    pub async fn owner(&self, who: &str) -> i64 {
        let owner = permissions(who).map_or("admin", |_| who);
        let owner = users::by_name(&self.app.db, owner).await.unwrap();
        owner.unwrap().id
    }

    /// A message of the own school, or of another.
    fn message(&self, own: bool) -> i64 {
        let id = if own { &self.own } else { &self.other };
        id.parse().unwrap()
    }

    /// Begins a report of theirs of that message, and answers its key once it is done. Nobody's is somebody else's.
    pub async fn report(&self, who: &str, own: bool) -> String {
        let owner = self.owner(who).await;
        let order = Order {
            owner,
            by: Who::SHELL,
            message: MessageId(self.message(own)),
            options: ReportOptions {
                devices: BTreeSet::new(),
                detail: ReportDetail::Summary,
                format: ReportFormat::Csv,
            },
            masked: true,
        };
        let make = |_| async { Ok(tempfile::tempfile().unwrap()) };
        let job = self.app.app.jobs.begin(order, make).unwrap();
        let mut progress = self.app.app.jobs.watch(&job.id, owner).unwrap();
        progress.changed().await.unwrap();
        job.id
    }
}

/// Programs: for all schools, for the own one, for another; and two whose tokens hold no more.
async fn tokens_of(app: &TestApp) -> BTreeMap<&'static str, String> {
    let mut tokens = BTreeMap::new();
    for (name, school) in [
        ("token", None),
        ("own token", Some(OWN)),
        ("other token", Some(OTHER)),
        ("expired token", None),
        ("revoked token", None),
    ] {
        let token = token::make();
        let schools = school.map(|school| [school.to_owned()]);
        let limits = Limits {
            schools: schools.as_ref().map(<[String; 1]>::as_slice),
            expires_at: (name == "expired token").then(|| app.clock.now()),
        };
        let (key, now) = (token::key(&token), app.clock.now());
        let added = tokens::add(&app.db, name, &key, limits, &Who::SHELL, now).await;
        assert_eq!(added.unwrap(), Ok(true), "{name}");
        tokens.insert(name, token);
    }
    let now = app.clock.now();
    assert!(
        tokens::revoke(&app.db, "revoked token", &Who::SHELL, now)
            .await
            .unwrap()
    );
    tokens
}

/// A message to be delivered, of this school.
pub fn submission(external_id: &str, school: &str) -> Value {
    json!({
        "external_id": external_id, "message_type": "Message Builder", "organization": school, "subject": "Closed",
        "sender": "A", "created_at": "2020-01-31T15:00:00-06:00", "body": {"inbox": "Closed", "email": "Closed"},
        "recipients": [{"person": "p1", "name": "A", "deliveries": [
            {"device": "email", "address": "a@b.example"}, {"device": "inbox"}]}],
    })
}
