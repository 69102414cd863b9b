//! Failures: why deliveries of a message failed, by cause.

use axum::{Json, extract::State};
use shared::{failures::Failures, paths, problem::Problem, session::Permission};

use crate::{
    auth::SignedIn,
    error::{Answer, Refusal},
    extract::Id,
    masking,
    state::App,
    store::{
        self,
        audit::{Who, once::look},
    },
};

/// The failed deliveries of a message, grouped by cause; the most frequent first. Addresses in a
/// provider's words are masked for who may not see them.
#[utoipa::path(get, path = paths::FAILURES, tag = "messages",
    params(("id" = i64, Path, description = "The message's number")),
    responses((status = 200, body = Failures), (status = 404, body = Problem)))]
pub async fn failures(
    State(app): State<App>,
    user: SignedIn,
    by: Who,
    Id(id): Id,
) -> Answer<Json<Failures>> {
    let (zone, now) = (app.district.time_zone, app.clock.now());
    let failures = store::failures::failures(&app.db, id, zone, now).await?;
    let mut failures = failures.ok_or_else(Refusal::no_such_message)?;
    let masked = !user.may(Permission::SeeAddresses);
    look(&app.db, &by, id.0, masked, now).await?;
    if masked {
        for cause in &mut failures.causes {
            cause.reason = masking::words(&cause.reason, "");
        }
    }
    Ok(Json(failures))
}
