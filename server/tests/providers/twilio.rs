//! A peer that speaks Twilio's REST interface: checks who asks and what for, and knows Twilio's test numbers.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use server::{
    delivery::providers::phone::{Account, Phone},
    secret::Secret,
};
use sha1::Sha1;
use tokio::net::TcpListener;

/// The account it knows.
pub const SID: &str = "AC00000000000000000000000000000001";
/// The account's token.
pub const TOKEN: &str = "a token that nobody guesses";
/// Where it reaches us.
pub const PUBLIC: &str = "https://log.district.example";
/// A number of the account's.
pub const FROM: &str = "+15005550006";

/// A request it got.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: Method,
    /// Such as `Messages.json`.
    pub path: String,
    /// Name and value, in the order they came.
    pub form: Vec<(String, String)>,
}

impl Seen {
    /// The values of a field.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let of = self.form.iter().filter(|(other, _)| other == name);
        of.map(|(_, value)| value.as_str()).collect()
    }

    /// The value of a field that stands once.
    #[track_caller]
    pub fn one(&self, name: &str) -> &str {
        match self.all(name)[..] {
            [value] => value,
            ref values => panic!("{name}: {values:?}"),
        }
    }
}

/// What it does instead of what it should.
#[derive(Clone, Debug)]
pub enum Instead {
    /// Answers so, with this `Retry-After`.
    Answer(u16, Value, Option<u32>),
    /// Takes it, and never answers.
    Hang,
}

#[derive(Default)]
struct Inner {
    seen: Vec<Seen>,
    instead: VecDeque<Instead>,
    /// What became of each resource, by its SID.
    resources: HashMap<String, Value>,
    /// What each was made of.
    made_of: HashMap<String, Seen>,
}

/// The peer.
#[derive(Clone)]
pub struct Peer {
    url: String,
    inner: Arc<Mutex<Inner>>,
}

impl Peer {
    pub async fn start() -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = Peer {
            url: format!("http://{}", listener.local_addr().unwrap()),
            inner: Arc::default(),
        };
        let app = Router::new()
            .route(
                "/2010-04-01/Accounts/{sid}/{*path}",
                axum::routing::any(answer),
            )
            .with_state(peer.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        peer
    }

    /// The account as our settings have it.
    pub fn account(&self) -> Account {
        Account {
            base_url: self.url.clone(),
            sid: SID.into(),
            token: Secret::new(TOKEN),
            voice_from: FROM.into(),
            text_from: FROM.into(),
            public_url: Some(PUBLIC.into()),
            wait_for_beep: false,
            patience: Duration::from_secs(5),
        }
    }

    /// Our side of it.
    pub fn phone(&self) -> Phone {
        Phone::new(self.account()).unwrap()
    }

    /// Does this instead of the next thing it should do.
    pub fn instead(&self, instead: Instead) {
        self.inner.lock().unwrap().instead.push_back(instead);
    }

    /// Says this of a resource from now on.
    pub fn becomes(&self, sid: &str, resource: Value) {
        let mut inner = self.inner.lock().unwrap();
        inner.resources.insert(sid.to_owned(), resource);
    }

    /// The SID of what was made for each number.
    pub fn sids(&self) -> Vec<(String, String)> {
        let inner = self.inner.lock().unwrap();
        let pair = |(sid, of): (&String, &Seen)| (of.one("To").to_owned(), sid.clone());
        inner.made_of.iter().map(pair).collect()
    }

    /// The SID of what was made for a number, which is one.
    #[track_caller]
    pub fn sid(&self, to: &str) -> String {
        let mut sids = self.sids();
        sids.retain(|(other, _)| other == to);
        assert_eq!(sids.len(), 1, "{to}: {sids:?}");
        sids.remove(0).1
    }

    /// Reports over HTTP what became of a message or call, to where it was asked to, signed; answers the status that it
    /// got.
    pub async fn call_back(&self, sid: &str, words: &[(&str, &str)]) -> u16 {
        let of = self.inner.lock().unwrap().made_of[sid].clone();
        let name = match of.path.as_str() {
            "Messages.json" => "MessageSid",
            _ => "CallSid",
        };
        let to = of.one("To");
        let own = [(name, sid), ("AccountSid", SID), ("To", to), ("From", FROM)];
        let params = [&own[..], words].concat();
        let url = of.one("StatusCallback");
        let answer = reqwest::Client::new()
            .post(url)
            .header("x-twilio-signature", Peer::sign(url, &params))
            .form(&params)
            .send();
        answer.await.unwrap().status().as_u16()
    }

    /// What it got, in order.
    pub fn seen(&self) -> Vec<Seen> {
        self.inner.lock().unwrap().seen.clone()
    }

    /// How many messages and calls were made.
    pub fn made(&self) -> usize {
        self.inner.lock().unwrap().made_of.len()
    }

    /// `X-Twilio-Signature` of a callback to `url`.
    pub fn sign(url: &str, params: &[(&str, &str)]) -> String {
        let mut sorted = params.to_vec();
        sorted.sort_unstable();
        let mut mac = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).unwrap();
        mac.update(url.as_bytes());
        for (name, value) in sorted {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
        BASE64_STANDARD.encode(mac.finalize().into_bytes())
    }
}

async fn answer(
    State(peer): State<Peer>,
    Path((sid, path)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let basic = BASE64_STANDARD.encode(format!("{SID}:{TOKEN}"));
    let known = headers
        .get(header::AUTHORIZATION)
        .is_some_and(|value| value == &format!("Basic {basic}"));
    if !known || sid != SID {
        let problem = json!({"code": 20003, "message": "Authenticate", "status": 401});
        return (StatusCode::UNAUTHORIZED, Json(problem)).into_response();
    }
    let form: Vec<(String, String)> = url_decode(&body);
    let seen = Seen {
        method: method.clone(),
        path: path.clone(),
        form,
    };
    let instead = {
        let mut inner = peer.inner.lock().unwrap();
        inner.seen.push(seen.clone());
        inner.instead.pop_front()
    };
    match instead {
        Some(Instead::Hang) => std::future::pending().await,
        Some(Instead::Answer(status, body, after)) => {
            let mut response = (StatusCode::from_u16(status).unwrap(), Json(body)).into_response();
            if let Some(after) = after {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, after.into());
            }
            response
        }
        None => match path.split_once('/') {
            None => create(&peer, &seen),
            Some((_, file)) => change(&peer, file.trim_end_matches(".json"), &seen),
        },
    }
}

/// Twilio's test numbers, and the codes they stand for.
fn create(peer: &Peer, seen: &Seen) -> Response {
    let refuse = |code: u32| {
        (
            StatusCode::BAD_REQUEST,
            Json(json!({"code": code, "status": 400})),
        )
            .into_response()
    };
    let (from, service) = (seen.all("From"), seen.all("MessagingServiceSid"));
    let says = ["Body", "Twiml"].map(|name| seen.all(name).len());
    if seen.all("To").len() != 1 {
        return refuse(21604);
    }
    if from.len() + service.len() != 1 {
        return refuse(21603);
    }
    if says != [1, 0] && says != [0, 1] {
        return refuse(21602);
    }
    match (seen.one("To"), from.first().copied().unwrap_or(FROM)) {
        (_, "+15005550001") => refuse(21212),
        (_, "+15005550007") => refuse(21606),
        ("+15005550001", _) => refuse(21211),
        ("+15005550004", _) => refuse(21610),
        ("+15005550009", _) => refuse(21614),
        _ => {
            let mut inner = peer.inner.lock().unwrap();
            let prefix = if seen.path.starts_with("Messages") {
                "SM"
            } else {
                "CA"
            };
            let sid = format!("{prefix}{:032x}", inner.resources.len() + 1);
            inner.made_of.insert(sid.clone(), seen.clone());
            let resource = json!({"sid": sid, "status": "queued", "error_code": null});
            inner.resources.insert(sid, resource.clone());
            (StatusCode::CREATED, Json(resource)).into_response()
        }
    }
}

/// A message or call that is still queued can be canceled; of others a change is refused.
fn change(peer: &Peer, sid: &str, seen: &Seen) -> Response {
    let mut inner = peer.inner.lock().unwrap();
    let Some(resource) = inner.resources.get_mut(sid) else {
        return (
            StatusCode::NOT_FOUND,
            Json(json!({"code": 20404, "status": 404})),
        )
            .into_response();
    };
    if seen.method == Method::POST {
        assert_eq!(seen.one("Status"), "canceled");
        if !matches!(resource["status"].as_str(), Some("queued" | "ringing")) {
            return (
                StatusCode::BAD_REQUEST,
                Json(json!({"code": 30409, "status": 400})),
            )
                .into_response();
        }
        resource["status"] = json!("canceled");
    }
    Json(resource.clone()).into_response()
}

/// Reads a form.
fn url_decode(body: &[u8]) -> Vec<(String, String)> {
    let url = reqwest::Url::parse(&format!("http://x/?{}", String::from_utf8_lossy(body))).unwrap();
    url.query_pairs().into_owned().collect()
}
