//! Sign-on: to the provider, and back from it.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::AppendHeaders,
};
use serde_json::json;
use shared::{
    audit::AuditAction,
    paths,
    problem::{Problem, ProblemType},
};
use tower_sessions::cookie::{Cookie, SameSite, time::Duration};

use super::session::{Visitor, enter};
use crate::{
    auth::{
        AuthSession,
        accounts::Account,
        denied::{Denied, note},
        oidc::{Brought, Came, Refused, SignOn},
    },
    error::{Answer, Refusal},
    extract::Params,
    state::App,
    store::{
        audit::{self, Act, Actor, once::Why},
        grants::Grant,
        identities::{self, Entered, Identity},
    },
};

/// A redirect that sets cookies.
pub type Onward = (
    StatusCode,
    [(HeaderName, String); 1],
    AppendHeaders<Vec<(HeaderName, String)>>,
);

/// What holds a sign-in that is under way.
const UNDER_WAY: &str = "sentlog-sign-on";

/// What tells the sign-in page why nobody came in.
const REFUSED: &str = "sentlog-refused";

/// How long a browser keeps either.
const KEPT: Duration = Duration::minutes(10);

/// Sends the browser to the provider.
#[utoipa::path(get, path = paths::SIGN_ON, tag = "session",
    params(("next" = Option<String>, Query, description = "The path of the page to go on to")),
    responses(
        (status = 303, description = "To the provider; or to the sign-in page, where the provider does not answer"),
        (status = 404, body = Problem, description = "The server knows no provider"),
    ))]
pub async fn sign_on(State(app): State<App>, visitor: Visitor, params: Params) -> Answer<Onward> {
    let params = params.only(&["next"])?;
    let door = door(&app)?;
    if let Err(refused) = knock(&app, &visitor).await {
        return Ok(turned_away(&app, &refused));
    }
    let next = params.get("next").unwrap_or("/");
    match door.begin(&app.db, next, visitor.address).await {
        Ok(begun) => {
            let cookie = cookie(&app, UNDER_WAY, begun.cookie, SameSite::Lax, KEPT);
            Ok(onward(begun.url, vec![cookie]))
        }
        Err(refused) => Ok(turned_away(&app, &refused)),
    }
}

/// Where the provider sends the browser back to: signs in, or says on the sign-in page why not.
#[utoipa::path(get, path = paths::SIGN_ON_BACK, tag = "session",
    params(
        ("code" = Option<String>, Query),
        ("state" = Option<String>, Query),
        ("iss" = Option<String>, Query),
        ("error" = Option<String>, Query),
    ),
    responses(
        (status = 303, description = "To the page that was wanted, signed in; or to the sign-in page"),
        (status = 404, body = Problem, description = "The server knows no provider"),
    ))]
pub async fn sign_on_back(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
    visitor: Visitor,
    mut session: AuthSession,
) -> Answer<Onward> {
    let door = door(&app)?;
    let brought = Brought {
        code: params.get("code"),
        state: params.get("state"),
        issuer: params.get("iss"),
    };
    let settled = async {
        knock(&app, &visitor).await?;
        let held = read(&app, &headers, UNDER_WAY);
        let came = door.finish(&app.db, held.as_deref(), brought).await?;
        settle(&app, door, came).await
    };
    match settled.await {
        Ok((account, next)) => {
            app.attempts.came_in(visitor.address);
            let _ = enter(&app, &mut session, account, &visitor).await?;
            Ok(onward(next, vec![gone(&app, UNDER_WAY)]))
        }
        Err(refused) => {
            if refused.ends_a_sign_in() {
                let act = Act::new(
                    app.clock.now(),
                    Actor::Nobody,
                    Some(visitor.address),
                    AuditAction::SignInRefused,
                );
                let act = act.with(json!({"provider": true}));
                audit::append(&app.db, &act).await?;
            }
            Ok(turned_away(&app, &refused))
        }
    }
}

/// Lets a network through that has not come too often for nothing.
async fn knock(app: &App, visitor: &Visitor) -> Result<(), Refused> {
    let knocked = app.attempts.knock(visitor.address, app.clock.now());
    if knocked.is_err() {
        let denied = Denied::stranger(Why::TooManyAttempts);
        note(app, &denied, visitor.address).await;
        return Err(Refused::TooMany);
    }
    Ok(())
}

/// The account of who came, and the path they wanted.
async fn settle(app: &App, door: &SignOn, came: Came) -> Result<(Account, String), Refused> {
    let identity = Identity {
        issuer: door.issuer(),
        subject: &came.person.subject,
        name: &came.person.name,
    };
    let grants = came.given.into_iter().map(|given| Grant {
        role: given.role,
        organization: given.school,
    });
    let grants = grants.collect();
    match identities::enter(&app.db, identity, grants, app.clock.now()).await? {
        Entered::In(user) => Ok((Account::new(*user), came.next)),
        Entered::Disabled => Err(Refused::Disabled),
        Entered::Nothing => Err(Refused::NothingMapped),
    }
}

fn door(app: &App) -> Result<&SignOn, Refusal> {
    app.sign_on.as_deref().ok_or_else(|| {
        ProblemType::NotFound
            .because(
                "This Sentlog knows no other place to sign in. Sign in with a name and a password.",
            )
            .into()
    })
}

fn turned_away(app: &App, refused: &Refused) -> Onward {
    match refused {
        Refused::Store(error) => tracing::error!(error = %error, "a sign-in failed"),
        // Said by the audit trail, and not as often as somebody likes.
        Refused::TooMany | Refused::Expired => {}
        refused => tracing::info!(why = %refused, "a sign-in by the provider was refused"),
    }
    let why = cookie(
        app,
        REFUSED,
        refused.word().into(),
        SameSite::Strict,
        Duration::minutes(1),
    );
    onward("/sign-in".into(), vec![why, gone(app, UNDER_WAY)])
}

/// Why the last sign-in by the provider was refused, once: as a sentence, and as what makes the browser forget it.
pub fn refusal(app: &App, headers: &HeaderMap) -> Option<(String, (HeaderName, String))> {
    let word = read(app, headers, REFUSED)?;
    let sentence = crate::auth::oidc::sentence(&word, &app.sign_on.as_ref()?.name)?;
    Some((sentence, (header::SET_COOKIE, gone(app, REFUSED))))
}

fn onward(to: String, cookies: Vec<String>) -> Onward {
    let cookies = cookies
        .into_iter()
        .map(|cookie| (header::SET_COOKIE, cookie));
    (
        StatusCode::SEE_OTHER,
        [(header::LOCATION, to)],
        AppendHeaders(cookies.collect()),
    )
}

/// Behind TLS a browser takes the cookie only from this very host.
fn name(app: &App, name: &str) -> String {
    let prefix = if app.settings.behind_tls {
        "__Host-"
    } else {
        ""
    };
    format!("{prefix}{name}")
}

fn cookie(app: &App, named: &str, value: String, site: SameSite, kept: Duration) -> String {
    Cookie::build((name(app, named), value))
        .path("/")
        .http_only(true)
        .secure(app.settings.behind_tls)
        .same_site(site)
        .max_age(kept)
        .build()
        .to_string()
}

fn gone(app: &App, named: &str) -> String {
    cookie(app, named, String::new(), SameSite::Lax, Duration::ZERO)
}

fn read(app: &App, headers: &HeaderMap, named: &str) -> Option<String> {
    let name = name(app, named);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}
