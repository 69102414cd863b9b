//! Audit: the trail, filtered and paged; what was done to one message; and that rows leave as a file.

use axum::{Json, extract::State, http::StatusCode};
use shared::{
    audit::{AuditAction, AuditPage, Export, History},
    paths,
    problem::Problem,
};

use super::detail;
use crate::{
    auth::SignedIn,
    error::Answer,
    extract::{self, Id, Params, invalid},
    state::App,
    store::audit::{
        self, Who,
        read::{self, Kept, PAGE, Wanted},
    },
    wording,
};

/// The longest name searched for, in characters.
const MAX_SEARCH: usize = 200;

/// Who did what, when and from where: the newest lines first, 200 at a time.
#[utoipa::path(get, path = paths::AUDIT, tag = "administration",
    params(
        ("from" = Option<NaiveDate>, Query, description = "The first day, in the district's zone"),
        ("to" = Option<NaiveDate>, Query, description = "The last day, included"),
        ("action" = Option<AuditAction>, Query, description = "Only what was done"),
        ("who" = Option<String>, Query, description = "Contained in the name of who did it or to whom it was done, ignoring case"),
        ("before" = Option<i64>, Query, description = "Only lines before this one: `next_before` of the answer before"),
    ),
    responses(
        (status = 200, body = AuditPage),
        (status = 400, body = Problem, description = "A parameter cannot be read"),
    ))]
pub async fn audit(State(app): State<App>, params: Params) -> Answer<Json<AuditPage>> {
    let params = params.only(&["from", "to", "action", "who", "before"])?;
    let zone = app.district.time_zone;
    let who = params.get("who").unwrap_or_default().trim();
    if who.chars().count() > MAX_SEARCH {
        let sentence = format!("The name is longer than {MAX_SEARCH} characters. Shorten it.");
        return Err(invalid(sentence).at("who").into());
    }
    let (from, to) = (params.day("from")?, params.day("to")?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        let sentence = "The first day is after the last. Exchange them.";
        return Err(invalid(sentence).at("from").into());
    }
    let wanted = Wanted {
        before: params.parse("before", "the number of a line")?,
        action: params.parse("action", "an action, such as signed_in or canceled")?,
        // Postgres takes no zero characters, and no name holds one.
        who: who.replace('\0', "\u{fffd}"),
        ..Wanted::of_days(from, to, zone)
    };
    let mut kept = read::find(&app.db, &wanted).await?;
    let next_before = page(&mut kept);
    let lines = kept.iter().map(|kept| wording::line(kept, zone)).collect();
    Ok(Json(AuditPage { lines, next_before }))
}

/// What was done to a message, by whom and when: the newest lines first, 200 at a time.
#[utoipa::path(get, path = paths::HISTORY, tag = "messages",
    params(
        ("id" = i64, Path, description = "The message's number"),
        ("before" = Option<i64>, Query, description = "Only lines before this one: `next_before` of the answer before"),
    ),
    responses(
        (status = 200, body = History),
        (status = 400, body = Problem, description = "A parameter cannot be read"),
        (status = 404, body = Problem),
    ))]
pub async fn history(
    State(app): State<App>,
    user: SignedIn,
    Id(id): Id,
    params: Params,
) -> Answer<Json<History>> {
    let params = params.only(&["before"])?;
    let before = params.parse("before", "the number of a line")?;
    let _shown = detail::fresh(&app, &user, id).await?;
    let mut kept = read::of_message(&app.db, id.0, before).await?;
    let next_before = page(&mut kept);
    let zone = app.district.time_zone;
    let lines = kept.iter().map(|kept| wording::history(kept, zone));
    Ok(Json(History {
        lines: lines.collect(),
        next_before,
    }))
}

/// Leaves a page of lines, and says before which one the next begins, if there is one.
fn page(kept: &mut Vec<Kept>) -> Option<i64> {
    let more = kept.len() > PAGE;
    kept.truncate(PAGE);
    kept.last().map(|line| line.seq).filter(|_| more)
}

/// Records that rows of the log are about to be saved as a file. The page makes the file of what it shows, once this
/// has answered.
#[utoipa::path(post, path = paths::EXPORTS, tag = "messages", request_body = Export, responses(
    (status = 204),
    (status = 403, body = Problem, description = "The account may not print reports"),
    (status = 503, body = Problem, description = "It could not be recorded"),
))]
pub async fn export(
    State(app): State<App>,
    by: Who,
    extract::Json(export): extract::Json<Export>,
) -> Answer<StatusCode> {
    let act = by
        .does(AuditAction::Exported, app.clock.now())
        .with(serde_json::json!({"rows": export.rows}));
    audit::append(&app.db, &act).await?;
    Ok(StatusCode::NO_CONTENT)
}
