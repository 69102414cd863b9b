//! What the audit trail says of a purge: a line before anything goes, and one when all has gone. A beginning
//! without an end was killed.

use chrono::{DateTime, Utc};
use serde_json::json;
use shared::audit::AuditAction;

use super::{Gone, Plan};
use crate::store::{
    Database, StoreError,
    audit::{self, Who},
};

/// Who purges, by which ages.
#[derive(Clone, Debug)]
pub struct Run {
    /// Who.
    pub who: Who,
    /// After how many days personal data goes.
    pub keep_personal: Option<u32>,
    /// After how many days whole messages go.
    pub keep_totals: Option<u32>,
}

/// Records what is to go.
///
/// # Errors
/// Where the trail takes no line: then nothing may go.
pub async fn begun(
    db: &Database,
    run: &Run,
    plan: &Plan,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    record(db, run, "begun", &plan.gone, now).await
}

/// Records what has gone; `whole` says whether nothing is left to do.
///
/// # Errors
/// Where the trail takes no line.
pub async fn ended(
    db: &Database,
    run: &Run,
    gone: &Gone,
    whole: bool,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let stage = if whole { "done" } else { "stopped" };
    record(db, run, stage, gone, now).await
}

async fn record(
    db: &Database,
    run: &Run,
    stage: &str,
    gone: &Gone,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let details = json!({
        "stage": stage,
        "keep_personal_days": run.keep_personal,
        "keep_totals_days": run.keep_totals,
        "messages_emptied": gone.emptied,
        "messages_removed": gone.whole,
        "recipients": gone.recipients,
        "deliveries": gone.deliveries,
        "provider_reports": gone.receipts + gone.strays,
        "inbox_entries": gone.inbox,
    });
    let act = run.who.does(AuditAction::Purged, now).with(details);
    audit::append(db, &act).await
}
