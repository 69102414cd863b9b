//! Fuzzing: schemathesis reads our own description, and sends every address what it says and what it does not. Whatever
//! comes, the server answers with one of the answers it describes, and never with a fault.

use std::{
    path::PathBuf,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use server::{
    auth::password,
    clock::Clock,
    connections::{self, Limits},
    router::router,
    store::users,
};
use shared::session::Role;
use tokio::{net::TcpListener, sync::Mutex};

use crate::app::{PASSWORD, TestApp};

/// The same cases in every run.
const SEED: &str = "20200131";

/// Cases tried of each address and phase.
const CASES: &str = "20";

/// Seconds after which no further case is begun.
const AT_MOST: &str = "45";

/// What is asked of every answer.
const CHECKS: &str = "not_a_server_error,content_type_conformance,response_schema_conformance";

/// Streams, which end when their reader does.
const STREAMS: &str = "/events$";

/// Where `cargo xtask test` has installed it; `None`, said out loud, where it is not and need not be.
fn schemathesis() -> Option<PathBuf> {
    let place = std::env::var_os("SCHEMATHESIS").map(PathBuf::from);
    if place.is_none() {
        println!("Skipped: SCHEMATHESIS does not say where schemathesis is.");
    }
    place
}

/// Somebody who may do everything, and goes on being so, whatever is done to their session or account meanwhile.
struct Undaunted {
    app: TestApp,
    cookie: Mutex<String>,
    accounts: AtomicUsize,
}

impl Undaunted {
    async fn cookie(&self) -> String {
        let mut cookie = self.cookie.lock().await;
        let who = self.app.get("/api/session", &cookie).await.json();
        let administers = who["user"]["permissions"]
            .to_string()
            .contains("administer");
        if !administers {
            let number = self.accounts.fetch_add(1, Ordering::Relaxed);
            let name = format!("undaunted {number}");
            let hash = password::hash(PASSWORD).unwrap();
            let now = self.app.clock.now();
            users::add(&self.app.db, &name, Role::Admin, &hash, now)
                .await
                .unwrap();
            *cookie = self.app.try_sign_in(&name, PASSWORD).await.cookie();
        }
        cookie.clone()
    }
}

async fn signed_in(
    State(who): State<Arc<Undaunted>>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(&who.cookie().await) {
        request.headers_mut().insert(header::COOKIE, cookie);
    }
    next.run(request).await
}

/// Serves the application, lets schemathesis loose on it, and reads its verdict.
async fn fuzz(as_administrator: bool) {
    let Some(schemathesis) = schemathesis() else {
        return;
    };
    let app = TestApp::new().await;
    let mut routes = router(app.app.clone());
    if as_administrator {
        let who = Arc::new(Undaunted {
            app,
            cookie: Mutex::default(),
            accounts: AtomicUsize::new(0),
        });
        routes = routes.layer(from_fn_with_state(who, signed_in));
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(connections::serve(
        listener,
        routes,
        Limits::default(),
        std::future::pending(),
    ));
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(schemathesis);
    command
        .arg("run")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json"))
        .args(["--url", &url, "--seed", SEED, "--max-examples", CASES])
        .args(["--max-time", AT_MOST, "--checks", CHECKS])
        .args(["--exclude-path-regex", STREAMS])
        .args(["--request-timeout", "30", "--warnings", "off"])
        // Some descriptions leave little that is right to be made up.
        .args(["--suppress-health-check", "filter_too_much"])
        .args(["--no-color", "--continue-on-failure"])
        .env("PYTHONIOENCODING", "utf-8")
        .current_dir(folder.path());
    let said = tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap()
        .unwrap();
    served.abort();
    let words = String::from_utf8_lossy(&said.stdout);
    let complaints = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success(), "{words}\n{complaints}");
    assert!(words.contains("Test cases"), "it tried something: {words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_administrator_sends_is_answered_as_described() {
    fuzz(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_stranger_sends_is_answered_as_described() {
    fuzz(false).await;
}
