//! Leases: a claim is its worker's until it falls silent; then [`release`](super::record::release) settles it.

use chrono::{DateTime, Utc};
use shared::{delivery::Device, message::MessageId};

use super::{BeginWrite, Database, StoreError, on_database, time::Timestamp, word::Word, write};

const RENEW: &str = "update claims set lease_until = $2 where id = $1";

const EXPIRED: &str = "
    select id, message_id, device, provider from claims where lease_until <= $1 order by id limit 100";

/// Keeps a claim for longer; `false` where another worker has settled it.
///
/// # Errors
/// Where the database fails.
pub async fn renew(db: &Database, claim: i64, until: DateTime<Utc>) -> Result<bool, StoreError> {
    let renewed = write!(db, RENEW, claim, Timestamp::from(until));
    Ok(renewed == 1)
}

/// A claim whose worker fell silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expired {
    /// Its number.
    pub id: i64,
    /// The message.
    pub message: MessageId,
    /// The device.
    pub device: Device,
    /// Who was to get its deliveries.
    pub provider: String,
}

/// The claims whose worker fell silent before `now`; at most 100.
///
/// # Errors
/// Where the database fails.
pub async fn expired(db: &Database, now: DateTime<Utc>) -> Result<Vec<Expired>, StoreError> {
    type Row = (i64, i64, Word<Device>, String);
    let rows: Vec<Row> = on_database!(db, |pool| sqlx::query_as(EXPIRED)
        .bind(Timestamp::from(now))
        .fetch_all(pool)
        .await?);
    let expired = |(id, message, Word(device), provider)| Expired {
        id,
        message: MessageId(message),
        device,
        provider,
    };
    Ok(rows.into_iter().map(expired).collect())
}
