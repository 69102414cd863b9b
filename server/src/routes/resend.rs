//! Resend: a message goes again to those whom it did not reach.

use axum::{Json, extract::State, http::StatusCode};
use chrono_tz::Tz;
use shared::{
    paths,
    problem::{Problem, ProblemType},
    resend::{ResendPlan, ResendRequest, Resent, Which},
};

use crate::{
    error::{Answer, Refusal},
    extract::{self, Id, Params, invalid},
    state::App,
    store::{
        audit::Who,
        resend::{self, Asked, MOST_LINES, ResendOutcome},
        time::local,
    },
};

/// What a resend would send now: to whom, and how many they are.
#[utoipa::path(get, path = paths::RESEND, tag = "messages",
    params(
        ("id" = i64, Path, description = "The message's number"),
        ("which" = Which, Query, description = "To whom"),
    ),
    responses(
        (status = 200, body = ResendPlan),
        (status = 400, body = Problem),
        (status = 403, body = Problem, description = "The account may not cancel and resend"),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The message is still going out"),
        (status = 410, body = Problem, description = "Who got it was removed for its age"),
    ))]
pub async fn resend_plan(
    State(app): State<App>,
    Id(id): Id,
    params: Params,
) -> Answer<Json<ResendPlan>> {
    let params = params.only(&["which"])?;
    let which: Option<Which> = params.parse("which", "“failed” or “stopped”")?;
    let which = which.ok_or_else(|| {
        invalid("Say to whom it would be resent: which=failed or which=stopped.").at("which")
    })?;
    match resend::plan(&app.db, id, which, app.clock.now()).await? {
        Ok(plan) => Ok(Json(plan)),
        Err(refused) => Err(refusal(refused, which, app.district.time_zone)),
    }
}

/// Makes a message of its own that goes to exactly those whom this one failed to reach, or whom its cancel
/// stopped. Who has opted out since is left out, and who was resent to before. The same attempt again changes
/// nothing, and answers with the same number.
#[utoipa::path(post, path = paths::RESEND, tag = "messages",
    params(("id" = i64, Path, description = "The message's number")),
    request_body = ResendRequest,
    responses(
        (status = 201, body = Resent, description = "It is in the log, and goes out"),
        (status = 200, body = Resent, description = "It was made before"),
        (status = 400, body = Problem),
        (status = 403, body = Problem, description = "The account may not cancel and resend"),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The message is still going out, or there is nobody to resend to"),
        (status = 410, body = Problem, description = "Who got it was removed for its age"),
    ))]
pub async fn resend(
    State(app): State<App>,
    by: Who,
    Id(id): Id,
    extract::Json(request): extract::Json<ResendRequest>,
) -> Answer<(StatusCode, Json<Resent>)> {
    if !(1..=1000).contains(&request.attempt) {
        return Err(invalid("The attempt is a number from 1 to 1000.")
            .at("attempt")
            .into());
    }
    let asked = Asked {
        which: request.which,
        attempt: request.attempt,
        by: &by,
        sandbox: app.settings.demo,
    };
    let zone = app.district.time_zone;
    match resend::resend(&app.db, id, &asked, zone, &*app.clock).await? {
        ResendOutcome::Made(resent) => Ok((StatusCode::CREATED, Json(resent))),
        ResendOutcome::AlreadyMade(resent) => Ok((StatusCode::OK, Json(resent))),
        refused => Err(refusal(refused, request.which, zone)),
    }
}

/// Only what is over is resent: of a message that still goes out, nobody knows yet who is not reached.
fn refusal(outcome: ResendOutcome, which: Which, zone: Tz) -> Refusal {
    match (outcome, which) {
        (ResendOutcome::NotFound, _) => Refusal::no_such_message(),
        (ResendOutcome::Removed(at), _) => {
            Refusal::personal_data_removed(&local(at, zone), "so there is nobody to resend to.")
        }
        (ResendOutcome::Running, _) => {
            let sentence =
                "This message is still going out. Resend once it has ended, or cancel it first.";
            ProblemType::StillRunning.because(sentence).into()
        }
        (ResendOutcome::TooMany, _) => {
            let sentence = format!(
                "These are more than {MOST_LINES} recipients. Submit them as several messages instead."
            );
            ProblemType::NothingToResend.because(sentence).into()
        }
        (_, Which::Failed) => {
            let sentence = "There is nobody to resend to: no delivery failed that could be tried again, or \
                            they were resent before.";
            ProblemType::NothingToResend.because(sentence).into()
        }
        (_, Which::Stopped) => {
            let sentence = "There is nobody to resend to: no cancel stopped anybody who could be reached, \
                            or they were resent to before.";
            ProblemType::NothingToResend.because(sentence).into()
        }
    }
}
