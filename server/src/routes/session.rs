//! Session: who am I, sign in, sign out.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    Json,
    extract::{ConnectInfo, FromRequestParts, State},
    http::{HeaderMap, HeaderName, StatusCode, header, request::Parts},
    response::AppendHeaders,
};
use axum_login::AuthUser;
use serde::Serialize;
use shared::{
    audit::AuditAction,
    paths,
    problem::{Problem, ProblemType},
    session::{Credentials, Role, SessionInfo, SignOnOffer},
};

use super::sign_on;
use crate::{
    auth::{
        AuthSession, SignedIn,
        accounts::{Account, AccountsError},
        current_user,
        denied::Denied,
        sessions::BEGUN,
    },
    error::{Answer, Refusal},
    extract,
    state::App,
    store::{
        audit::{self, Act, Actor, Subject, Who},
        demonstration::DEMO_USER,
        grants, users,
    },
};

/// Who am I: also answers who is nobody yet.
#[utoipa::path(get, path = paths::SESSION, tag = "session", operation_id = "who_am_i",
    responses((status = 200, body = SessionInfo)))]
pub async fn who_am_i(
    State(app): State<App>,
    headers: HeaderMap,
    session: AuthSession,
) -> Answer<(
    AppendHeaders<Option<(HeaderName, String)>>,
    Json<SessionInfo>,
)> {
    let mut answer = info(&app, session.user.as_ref()).await?;
    let (sentence, told) = sign_on::refusal(&app, &headers).unzip();
    if let Some(offer) = &mut answer.0.sign_on {
        offer.refusal = sentence;
    }
    Ok((AppendHeaders(told), answer))
}

/// Signs in, and answers with a cookie.
#[utoipa::path(post, path = paths::SESSION, tag = "session", request_body = Credentials, responses(
    (status = 200, body = SessionInfo),
    (status = 401, body = Problem, description = "Name or password is wrong"),
    (status = 403, body = Problem, description = "People sign in elsewhere only"),
    (status = 429, body = Problem, description = "Too many failures; `Retry-After` says how long to wait"),
    (status = 503, body = Problem, description = "Too many are signing in; `Retry-After` says how long to wait"),
))]
pub async fn sign_in(
    State(app): State<App>,
    visitor: Visitor,
    mut session: AuthSession,
    extract::Json(credentials): extract::Json<Credentials>,
) -> Answer<Json<SessionInfo>> {
    if app.sign_on.as_ref().is_some_and(|door| door.alone) {
        return Err(ProblemType::Forbidden
            .because("Passwords open nothing here. Sign in at the district’s provider instead: reload the page for its button.")
            .into());
    }
    let (name, address) = (users::key(&credentials.name), visitor.address);
    let begun = app.attempts.begin(&name, address, app.clock.now());
    begun.map_err(|wait| Refusal::TooSoon(wait).noted(Denied::too_many(name.clone())))?;
    let known = session.authenticate(credentials).await;
    if let Err(axum_login::Error::Backend(AccountsError::Busy(_))) = known {
        app.attempts.unseen(&name, address);
    }
    match known.map_err(failed)? {
        Some(account) => {
            app.attempts.succeeded(&name, address);
            enter(&app, &mut session, account, &visitor).await
        }
        None => {
            refused(&app, &name, address).await?;
            Err(ProblemType::WrongCredentials
                .because("The name or the password is wrong. Check both and try again.")
                .into())
        }
    }
}

/// Signs a visitor of the demonstration in.
#[utoipa::path(post, path = paths::DEMO_SESSION, tag = "session", responses(
    (status = 200, body = SessionInfo),
    (status = 404, body = Problem, description = "The server does not run as a demonstration"),
))]
pub async fn enter_demo(
    State(app): State<App>,
    visitor: Visitor,
    mut session: AuthSession,
) -> Answer<Json<SessionInfo>> {
    if !app.settings.demo {
        return Err(ProblemType::NotFound
            .because("This Sentlog is no demonstration. Sign in with a name and a password.")
            .into());
    }
    users::add(&app.db, DEMO_USER, Role::Admin, "", app.clock.now()).await?;
    let user = users::by_name(&app.db, DEMO_USER)
        .await?
        .filter(|user| user.password_hash.is_empty())
        .ok_or_else(|| Refusal::Internal("the demonstration's account is taken".into()))?;
    enter(&app, &mut session, Account::new(user), &visitor).await
}

/// Signs out: the session is forgotten here, whatever the browser keeps.
#[utoipa::path(delete, path = paths::SESSION, tag = "session", responses((status = 204)))]
pub async fn sign_out(
    State(app): State<App>,
    visitor: Visitor,
    mut session: AuthSession,
) -> Answer<StatusCode> {
    // Whoever wants out gets out, recorded or not.
    let account = session.user.clone();
    session.logout().await.map_err(failed)?;
    if let Some(account) = account {
        let act = account
            .who(visitor.address)
            .does(AuditAction::SignedOut, app.clock.now());
        audit::append(&app.db, &act).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Records that somebody was not let in: as the account, where the name is one's. A name that is nobody's may be a
/// password in the wrong field, and is not kept.
async fn refused(app: &App, name: &str, address: IpAddr) -> Answer<()> {
    let act = Act::new(
        app.clock.now(),
        Actor::Nobody,
        Some(address),
        AuditAction::SignInRefused,
    );
    let act = match users::by_name(&app.db, name).await? {
        Some(user) => act.to(Subject::User(user.id)),
        None => act,
    };
    audit::append(&app.db, &act).await?;
    Ok(())
}

/// Records the sign-in, and begins its session.
pub(super) async fn enter(
    app: &App,
    session: &mut AuthSession,
    account: Account,
    visitor: &Visitor,
) -> Answer<Json<SessionInfo>> {
    let act = account
        .who(visitor.address)
        .does(AuditAction::SignedIn, app.clock.now());
    audit::append(&app.db, &act).await?;
    begin(app, session, account, visitor).await
}

/// Begins a session of its own: an id that was known before is worth nothing after it.
pub(super) async fn begin(
    app: &App,
    session: &mut AuthSession,
    account: Account,
    visitor: &Visitor,
) -> Answer<Json<SessionInfo>> {
    if session.session.id().is_some() {
        session.logout().await.map_err(failed)?;
        let cycled = session.session.cycle_id().await;
        cycled.map_err(|error| failed(error.into()))?;
    }
    session.login(&account).await.map_err(failed)?;
    note_beginning(session, visitor).await?;
    info(app, Some(&account)).await
}

async fn info(app: &App, account: Option<&Account>) -> Answer<Json<SessionInfo>> {
    let user = match account {
        Some(account) => Some(current_user(
            account,
            &grants::of(&app.db, account.id()).await?,
        )),
        None => None,
    };
    Ok(Json(SessionInfo {
        user,
        demo: app.settings.demo,
        sign_on: app.sign_on.as_ref().map(|door| SignOnOffer {
            name: door.name.clone(),
            alone: door.alone,
            refusal: None,
        }),
    }))
}

/// Keeps with the session where it is begun, for whoever has to tell a stranger's.
async fn note_beginning(session: &AuthSession, visitor: &Visitor) -> Answer<()> {
    let noted = session.session.insert(BEGUN, visitor).await;
    noted.map_err(|error| Refusal::Internal(error.to_string()))
}

pub(super) fn failed(error: axum_login::Error<crate::auth::accounts::Accounts>) -> Refusal {
    match error {
        axum_login::Error::Backend(error) => error.into(),
        axum_login::Error::Session(error) => Refusal::Internal(error.to_string()),
    }
}

/// The most of what a browser calls itself that is kept, in characters.
const LONGEST_BROWSER: usize = 300;

/// Where a request comes from: behind TLS what the proxy says, which adds itself last.
#[derive(Clone, Debug, Serialize)]
pub struct Visitor {
    /// An address of the network.
    pub address: IpAddr,
    /// What the browser calls itself.
    pub browser: Option<String>,
}

/// Who is signed in, and where the request comes from: for the audit trail.
impl FromRequestParts<App> for Who {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Answer<Self> {
        let user = SignedIn::from_request_parts(parts, app).await?;
        let visitor = Visitor::from_request_parts(parts, app).await?;
        Ok(user.account().who(visitor.address))
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Answer<Self> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
        let forwarded = || {
            let value = parts
                .headers
                .get_all("x-forwarded-for")
                .iter()
                .next_back()?;
            value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
        };
        let address = app.settings.behind_tls.then(forwarded).flatten();
        let browser = parts.headers.get(header::USER_AGENT);
        let browser = browser.and_then(|value| value.to_str().ok());
        Ok(Visitor {
            address: address.unwrap_or(peer),
            browser: browser.map(|text| text.chars().take(LONGEST_BROWSER).collect()),
        })
    }
}
