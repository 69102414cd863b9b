//! The API's description, and the page to browse it.

use serde_json::{Value, json};
use shared::session::Role;

use crate::{app::TestApp, permissions::OPEN};

/// Every operation that is described: its method, its path, and what is said of it.
fn operations() -> Vec<(String, String, Value)> {
    let description = serde_json::to_value(server::openapi::describe()).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations.push((method.clone(), path.clone(), operation.clone()));
        }
    }
    operations
}

#[test]
fn each_address_says_who_may_ask_it_and_what_may_go_wrong() {
    for (method, path, operation) in operations() {
        let at = format!("{method} {path}");
        let says = |status: &str| operation["responses"].get(status).is_some();
        assert!(says("503"), "{at}");
        let is_open = OPEN.contains(&(&method, &path));
        let program = at == "post /api/messages";
        let security = match (is_open, program) {
            (true, _) => json!([]),
            (false, true) => json!([{"token": []}]),
            // Of the whole API: the session.
            (false, false) => Value::Null,
        };
        assert_eq!(operation["security"], security, "{at}");
        assert!(is_open || says("401"), "{at}");
        let changes = method != "get";
        let whoever = ["/api/session/password", "/api/session/others"];
        let needs = !is_open && !whoever.contains(&path.as_str());
        assert_eq!(says("403"), changes || needs, "{at}");
        assert!(!path.contains('{') || says("404"), "{at}");
        let body = operation.get("requestBody").is_some();
        assert!(!body || says("413"), "{at}");
    }
}

#[test]
fn each_parameter_has_an_example() {
    let mut parameters = 0;
    for (method, path, operation) in operations() {
        let of = operation["parameters"].as_array();
        for parameter in of.into_iter().flatten() {
            parameters += 1;
            assert!(
                parameter.get("example").is_some(),
                "{method} {path}: {}",
                parameter["name"]
            );
        }
    }
    assert!(parameters > 40, "{parameters}");
}

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
