//! Schools: where rights may be granted.

use axum::{Json, extract::State, http::StatusCode};
use shared::{
    administration::{NewSchool, School},
    paths,
    problem::{Problem, ProblemType},
};

use super::name;
use crate::{
    error::Answer,
    extract,
    state::App,
    store::{
        audit::Who,
        organizations::{self, Organization},
    },
};

/// Every school that a message was sent for, and those that were added ahead of their first.
#[utoipa::path(get, path = paths::SCHOOLS, tag = "administration",
    responses((status = 200, body = [School])))]
pub async fn schools(State(app): State<App>, params: extract::Params) -> Answer<Json<Vec<School>>> {
    params.only(&[])?;
    let school = |Organization { name, messages }| School { name, messages };
    let schools = organizations::list(&app.db).await?;
    Ok(Json(schools.into_iter().map(school).collect()))
}

/// Adds a school ahead of its first message, so that rights can be granted there.
#[utoipa::path(post, path = paths::SCHOOLS, tag = "administration", request_body = NewSchool, responses(
    (status = 201, body = School),
    (status = 400, body = Problem, description = "No name"),
    (status = 409, body = Problem, description = "It is there already"),
))]
pub async fn add_school(
    State(app): State<App>,
    by: Who,
    extract::Json(new): extract::Json<NewSchool>,
) -> Answer<(StatusCode, Json<School>)> {
    let name = name(&new.name, "name")?;
    if !organizations::add(&app.db, &name, &by, app.clock.now()).await? {
        let sentence = format!("There is a school “{name}” already.");
        return Err(ProblemType::Conflict.because(sentence).at("name").into());
    }
    let school = School { name, messages: 0 };
    Ok((StatusCode::CREATED, Json(school)))
}
