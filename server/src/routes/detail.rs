//! Detail: one message in full, but for its recipients.

use axum::{Json, extract::State};
use shared::{
    message::{MessageDetail, MessageId},
    paths,
    problem::Problem,
    session::Permission,
};

use crate::{
    auth::SignedIn,
    error::{Answer, Refusal},
    extract::Id,
    html,
    state::App,
    store::{
        self,
        audit::{Who, once::look},
    },
};

/// One message: its totals, its progress, what it says, and who stopped it if somebody did.
#[utoipa::path(get, path = paths::MESSAGE, tag = "messages",
    params(("id" = i64, Path, description = "The message's number")),
    responses((status = 200, body = MessageDetail), (status = 404, body = Problem)))]
pub async fn detail(
    State(app): State<App>,
    user: SignedIn,
    by: Who,
    Id(id): Id,
) -> Answer<Json<MessageDetail>> {
    let detail = fresh(&app, &user, id).await?;
    let masked = !user.may(Permission::SeeAddresses);
    look(&app.db, &by, id.0, masked, app.clock.now()).await?;
    Ok(detail)
}

/// The message as it is now.
pub(super) async fn fresh(
    app: &App,
    user: &SignedIn,
    id: MessageId,
) -> Answer<Json<MessageDetail>> {
    let (zone, now) = (app.district.time_zone, app.clock.now());
    let detail = store::detail::detail(&app.db, id, zone, now).await?;
    let mut detail = detail.ok_or_else(Refusal::no_such_message)?;
    detail.can_cancel &= user.may(Permission::Cancel);
    detail.content.bodies.iter_mut().for_each(html::tame);
    let header = &mut detail.message;
    let limit = now - app.settings.stalled_after;
    header.stalled &= header.last_news_at.is_some_and(|news| news <= limit);
    Ok(Json(detail))
}
