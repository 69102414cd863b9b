//! Roles: named sets of permissions.

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
};
use shared::{
    administration::{RoleOffered, RolePermissions, UnfitRole},
    paths,
    problem::{Problem, ProblemType},
};

use super::{name, named};
use crate::{
    error::Answer,
    extract::{self, invalid},
    state::App,
    store::{
        audit::Who,
        roles::{self, RoleChange, RoleKept},
    },
};

/// Every role, those built in first.
#[utoipa::path(get, path = paths::ROLES, tag = "administration",
    responses((status = 200, body = [RoleOffered])))]
pub async fn roles(
    State(app): State<App>,
    params: extract::Params,
) -> Answer<Json<Vec<RoleOffered>>> {
    params.only(&[])?;
    let offered = |role: RoleKept| RoleOffered {
        name: role.name,
        permissions: role.permissions,
        built_in: role.built_in,
        people: role.people,
    };
    let roles = roles::list(&app.db).await?;
    Ok(Json(roles.into_iter().map(offered).collect()))
}

/// Makes a role, or changes what it may do for everybody who has it.
#[utoipa::path(put, path = paths::ROLE, tag = "administration", request_body = RolePermissions,
    params(("role" = String, Path, description = "Its name, of 100 characters at most")),
    responses(
        (status = 204),
        (status = 400, body = Problem, description = "No name, no permission, or one that no person has"),
        (status = 409, body = Problem, description = "It is built in, or nobody would be left to administer Sentlog"),
    ))]
pub async fn put_role(
    State(app): State<App>,
    by: Who,
    role: Result<Path<String>, PathRejection>,
    extract::Json(mut asked): extract::Json<RolePermissions>,
) -> Answer<StatusCode> {
    let name = name(&named(role)?, "role")?;
    asked.permissions.sort();
    asked.permissions.dedup();
    asked.check().map_err(|unfit| {
        let sentence = match unfit {
            UnfitRole::Empty => {
                "A role without any permission lets nobody do anything. Choose one at least."
            }
            UnfitRole::Submits => {
                "Messages are submitted by programs. Make a token for one under Tokens."
            }
            UnfitRole::Blind => {
                "Whoever may do something with messages has to see them. Choose “view”, too."
            }
        };
        invalid(sentence).at("permissions")
    })?;
    told(roles::put(&app.db, &name, &asked.permissions, &by, app.clock.now()).await?)
}

/// Deletes a role that nobody has.
#[utoipa::path(delete, path = paths::ROLE, tag = "administration",
    params(("role" = String, Path, description = "Its name")),
    responses(
        (status = 204),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It is built in, or somebody has it"),
    ))]
pub async fn remove_role(
    State(app): State<App>,
    by: Who,
    role: Result<Path<String>, PathRejection>,
) -> Answer<StatusCode> {
    told(roles::remove(&app.db, &named(role)?, &by, app.clock.now()).await?)
}

fn told(change: RoleChange) -> Answer<StatusCode> {
    let (kind, sentence) = match change {
        RoleChange::Done => return Ok(StatusCode::NO_CONTENT),
        RoleChange::NoSuchRole => (
            ProblemType::NotFound,
            "There is no such role any more. Reload the page.",
        ),
        RoleChange::BuiltIn => (
            ProblemType::Conflict,
            "This role came with Sentlog and stays as it is. Make one of another name.",
        ),
        RoleChange::InUse => (
            ProblemType::Conflict,
            "Somebody has this role. Give them another one first.",
        ),
        RoleChange::LastAdministrator => (
            ProblemType::Conflict,
            "Nobody would be left to administer Sentlog. Make somebody else an administrator first.",
        ),
    };
    Err(kind.because(sentence).into())
}
