//! Administration: who may sign in, what they may do and where, which programs submit.

use axum::extract::{Path, rejection::PathRejection};
use shared::{
    administration::{LONGEST_NAME, PasswordLink, PersonGrant, fit_name},
    problem::{Problem, ProblemType},
};

use crate::{
    auth::token,
    error::{Answer, Refusal},
    state::App,
    store::{
        grants::{Grant, Granted},
        links::Link,
    },
};

pub mod password;
pub mod people;
pub mod roles;
pub mod schools;
pub mod sessions;
pub mod tokens;
pub mod welcome;

/// How long a link is good by which somebody chooses their password, in days.
pub const LINK_DAYS: i64 = 3;

/// A new link that is good for three days, and what the store keeps of it.
pub fn link(app: &App) -> (Link, PasswordLink) {
    let now = app.clock.now();
    let expires_at = now + chrono::TimeDelta::days(LINK_DAYS);
    let (path, key) = path();
    let link = Link {
        key,
        now,
        expires_at,
    };
    let told = PasswordLink {
        path,
        expires_at: crate::store::time::local(expires_at, app.district.time_zone),
    };
    (link, told)
}

/// A path with a new key behind the `#`, which no browser sends to a server and no log sees; and the key's digest.
pub fn path() -> (String, String) {
    let key = token::random();
    (format!("/welcome#{key}"), token::key(&key))
}

fn name(given: &str, field: &'static str) -> Result<String, Problem> {
    let sentence =
        || format!("Give a name of 1 to {LONGEST_NAME} characters, none of them hidden.");
    let name =
        fit_name(given).ok_or_else(|| ProblemType::InvalidRequest.because(sentence()).at(field))?;
    Ok(name.to_owned())
}

fn kept(grants: Vec<PersonGrant>) -> Vec<Grant> {
    let grant = |PersonGrant { role, organization }| Grant { role, organization };
    grants.into_iter().map(grant).collect()
}

/// What came of a change of somebody's rights.
fn told(granted: Granted) -> Answer<()> {
    let problem = match granted {
        Granted::Done => return Ok(()),
        Granted::NoSuchUser => return Err(no_such_person()),
        Granted::NoSuchRole(role) => ProblemType::InvalidRequest
            .because(format!("There is no role “{role}”. Choose one of those that Roles shows."))
            .at("grants"),
        Granted::NoSuchSchool(school) => no_such_school(&school).at("grants"),
        Granted::LastAdministrator => ProblemType::Conflict.because(
            "Nobody would be left to administer Sentlog. Make somebody else an administrator first.",
        ),
    };
    Err(problem.into())
}

fn no_such_school(school: &str) -> Problem {
    ProblemType::InvalidRequest.because(format!(
        "There is no school “{school}”. Add it under Schools first, or write its name as the messages do."
    ))
}

fn no_such_person() -> Refusal {
    ProblemType::NotFound
        .because("There is no such person any more. Reload the page.")
        .into()
}

/// The account that a path names.
fn person(path: Result<Path<i64>, PathRejection>) -> Answer<i64> {
    path.map(|Path(id)| id).map_err(|_| no_such_person())
}

/// The name at a path's end.
fn named(path: Result<Path<String>, PathRejection>) -> Answer<String> {
    let Path(name) = path.map_err(|_| {
        ProblemType::InvalidRequest
            .because("The address is not UTF-8. Reload the page and try again.")
    })?;
    Ok(name)
}
