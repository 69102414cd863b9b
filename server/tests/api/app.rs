//! The application under test: the whole router over a database of its own, at a time that stands still.

use std::sync::{Arc, OnceLock};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use chrono::TimeDelta;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::{
    auth::{password, token},
    clock::{Clock, FixedClock},
    entry,
    receipts::Proofs,
    router::router,
    state::{App, AppSettings},
    store::{
        Database, District,
        audit::Who,
        tokens::{self, Limits},
        users,
    },
};
use shared::session::Role;
use tempfile::TempDir;
use tower::ServiceExt;

const MANUAL: &[u8] = include_bytes!("../../fixtures/manual.ndjson");

/// The password of every account here.
pub const PASSWORD: &str = "correct horse battery";

/// Usual settings of a server behind no proxy.
pub const SETTINGS: AppSettings = AppSettings {
    demo: false,
    behind_tls: false,
    session_idle: TimeDelta::minutes(60),
    session_longest: TimeDelta::minutes(720),
    stalled_after: TimeDelta::minutes(10),
};

/// A server with the manual's messages, and the accounts `viewer`, `operator` and `admin`.
pub struct TestApp {
    router: Router,
    /// Its clock: 4 PM of 01/31/2020 in Chicago, until it is moved.
    pub clock: Arc<FixedClock>,
    /// Its database.
    pub db: Database,
    /// What it uses.
    pub app: App,
    _folder: TempDir,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// Its JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// A header as text; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The cookie it sets, as a browser sends it back.
    pub fn cookie(&self) -> String {
        self.header("set-cookie")
            .split(';')
            .next()
            .unwrap()
            .to_owned()
    }

    /// Checks that it is a whole problem of this status, and returns it.
    #[track_caller]
    pub fn problem(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status.as_u16(), status, "{text}");
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{text}"
        );
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|words| words.ends_with('.')),
            "{text}"
        );
        problem
    }
}

impl TestApp {
    /// With usual settings.
    pub async fn new() -> Self {
        Self::with(SETTINGS).await
    }

    /// With these settings.
    pub async fn with(settings: AppSettings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("log.db").display());
        Self::on(&url, folder, settings).await
    }

    /// On this database.
    pub async fn on(url: &str, folder: TempDir, settings: AppSettings) -> Self {
        static HASH: OnceLock<String> = OnceLock::new();
        let app = Self::empty(url, folder, settings).await;
        let (db, clock) = (&app.db, &*app.clock);
        let report = entry::import(db, &app.app.district, clock, MANUAL, &mut |_| {}).await;
        assert_eq!(report.unwrap().accepted, 13);
        let hash = HASH.get_or_init(|| password::hash(PASSWORD).unwrap());
        for role in Role::ALL {
            users::add(db, role.as_str(), role, hash, clock.now())
                .await
                .unwrap();
        }
        app
    }

    /// On this database, without a message or an account: as at a first start.
    pub async fn empty(url: &str, folder: TempDir, settings: AppSettings) -> Self {
        let db = Database::connect(url).await.unwrap();
        db.migrate().await.unwrap();
        let clock = Arc::new(FixedClock::at("2020-01-31T22:00:00Z".parse().unwrap()));
        let district = District {
            time_zone: chrono_tz::America::Chicago,
            phone_region: phonenumber::country::Id::US,
        };
        let app = App::new(db.clone(), clock.clone(), district, settings).unwrap();
        TestApp {
            router: router(app.clone()),
            clock,
            db,
            app,
            _folder: folder,
        }
    }

    /// A token that may submit for every school.
    pub async fn token(&self) -> String {
        let token = token::make();
        let (key, limits) = (token::key(&token), Limits::default());
        let added = tokens::add(
            &self.db,
            "portal",
            &key,
            limits,
            &Who::SHELL,
            self.clock.now(),
        );
        assert_eq!(added.await.unwrap(), Ok(true));
        token
    }

    /// The same, taking the reports that these prove.
    pub fn with_proofs(self, proofs: Proofs) -> Self {
        self.changed(|app| app.proofs = Arc::new(proofs))
    }

    /// The same with something else in it.
    pub fn changed(mut self, change: impl FnOnce(&mut App)) -> Self {
        change(&mut self.app);
        self.router = router(self.app.clone());
        self
    }

    /// Sends a request whose answer goes on.
    pub async fn begin(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Sends a request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

    /// Sends one with a cookie and perhaps a body of JSON.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        cookie: &str,
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !cookie.is_empty() {
            request = request.header(header::COOKIE, cookie);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    /// Gets a path.
    pub async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.ask(Method::GET, path, cookie, None).await
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, cookie: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, cookie, Some(body)).await
    }

    /// Tries to sign in.
    pub async fn try_sign_in(&self, name: &str, password: &str) -> Answer {
        self.post(
            "/api/session",
            "",
            json!({"name": name, "password": password}),
        )
        .await
    }

    /// Signs in, and returns the cookie.
    pub async fn sign_in(&self, role: Role) -> String {
        let answer = self.try_sign_in(role.as_str(), PASSWORD).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.cookie()
    }

    /// The path of the message with this subject.
    pub async fn message(&self, cookie: &str, subject: &str) -> String {
        let path = "/api/messages?created_from=2019-12-01&created_to=2020-01-31";
        let found = self.get(path, cookie).await.json();
        let row = found["messages"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["subject"] == subject);
        format!("/api/messages/{}", row.expect("it is in the log")["id"])
    }
}
