//! Inbox: what a person finds in the portal, for the portal to show.

use axum::{
    Json,
    extract::{FromRequestParts, Path, State},
    http::request::Parts,
};
use serde_json::json;
use shared::{
    audit::AuditAction,
    delivery::Device,
    inbox::InboxItem,
    message::{Body, BodyFormat},
    paths,
    problem::Problem,
    session::Permission,
};

use crate::{
    auth::SignedIn,
    error::{Answer, Refusal},
    html,
    state::App,
    store::{
        self,
        audit::{self, Who},
    },
};

/// The sender's key of the person that the path names.
pub struct Person(String);

impl<S: Send + Sync> FromRequestParts<S> for Person {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        // Postgres keeps no zero characters: nobody has such a key.
        let path = path.map_err(|_| Refusal::no_such_message())?;
        Ok(Person(path.0.replace('\0', "\u{fffd}")))
    }
}

/// What a person finds in the inbox, the newest first; at most 500.
#[utoipa::path(get, path = paths::INBOX, tag = "messages",
    params(("person" = String, Path, description = "The sender's key for the person")),
    responses(
        (status = 200, body = Vec<InboxItem>),
        (status = 403, body = Problem, description = "The account may not see who is reached where"),
    ))]
pub async fn inbox(
    State(app): State<App>,
    user: SignedIn,
    by: Who,
    Person(person): Person,
) -> Answer<Json<Vec<InboxItem>>> {
    let reach = user.reach(Permission::SeeAddresses);
    let mut items = store::inbox::list(&app.db, reach, &person, app.district.time_zone).await?;
    // Whose it was is not said: the trail outlives who got what, and a key is often a student's number.
    let shown: Vec<i64> = items.iter().map(|item| item.message.0).collect();
    let act = by
        .does(AuditAction::ViewedPersonalData, app.clock.now())
        .with(json!({"inbox": shown}));
    audit::append(&app.db, &act).await?;
    for item in &mut items {
        let mut body = Body {
            device: Device::Inbox,
            format: BodyFormat::Text,
            content: std::mem::take(&mut item.body),
        };
        html::tame(&mut body);
        item.body = body.content;
    }
    Ok(Json(items))
}
