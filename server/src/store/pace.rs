//! Pace: how fast a provider is handed what, by all processes together, and when it is left alone.
//!
//! A provider may carry calls at one rate and text messages at another: each of its devices has a pace of its own.

use chrono::{DateTime, TimeDelta, Utc};
use shared::delivery::Device;

use super::{BeginWrite, Database, StoreError, on_database, time::Timestamp, write};

/// A provider that names a time is believed up to this.
pub const BELIEVED: TimeDelta = TimeDelta::hours(1);

pub(super) const QUIET: &str = "select quiet_until from paces where provider = $1";

/// What it said last counts.
const LEAVE_ALONE: &str = "
    insert into paces (provider, free_at, quiet_until) values ($1, $2, $3)
    on conflict (provider) do update set quiet_until = excluded.quiet_until";

/// What the pace of a provider's device is called.
pub(super) fn name(provider: &str, device: Device) -> String {
    format!("{provider}/{}", device.as_str())
}

/// Hands a provider nothing more on this device before `until`, whichever process would.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn leave_alone(
    db: &Database,
    provider: &str,
    device: Device,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (now, until) = (Timestamp::from(now), Timestamp::from(until));
    write!(db, LEAVE_ALONE, name(provider, device), now, until);
    Ok(())
}

/// Until when a provider is left alone on this device; `None` where it need not be.
///
/// # Errors
/// Where the database fails.
pub async fn quiet(
    db: &Database,
    provider: &str,
    device: Device,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let until: Option<Option<Timestamp>> = on_database!(db, |pool| sqlx::query_scalar(QUIET)
        .bind(name(provider, device))
        .fetch_optional(pool)
        .await?);
    Ok(holds(until.flatten(), now))
}

/// What is left of a quiet. One longer than any that is asked for was begun before the clock was set back.
pub(super) fn holds(until: Option<Timestamp>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let until = until?.utc();
    (now < until && until <= now + BELIEVED).then_some(until)
}

/// How many deliveries `rate` a second allows at `now`, and from when it counts; or when it allows the next.
///
/// A second's worth may go at once, so that a slow pulse of claims still reaches the rate.
pub(super) fn allowed(
    rate: f64,
    free_at: Timestamp,
    now: Timestamp,
) -> Result<(u32, DateTime<Utc>), DateTime<Utc>> {
    let each = 1.0 / rate;
    let burst = each.max(1.0);
    // Where the clock was set back, what was spent before does not bind.
    let set_back = free_at.utc() > now.utc() + seconds(burst);
    let from = if set_back { now } else { free_at.max(now) }.utc();
    let ahead = (from - now.utc()).as_seconds_f64();
    match ((burst - ahead) * rate + 0.001) as u32 {
        0 => Err(from + seconds(each - burst)),
        allowed => Ok((allowed, from)),
    }
}

pub(super) fn seconds(seconds: f64) -> TimeDelta {
    TimeDelta::milliseconds((seconds * 1000.0) as i64)
}
