//! Recipients: a message's lines with their deliveries, searched and paged.

use axum::{Json, extract::State};
use shared::{
    delivery::{DeliveryStatus, DeviceFilter, RecipientPage, RecipientQuery},
    paths,
    problem::Problem,
    session::Permission,
};

use crate::{
    auth::SignedIn,
    error::{Answer, Refusal},
    extract::{Id, Params, invalid},
    masking,
    state::App,
    store::{
        self,
        audit::{Who, once::look},
    },
};

/// The longest text searched for, in characters.
const MAX_SEARCH: usize = 200;

/// The people a message went to, and what became of each address. Who may not see addresses gets them
/// masked, and searches names only.
#[utoipa::path(get, path = paths::DELIVERIES, tag = "messages",
    params(
        ("id" = i64, Path, description = "The message's number"),
        ("search" = Option<String>, Query, description = "Contained in the name, the student or an address, ignoring case"),
        ("device" = Option<DeviceFilter>, Query, description = "Only lines with a delivery on this device, or with none at all"),
        ("status" = Option<DeliveryStatus>, Query, description = "Only lines with a delivery in this status (on `device`, where that is given too)"),
        ("failure" = Option<i64>, Query, description = "Only lines with a delivery that failed for the same cause as the delivery of this number"),
        ("after" = Option<u32>, Query, description = "Only lines after this one: `next_after` of the page before"),
        ("limit" = Option<u32>, Query, description = "How many lines: 100, unless asked for 1 to 500"),
    ),
    responses(
        (status = 200, body = RecipientPage),
        (status = 400, body = Problem, description = "A parameter cannot be read"),
        (status = 404, body = Problem),
    ))]
pub async fn recipients(
    State(app): State<App>,
    user: SignedIn,
    by: Who,
    Id(id): Id,
    params: Params,
) -> Answer<Json<RecipientPage>> {
    let query = query(params)?;
    let in_full = user.may(Permission::SeeAddresses);
    let (zone, now) = (app.district.time_zone, app.clock.now());
    let page = store::recipients::page(&app.db, id, &query, in_full, zone, now).await?;
    let mut page = page.ok_or_else(Refusal::no_such_message)?;
    look(&app.db, &by, id.0, !in_full, now).await?;
    if !in_full {
        page.recipients.iter_mut().for_each(masking::line);
    }
    Ok(Json(page))
}

fn query(params: Params) -> Result<RecipientQuery, Problem> {
    let params = params.only(&["search", "device", "status", "failure", "after", "limit"])?;
    let search = params.get("search").unwrap_or_default();
    if search.chars().count() > MAX_SEARCH {
        let sentence = format!("The text to search for is longer than {MAX_SEARCH} characters.");
        return Err(invalid(format!("{sentence} Shorten it.")).at("search"));
    }
    let limit = params.parse("limit", "a number from 1 to 500")?;
    if limit.is_some_and(|limit| !(1..=RecipientQuery::MAX_LIMIT).contains(&limit)) {
        return Err(invalid("A page has 1 to 500 lines. Ask for as many.").at("limit"));
    }
    Ok(RecipientQuery {
        // Postgres takes no zero characters, and no name holds one.
        search: search.replace('\0', "\u{fffd}"),
        device: params.parse("device", "one of no_device, inbox, email, voice, text")?,
        status: params.parse(
            "status",
            "one of queued, in_progress, sent, failed, canceled, opted_out",
        )?,
        failure: params.parse("failure", "the number of a delivery")?,
        after: params.parse("after", "the number of a line")?,
        limit,
    })
}
