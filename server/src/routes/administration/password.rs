//! Password: somebody changes their own.

use axum::{extract::State, http::StatusCode};
use shared::{
    administration::NewPassword,
    paths,
    problem::{Problem, ProblemType},
};

use crate::{
    auth::{AuthSession, SignedIn, accounts::Account, denied::Denied, password},
    error::{Answer, Refusal},
    extract,
    routes::session::{Visitor, begin},
    state::App,
    store::{audit::Who, users},
};

/// Changes one's own password. This browser stays signed in, with a session of its own; every other one is signed out.
#[utoipa::path(post, path = paths::PASSWORD, tag = "session", request_body = NewPassword, responses(
    (status = 204),
    (status = 400, body = Problem, description = "The new password is too short, too long or too easy to guess"),
    (status = 409, body = Problem, description = "The account has no password"),
    (status = 403, body = Problem, description = "The current password is wrong"),
    (status = 429, body = Problem, description = "Too many failures; `Retry-After` says how long to wait"),
    (status = 503, body = Problem, description = "Too many are signing in; `Retry-After` says how long to wait"),
))]
pub async fn change_password(
    State(app): State<App>,
    user: SignedIn,
    by: Who,
    visitor: Visitor,
    mut session: AuthSession,
    extract::Json(new): extract::Json<NewPassword>,
) -> Answer<StatusCode> {
    let id = user.id();
    let kept = users::by_id(&app.db, id).await?;
    let kept = kept.map(|user| user.password_hash).unwrap_or_default();
    if kept.is_empty() {
        return Err(ProblemType::Conflict
            .because("Your account has no password here. Change it where you sign in.")
            .into());
    }
    fit(&new.new, user.name(), "new")?;
    let name = users::key(user.name());
    let begun = app.attempts.begin(&name, visitor.address, app.clock.now());
    begun.map_err(|wait| Refusal::TooSoon(wait).noted(Denied::too_many(name.clone())))?;
    let verified = app.passwords.verify(new.current, Some(kept)).await;
    if verified.is_err() {
        app.attempts.unseen(&name, visitor.address);
    }
    if !verified? {
        let sentence = "This is not your current password. Type it again.";
        let refusal = Refusal::from(ProblemType::Forbidden.because(sentence).at("current"));
        return Err(refusal.noted(Denied::wrong_password(user.account().clone())));
    }
    app.attempts.succeeded(&name, visitor.address);
    let hash = hash(&app, new.new).await?;
    users::set_password(&app.db, id, &hash, &by, app.clock.now()).await?;
    let changed = users::by_id(&app.db, id).await?;
    let account = changed.map(Account::new).ok_or_else(|| {
        Refusal::Internal("an account went while its password was changed".into())
    })?;
    drop(begin(&app, &mut session, account, &visitor).await?);
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses what is no password to choose for the account `name`.
pub(super) fn fit(password: &str, name: &str, field: &'static str) -> Result<(), Problem> {
    password::check(password, name).map_err(|error| {
        let sentence = format!("Choose another password: {error}.");
        ProblemType::InvalidRequest.because(sentence).at(field)
    })
}

/// The hash to keep, made where it holds nobody up.
pub(super) async fn hash(app: &App, password: String) -> Answer<String> {
    let hash = app.passwords.hash(password).await?;
    hash.map_err(|error| Refusal::Internal(error.to_string()))
}
