//! Welcome: somebody follows a link and chooses their password.

use axum::{Json, extract::State};
use shared::{
    administration::{Invited, LinkKey, Welcome},
    paths,
    problem::{Problem, ProblemType},
    session::SessionInfo,
};

use super::{name, password};
use crate::{
    auth::{AuthSession, accounts::Account, token},
    error::{Answer, Refusal},
    extract,
    routes::session::{Visitor, enter},
    state::App,
    store::{
        links::{self, Taken, Whose},
        users,
    },
};

const USED_UP: &str = "This link is good no more: it was used, or is too old, or there is a newer one. Ask an \
    administrator of Sentlog for another.";

/// Says whose link it is. The key travels in the body, where no log sees it.
#[utoipa::path(post, path = paths::INVITED, tag = "session", request_body = LinkKey, responses(
    (status = 200, body = Invited),
    (status = 404, body = Problem, description = "The link is good no more"),
))]
pub async fn invited(
    State(app): State<App>,
    extract::Json(LinkKey { key }): extract::Json<LinkKey>,
) -> Answer<Json<Invited>> {
    let whose = links::whose(&app.db, &token::key(&key), app.clock.now()).await?;
    let name = match whose.ok_or_else(used_up)? {
        Whose::Person(_, name) => Some(name),
        Whose::First => None,
    };
    Ok(Json(Invited { name }))
}

/// Uses a link up: its owner has this password from now on, and is signed in.
#[utoipa::path(post, path = paths::WELCOME, tag = "session", request_body = Welcome, responses(
    (status = 200, body = SessionInfo),
    (status = 400, body = Problem, description = "No name, or a password that is too short, too long or too easy to guess"),
    (status = 404, body = Problem, description = "The link is good no more"),
    (status = 409, body = Problem, description = "The name is taken"),
))]
pub async fn welcome(
    State(app): State<App>,
    visitor: Visitor,
    mut session: AuthSession,
    extract::Json(welcome): extract::Json<Welcome>,
) -> Answer<Json<SessionInfo>> {
    let key = token::key(&welcome.key);
    let now = app.clock.now();
    // Before the work of hashing: whoever guesses keys is answered at no cost.
    let whose = links::whose(&app.db, &key, now).await?;
    let (first, theirs) = match whose.ok_or_else(used_up)? {
        Whose::Person(_, name) => (None, name),
        Whose::First => {
            let chosen = name(welcome.name.as_deref().unwrap_or_default(), "name")?;
            (Some(chosen.clone()), chosen)
        }
    };
    password::fit(&welcome.password, &theirs, "password")?;
    let hash = password::hash(&app, welcome.password).await?;
    let user =
        match links::take(&app.db, &key, first.as_deref(), &hash, visitor.address, now).await? {
            Taken::In(user) => user,
            Taken::Unknown | Taken::Nameless => return Err(used_up()),
            Taken::NameTaken => {
                let sentence = "There is somebody of this name already. Choose another name.";
                return Err(ProblemType::Conflict.because(sentence).at("name").into());
            }
        };
    let user = users::by_id(&app.db, user).await?.ok_or_else(used_up)?;
    enter(&app, &mut session, Account::new(user), &visitor).await
}

fn used_up() -> Refusal {
    ProblemType::NotFound.because(USED_UP).into()
}
