//! Tokens: the programs that may submit messages.

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
};
use chrono::TimeDelta;
use shared::{
    administration::{NewToken, TokenKept, TokenMade},
    paths,
    problem::{Problem, ProblemType},
};

use super::{name, named, no_such_school};
use crate::{
    auth::token,
    error::Answer,
    extract,
    state::App,
    store::{
        audit::Who,
        organizations,
        reach::Reach,
        time::local,
        tokens::{self, Limits, NoSuchSchool, Token},
    },
};

/// The most days that a token which ends by itself may hold.
const MOST_DAYS: u16 = 3650;

/// Every token there ever was, by name, without what it is.
#[utoipa::path(get, path = paths::TOKENS, tag = "administration",
    responses((status = 200, body = [TokenKept])))]
pub async fn tokens(
    State(app): State<App>,
    params: extract::Params,
) -> Answer<Json<Vec<TokenKept>>> {
    params.only(&[])?;
    let names = organizations::names(&app.db).await?;
    let zone = app.district.time_zone;
    let kept = |token: Token| TokenKept {
        organizations: match token.reach {
            Reach::Everywhere => None,
            Reach::Nowhere => Some(Vec::new()),
            Reach::Schools(schools) => {
                let name = |id| names.get(id).cloned();
                Some(schools.iter().filter_map(name).collect())
            }
        },
        name: token.name,
        created_at: local(token.created_at, zone),
        expires_at: token.expires_at.map(|at| local(at, zone)),
        revoked_at: token.revoked_at.map(|at| local(at, zone)),
        last_used_at: token.last_used_at.map(|at| local(at, zone)),
    };
    let tokens = tokens::list(&app.db).await?;
    Ok(Json(tokens.into_iter().map(kept).collect()))
}

/// Makes a token. It is told this once; only a digest of it is kept.
#[utoipa::path(post, path = paths::TOKENS, tag = "administration", request_body = NewToken, responses(
    (status = 201, body = TokenMade),
    (status = 400, body = Problem, description = "No name, or a school that is not known"),
    (status = 409, body = Problem, description = "There is or was one of this name"),
))]
pub async fn add_token(
    State(app): State<App>,
    by: Who,
    extract::Json(new): extract::Json<NewToken>,
) -> Answer<(StatusCode, Json<TokenMade>)> {
    let name = name(&new.name, "name")?;
    let refused =
        |sentence: String, field: &str| ProblemType::InvalidRequest.because(sentence).at(field);
    if new.days.is_some_and(|days| days == 0 || days > MOST_DAYS) {
        let sentence =
            format!("A token ends after 1 to {MOST_DAYS} days, or never: leave the days out.");
        return Err(refused(sentence, "days").into());
    }
    if new.organizations.as_ref().is_some_and(Vec::is_empty) {
        let sentence = "Choose a school at least, or leave the schools out for all of them.";
        return Err(refused(sentence.to_owned(), "organizations").into());
    }
    let now = app.clock.now();
    let limits = Limits {
        schools: new.organizations.as_deref(),
        expires_at: new.days.map(|days| now + TimeDelta::days(days.into())),
    };
    let token = token::make();
    let key = token::key(&token);
    match tokens::add(&app.db, &name, &key, limits, &by, now).await? {
        Ok(true) => Ok((StatusCode::CREATED, Json(TokenMade { token }))),
        Ok(false) => {
            let sentence =
                format!("There is or was a token “{name}” already. Choose another name.");
            Err(ProblemType::Conflict.because(sentence).at("name").into())
        }
        Err(NoSuchSchool(school)) => Err(no_such_school(&school).at("organizations").into()),
    }
}

/// Takes a token back: from now on it submits nothing.
#[utoipa::path(delete, path = paths::TOKEN, tag = "administration",
    params(("token" = String, Path, description = "Its name")),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn revoke_token(
    State(app): State<App>,
    by: Who,
    token: Result<Path<String>, PathRejection>,
) -> Answer<StatusCode> {
    if tokens::revoke(&app.db, &named(token)?, &by, app.clock.now()).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(ProblemType::NotFound
        .because("There is no such token that still holds. Reload the page.")
        .into())
}
