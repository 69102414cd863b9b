//! The application with a provider to sign in at, and its answers.

use std::sync::Arc;

use server::{
    auth::oidc::{
        SignOn,
        mapping::Mapping,
        provider::{Provider, Registration},
    },
    secret::Secret,
};

use crate::app::{Answer, TestApp};

/// Where Sentlog is, as the provider's browser reaches it.
pub const HOME: &str = "http://log.test";

/// Where the provider sends people back to.
pub const BACK: &str = "http://log.test/api/session/sign-on/back";

/// What lets the office in as an operator, and directors as viewers.
pub const MAP: &str = "
    [[map]]
    value = 'office'
    role = 'operator'

    [[map]]
    value = 'directors'
    role = 'viewer'
";

/// The application, with sign-in at `issuer`.
pub async fn app(issuer: &str) -> TestApp {
    with(TestApp::new().await, issuer, MAP, false)
}

/// The same application, with sign-in at `issuer` as `map` says.
pub fn with(app: TestApp, issuer: &str, map: &str, alone: bool) -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("map.toml");
    std::fs::write(&file, map).unwrap();
    let mapping = Mapping::read(&file, "groups").unwrap();
    let registration = Registration {
        issuer: issuer.into(),
        client: "sentlog".into(),
        secret: Some(Secret::new("a secret of the tests")),
        public_url: HOME.into(),
        scopes: vec!["profile".into(), "groups".into()],
    };
    app.changed(|app| {
        let provider = Provider::new(registration, app.clock.clone()).unwrap();
        let name = "the district".to_owned();
        let door = SignOn::new(name, alone, provider, mapping, app.clock.clone());
        app.sign_on = Some(Arc::new(door));
    })
}

/// A sign-in that has begun: the provider's address, and the cookie that holds it.
pub async fn begin(app: &TestApp, next: &str) -> (String, String) {
    let answer = app.get(&format!("/api/session/sign-on{next}"), "").await;
    assert_eq!(answer.status, 303, "{:?}", answer.headers);
    (answer.header("location").to_owned(), answer.cookie())
}

/// Comes back at `address` with `cookie`.
pub async fn back(app: &TestApp, address: &str, cookie: &str) -> Answer {
    let path = address.strip_prefix(HOME).expect("it leads back to us");
    app.get(path, cookie).await
}

/// The cookies that an answer sets, as a browser sends them back; those it takes away are not among them.
pub fn cookies(answer: &Answer) -> Vec<String> {
    let all = answer.headers.get_all("set-cookie").iter();
    all.map(|value| value.to_str().unwrap())
        .filter(|value| !value.contains("Max-Age=0"))
        .map(|value| value.split(';').next().unwrap().to_owned())
        .collect()
}

/// The session that an answer begins.
#[track_caller]
pub fn session(answer: &Answer) -> String {
    let mut all = cookies(answer).into_iter();
    all.find(|cookie| cookie.starts_with("sentlog="))
        .unwrap_or_else(|| panic!("no session: {:?}", answer.headers))
}

/// Checks that an answer signs nobody in, and returns what the sign-in page then says.
pub async fn refusal(app: &TestApp, answer: &Answer) -> String {
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), "/sign-in");
    let cookies = cookies(answer);
    assert!(
        !cookies.iter().any(|cookie| cookie.starts_with("sentlog=")),
        "{cookies:?}"
    );
    let said = app.get("/api/session", &cookies.join("; ")).await;
    assert_eq!(said.json()["user"], serde_json::Value::Null);
    assert!(said.header("set-cookie").contains("Max-Age=0"), "said once");
    said.json()["sign_on"]["refusal"]
        .as_str()
        .expect("there is a sentence")
        .to_owned()
}
