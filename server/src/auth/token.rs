//! Tokens: how a program says that it may submit messages.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};
use sha2::{Digest, Sha256};
use shared::{problem::ProblemType, session::Permission};

use super::{denied::Denied, hex};
use crate::{
    error::Refusal,
    state::App,
    store::{reach::Reach, tokens},
};

/// What every token begins with, so that one that leaked is known for what it is.
const MARK: &str = "sentlog_";

const NO_TOKEN: &str = "Programs submit messages with the header Authorization: Bearer, and a token that \
    `sentlog token add` printed. This request has none, or one that is not known, has ended or was taken back.";

/// A program with a token, in a handler behind [`require`].
#[derive(Clone, Debug)]
pub struct Program {
    /// The token's name.
    pub name: String,
    /// The schools that it may submit for.
    pub reach: Reach,
}

/// A new token of 256 random bits.
pub fn make() -> String {
    format!("{MARK}{}", random())
}

/// 256 random bits.
pub fn random() -> String {
    let bits: [u8; 32] = rand::random();
    hex(&bits)
}

/// What the store knows a token by.
pub fn key(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// Finds the program whose token the request bears, if it bears one.
///
/// # Errors
/// Where the database fails.
pub async fn find(
    State(app): State<App>,
    mut request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let key = bearer(request.headers()).map(key);
    if let Some(key) = key
        && let Some((name, reach)) = tokens::by_key(&app.db, &key, app.clock.now()).await?
    {
        request.extensions_mut().insert(Program { name, reach });
    }
    Ok(next.run(request).await)
}

/// Lets through a program whose token may do `permission`; every token may submit, and nothing else.
///
/// # Errors
/// No token, or an unknown one.
pub async fn require(
    State(permission): State<Permission>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    if permission == Permission::Submit && request.extensions().get::<Program>().is_some() {
        return Ok(next.run(request).await);
    }
    let refusal = Refusal::from(ProblemType::NotSignedIn.because(NO_TOKEN));
    // Who bears none at all tried nothing.
    Err(match bearer(request.headers()) {
        Some(token) => refusal.noted(Denied::bearer(key(token))),
        None => refusal,
    })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && token.starts_with(MARK)).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_is_another_and_its_key_does_not_tell_it() {
        let (one, two) = (make(), make());
        assert_ne!(one, two);
        assert_eq!(one.len(), MARK.len() + 64);
        assert!(!key(&one).contains(&one[MARK.len()..]));
        assert_eq!(key(&one), key(&one));
    }

    #[test]
    fn only_a_bearer_of_our_kind_is_looked_up() {
        let borne = |value: &'static str| {
            let headers = HeaderMap::from_iter([(
                header::AUTHORIZATION,
                header::HeaderValue::from_static(value),
            )]);
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(borne("Bearer sentlog_1").as_deref(), Some("sentlog_1"));
        assert_eq!(borne("bearer  sentlog_1 ").as_deref(), Some("sentlog_1"));
        for other in ["Basic sentlog_1", "Bearer", "Bearer other_1", "sentlog_1"] {
            assert_eq!(borne(other), None, "{other}");
        }
    }
}
