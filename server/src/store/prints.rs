//! Prints: who printed a message's report, when, and with which options.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::json as object;
use shared::{
    audit::AuditAction,
    message::MessageId,
    report::{Print, ReportDetail, ReportDevice, ReportFormat, ReportOptions},
};

use super::{
    BeginWrite, Database, StoreError,
    audit::{Subject, Trail, Who},
    on_database,
    time::Timestamp,
    word::Word,
};

const KEEP: &str = "
    insert into prints (message_id, printed_by, printed_at, devices, detail, format, masked)
    values ($1, $2, $3, $4, $5, $6, $7)";

const NEWEST: &str = "
    select printed_by, printed_at, devices, detail, format, masked
    from prints
    where message_id = $1
    order by id desc
    limit $2";

type Row = (
    String,
    Timestamp,
    String,
    Word<ReportDetail>,
    Word<ReportFormat>,
    bool,
);

/// Keeps and records that a report of a message leaves the server now.
///
/// # Errors
/// Where the database fails.
pub async fn keep(
    db: &Database,
    MessageId(id): MessageId,
    by: &Who,
    options: &ReportOptions,
    masked: bool,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let devices: Vec<_> = options.devices.iter().map(|d| d.as_str()).collect();
    let act = by
        .does(AuditAction::Reported, now)
        .to(Subject::Message(id))
        .with(object!({"format": options.format, "detail": options.detail, "masked": masked}));
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        sqlx::query(KEEP)
            .bind(id)
            .bind(by.actor.name().unwrap_or_default())
            .bind(Timestamp::from(now))
            .bind(devices.join(","))
            .bind(options.detail.as_str())
            .bind(options.format.as_str())
            .bind(masked)
            .execute(&mut *tx)
            .await?;
        tx.append(&act).await?;
        tx.commit().await?;
    });
    Ok(())
}

/// The newest prints of a message, the newest first.
///
/// # Errors
/// Where the database fails or holds what cannot be read.
pub async fn newest(
    db: &Database,
    MessageId(id): MessageId,
    zone: Tz,
) -> Result<Vec<Print>, StoreError> {
    let rows: Vec<Row> = on_database!(db, |pool| sqlx::query_as(NEWEST)
        .bind(id)
        .bind(Print::LISTED as i64)
        .fetch_all(pool)
        .await?);
    let print = |(by, at, devices, Word(detail), Word(format), masked): Row| Print {
        by,
        at: at.local(zone),
        devices: read(&devices),
        detail,
        format,
        masked,
    };
    Ok(rows.into_iter().map(print).collect())
}

/// The devices of a print. A word that only a newer program knows is left out.
fn read(devices: &str) -> Vec<ReportDevice> {
    let devices: BTreeSet<_> = (devices.split(','))
        .filter_map(|word| word.parse().ok())
        .collect();
    devices.into_iter().collect()
}
