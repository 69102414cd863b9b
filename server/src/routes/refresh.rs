//! Refresh Status: asks the providers what is still open of a message, and answers with what it is now.

use axum::{Json, extract::State};
use shared::{message::Refreshed, paths, problem::Problem, session::Permission};

use super::detail;
use crate::{
    auth::SignedIn,
    delivery::refresh::{self, INTERVAL, PATIENCE},
    error::Answer,
    extract::Id,
    state::App,
    store::{
        audit::{Who, once::look},
        refresh::{Turn, take_turn},
        time::local,
    },
};

/// Asks the providers what became of what they still have. However many look at a message, they are asked
/// at most every 30 seconds; who comes in between is told what is known, and when they were asked.
#[utoipa::path(post, path = paths::REFRESH, tag = "messages",
    params(("id" = i64, Path, description = "The message's number")),
    responses((status = 200, body = Refreshed), (status = 404, body = Problem)))]
pub async fn refresh(
    State(app): State<App>,
    user: SignedIn,
    by: Who,
    Id(id): Id,
) -> Answer<Json<Refreshed>> {
    // There is nothing to ask about a message that nobody may see yet, or that may not be shown.
    let Json(_) = detail::fresh(&app, &user, id).await?;
    let masked = !user.may(Permission::SeeAddresses);
    look(&app.db, &by, id.0, masked, app.clock.now()).await?;
    let asked_at = match take_turn(&app.db, id, INTERVAL, app.clock.now()).await? {
        Turn::Taken(asked_at) => asked_at,
        Turn::Yours => {
            let asked_at = app.clock.now();
            let patience = tokio::time::sleep(PATIENCE);
            refresh::refresh(&app.db, &app.carriers, id, patience, &*app.clock).await?;
            asked_at
        }
    };
    let zone = app.district.time_zone;
    let Json(detail) = detail::fresh(&app, &user, id).await?;
    Ok(Json(Refreshed {
        detail,
        asked_at: local(asked_at, zone),
        ask_again_at: local(asked_at + INTERVAL, zone),
    }))
}
