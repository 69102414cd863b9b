//! Health: whether the server is up and reaches its database.

use axum::{Json, extract::State};
use serde::Serialize;
use shared::{paths, problem::Problem};
use utoipa::ToSchema;

use crate::{error::Answer, state::App};

/// The server is well.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`; what is not well answers 503.
    status: &'static str,
}

/// Whether the server is up and reaches its database.
#[utoipa::path(get, path = paths::HEALTH, tag = "server", responses(
    (status = 200, body = Health),
    (status = 503, body = Problem, description = "The database does not answer"),
))]
pub async fn health(State(app): State<App>) -> Answer<Json<Health>> {
    app.db.ping().await?;
    Ok(Json(Health { status: "ok" }))
}
