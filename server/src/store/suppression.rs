//! Suppression: addresses that are reached no more, and why. Asked again just before each hand-over.

use std::{collections::HashMap, str::FromStr};

use chrono::{DateTime, Utc};
use serde_json::json as object;
use shared::{
    audit::AuditAction,
    call_status::CallStatus,
    delivery::{DeliveryStatus, Device},
};
use sqlx::QueryBuilder;

use super::{
    BeginWrite, Database, StoreError,
    audit::{Trail, Who},
    on_database,
    time::Timestamp,
    word::Word,
    write,
};
use crate::{
    outcome::{Outcome, is_hard_bounce},
    receipts::Why,
};

pub(super) const SUPPRESS: &str = "
    insert into suppressions (device, address_key, why, at) values ($1, $2, $3, $4)
    on conflict (device, address_key) do nothing";

pub(super) const LIFT: &str = "delete from suppressions where device = $1 and address_key = $2";

/// Each pair by its key (see `guard`).
const AMONG: &str = "
    select s.address_key, s.why from k cross join suppressions s
    where s.device = k.device and s.address_key = k.address_key";

const LIST: &str = "
    select device, address_key, why, at from suppressions order by device, address_key";

/// Addresses a statement.
const CHUNK: usize = 250;

/// An address that is reached no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// The device it holds for.
    pub device: Device,
    /// The normalised address.
    pub address: String,
    /// Why.
    pub why: Why,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// Reaches an address no more. What was known before stays as it was.
///
/// # Errors
/// Where the database fails.
pub async fn suppress(
    db: &Database,
    device: Device,
    address: &str,
    why: Why,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let at = Timestamp::from(now);
    write!(db, SUPPRESS, device.as_str(), address, why.as_str(), at);
    Ok(())
}

/// Reaches an address again, where somebody here says so, who is recorded; the address is not. `false` where it was
/// never suppressed.
///
/// # Errors
/// Where the database fails; then it is not lifted.
pub async fn lift_by(
    db: &Database,
    device: Device,
    address: &str,
    by: &Who,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let act = by
        .does(AuditAction::SuppressionLifted, now)
        .with(object!({"device": device.as_str()}));
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let lifted = sqlx::query(LIFT)
            .bind(device.as_str())
            .bind(address)
            .execute(&mut *tx)
            .await?;
        if lifted.rows_affected() > 0 {
            tx.append(&act).await?;
        }
        tx.commit().await?;
        Ok(lifted.rows_affected() > 0)
    })
}

/// Those of `addresses`, in their normal form, that are reached no more on `device`, each with why.
///
/// # Errors
/// Where the database fails.
pub async fn suppressed(
    db: &Database,
    device: Device,
    addresses: &[&str],
) -> Result<HashMap<String, Why>, StoreError> {
    let mut found = HashMap::new();
    for chunk in addresses.chunks(CHUNK) {
        let rows: Vec<(String, Word<Why>)> = on_database!(db, |pool| {
            let mut among = QueryBuilder::new("with k (device, address_key) as (");
            among.push_values(chunk, |mut pair, address| {
                pair.push_bind(device.as_str())
                    .push_bind((*address).to_owned());
            });
            among.push(") ").push(AMONG);
            among.build_query_as().fetch_all(pool).await?
        });
        found.extend(rows.into_iter().map(|(address, Word(why))| (address, why)));
    }
    Ok(found)
}

/// Every address that is reached no more, by device and address.
///
/// # Errors
/// Where the database fails.
pub async fn list(db: &Database) -> Result<Vec<Suppressed>, StoreError> {
    type Row = (Word<Device>, String, Word<Why>, Timestamp);
    let rows: Vec<Row> = on_database!(db, |pool| sqlx::query_as(LIST).fetch_all(pool).await?);
    let suppressed = |(Word(device), address, Word(why), at): Row| Suppressed {
        device,
        address,
        why,
        at: at.utc(),
    };
    Ok(rows.into_iter().map(suppressed).collect())
}

/// What an outcome says about its address from now on: the carrier knows of a STOP that we do not, or there
/// is no such mailbox.
pub fn learned(device: Device, outcome: &Outcome) -> Option<Why> {
    let reason = outcome.reason.as_deref().unwrap_or_default();
    match (device, outcome.status) {
        (Device::Text, _) if outcome.call_status == Some(CallStatus(-33)) => Some(Why::Stop),
        (Device::Email, DeliveryStatus::Failed) if is_hard_bounce(reason) => Some(Why::HardBounce),
        _ => None,
    }
}

/// The outcome of a delivery that is not handed over because of it.
pub fn outcome(why: Why) -> Outcome {
    Outcome::of(DeliveryStatus::OptedOut).because(why.in_words())
}

/// A word that is no reason of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown reason of a suppression")]
pub struct UnknownWhy;

impl FromStr for Why {
    type Err = UnknownWhy;

    fn from_str(word: &str) -> Result<Self, UnknownWhy> {
        Why::ALL
            .into_iter()
            .find(|why| why.as_str() == word)
            .ok_or(UnknownWhy)
    }
}
