//! Who is asking, and may they.
//!
//! - **Accounts** are local, or of people who sign in elsewhere. Passwords are kept as argon2id hashes ([`password`]);
//!   an unknown name costs as much time as a wrong password, and both get the same answer.
//! - **Sessions** live in our store ([`sessions`]), under the hash of what the cookie holds. They end when
//!   left idle (an open page that nobody uses leaves them idle), a fixed time after the sign-in, at sign-out, and when the password changes. Each sign-in
//!   gets a new id. The rules of time follow the server's [`Clock`](crate::clock::Clock), not the cookie.
//! - **The cookie** is `HttpOnly` and `SameSite=Strict`: the page itself is public and asks for its data by
//!   requests of its own, so that a link from elsewhere still finds its reader signed in. Behind TLS it is
//!   `Secure` and carries the `__Host-` prefix.
//! - **Attempts** are limited by account and by network, those by the provider too ([`attempts`]); passwords are hashed
//!   few at a time, and one core is left to everybody else ([`password`]).
//! - **Changes** are taken only from our own page or from programs that are no browser ([`same_origin`]),
//!   and bodies only as JSON, which no form of another site can send.
//! - **Programs** submit messages by a bearer token ([`token`]), of which only a digest is kept.
//! - **Permissions** stand beside the routes in [`router`](crate::router): a route is listed with the one
//!   it needs, and is open only where it is listed as open.
//! - **Reach**: a permission holds at all schools or at some ([`Reach`]). Where a path
//!   names a message, [`require`] looks up whose it is: a message that is out of reach does not exist, whatever
//!   the route, and one that may be read but not, say, stopped is refused. Lists are asked for within reach.
//! - **What people do** is recorded before it is shown or done ([`audit`](crate::store::audit)); what they are refused,
//!   too ([`denied`]).
//! - **The district's own provider** may say who somebody is instead of a password ([`oidc`]).
//!
//! # OWASP ASVS 4.0.3, level 2
//! Met, and where:
//!
//! | | |
//! | --- | --- |
//! | 2.1.1–2.1.4 | 12 characters at least, any of them, up to 1024 bytes, none cut off: [`password`] |
//! | 2.1.7 | what a million guesses find is refused: the thirty thousand most common passwords, words, names, rows of keys, dates, and what is made of them, of the account’s own name or of ours: [`password`] |
//! | 2.1.9–2.1.11 | no rules of composition, no rotation, pasting and password managers welcome: the page's form |
//! | 2.2.1 | attempts limited by account and by network, at most a hundred an hour: [`attempts`] |
//! | 2.2.2 | nobody is let in by an email or a text message |
//! | 2.3.1 | nobody chooses another’s password: a link of 256 random bits, good once and for three days: [`links`](crate::store::links) |
//! | 2.4.1–2.4.4 | argon2id, a salt of its own each, 19 MiB and two passes: [`password`] |
//! | 2.5.1–2.5.4, 2.5.6 | a forgotten password is replaced by such a link; no hints, no account that all share or that stands open: [`links`](crate::store::links), [`demonstration`](crate::store::demonstration) |
//! | 2.10.1–2.10.4 | secrets from files, never in the log; programs have tokens of their own: [`secret`](crate::secret), [`token`] |
//! | 3.2.1–3.2.4 | a new random id of 128 bits at each sign-in, kept as a digest: [`sessions`] |
//! | 3.3.1–3.3.3 | sessions end at sign-out, after 30 minutes idle and 12 hours at most unless set otherwise, and with the password: [`sessions`], [`accounts`] |
//! | 3.3.4 | people end their other sessions, administrators everybody’s: [`sessions`](crate::routes::administration::sessions) |
//! | 3.4.1–3.4.5 | `Secure`, `HttpOnly`, `SameSite=Strict`, `__Host-`, path `/`: [`layer`] |
//! | 3.5.2, 3.5.3 | tokens of programs are random, looked up by digest, and no session: [`token`] |
//! | 4.1.1–4.1.5 | decided on the server, closed unless listed, failing closed: [`router`](crate::router), [`require`] |
//! | 4.2.1 | a message of another school does not exist, whatever names it: a path ([`require`]), a place in the log ([`find`](crate::store::find)), an id that a program gives it ([`submit`](crate::store::submit)) |
//! | 4.2.2 | changes from our own page only: [`same_origin`] |
//! | 4.3.2 | nothing is served but what is in the program: [`assets`](crate::assets) |
//! | 5.1.2–5.1.5 | what is not expected is refused, and redirects lead to own paths: [`extract`](crate::extract), [`oidc`] |
//! | 5.2, 5.3 | bodies sanitised and framed without rights, text set as text, SQL bound: [`html`](crate::html), [`store`](crate::store) |
//! | 6.2.1–6.2.6, 6.3 | well-known algorithms from well-known crates, the system's randomness: [`secret`](crate::secret) |
//! | 7.1, 7.4 | no secret or address in the log, refusals that tell nothing inner: [`error`](crate::error) |
//! | 7.1.3, 7.2.1, 7.2.2, 7.3.3 | sign-ins, refusals (of a kind the first, tenth, hundredth within an hour) and changes stand in a chain in which what is altered shows: [`audit`](crate::store::audit), [`denied`] |
//! | 7.3.1 | names keep no control characters where they are printed: `sentlog audit list`; what visitors send is not logged |
//! | 8.2.1 | answers of the API are kept in no cache: [`headers`](crate::headers) |
//! | 8.3.5 | who looks at whose data is recorded, without the data: [`audit`](crate::store::audit) |
//! | 8.3.8 | what is kept of people, and how long, is set and removed by itself: [`retention`](crate::retention) |
//! | 9.1 | TLS ends in the proxy; browsers are told to stay there: [`headers`](crate::headers), `--behind-tls` |
//! | 9.2 | the other side's certificate is checked: rustls, in [`oidc`] and the providers |
//! | 11.1.1–11.1.3 | a message is canceled, resent and counted under a lock and in its order: [`cancel`](crate::store::cancel), [`resend`](crate::store::resend) |
//! | 11.1.4 | connections, heads, bodies and patience are bounded: [`connections`](crate::connections) |
//! | 12.1.1 | bodies are bounded, each by its address: [`extract`](crate::extract) |
//! | 12.3–12.6 | no file that is sent in is kept, run or fetched, and the names of those sent out are our own |
//! | 13.1.1, 13.2.1, 13.2.2, 13.2.5 | one encoding, JSON by its content type, fields and methods that are listed: [`extract`](crate::extract) |
//! | 13.2.3 | changes by the cookie from our own page only: [`same_origin`] |
//! | 14.1.1, 14.1.3, 14.3.2, 14.3.3 | one program built by one command, without debugging pages or a header that tells its version |
//! | 14.2.1 | what we are built from is audited where the list of advisories can be fetched: `cargo xtask audit` |
//! | 14.4.1–14.4.7 | types, `nosniff`, a policy without anything inline, no framing: [`headers`](crate::headers) |
//! | 14.5.1–14.5.3 | methods and origins are checked, none is let in by CORS: [`router`](crate::router), [`same_origin`] |
//!
//! Not met:
//!
//! | | |
//! | --- | --- |
//! | 2.1.8 | no meter of strength |
//! | 2.2.3, 2.5.5 | nobody is told of changes to their account: we may know no address of theirs |
//! | 2.7, 2.8, 2.9, 4.3.1 | no second factor for local accounts, administrators' included; the provider may ask for one: [`oidc`], `--no-local-sign-in` |
//! | 3.7.1 | no second sign-in before an important change; a session lasts half a day at most |
//! | 4.3.3 | rights are not further narrowed for what matters most |
//! | 8.3.1 | a name or an address that is searched for stands in the address of the request, which we do not log and a proxy may |
//! | 8.3.4, 8.3.6, 8.3.7 | what is sensitive is decided by the district |

use axum::{
    extract::{FromRequestParts, RawPathParams, Request, State},
    http::request::Parts,
    middleware::Next,
    response::{IntoResponse, Response},
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
pub mod denied;
pub mod oidc;
pub mod password;
pub mod reader;
pub mod same_origin;
pub mod sessions;
pub mod token;

use accounts::{Account, Accounts};
use denied::Denied;
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
    let message = message_of(&mut parts).await;
    let here = match message {
        Some(_) if account.rights().are_everywhere_the_same() => None,
        Some(id) => Some(organizations::of_message(&session.backend.db, id).await?),
        None => None,
    };
    let rights = account.rights();
    let here = match here {
        None => None,
        Some(Some(school)) if rights.may_at(Permission::View, school) => Some(school),
        Some(there) => {
            let refusal = Refusal::no_such_message();
            return Ok(match there {
                Some(_) => refused(refusal, &account, None, message),
                None => refusal.into_response(),
            });
        }
    };
    let user = SignedIn { account, here };
    if !user.may(permission) {
        let sentence = format!(
            "Your account may not {}{}. Ask an administrator of Sentlog for it.",
            permission.in_words(),
            if here.is_some() {
                " of this school"
            } else {
                ""
            },
        );
        let refusal = ProblemType::Forbidden.because(sentence).into();
        return Ok(refused(refusal, &user.account, Some(permission), message));
    }
    let mut request = Request::from_parts(parts, body);
    request.extensions_mut().insert(user);
    Ok(next.run(request).await)
}

fn refused(
    refusal: Refusal,
    account: &Account,
    permission: Option<Permission>,
    message: Option<i64>,
) -> Response {
    let mut response = refusal.into_response();
    let denied = Denied::account(account.clone(), permission, message);
    response.extensions_mut().insert(denied);
    response
}

/// Lets through whoever is signed in, and tells the handler who it is.
///
/// # Errors
/// Not signed in.
pub async fn signed_in(
    session: AuthSession,
    mut request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let Some(account) = session.user else {
        return Err(ProblemType::NotSignedIn.because(NOT_SIGNED_IN).into());
    };
    request.extensions_mut().insert(SignedIn {
        account,
        here: None,
    });
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

    /// The account's number.
    pub fn id(&self) -> i64 {
        axum_login::AuthUser::id(&self.account)
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

/// Bytes as hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
