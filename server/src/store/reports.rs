//! Reports: what is kept of what providers send us, besides what it says of a delivery.

use chrono::{DateTime, Utc};

use super::{Database, StoreError, on_database, time::Timestamp};
use crate::delivery::providers::Receipt;

const USE: &str = "
    insert into report_tokens (provider, token, at) values ($1, $2, $3)
    on conflict (provider, token) do nothing";

const GIVE_BACK: &str = "delete from report_tokens where provider = $1 and token = $2";

const FORGET: &str = "delete from report_tokens where at < $1";

const STRAY: &str = "
    insert into stray_reports (provider, event_id, received_at, raw) values ($1, $2, $3, $4)
    on conflict (provider, event_id) do nothing";

const STRAYS: &str =
    "select event_id, raw from stray_reports where provider = $1 order by event_id";

/// Uses up a token that a report was signed with; `false` where it was used before.
///
/// # Errors
/// Where the database fails.
pub async fn use_token(
    db: &Database,
    provider: &str,
    token: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let used = on_database!(db, |pool| sqlx::query(USE)
        .bind(provider)
        .bind(token)
        .bind(Timestamp::from(now))
        .execute(pool)
        .await?
        .rows_affected());
    Ok(used == 1)
}

/// Gives a token back, because its report could not be kept and will be sent again.
///
/// # Errors
/// Where the database fails.
pub async fn give_token_back(db: &Database, provider: &str, token: &str) -> Result<(), StoreError> {
    on_database!(db, |pool| {
        sqlx::query(GIVE_BACK)
            .bind(provider)
            .bind(token)
            .execute(pool)
            .await?;
    });
    Ok(())
}

/// Forgets the tokens used before `then`, whose reports are refused for their age by now.
///
/// # Errors
/// Where the database fails.
pub async fn forget_tokens(db: &Database, then: DateTime<Utc>) -> Result<u64, StoreError> {
    Ok(on_database!(db, |pool| sqlx::query(FORGET)
        .bind(Timestamp::from(then))
        .execute(pool)
        .await?
        .rows_affected()))
}

/// Keeps a report that names no delivery of ours.
///
/// # Errors
/// Where the database fails.
pub async fn keep_stray(
    db: &Database,
    receipt: &Receipt,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    on_database!(db, |pool| {
        sqlx::query(STRAY)
            .bind(receipt.provider)
            .bind(receipt.event_id.replace('\0', "\u{fffd}"))
            .bind(Timestamp::from(now))
            .bind(receipt.raw.replace('\0', "\u{fffd}"))
            .execute(pool)
            .await?;
    });
    Ok(())
}

/// The reports of a provider that name no delivery of ours: the event's name, and what came.
///
/// # Errors
/// Where the database fails.
pub async fn strays(db: &Database, provider: &str) -> Result<Vec<(String, String)>, StoreError> {
    Ok(on_database!(db, |pool| sqlx::query_as(STRAYS)
        .bind(provider)
        .fetch_all(pool)
        .await?))
}
