//! The page's files: inside the program in a release, read from `dist/` in a debug build.
//!
//! Names that carry a hash of their content never change and are kept by browsers for good; everything
//! else is asked for again, and answered 304 where it is the same. Files travel as they were compressed
//! when they were built.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::{Embed, EmbeddedFile};

use crate::{error, router};

#[derive(Embed)]
#[folder = "../dist/"]
struct Dist;

const INDEX: &str = "index.html";

const ADMINISTRATION: &str = "administration.html";

/// Which page an address belongs to: they are two, so that whoever reads the log need not load what administers it.
fn page_at(path: &str) -> &'static str {
    match path.split('/').nth(1) {
        Some("administration" | "account" | "welcome") => ADMINISTRATION,
        _ => INDEX,
    }
}

/// Answers at every address that is not the API's: a file of that name, or else a page, which
/// finds in the address what to show.
pub async fn page(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path();
    if path == "/api" || path.starts_with("/api/") {
        return router::no_such_path();
    }
    if method != Method::GET && method != Method::HEAD {
        return error::respond(&error::of_status(StatusCode::METHOD_NOT_ALLOWED));
    }
    let name = path.trim_start_matches('/');
    let is_file = name
        .rsplit('/')
        .next()
        .is_some_and(|last| last.contains('.'));
    let is_twin = name.ends_with(".br") || name.ends_with(".gz");
    match (is_file && !is_twin)
        .then(|| serve::<Dist>(name, &headers))
        .flatten()
    {
        Some(response) => response,
        None if is_file => (StatusCode::NOT_FOUND, "There is no such file.\n").into_response(),
        None => serve::<Dist>(page_at(path), &headers).unwrap_or_else(not_built),
    }
}

fn serve<E: Embed>(name: &str, headers: &HeaderMap) -> Option<Response> {
    let plain = E::get(name)?;
    let (file, coding) = twin::<E>(name, headers).unwrap_or((plain, None));
    let tag = etag(&file, coding);
    let cached = match is_hashed(name) {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let mut answer = HeaderMap::new();
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(cached));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answer.insert(header::ETAG, tag);
    }
    let known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == tag);
    if known {
        return Some((StatusCode::NOT_MODIFIED, answer).into_response());
    }
    answer.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(content_type(name)),
    );
    if let Some(coding) = coding {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Some((answer, Body::from(file.data.into_owned())).into_response())
}

/// The compressed form of a file that the browser takes, if there is one.
fn twin<E: Embed>(name: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted = headers.get(header::ACCEPT_ENCODING)?.to_str().ok()?;
    let takes = |coding: &str| {
        accepted.split(',').any(|one| {
            let (name, quality) = one.split_once(';').unwrap_or((one, ""));
            let quality = quality.trim().strip_prefix("q=").unwrap_or("1");
            name.trim().eq_ignore_ascii_case(coding)
                && quality.parse::<f32>().is_ok_and(|quality| quality > 0.0)
        })
    };
    [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(coding, _)| takes(coding))
        .find_map(|(coding, ending)| Some((E::get(&format!("{name}.{ending}"))?, Some(coding))))
}

fn etag(file: &EmbeddedFile, coding: Option<&str>) -> String {
    let hash = file.metadata.sha256_hash();
    let hex: String = hash[..12]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{hex}-{}\"", coding.unwrap_or("plain"))
}

/// Whether the name carries a hash: `app_bg-0123456789abcdef.wasm`.
fn is_hashed(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.rsplit_once('-').is_some_and(|(_, hash)| {
        hash.len() >= 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Said where the server runs without its page, which only a developer sees.
fn not_built() -> Response {
    let words = "The page has not been built yet. Build it with: cargo xtask build --client\n\
        Then reload. The API answers already.\n";
    (StatusCode::SERVICE_UNAVAILABLE, words).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of a few words, and not the compressed forms of them: what counts is which file is sent.
    #[derive(Embed)]
    #[folder = "tests/api/dist/"]
    struct Few;

    fn asked(name: &str, headers: &[(&'static str, &str)]) -> Response {
        let headers = headers.iter().map(|(name, value)| {
            let name: header::HeaderName = name.parse().unwrap();
            (name, HeaderValue::from_str(value).unwrap())
        });
        serve::<Few>(name, &headers.collect()).unwrap()
    }

    fn header_of<'a>(response: &'a Response, name: &str) -> &'a str {
        let value = response.headers().get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    const SCRIPT: &str = "app-0123456789abcdef.js";

    #[test]
    fn the_smallest_form_that_the_browser_takes_is_sent() {
        for (accepted, coding) in [
            ("gzip, deflate, br", "br"),
            ("gzip", "gzip"),
            ("br;q=0, gzip", "gzip"),
            ("identity", ""),
        ] {
            let answer = asked(SCRIPT, &[("accept-encoding", accepted)]);
            assert_eq!(header_of(&answer, "content-encoding"), coding, "{accepted}");
            assert_eq!(header_of(&answer, "vary"), "accept-encoding");
            let kind = header_of(&answer, "content-type");
            assert_eq!(kind, "text/javascript; charset=utf-8");
        }
    }

    #[test]
    fn a_hashed_name_is_kept_for_good_and_the_page_asked_for_again() {
        let kept = "public, max-age=31536000, immutable";
        assert_eq!(header_of(&asked(SCRIPT, &[]), "cache-control"), kept);
        let index = asked(INDEX, &[]);
        assert_eq!(header_of(&index, "cache-control"), "no-cache");
        let tag = header_of(&index, "etag");
        let again = asked(INDEX, &[("if-none-match", tag)]);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let other = asked(INDEX, &[("if-none-match", "\"another\"")]);
        assert_eq!(other.status(), StatusCode::OK);
    }

    #[test]
    fn the_administration_has_a_page_of_its_own() {
        for path in [
            "/administration",
            "/administration/roles",
            "/account",
            "/welcome",
        ] {
            assert_eq!(page_at(path), ADMINISTRATION, "{path}");
        }
        for path in ["/", "/sign-in", "/administrations", "/nowhere/account"] {
            assert_eq!(page_at(path), INDEX, "{path}");
        }
    }

    #[test]
    fn only_a_name_with_a_hash_never_changes() {
        assert!(is_hashed("app_bg-0123456789abcdef.wasm"));
        assert!(!is_hashed("index.html"));
        assert!(!is_hashed("apple-touch-icon.png"));
    }

    #[test]
    fn webassembly_has_its_own_type() {
        assert_eq!(content_type("app_bg-00.wasm"), "application/wasm");
    }
}
