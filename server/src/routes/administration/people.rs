//! People: who may sign in, and what they may do.

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
};
use shared::{
    administration::{Disabled, Ended, NewPerson, PasswordLink, Person, PersonGrants, PersonMade},
    paths,
    problem::{Problem, ProblemType},
};

use super::{kept, link, name, no_such_person, person, told};
use crate::{
    error::Answer,
    extract,
    state::App,
    store::{
        audit::Who,
        demonstration::DEMO_USER,
        grants,
        links::{self, Linked},
        people, sessions,
        users::{self, Added},
    },
};

/// Everybody who has an account, by name.
#[utoipa::path(get, path = paths::PEOPLE, tag = "administration",
    responses((status = 200, body = [Person])))]
pub async fn people(State(app): State<App>, params: extract::Params) -> Answer<Json<Vec<Person>>> {
    params.only(&[])?;
    let limits = app.sessions.limits_now();
    Ok(Json(
        people::list(&app.db, limits, app.district.time_zone).await?,
    ))
}

/// Makes an account, and a link by which its owner chooses the password: nobody else ever knows it.
#[utoipa::path(post, path = paths::PEOPLE, tag = "administration", request_body = NewPerson, responses(
    (status = 201, body = PersonMade),
    (status = 400, body = Problem, description = "No name, or a role or school that is not known"),
    (status = 409, body = Problem, description = "The name is taken, or people sign in at the provider only"),
))]
pub async fn add_person(
    State(app): State<App>,
    by: Who,
    extract::Json(new): extract::Json<NewPerson>,
) -> Answer<(StatusCode, Json<PersonMade>)> {
    if app.sign_on.as_ref().is_some_and(|door| door.alone) {
        return Err(ProblemType::Conflict
            .because("Here people sign in at the district’s provider only: they come in by its map, and need no account.")
            .into());
    }
    let name = name(&new.name, "name")?;
    let (grants, now) = (kept(new.grants), app.clock.now());
    let id = match users::add_with(&app.db, &name, &grants, "", &by, now).await? {
        Added::Done(id) => id,
        Added::NameTaken => {
            let sentence =
                format!("There is somebody called “{name}” already. Choose another name.");
            return Err(ProblemType::Conflict.because(sentence).at("name").into());
        }
        Added::Refused(refused) => {
            told(refused)?;
            return Err(no_such_person());
        }
    };
    let link = new_link(&app, id, &by).await?;
    Ok((StatusCode::CREATED, Json(PersonMade { id, link })))
}

/// Replaces what somebody may do. It holds from their next request on, also on pages that are open.
#[utoipa::path(put, path = paths::PERSON_GRANTS, tag = "administration", request_body = PersonGrants,
    params(("user" = i64, Path, description = "The account's number")),
    responses(
        (status = 204),
        (status = 400, body = Problem, description = "A role or school that is not known"),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Nobody would be left to administer Sentlog"),
    ))]
pub async fn grant(
    State(app): State<App>,
    by: Who,
    user: Result<Path<i64>, PathRejection>,
    extract::Json(new): extract::Json<PersonGrants>,
) -> Answer<StatusCode> {
    let (user, grants, now) = (person(user)?, kept(new.grants), app.clock.now());
    told(grants::set(&app.db, user, &grants, &by, now).await?)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets somebody sign in no more, or again. Their sessions and open pages end at once.
#[utoipa::path(put, path = paths::PERSON_DISABLED, tag = "administration", request_body = Disabled,
    params(("user" = i64, Path, description = "The account's number")),
    responses(
        (status = 204),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Nobody would be left to administer Sentlog"),
    ))]
pub async fn disable(
    State(app): State<App>,
    by: Who,
    user: Result<Path<i64>, PathRejection>,
    extract::Json(Disabled { disabled }): extract::Json<Disabled>,
) -> Answer<StatusCode> {
    let (user, now) = (person(user)?, app.clock.now());
    told(users::disable(&app.db, user, disabled, &by, now).await?)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a link by which somebody chooses another password. The old one opens nothing from now on, and their sessions
/// end.
#[utoipa::path(post, path = paths::PERSON_LINK, tag = "administration",
    params(("user" = i64, Path, description = "The account's number")),
    responses(
        (status = 201, body = PasswordLink),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "They sign in at the provider"),
    ))]
pub async fn reset(
    State(app): State<App>,
    by: Who,
    user: Result<Path<i64>, PathRejection>,
) -> Answer<(StatusCode, Json<PasswordLink>)> {
    let user = person(user)?;
    let known = users::by_id(&app.db, user)
        .await?
        .ok_or_else(no_such_person)?;
    if app.settings.demo && known.name == DEMO_USER {
        return Err(ProblemType::Conflict
            .because("Visitors of the demonstration share this account, and it has no password.")
            .into());
    }
    let link = new_link(&app, user, &by).await?;
    Ok((StatusCode::CREATED, Json(link)))
}

/// Signs somebody out everywhere.
#[utoipa::path(delete, path = paths::PERSON_SESSIONS, tag = "administration",
    params(("user" = i64, Path, description = "The account's number")),
    responses((status = 200, body = Ended), (status = 404, body = Problem)))]
pub async fn end_sessions(
    State(app): State<App>,
    by: Who,
    user: Result<Path<i64>, PathRejection>,
) -> Answer<Json<Ended>> {
    let user = person(user)?;
    users::by_id(&app.db, user)
        .await?
        .ok_or_else(no_such_person)?;
    let sessions = sessions::end_of(&app.db, user, None, &by, app.clock.now()).await?;
    Ok(Json(Ended { sessions }))
}

async fn new_link(app: &App, user: i64, by: &Who) -> Answer<PasswordLink> {
    let (kept, told) = link(app);
    match links::reset(&app.db, user, &kept, by).await? {
        Linked::Done => Ok(told),
        Linked::NoSuchUser => Err(no_such_person()),
        Linked::Provider => Err(ProblemType::Conflict
            .because("They sign in at the district’s provider, where their password is kept.")
            .into()),
    }
}
