//! Call statuses: what the numbers that phone providers return mean.

use axum::Json;
use shared::{
    call_status::{CallStatusInfo, DEFINITIONS},
    paths,
};

/// Every defined call status: its number, its label, what it means, and what it counts as.
#[utoipa::path(get, path = paths::CALL_STATUSES, tag = "messages",
    responses((status = 200, body = [CallStatusInfo])))]
pub async fn call_statuses() -> Json<Vec<CallStatusInfo>> {
    Json(DEFINITIONS.iter().map(CallStatusInfo::from).collect())
}
