//! Sessions: who is signed in, and where.

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
};
use shared::{
    administration::{Ended, OpenSession},
    paths,
    problem::{Problem, ProblemType},
};

use super::named;
use crate::{
    auth::{AuthSession, SignedIn, sessions::key},
    error::Answer,
    extract,
    state::App,
    store::{
        audit::Who,
        sessions::{self, Open},
        time::local,
    },
};

/// Every session that is open, the last used first.
#[utoipa::path(get, path = paths::SESSIONS, tag = "administration",
    responses((status = 200, body = [OpenSession])))]
pub async fn open_sessions(
    State(app): State<App>,
    session: AuthSession,
    params: extract::Params,
) -> Answer<Json<Vec<OpenSession>>> {
    params.only(&[])?;
    let (here, zone) = (here(&session), app.district.time_zone);
    let open = |open: Open| OpenSession {
        here: open.key == here,
        id: open.id,
        person: open.person,
        created_at: local(open.created_at, zone),
        seen_at: local(open.seen_at, zone),
        address: open.address,
        browser: open.browser,
    };
    let sessions = app.sessions.list().await?;
    Ok(Json(sessions.into_iter().map(open).collect()))
}

/// Ends everybody's sessions but the one that asks.
#[utoipa::path(delete, path = paths::SESSIONS, tag = "administration",
    responses((status = 200, body = Ended)))]
pub async fn end_all(State(app): State<App>, by: Who, session: AuthSession) -> Answer<Json<Ended>> {
    let sessions = sessions::end_all_but(&app.db, &here(&session), &by, app.clock.now()).await?;
    Ok(Json(Ended { sessions }))
}

/// Ends one session: its page is signed out within a second.
#[utoipa::path(delete, path = paths::ONE_SESSION, tag = "administration",
    params(("session" = String, Path, description = "What the list calls it")),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn end(
    State(app): State<App>,
    by: Who,
    session: Result<Path<String>, PathRejection>,
) -> Answer<StatusCode> {
    if sessions::end(&app.db, &named(session)?, &by, app.clock.now()).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(ProblemType::NotFound
        .because("This session has ended already. Reload the page.")
        .into())
}

/// Ends one's own sessions but the one that asks.
#[utoipa::path(delete, path = paths::OTHER_SESSIONS, tag = "session",
    responses((status = 200, body = Ended)))]
pub async fn end_others(
    State(app): State<App>,
    user: SignedIn,
    by: Who,
    session: AuthSession,
) -> Answer<Json<Ended>> {
    let (user, here, now) = (user.id(), here(&session), app.clock.now());
    let sessions = sessions::end_of(&app.db, user, Some(&here), &by, now).await?;
    Ok(Json(Ended { sessions }))
}

/// The key of the session that asks.
fn here(session: &AuthSession) -> String {
    session.session.id().as_ref().map(key).unwrap_or_default()
}
