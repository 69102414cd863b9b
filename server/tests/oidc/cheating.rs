//! A provider that cheats: everything about the token it gives can be set.

use std::sync::{Arc, Mutex};

use axum::{
    Form, Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use openidconnect::{
    JsonWebKeyId, PrivateSigningKey,
    core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm},
};
use serde_json::{Map, Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

const KEY: &str = include_str!("keys/provider.pem");
const STRANGERS: &str = include_str!("keys/stranger.pem");

/// What the provider does instead of what is right.
#[derive(Clone, Debug, Default)]
pub struct Cheat {
    /// Claims that stand instead of the right ones; null takes one away.
    pub claims: Map<String, Value>,
    /// What the head of the token says it is signed by, instead of EdDSA.
    pub algorithm: Option<&'static str>,
    /// Signs by a key that it does not publish.
    pub strange_key: bool,
    /// Changes the claims after signing them.
    pub tampers: bool,
    /// Gives no token at all.
    pub no_token: bool,
    /// Refuses the code.
    pub refuses: bool,
    /// What it says of the person when asked apart.
    pub more: Map<String, Value>,
    /// Sends whoever asks what it publishes elsewhere.
    pub redirects: bool,
    /// Answers without end.
    pub endless: bool,
    /// The key it signs by, and publishes, from now on.
    pub new_key: bool,
}

/// What it was asked for a token with.
pub type Asked = Vec<(String, String)>;

/// The provider.
pub struct Cheating {
    /// Its address.
    pub issuer: String,
    state: Arc<Mutex<Inside>>,
    work: JoinHandle<()>,
}

#[derive(Default)]
struct Inside {
    issuer: String,
    cheat: Cheat,
    nonce: String,
    asked: Vec<Asked>,
}

type Shared = State<Arc<Mutex<Inside>>>;

impl Cheating {
    /// Starts one.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(Inside {
            issuer: issuer.clone(),
            ..Inside::default()
        }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/me", get(me))
            .with_state(state.clone());
        let work = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Cheating {
            issuer,
            state,
            work,
        }
    }

    /// From now on it does this.
    pub fn cheat(&self, cheat: Cheat) {
        self.state.lock().unwrap().cheat = cheat;
    }

    /// The token it gives next is for the sign-in with this nonce.
    pub fn expect(&self, nonce: &str) {
        self.state.lock().unwrap().nonce = nonce.to_owned();
    }

    /// What it was asked for tokens with.
    pub fn asked(&self) -> Vec<Asked> {
        self.state.lock().unwrap().asked.clone()
    }
}

impl Drop for Cheating {
    fn drop(&mut self) {
        self.work.abort();
    }
}

async fn configuration(State(inside): Shared) -> Response {
    let inside = inside.lock().unwrap();
    let issuer = &inside.issuer;
    if inside.cheat.redirects {
        let to = format!("{issuer}/elsewhere");
        return (StatusCode::FOUND, [("location", to)]).into_response();
    }
    if inside.cheat.endless {
        return vec![b' '; 8 * 1024 * 1024].into_response();
    }
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/me"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
    }))
    .into_response()
}

fn key(strange: bool) -> CoreEdDsaPrivateSigningKey {
    let pem = if strange { STRANGERS } else { KEY };
    let id = if strange { "stranger" } else { "provider" };
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(pem, Some(JsonWebKeyId::new(id.into()))).unwrap()
}

async fn keys(State(inside): Shared) -> Json<Value> {
    let published = key(inside.lock().unwrap().cheat.new_key);
    Json(json!({"keys": [published.as_verification_key()]}))
}

async fn token(State(inside): Shared, Form(asked): Form<Asked>) -> Response {
    let mut inside = inside.lock().unwrap();
    inside.asked.push(asked);
    let cheat = inside.cheat.clone();
    if cheat.refuses {
        let error = Json(json!({"error": "invalid_grant"}));
        return (StatusCode::BAD_REQUEST, error).into_response();
    }
    let mut answer = json!({"access_token": "a", "token_type": "Bearer", "expires_in": 60});
    if !cheat.no_token {
        answer["id_token"] = signed(&inside, &cheat).into();
    }
    Json(answer).into_response()
}

async fn me(State(inside): Shared) -> Json<Value> {
    let inside = inside.lock().unwrap();
    let mut said = json!({"sub": "p1"});
    said.as_object_mut()
        .unwrap()
        .extend(inside.cheat.more.clone());
    Json(said)
}

/// The token, right but for the cheat. It is 4 PM of 01/31/2020 in Chicago.
fn signed(inside: &Inside, cheat: &Cheat) -> String {
    let mut claims = json!({
        "iss": inside.issuer, "aud": "sentlog", "sub": "p1", "nonce": inside.nonce,
        "iat": 1_580_508_000, "exp": 1_580_508_300, "name": "Pat", "groups": ["office"],
    });
    for (name, value) in &cheat.claims {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    let strange = cheat.strange_key || cheat.new_key;
    // A stranger's key under the published one's name, unless the change is announced.
    let id = if cheat.new_key {
        "stranger"
    } else {
        "provider"
    };
    let algorithm = cheat.algorithm.unwrap_or("EdDSA");
    let coded = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let head = coded(&json!({"alg": algorithm, "kid": id}));
    let text = format!("{head}.{}", coded(&claims));
    let signature = match algorithm {
        "none" => Vec::new(),
        _ => key(strange)
            .sign(&CoreJwsSigningAlgorithm::EdDsa, text.as_bytes())
            .unwrap(),
    };
    let text = if cheat.tampers {
        claims["sub"] = "p2".into();
        format!("{head}.{}", coded(&claims))
    } else {
        text
    };
    format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}
