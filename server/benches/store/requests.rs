//! What a browser waits for: whole requests, through every layer of the router, by somebody who is signed in.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{Method, Request, header},
};
use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::BodyExt;
use server::{
    clock::FixedClock,
    router::router,
    state::{App, AppSettings},
    store::{Database, District},
};
use tower::ServiceExt;

use crate::Failure;

/// Somebody signed in.
pub struct Visitor {
    router: Router,
    cookie: String,
}

impl Visitor {
    /// Enters as a visitor of the demonstration does.
    pub async fn enter(
        db: &Database,
        district: &District,
        now: DateTime<Utc>,
    ) -> Result<Self, Failure> {
        let settings = AppSettings {
            demo: true,
            behind_tls: false,
            session_idle: TimeDelta::minutes(60),
            session_longest: TimeDelta::minutes(720),
            stalled_after: TimeDelta::minutes(10),
        };
        let clock = Arc::new(FixedClock::at(now));
        let router = router(App::new(db.clone(), clock, *district, settings)?);
        let enter = Request::builder()
            .method(Method::POST)
            .uri("/api/session/demo");
        let answer = router.clone().oneshot(enter.body(Body::empty())?).await?;
        let cookie = answer.headers().get(header::SET_COOKIE);
        let cookie = cookie.ok_or("nobody was let in")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Ok(Visitor { router, cookie })
    }

    /// The whole answer, compressed as `encoding` says where it says something, and how long it took.
    pub async fn get(
        &self,
        path: &str,
        encoding: Option<&str>,
    ) -> Result<(Bytes, Duration), Failure> {
        let mut request = Request::builder()
            .uri(path)
            .header(header::COOKIE, &self.cookie);
        if let Some(encoding) = encoding {
            request = request.header(header::ACCEPT_ENCODING, encoding);
        }
        let request = request.body(Body::empty())?;
        let start = Instant::now();
        let answer = self.router.clone().oneshot(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        let spent = start.elapsed();
        match status.is_success() {
            true => Ok((body, spent)),
            false => Err(format!("GET {path} was answered by {status}").into()),
        }
    }
}
