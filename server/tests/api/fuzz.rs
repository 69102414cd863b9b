//! Fuzzing: schemathesis reads our own description, and sends every address what it says and what it does not. Whatever
//! comes, the server answers with one of the answers it describes, and never with a fault.

use std::{path::PathBuf, process::Command, sync::Arc};

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
};
use serde_json::{Value, json};
use server::{
    connections::{self, Limits},
    router::router,
    store::organizations,
};
use tokio::net::TcpListener;

use crate::app::TestApp;

mod asker;

use asker::Undaunted;

/// What is asked of every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// Where `cargo xtask test` has installed it; `None`, said out loud, where it is not and need not be.
fn schemathesis() -> Option<PathBuf> {
    let place = std::env::var_os("SCHEMATHESIS").map(PathBuf::from);
    if place.is_none() {
        println!("Skipped: SCHEMATHESIS does not say where schemathesis is.");
    }
    place
}

/// Operations of the description that `wanted` chooses by method and path.
fn described(wanted: impl Fn(&str, &str) -> bool) -> usize {
    let description = serde_json::to_value(server::openapi::describe()).unwrap();
    let paths = description["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().keys();
        methods.map(move |method| (method, path))
    });
    operations
        .filter(|(method, path)| wanted(method, path))
        .count()
}

/// Serves the routes, lets schemathesis loose on them with so many cases of each of `operations`, and reads its verdict.
async fn fuzz(routes: Router, cases: &str, arguments: &[&str], operations: usize) {
    let Some(schemathesis) = schemathesis() else {
        return;
    };
    let routes = routes.layer(from_fn(asker::cut_streams));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(connections::serve(
        listener,
        routes,
        Limits::default(),
        std::future::pending(),
    ));
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let mut command = Command::new(schemathesis);
    command
        .arg("run")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json"))
        .args(["--url", &url, "--max-examples", cases, "--checks", CHECKS])
        // The same cases in every run.
        .arg("--generation-deterministic")
        .args(["--request-timeout", "30", "--warnings", "off"])
        // Some descriptions leave little that is right to be made up.
        .args(["--suppress-health-check", "filter_too_much"])
        .args(["--no-color", "--continue-on-failure"])
        .args(["--report", "json", "--report-json-path"])
        .arg(&report)
        .args(arguments)
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
    let report: Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    let tested = &report["operations"];
    assert_eq!(
        (&tested["selected"], &tested["tested"]),
        (&json!(operations), &json!(operations)),
        "every operation was tried: {words}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_administrator_sends_is_answered_as_described() {
    let (who, app) = Undaunted::new().await;
    let routes = router(app).layer(from_fn_with_state(Arc::new(who), asker::able));
    fuzz(routes, "10", &[], described(|_, _| true)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_stranger_sends_is_answered_as_described() {
    let app = TestApp::new().await;
    let routes = router(app.app.clone());
    fuzz(routes, "5", &[], described(|_, _| true)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_program_submits_is_answered_as_described() {
    let app = TestApp::new().await;
    let bearer = format!("Authorization: Bearer {}", app.token().await);
    let arguments = ["--include-operation-id", "submit", "--header", &bearer];
    let operations = described(|method, path| (method, path) == ("post", "/api/messages"));
    let messages = async || -> u64 {
        let schools = organizations::list(&app.db).await.unwrap();
        schools.iter().map(|school| school.messages).sum()
    };
    let before = messages().await;
    fuzz(router(app.app.clone()), "100", &arguments, operations).await;
    assert!(
        schemathesis().is_none() || messages().await > before,
        "some of what was made up is taken"
    );
}
