//! Sign-in by OpenID Connect: authorization code with PKCE, state and nonce.
//!
//! - A browser that goes to the provider gets a cookie of its own; what must come back with it
//!   ([`Errand`](provider::Errand)) is kept here, for ten minutes and for one use. The cookie is `SameSite=Lax`,
//!   because the provider sends the browser back; the session's stays `Strict`.
//! - A person is bound to the provider's word for them (issuer and subject) and never found by name or address: an
//!   account made here is nobody's at the provider, whatever they are called there.
//! - What they may do is what the mapping ([`mapping`]) makes of their claims, anew at every sign-in. Who matches
//!   nothing does not come in, and loses what they had.
//! - Signing out ends the session here, not the one at the provider.

use std::{fmt, net::IpAddr};

use chrono::TimeDelta;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::attempts::network;
use crate::{
    clock::SharedClock,
    store::{Database, StoreError, sign_ins},
};

pub mod mapping;
pub mod provider;

use mapping::{Given, Mapping};
use provider::{Person, Provider};

/// How long somebody may take at the provider.
const WITHIN: TimeDelta = TimeDelta::minutes(10);

/// The longest path to go on to.
const LONGEST_NEXT: usize = 2000;

/// Sign-in at one provider.
pub struct SignOn {
    /// What to call it on the button.
    pub name: String,
    /// Whether it is the only way in.
    pub alone: bool,
    provider: Provider,
    mapping: Mapping,
    clock: SharedClock,
}

/// Why somebody who comes back from the provider does not come in.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The person, or the provider, said no.
    #[error("the provider says no")]
    Denied,
    /// This browser began no sign-in, or too long ago, or it was used already.
    #[error("there is no such sign-in, or no more")]
    Expired,
    /// What came back is not what went out.
    #[error("the state is another one")]
    Mistaken,
    /// The provider does not answer.
    #[error("the provider cannot be reached: {0}")]
    Unreachable(String),
    /// The provider's answer proves nothing.
    #[error("the provider's answer proves nothing: {0}")]
    Unproven(String),
    /// The mapping gives them nothing.
    #[error("nothing is mapped to what the provider says")]
    NothingMapped,
    /// The account is disabled here.
    #[error("the account is disabled")]
    Disabled,
    /// Too many come from this network.
    #[error("too many sign-ins come from one network")]
    TooMany,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl Refused {
    /// Whether it ends a sign-in that was begun here. Anybody can come without one, as often as they like.
    pub const fn ends_a_sign_in(&self) -> bool {
        match self {
            Refused::Expired | Refused::TooMany | Refused::Store(_) => false,
            Refused::Denied
            | Refused::Mistaken
            | Refused::Unreachable(_)
            | Refused::Unproven(_)
            | Refused::NothingMapped
            | Refused::Disabled => true,
        }
    }

    /// The word that a cookie carries to the sign-in page.
    pub const fn word(&self) -> &'static str {
        match self {
            Refused::Denied => "denied",
            Refused::Expired => "expired",
            Refused::Mistaken => "mistaken",
            Refused::Unreachable(_) => "unreachable",
            Refused::Unproven(_) => "unproven",
            Refused::NothingMapped => "nothing-mapped",
            Refused::Disabled => "disabled",
            Refused::TooMany => "too-many",
            Refused::Store(_) => "failed",
        }
    }
}

/// What such a word means, for the person; `None` where it is none.
pub fn sentence(word: &str, provider: &str) -> Option<String> {
    Some(match word {
        "denied" => format!("{provider} did not let you in. Sign in there and try again."),
        "expired" => "This sign-in took too long, or was finished already. Try again.".into(),
        "mistaken" => {
            "What came back does not belong to the sign-in begun in this browser. Try again.".into()
        }
        "unreachable" => {
            format!("{provider} does not answer at the moment. Try again in a minute.")
        }
        "unproven" => format!(
            "{provider}’s answer could not be trusted, so nobody was signed in. Try again; if it happens again, \
             tell your administrator."
        ),
        "nothing-mapped" => format!(
            "{provider} knows you, but gives you no right to use Sentlog. Ask your administrator for it."
        ),
        "disabled" => "Your account in Sentlog is disabled. Ask your administrator.".into(),
        "too-many" => "Too many people are signing in at the moment. Try again in a minute.".into(),
        "failed" => "Something went wrong in Sentlog. Try again in a minute.".into(),
        _ => return None,
    })
}

/// A sign-in that begins: where to send the browser, and what its cookie holds meanwhile.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The provider's page.
    pub url: String,
    /// What the cookie holds.
    pub cookie: String,
}

/// Who comes in, with what, and to which page.
#[derive(Clone, Debug)]
pub struct Came {
    /// Who.
    pub person: Person,
    /// What they may do; never nothing.
    pub given: Vec<Given>,
    /// The path they wanted.
    pub next: String,
}

/// What the provider sends a browser back with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Brought<'a> {
    /// The code.
    pub code: Option<&'a str>,
    /// The state.
    pub state: Option<&'a str>,
    /// Who says so (RFC 9207), where the provider says it.
    pub issuer: Option<&'a str>,
}

impl SignOn {
    /// Sign-in at `provider`, called `name`, with what `mapping` gives.
    pub fn new(
        name: String,
        alone: bool,
        provider: Provider,
        mapping: Mapping,
        clock: SharedClock,
    ) -> Self {
        SignOn {
            name,
            alone,
            provider,
            mapping,
            clock,
        }
    }

    /// The provider's address.
    pub fn issuer(&self) -> &str {
        self.provider.issuer()
    }

    /// Begins a sign-in from `address` that leads to the path `next` in the end.
    ///
    /// # Errors
    /// Where the provider does not answer, or too many have begun from there.
    pub async fn begin(
        &self,
        db: &Database,
        next: &str,
        address: IpAddr,
    ) -> Result<Begun, Refused> {
        let errand = self.provider.errand().await?;
        let cookie: [u8; 32] = rand::random();
        let cookie = super::hex(&cookie);
        let now = self.clock.now();
        let kept = sign_ins::Kept {
            state: errand.state,
            nonce: errand.nonce,
            verifier: errand.verifier,
            next: own_path(next).to_owned(),
            address: network(address).to_string(),
        };
        if !sign_ins::begin(db, &key(&cookie), &kept, now, now - WITHIN).await? {
            return Err(Refused::TooMany);
        }
        Ok(Begun {
            url: errand.url,
            cookie,
        })
    }

    /// Ends a sign-in: takes what was kept, so that nobody can a second time, and asks the provider who it is.
    ///
    /// # Errors
    /// Why nobody comes in.
    pub async fn finish(
        &self,
        db: &Database,
        cookie: Option<&str>,
        brought: Brought<'_>,
    ) -> Result<Came, Refused> {
        let cookie = cookie.ok_or(Refused::Expired)?;
        let since = self.clock.now() - WITHIN;
        let kept = sign_ins::take(db, &key(cookie), since).await?;
        let kept = kept.ok_or(Refused::Expired)?;
        let state = brought.state.unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(kept.state.as_bytes())) {
            return Err(Refused::Mistaken);
        }
        if brought.issuer.is_some_and(|issuer| issuer != self.issuer()) {
            return Err(Refused::Mistaken);
        }
        // Without a code there is an error instead, such as access_denied.
        let code = brought.code.ok_or(Refused::Denied)?;
        let claims: Vec<_> = self.mapping.claims().into_iter().collect();
        let person = self
            .provider
            .person(code.to_owned(), kept.nonce, kept.verifier, &claims)
            .await?;
        let given = self.given(&person.claims);
        Ok(Came {
            person,
            given,
            next: kept.next,
        })
    }

    fn given(&self, claims: &Map<String, Value>) -> Vec<Given> {
        self.mapping.given(claims).into_iter().collect()
    }
}

/// Says nothing of the provider's secret.
impl fmt::Debug for SignOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignOn")
            .field("issuer", &self.issuer())
            .finish_non_exhaustive()
    }
}

/// A path of our own page, or else the log's: never another site's, never the API's.
fn own_path(next: &str) -> &str {
    let fine = next.starts_with('/')
        && !next.starts_with("//")
        && next.len() <= LONGEST_NEXT
        && next
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && !next.starts_with("/api")
        && !next.starts_with("/sign-in");
    if fine { next } else { "/" }
}

/// What the store knows a sign-in by.
fn key(cookie: &str) -> String {
    super::hex(&Sha256::digest(cookie.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_to_our_own_pages_only() {
        assert_eq!(
            own_path("/?from=2020-01-31&subject=a%20b"),
            "/?from=2020-01-31&subject=a%20b"
        );
        let long = format!("/{}", "x".repeat(LONGEST_NEXT));
        for next in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/api/session",
            "/sign-in",
            "/a\r\nSet-Cookie: a=b",
            "/\u{7f}",
            "/é",
            &long,
        ] {
            assert_eq!(own_path(next), "/", "{next}");
        }
    }

    #[test]
    fn every_refusal_has_words() {
        for refused in [
            Refused::Denied,
            Refused::Expired,
            Refused::Mistaken,
            Refused::Unreachable(String::new()),
            Refused::Unproven(String::new()),
            Refused::NothingMapped,
            Refused::Disabled,
            Refused::TooMany,
            Refused::Store(StoreError::UnknownDatabase),
        ] {
            assert!(
                sentence(refused.word(), "The district").is_some_and(|words| words.ends_with('.'))
            );
        }
        assert_eq!(sentence("<script>", "The district"), None);
    }
}
