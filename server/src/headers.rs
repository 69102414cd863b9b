//! The headers every answer carries, and the words of those that have none.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::error::{self, PROBLEM_JSON};

/// Nothing but our own page's files runs, loads or is sent to. The sandboxed frame of a message's body
/// inherits it; `srcdoc` has no address, so `frame-src` does not concern it.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
    frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const ALWAYS: [(HeaderName, HeaderValue); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(CONTENT_SECURITY_POLICY),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
];

/// Behind TLS: a browser that came once comes by TLS only, for a year. Of other hosts it says nothing.
const TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Adds them; keeps answers of the API out of every cache; gives words to errors that libraries answer.
pub async fn complete(State(behind_tls): State<bool>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api");
    let mut response = next.run(request).await;
    let status = response.status();
    let is_problem = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == PROBLEM_JSON);
    if (status.is_client_error() || status.is_server_error()) && !is_problem && is_api {
        let cookies = response.headers_mut().remove(header::SET_COOKIE);
        let allow = response.headers_mut().remove(header::ALLOW);
        response = error::respond(&error::of_status(status));
        for (name, value) in [(header::SET_COOKIE, cookies), (header::ALLOW, allow)] {
            value.map(|value| response.headers_mut().insert(name, value));
        }
    }
    let headers = response.headers_mut();
    if is_api {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    for (name, value) in ALWAYS {
        headers.insert(name, value);
    }
    if behind_tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TRANSPORT);
    }
    response
}
