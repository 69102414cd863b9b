//! Find: the log's rows of a range of days, newest first.

use axum::{extract::State, http::header, response::IntoResponse};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use shared::{
    find::{CreatedRange, DEFAULT_DAYS, FindResult},
    message::MessageId,
    paths,
    problem::{Problem, ProblemType},
    session::Permission,
};

use crate::{
    auth::SignedIn,
    error::{Answer, Refusal},
    extract::{Params, invalid},
    state::App,
    store,
};

/// Finds the messages created in a range of days: the newest 4000, or the newest 4000 before one of them.
#[utoipa::path(get, path = paths::MESSAGES, tag = "messages",
    params(
        ("created_from" = Option<chrono::NaiveDate>, Query, description = "The first day, in the district's zone. Both days or neither; without them the last seven days."),
        ("created_to" = Option<chrono::NaiveDate>, Query, description = "The last day, included."),
        ("before" = Option<i64>, Query, description = "The number of the last row of the answer before: asks for the next 4000."),
    ),
    responses(
        (status = 200, body = FindResult),
        (status = 400, body = Problem, description = "The days are no range, or a parameter cannot be read"),
    ))]
pub async fn find(
    State(app): State<App>,
    user: SignedIn,
    params: Params,
) -> Answer<impl IntoResponse> {
    let params = params.only(&["created_from", "created_to", "before"])?;
    let (zone, now) = (app.district.time_zone, app.clock.now());
    let range = range(&params, zone, now)?;
    let before: Option<i64> = params.parse("before", "the number of a message")?;
    let (before, reach) = (before.map(MessageId), user.reach(Permission::View));
    let found = store::find::find(&app.db, reach, &range, zone, before, now).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], json(&found)?))
}

/// The answer's bytes. It has a megabyte of them: written into a buffer that grows with them, as any other answer is,
/// it would take a tenth longer.
fn json(found: &FindResult) -> Answer<Vec<u8>> {
    /// About what a row takes, and everything else.
    const ROW: usize = 288;
    let mut bytes = Vec::with_capacity(ROW * (found.messages.len() + 2));
    serde_json::to_writer(&mut bytes, found)
        .map_err(|error| Refusal::Internal(format!("what was found is not written: {error}")))?;
    Ok(bytes)
}

fn range(params: &Params, zone: Tz, now: DateTime<Utc>) -> Result<CreatedRange, Problem> {
    let missing = |field: &str| {
        let sentence = "Give both days of Created Between, or neither for the last seven days.";
        Err(invalid(sentence).at(field))
    };
    match (params.day("created_from")?, params.day("created_to")?) {
        (Some(from), Some(to)) => CreatedRange::new(from, to).map_err(|error| {
            let problem = ProblemType::InvalidRange.because(error.to_string());
            problem.at("created_from")
        }),
        (None, None) => Ok(CreatedRange::last_days(
            now.with_timezone(&zone).date_naive(),
        )),
        (None, Some(_)) => missing("created_from"),
        (Some(_), None) => missing("created_to"),
    }
}

const _: () = assert!(DEFAULT_DAYS == 7, "the sentences above say seven");
