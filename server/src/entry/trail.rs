//! What the audit trail says of an import: a line before anything is taken, and one when it has ended or was stopped.
//! A beginning without an end broke off.

use std::path::Path;

use chrono::{DateTime, Utc};
use serde_json::json;
use shared::audit::AuditAction;

use super::ImportReport;
use crate::store::{
    Database, StoreError,
    audit::{self, Who},
};

/// An import of which the trail knows that it began.
#[derive(Clone, Debug)]
pub struct Begun {
    /// What it reads: a file's name without its folder, which may be somebody's; `None` for standard input.
    file: Option<String>,
    /// The line that says so.
    line: i64,
}

/// Records what is to be read, and how many bytes that are where it is known.
///
/// # Errors
/// Where the trail takes no line: then nothing may be taken.
pub async fn begun(
    db: &Database,
    file: Option<&Path>,
    bytes: Option<u64>,
    now: DateTime<Utc>,
) -> Result<Begun, StoreError> {
    let file = file.and_then(Path::file_name);
    let file = file.map(|name| name.to_string_lossy().into_owned());
    let details = json!({"stage": "begun", "file": file, "bytes": bytes});
    let act = Who::SHELL.does(AuditAction::Imported, now).with(details);
    let line = audit::append(db, &act).await?;
    Ok(Begun { file, line })
}

/// Records what was taken; `whole` says whether everything was read.
///
/// # Errors
/// Where the trail takes no line.
pub async fn ended(
    db: &Database,
    begun: &Begun,
    done: &ImportReport,
    whole: bool,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let details = json!({
        "stage": if whole { "done" } else { "stopped" },
        "file": begun.file,
        "begun": begun.line,
        "messages": done.accepted,
        "already_there": done.already_there,
        "refused": done.refused,
    });
    let act = Who::SHELL.does(AuditAction::Imported, now).with(details);
    audit::append(db, &act).await
}
