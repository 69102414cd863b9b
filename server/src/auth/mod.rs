//! Who is asking, and may they.
//!
//! - **Accounts** are local. Passwords are kept as argon2id hashes ([`password`]); an unknown name costs as
//!   much time as a wrong password, and both get the same answer.
//! - **Sessions** live in our store ([`sessions`]), under the hash of what the cookie holds. They end when
//!   left idle, a fixed time after the sign-in, at sign-out, and when the password changes. Each sign-in
//!   gets a new id. The rules of time follow the server's [`Clock`](crate::clock::Clock), not the cookie.
//! - **The cookie** is `HttpOnly` and `SameSite=Strict`: the page itself is public and asks for its data by
//!   requests of its own, so that a link from elsewhere still finds its reader signed in. Behind TLS it is
//!   `Secure` and carries the `__Host-` prefix.
//! - **Attempts** are limited by account and by address ([`attempts`]).
//! - **Changes** are taken only from our own page or from programs that are no browser ([`same_origin`]),
//!   and bodies only as JSON, which no form of another site can send.
//! - **Programs** submit messages by a bearer token ([`token`]), of which only a digest is kept.
//! - **Permissions** stand beside the routes in [`router`](crate::router): a route is listed with the one
//!   it needs, and is open only where it is listed as open.
//! - **Reach**: a permission holds at all schools or at some ([`Reach`]). Where a path
//!   names a message, [`require`] looks up whose it is: a message that is out of reach does not exist, whatever
//!   the route, and one that may be read but not, say, stopped is refused. Lists are asked for within reach.

use axum::{
    extract::{FromRequestParts, RawPathParams, Request, State},
    http::request::Parts,
    middleware::Next,
    response::Response,
};
use axum_login::{AuthManagerLayer, AuthManagerLayerBuilder};
use shared::{
    paths,
    problem::ProblemType,
    session::{CurrentUser, Permission},
};
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite};

use crate::{
    error::{Answer, NOT_SIGNED_IN, Refusal},
    state::App,
    store::{grants::Grant, organizations, reach::Reach},
};

pub mod accounts;
pub mod attempts;
pub mod password;
pub mod same_origin;
pub mod sessions;
pub mod token;

use accounts::{Account, Accounts};
use sessions::StoredSessions;

/// The session of a request, and who is signed in by it.
pub type AuthSession = axum_login::AuthSession<Accounts>;

/// Finds the session that a request's cookie names.
pub fn layer(app: &App) -> AuthManagerLayer<Accounts, StoredSessions> {
    let behind_tls = app.settings.behind_tls;
    let sessions = SessionManagerLayer::new(app.sessions.clone())
        .with_name(cookie_name(behind_tls))
        .with_http_only(true)
        .with_same_site(SameSite::Strict)
        .with_secure(behind_tls)
        .with_path("/")
        .with_expiry(Expiry::OnSessionEnd);
    AuthManagerLayerBuilder::new(Accounts::new(app), sessions).build()
}

/// The cookie's name. A browser takes the prefixed one only over TLS and from no other host.
pub const fn cookie_name(behind_tls: bool) -> &'static str {
    if behind_tls {
        "__Host-sentlog"
    } else {
        "sentlog"
    }
}

/// Lets through who is signed in and may do `permission`, and tells the handler who it is.
///
/// # Errors
/// Not signed in, or not allowed.
pub async fn require(
    State(permission): State<Permission>,
    session: AuthSession,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let Some(account) = session.user else {
        return Err(ProblemType::NotSignedIn.because(NOT_SIGNED_IN).into());
    };
    let (mut parts, body) = request.into_parts();
    let here = match message_of(&mut parts).await {
        Some(_) if account.rights().are_everywhere_the_same() => None,
        Some(id) => Some(organizations::of_message(&session.backend.db, id).await?),
        None => None,
    };
    let rights = account.rights();
    let here = match here {
        None => None,
        Some(Some(school)) if rights.may_at(Permission::View, school) => Some(school),
        Some(_) => return Err(Refusal::no_such_message()),
    };
    let user = SignedIn { account, here };
    if !user.may(permission) {
        let sentence = format!(
            "Your account may not {}{}. Ask an administrator of Sentlog for it.",
            in_words(permission),
            if here.is_some() {
                " of this school"
            } else {
                ""
            },
        );
        return Err(ProblemType::Forbidden.because(sentence).into());
    }
    let mut request = Request::from_parts(parts, body);
    request.extensions_mut().insert(user);
    Ok(next.run(request).await)
}

/// The message that the path names.
async fn message_of(parts: &mut Parts) -> Option<i64> {
    let params = RawPathParams::from_request_parts(parts, &()).await.ok()?;
    let mut params = params.iter();
    let (_, id) = params.find(|(name, _)| *name == paths::MESSAGE_ID)?;
    // What is no number names no message, and is refused by the handler.
    Some(id.parse().unwrap_or(i64::MIN))
}

/// Who is signed in, in a handler behind [`require`].
#[derive(Clone, Debug)]
pub struct SignedIn {
    account: Account,
    /// The school of the message that the path names, where it matters.
    here: Option<i64>,
}

impl SignedIn {
    /// The account's name.
    pub fn name(&self) -> &str {
        self.account.name()
    }

    /// The account.
    pub const fn account(&self) -> &Account {
        &self.account
    }

    /// Whether this person may do `permission` with the message that the path names; or at all, where it names none.
    pub fn may(&self, permission: Permission) -> bool {
        let rights = self.account.rights();
        match self.here {
            Some(school) => rights.may_at(permission, school),
            None => rights.may(permission),
        }
    }

    /// Where this person may do `permission`.
    pub fn reach(&self, permission: Permission) -> &Reach {
        self.account.rights().reach(permission)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        parts
            .extensions
            .get::<SignedIn>()
            .cloned()
            .ok_or_else(|| ProblemType::NotSignedIn.because(NOT_SIGNED_IN).into())
    }
}

/// What the page is told of an account.
pub fn current_user(account: &Account, grants: &[Grant]) -> CurrentUser {
    let words = grants.iter().map(|grant| match &grant.organization {
        None => grant.role.clone(),
        Some(school) => format!("{} at {school}", grant.role),
    });
    CurrentUser {
        name: account.name().to_owned(),
        role: words.collect::<Vec<_>>().join(", "),
        permissions: account.rights().permissions(),
    }
}

const fn in_words(permission: Permission) -> &'static str {
    match permission {
        Permission::View => "read the log",
        Permission::Cancel => "cancel messages",
        Permission::Report => "print reports",
        Permission::SeeAddresses => "see addresses",
        Permission::Administer => "manage people and settings",
        Permission::Submit => "submit messages",
    }
}
