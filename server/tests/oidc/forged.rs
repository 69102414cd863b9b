//! At a provider that cheats, or at whoever stands in its place: nobody comes in by what is not proven.

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, header},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use reqwest::Url;
use serde_json::{Map, Value, json};
use server::store::audit::verify::{Verdict, verify};
use sha2::{Digest, Sha256};

use crate::{
    app::{Answer, TestApp},
    cheating::{Cheat, Cheating},
    door::{app, back, begin, refusal, session},
};

/// A parameter of an address.
fn param(address: &str, name: &str) -> String {
    let url = Url::parse(address).unwrap();
    let mut pairs = url.query_pairs();
    let found = pairs.find(|(other, _)| other == name);
    found
        .unwrap_or_else(|| panic!("no {name} in {address}"))
        .1
        .into()
}

/// Begins a sign-in, and comes back from it with a code.
async fn sign_in(app: &TestApp, provider: &Cheating) -> Answer {
    let (address, cookie) = begin(app, "").await;
    provider.expect(&param(&address, "nonce"));
    let state = param(&address, "state");
    let brought = format!("{}?code=c&state={state}", crate::door::BACK);
    back(app, &brought, &cookie).await
}

fn claims(claims: Value) -> Cheat {
    let Value::Object(claims) = claims else {
        panic!("claims are an object");
    };
    Cheat {
        claims,
        ..Cheat::default()
    }
}

#[tokio::test]
async fn only_a_token_that_is_right_in_every_point_lets_anybody_in() {
    let provider = Cheating::start().await;
    let app = app(&provider.issuer).await;
    session(&sign_in(&app, &provider).await);
    let cheats = [
        ("another nonce", claims(json!({"nonce": "another"}))),
        ("no nonce", claims(json!({"nonce": null}))),
        ("another audience", claims(json!({"aud": "another"}))),
        (
            "one audience more",
            claims(json!({"aud": ["sentlog", "another"]})),
        ),
        (
            "another issuer",
            claims(json!({"iss": "http://127.0.0.1:1"})),
        ),
        ("it has run out", claims(json!({"exp": 1_580_507_999}))),
        ("it never runs out", claims(json!({"exp": null}))),
        ("nobody", claims(json!({"sub": null}))),
        (
            "a stranger's key",
            Cheat {
                strange_key: true,
                ..Cheat::default()
            },
        ),
        (
            "changed after signing",
            Cheat {
                tampers: true,
                ..Cheat::default()
            },
        ),
        (
            "not signed",
            Cheat {
                algorithm: Some("none"),
                ..Cheat::default()
            },
        ),
        (
            "signed by what it publishes",
            Cheat {
                algorithm: Some("HS256"),
                ..Cheat::default()
            },
        ),
        (
            "no token",
            Cheat {
                no_token: true,
                ..Cheat::default()
            },
        ),
        (
            "a code that is over",
            Cheat {
                refuses: true,
                ..Cheat::default()
            },
        ),
    ];
    for (what, cheat) in cheats {
        provider.cheat(cheat);
        let words = refusal(&app, &sign_in(&app, &provider).await).await;
        assert!(words.contains("could not be trusted"), "{what}: {words}");
    }
    provider.cheat(Cheat::default());
    session(&sign_in(&app, &provider).await);
}

#[tokio::test]
async fn what_is_asked_for_apart_must_be_of_the_same_person() {
    let provider = Cheating::start().await;
    let app = app(&provider.issuer).await;
    let asks = |more: Value| Cheat {
        more: more.as_object().unwrap().clone(),
        ..claims(json!({"groups": null}))
    };
    provider.cheat(asks(json!({"groups": ["office"]})));
    session(&sign_in(&app, &provider).await);
    provider.cheat(asks(json!({"sub": "p2", "groups": ["office"]})));
    let words = refusal(&app, &sign_in(&app, &provider).await).await;
    assert!(words.contains("could not be trusted"), "{words}");
    provider.cheat(Cheat {
        more: Map::new(),
        ..claims(json!({"groups": null}))
    });
    let words = refusal(&app, &sign_in(&app, &provider).await).await;
    assert!(words.contains("gives you no right"), "{words}");
}

#[tokio::test]
async fn each_sign_in_has_its_own_state_nonce_and_proof_of_the_code() {
    let provider = Cheating::start().await;
    let app = app(&provider.issuer).await;
    let mut seen = std::collections::BTreeSet::new();
    for round in 0..3 {
        let (address, cookie) = begin(&app, "").await;
        assert_eq!(param(&address, "response_type"), "code");
        assert_eq!(param(&address, "code_challenge_method"), "S256");
        for name in ["state", "nonce", "code_challenge"] {
            let value = param(&address, name);
            assert!(value.len() >= 22, "{name} has 128 bits");
            assert!(seen.insert(value), "{name} is new");
        }
        provider.expect(&param(&address, "nonce"));
        let state = param(&address, "state");
        let brought = format!("{}?code=c{round}&state={state}", crate::door::BACK);
        session(&back(&app, &brought, &cookie).await);
        let asked = provider.asked();
        let said = |name: &str| {
            let mut pairs = asked.last().unwrap().iter();
            pairs.find(|(other, _)| other == name).unwrap().1.clone()
        };
        assert_eq!(said("code"), format!("c{round}"));
        assert_eq!(said("redirect_uri"), crate::door::BACK);
        let proof = Sha256::digest(said("code_verifier").as_bytes());
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(proof);
        assert_eq!(challenge, param(&address, "code_challenge"));
    }
}

#[tokio::test]
async fn keys_that_have_changed_are_read_anew() {
    let provider = Cheating::start().await;
    let app = app(&provider.issuer).await;
    session(&sign_in(&app, &provider).await);
    provider.cheat(Cheat {
        new_key: true,
        ..Cheat::default()
    });
    session(&sign_in(&app, &provider).await);
}

#[tokio::test]
async fn an_answer_in_the_name_of_another_provider_is_not_taken() {
    let provider = Cheating::start().await;
    let app = app(&provider.issuer).await;
    let (address, cookie) = begin(&app, "").await;
    provider.expect(&param(&address, "nonce"));
    let state = param(&address, "state");
    let brought = format!(
        "{}?code=c&state={state}&iss=http://127.0.0.1:1",
        crate::door::BACK
    );
    let words = refusal(&app, &back(&app, &brought, &cookie).await).await;
    assert!(words.contains("does not belong"), "{words}");
    assert_eq!(provider.asked().len(), 0, "the code is told to nobody");
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_no_fault_of_the_reader() {
    let provider = Cheating::start().await;
    for cheat in [
        Cheat {
            redirects: true,
            ..Cheat::default()
        },
        Cheat {
            endless: true,
            ..Cheat::default()
        },
    ] {
        let app = app(&provider.issuer).await;
        provider.cheat(cheat);
        let answer = app.get("/api/session/sign-on", "").await;
        let words = refusal(&app, &answer).await;
        assert!(words.contains("does not answer"), "{words}");
    }
    let app = app("http://127.0.0.1:1").await;
    let answer = app.get("/api/session/sign-on", "").await;
    let words = refusal(&app, &answer).await;
    assert!(words.contains("does not answer"), "{words}");
}

/// Asks from an address.
async fn from(app: &TestApp, address: [u8; 4], path: &str, cookie: &str) -> Answer {
    let mut request = Request::get(path).header(header::COOKIE, cookie);
    let peer = ConnectInfo(SocketAddr::from((address, 1)));
    request.extensions_mut().unwrap().insert(peer);
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn who_comes_back_without_having_gone_leaves_next_to_nothing_in_the_trail() {
    let provider = Cheating::start().await;
    let app = app(&provider.issuer).await;
    let lines = async || match verify(&app.db, None).await.unwrap() {
        Verdict::Whole { lines, .. } => lines,
        broken => panic!("{broken:?}"),
    };
    let before = lines().await;
    let path = "/api/session/sign-on/back?code=c&state=s";
    for n in 0..1000 {
        let cookie = format!("sentlog-sign-on={n}");
        let answer = from(&app, [192, 0, 2, 1], path, &cookie).await;
        assert_eq!(answer.header("location"), "/sign-in");
    }
    // That the network rests is told at first, and at the tenth and the hundredth time.
    assert_eq!(lines().await, before + 3);
}

#[tokio::test]
async fn who_begins_without_end_keeps_nobody_else_out() {
    let provider = Cheating::start().await;
    let app = app(&provider.issuer).await;
    let path = "/api/session/sign-on";
    let begun = async |address: [u8; 4]| {
        let answer = from(&app, address, path, "").await;
        (answer.header("location") != "/sign-in").then_some(answer)
    };
    let mut own = 0;
    for _ in 0..300 {
        own += usize::from(begun([192, 0, 2, 1]).await.is_some());
    }
    assert_eq!(own, 100, "as many as one network has places");
    let answer = begun([192, 0, 2, 2]).await.expect("another has its own");
    let (address, cookie) = (answer.header("location").to_owned(), answer.cookie());
    provider.expect(&param(&address, "nonce"));
    let state = param(&address, "state");
    let brought = format!("{path}/back?code=c&state={state}");
    session(&from(&app, [192, 0, 2, 2], &brought, &cookie).await);
}

#[tokio::test]
async fn a_server_without_a_provider_has_no_such_door() {
    let app = TestApp::new().await;
    for path in ["/api/session/sign-on", "/api/session/sign-on/back"] {
        app.get(path, "").await.problem(404);
    }
    let said = app.get("/api/session", "sentlog-refused=denied").await;
    assert!(said.json().get("sign_on").is_none());
}
