//! Who asks: an administrator whom nothing stops, and providers who sign what they report.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, header, uri::PathAndQuery},
    middleware::Next,
    response::Response,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::{StreamExt, stream};
use hmac::{Hmac, Mac};
use server::{
    auth::password,
    clock::Clock,
    receipts::Proofs,
    report::jobs::Order,
    secret::Secret,
    state::App,
    store::{audit::Who, roles, users},
};
use sha2::Sha256;
use shared::{
    message::MessageId,
    report::{ReportDetail, ReportFormat, ReportOptions},
    session::{Permission, Role},
};
use tokio::sync::Mutex;

use crate::app::{PASSWORD, TestApp};

/// The job of the description's example, in whose place a real one is put.
const JOB: &str = "0123456789abcdef0123456789abcdef";

/// The secret of the mail system that reports bounces.
const BOUNCES: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Somebody who may do everything, and goes on being so, whatever is done to their session or account meanwhile.
pub struct Undaunted {
    app: TestApp,
    cookie: Mutex<String>,
    accounts: AtomicUsize,
}

impl Undaunted {
    /// Such a person, and the application that they ask: what the description's examples name is there.
    pub async fn new() -> (Undaunted, App) {
        let app = TestApp::new().await.with_proofs(Proofs {
            public_url: Some("http://log.test".into()),
            twilio: Some(Secret::new("twilio token")),
            mailgun: Some(Secret::new("signing key")),
            bounces: Some(Secret::new(format!("whsec_{BOUNCES}"))),
        });
        let now = app.clock.now();
        roles::put(&app.db, "printer", &[Permission::View], &Who::SHELL, now)
            .await
            .unwrap();
        app.token().await;
        let asked = app.app.clone();
        let who = Undaunted {
            app,
            cookie: Mutex::default(),
            accounts: AtomicUsize::new(0),
        };
        (who, asked)
    }

    /// The name of their session's account, and its cookie.
    async fn enter(&self) -> (String, String) {
        let mut cookie = self.cookie.lock().await;
        let who = self.app.get("/api/session", &cookie).await.json();
        let administers = who["user"]["permissions"]
            .to_string()
            .contains("administer");
        if administers {
            let name = who["user"]["name"].as_str().unwrap().to_owned();
            return (name, cookie.clone());
        }
        let number = self.accounts.fetch_add(1, Ordering::Relaxed);
        let name = format!("undaunted {number}");
        let hash = password::hash(PASSWORD).unwrap();
        let now = self.app.clock.now();
        users::add(&self.app.db, &name, Role::Admin, &hash, now)
            .await
            .unwrap();
        *cookie = self.app.try_sign_in(&name, PASSWORD).await.cookie();
        (name, cookie.clone())
    }

    /// Begins a report that is done at once, and answers its key and its owner.
    async fn report(&self, name: &str) -> (String, i64) {
        let owner = users::by_name(&self.app.db, name).await.unwrap().unwrap();
        let order = Order {
            owner: owner.id,
            by: Who::SHELL,
            message: MessageId(1),
            options: ReportOptions {
                devices: Default::default(),
                detail: ReportDetail::Summary,
                format: ReportFormat::Csv,
            },
            masked: false,
        };
        let make = |_| async { Ok(tempfile::tempfile().unwrap()) };
        let job = self.app.app.jobs.begin(order, make).unwrap();
        let mut progress = self.app.app.jobs.watch(&job.id, owner.id).unwrap();
        progress.changed().await.unwrap();
        (job.id, owner.id)
    }
}

/// Lets an administrator ask, for a report of theirs where they ask for one, and signs what providers report.
pub async fn able(State(who): State<Arc<Undaunted>>, request: Request, next: Next) -> Response {
    let (name, cookie) = who.enter().await;
    let (mut parts, body) = request.into_parts();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        parts.headers.insert(header::COOKIE, cookie);
    }
    let path = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let mut job = None;
    if path.contains(JOB) {
        let (key, owner) = who.report(&name).await;
        parts.uri = path.replace(JOB, &key).parse().unwrap();
        job = Some((key, owner));
    }
    let is_bounce = parts.uri.path() == shared::paths::BOUNCES;
    let mut request = Request::from_parts(parts, body);
    if is_bounce {
        request = signed(request, who.app.clock.now().timestamp()).await;
    }
    let response = next.run(request).await;
    if let Some((key, owner)) = job {
        // Whatever was asked of it, there is room for the next.
        who.app.app.jobs.abandon(&key, owner);
    }
    response
}

/// A report as a mail system signs it that knows the secret.
async fn signed(request: Request, now: i64) -> Request {
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let key = BASE64_STANDARD.decode(BOUNCES).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("msg_1.{now}.").as_bytes());
    mac.update(&body);
    let tag = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    for (name, value) in [
        ("webhook-id", "msg_1".to_owned()),
        ("webhook-timestamp", now.to_string()),
        ("webhook-signature", format!("v1,{tag}")),
    ] {
        parts.headers.insert(name, value.parse().unwrap());
    }
    Request::from_parts(parts, Body::from(body))
}

/// Ends a stream of events as soon as it has nothing more to tell, which else goes on as long as its reader does.
pub async fn cut_streams(request: Request, next: Next) -> Response {
    let (parts, body) = next.run(request).await.into_parts();
    let kind = parts.headers.get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| kind != "text/event-stream") {
        return Response::from_parts(parts, body);
    }
    let mut events = body.into_data_stream();
    let told = stream::poll_fn(move |context| match events.poll_next_unpin(context) {
        Poll::Ready(Some(Ok(event))) => Poll::Ready(Some(Ok::<Bytes, axum::Error>(event))),
        Poll::Ready(Some(Err(_)) | None) | Poll::Pending => Poll::Ready(None),
    });
    Response::from_parts(parts, Body::from_stream(told))
}
