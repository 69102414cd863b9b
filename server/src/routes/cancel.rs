//! Cancel: stops a message, and answers with what it is now.

use axum::{Json, extract::State};
use shared::{
    message::{CancelRequest, MessageDetail},
    paths,
    problem::{Problem, ProblemType},
};

use super::detail;
use crate::{
    auth::SignedIn,
    error::{Answer, Refusal},
    extract::{self, Id, invalid},
    state::App,
    store::{
        audit::Who,
        cancel::{self, CancelOutcome},
    },
};

/// Stops a message: nothing of it that is still queued is handed over any more. A repeat changes nothing.
#[utoipa::path(post, path = paths::CANCEL, tag = "messages",
    params(("id" = i64, Path, description = "The message's number")),
    request_body = CancelRequest,
    responses(
        (status = 200, body = MessageDetail),
        (status = 400, body = Problem, description = "The reason is too long, or the body cannot be read"),
        (status = 403, body = Problem, description = "The account may not cancel"),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The message is past the point where it can be stopped"),
        (status = 503, body = Problem, description = "It could not be recorded, and was not done"),
    ))]
pub async fn cancel(
    State(app): State<App>,
    user: SignedIn,
    by: Who,
    Id(id): Id,
    extract::Json(request): extract::Json<CancelRequest>,
) -> Answer<Json<MessageDetail>> {
    let reason = reason(&request)?;
    match cancel::cancel(&app.db, id, &by, reason.as_deref(), app.clock.now()).await? {
        CancelOutcome::Canceled | CancelOutcome::AlreadyCanceled => {
            detail::fresh(&app, &user, id).await
        }
        CancelOutcome::NotFound => Err(Refusal::no_such_message()),
        CancelOutcome::TooLate(status) => {
            let why = status.cancel_refusal().unwrap_or_default();
            Err(ProblemType::TooLateToCancel.because(why).into())
        }
    }
}

/// The reason without blanks around it; none where there is nothing else.
fn reason(request: &CancelRequest) -> Result<Option<String>, Problem> {
    let reason = request.reason.as_deref().unwrap_or_default().trim();
    if reason.chars().count() > CancelRequest::MAX_REASON {
        return Err(invalid(format!(
            "The reason is longer than {} characters. Shorten it.",
            CancelRequest::MAX_REASON
        ))
        .at("reason"));
    }
    // Postgres keeps no zero characters.
    Ok(Some(reason.replace('\0', "\u{fffd}")).filter(|reason| !reason.is_empty()))
}
