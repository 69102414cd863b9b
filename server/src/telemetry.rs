//! What the log of the server itself says: a line a request, with its number and how long it took. Never a
//! query, a name, an address or a body.

use std::{io::IsTerminal, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;
use tracing_subscriber::EnvFilter;

/// Says which request an answer is to.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Begins to write the log to standard error. What it holds is set by `filter`, such as `info`.
pub fn start(filter: EnvFilter) {
    // Fails only where a log is being written already, which is as good.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .try_init();
}

/// Numbers a request, and logs its end.
pub async fn trace(request: Request, next: Next) -> Response {
    let id = format!("{:016x}", rand::random::<u64>());
    let method = request.method().clone();
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("(page)", MatchedPath::as_str)
        .to_owned();
    let span = tracing::info_span!("request", request.id = %id);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    let duration_ms = began.elapsed().as_micros() as f64 / 1000.0;
    span.in_scope(|| tracing::info!(%method, path, status, duration_ms, "answered"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
