//! Changes are taken from our own page only: another site's page cannot make a reader's browser cancel.

use axum::{
    extract::Request,
    http::{HeaderMap, Method},
    middleware::Next,
    response::Response,
};
use shared::problem::ProblemType;

use super::denied::Denied;
use crate::{error::Refusal, store::audit::once::Why};

/// Lets through what changes nothing, what comes from our own page, and what comes from no browser.
///
/// # Errors
/// Where another site is behind it.
pub async fn same_origin(request: Request, next: Next) -> Result<Response, Refusal> {
    let reads = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if reads || is_ours(request.headers()) {
        return Ok(next.run(request).await);
    }
    let sentence =
        "This request comes from another site's page. Open Sentlog itself and try again.";
    let refusal = Refusal::from(ProblemType::Forbidden.because(sentence));
    Err(refusal.noted(Denied::stranger(Why::OtherSite)))
}

/// Browsers say where a request comes from by `Sec-Fetch-Site`, older ones by `Origin`; programs by neither.
fn is_ours(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.as_bytes());
    if let Some(site) = text("sec-fetch-site") {
        return site == b"same-origin";
    }
    match (text("origin"), text("host")) {
        (None, _) => true,
        (Some(origin), Some(host)) => {
            origin.strip_prefix(b"http://") == Some(host)
                || origin.strip_prefix(b"https://") == Some(host)
        }
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    fn ours(headers: &[(&'static str, &'static str)]) -> bool {
        let pairs = headers.iter().map(|(name, value)| {
            let name: header::HeaderName = name.parse().unwrap();
            (name, header::HeaderValue::from_static(value))
        });
        is_ours(&pairs.collect())
    }

    #[test]
    fn only_our_own_page_and_programs_may_change_anything() {
        assert!(ours(&[]));
        assert!(ours(&[("sec-fetch-site", "same-origin")]));
        assert!(ours(&[("origin", "http://log.test"), ("host", "log.test")]));
        for site in ["cross-site", "same-site", "none"] {
            assert!(!ours(&[("sec-fetch-site", site)]), "{site}");
        }
        assert!(!ours(&[
            ("origin", "http://evil.test"),
            ("host", "log.test")
        ]));
        assert!(!ours(&[("origin", "null"), ("host", "log.test")]));
        assert!(!ours(&[("origin", "http://log.test")]));
    }
}
