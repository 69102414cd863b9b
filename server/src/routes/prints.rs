//! Prints: who printed a message's report.

use axum::{Json, extract::State};
use shared::{paths, problem::Problem, report::Print};

use super::detail;
use crate::{auth::SignedIn, error::Answer, extract::Id, state::App, store};

/// Who printed reports of a message, when, and with which options: the newest hundred, the newest first.
#[utoipa::path(get, path = paths::PRINTS, tag = "messages",
    params(("id" = i64, Path, description = "The message's number")),
    responses((status = 200, body = [Print]), (status = 404, body = Problem)))]
pub async fn prints(
    State(app): State<App>,
    user: SignedIn,
    Id(id): Id,
) -> Answer<Json<Vec<Print>>> {
    let _shown = detail::fresh(&app, &user, id).await?;
    let prints = store::prints::newest(&app.db, id, app.district.time_zone).await?;
    Ok(Json(prints))
}
