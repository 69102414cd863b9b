//! Reports: what is kept of what providers and people send us, besides what it says of a delivery. All that one report
//! changes is kept in one transaction, so that whoever repeats it finds all of it done, or nothing.

use chrono::{DateTime, TimeDelta, Utc};
use shared::delivery::Device;
use sqlx::{PgConnection, SqliteConnection};

use super::{
    BeginWrite, Database, StoreError, on_database,
    suppression::{LIFT, SUPPRESS},
    time::Timestamp,
    write,
};
use crate::{
    outcome::Receipt,
    receipts::{
        Why,
        mailgun::{self, MAILGUN},
        twilio::{incoming, status::TWILIO},
    },
};

const USE: &str = "
    insert into report_tokens (provider, token, at) values ($1, $2, $3)
    on conflict (provider, token) do nothing";

const FORGET: &str = "delete from report_tokens where provider = $1 and at < $2";

const STRAY: &str = "
    insert into stray_reports (provider, event_id, received_at, raw) values ($1, $2, $3, $4)
    on conflict (provider, event_id) do nothing";

const STRAYS: &str =
    "select event_id, raw from stray_reports where provider = $1 order by event_id";

const OPT_IN: &str = "
    insert into opt_ins (device, address_key, at) values ($1, $2, $3)
    on conflict (device, address_key) do update set at = excluded.at";

const OPTED_IN: &str =
    "select at from opt_ins where device = $1 and address_key = $2 and at >= $3 and at <= $4";

const OPT_OUT: &str = "delete from opt_ins where device = $1 and address_key = $2";

const FORGET_OPT_INS: &str = "delete from opt_ins where at < $1";

/// What becomes of an address from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wished {
    /// The device it holds for.
    pub device: Device,
    /// The normalised address.
    pub address: String,
    /// Why it is reached no more; `None` where its owner wants to be reached again.
    pub why: Option<Why>,
}

/// What a report brings besides its receipt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The token it was signed with, which is good for one report.
    pub token: Option<String>,
    /// What it says about an address.
    pub wish: Option<Wished>,
}

/// Keeping reports, on a connection inside a transaction.
pub(super) trait Reports {
    /// Uses up a token; `false` where it was used before.
    async fn use_token(
        &mut self,
        provider: &str,
        token: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Keeps a report that names no delivery of ours; `false` where the same one is kept already.
    async fn keep_stray(&mut self, receipt: &Receipt, now: Timestamp) -> Result<bool, StoreError>;

    /// Does as is wished. What is true of `since` opts nobody out who has asked to be reached after that.
    async fn heed(
        &mut self,
        wish: &Wished,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}

macro_rules! reports {
    ($connection:ty) => {
        impl Reports for $connection {
            async fn use_token(
                &mut self,
                provider: &str,
                token: &str,
                now: Timestamp,
            ) -> Result<bool, StoreError> {
                let used = sqlx::query(USE)
                    .bind(provider)
                    .bind(token)
                    .bind(now)
                    .execute(&mut *self)
                    .await?;
                Ok(used.rows_affected() == 1)
            }

            async fn keep_stray(
                &mut self,
                receipt: &Receipt,
                now: Timestamp,
            ) -> Result<bool, StoreError> {
                let kept = sqlx::query(STRAY)
                    .bind(receipt.provider)
                    .bind(receipt.event_id.replace('\0', "\u{fffd}"))
                    .bind(now)
                    .bind(receipt.raw.replace('\0', "\u{fffd}"))
                    .execute(&mut *self)
                    .await?;
                Ok(kept.rows_affected() == 1)
            }

            async fn heed(
                &mut self,
                wish: &Wished,
                since: Timestamp,
                now: Timestamp,
            ) -> Result<(), StoreError> {
                let (device, address) = (wish.device.as_str(), wish.address.as_str());
                let Some(why) = wish.why else {
                    sqlx::query(LIFT)
                        .bind(device)
                        .bind(address)
                        .execute(&mut *self)
                        .await?;
                    sqlx::query(OPT_IN)
                        .bind(device)
                        .bind(address)
                        .bind(now)
                        .execute(&mut *self)
                        .await?;
                    return Ok(());
                };
                let opted_in: Option<Timestamp> = sqlx::query_scalar(OPTED_IN)
                    .bind(device)
                    .bind(address)
                    .bind(since)
                    .bind(now)
                    .fetch_optional(&mut *self)
                    .await?;
                if opted_in.is_some() {
                    return Ok(());
                }
                sqlx::query(SUPPRESS)
                    .bind(device)
                    .bind(address)
                    .bind(why.as_str())
                    .bind(now)
                    .execute(&mut *self)
                    .await?;
                Ok(())
            }
        }
    };
}

reports!(SqliteConnection);
reports!(PgConnection);

/// Does as a person wishes who wrote to us, under the provider's name for what was written; `false` where that was done
/// before. What is written counts in the order in which it first comes here.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn heed(
    db: &Database,
    provider: &str,
    event_id: &str,
    wish: &Wished,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let now = Timestamp::from(now);
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        if !tx.use_token(provider, event_id, now).await? {
            return Ok(false);
        }
        // It is the person's last word, whatever was said before.
        sqlx::query(OPT_OUT)
            .bind(wish.device.as_str())
            .bind(&wish.address)
            .execute(&mut *tx)
            .await?;
        tx.heed(wish, now, now).await?;
        tx.commit().await?;
        Ok(true)
    })
}

/// Forgets, at `now`, the tokens whose reports would be refused for their age, what was written so long ago that it is
/// repeated no more, and who opted in so long ago that nothing of before is reported any more.
///
/// # Errors
/// Where the database fails.
pub async fn forget(db: &Database, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let before = |age: TimeDelta| Timestamp::from(now - age);
    let mut forgotten = write!(db, FORGET, MAILGUN, before(mailgun::FORGOTTEN));
    forgotten += write!(db, FORGET, TWILIO, before(incoming::FORGOTTEN));
    forgotten += write!(db, FORGET_OPT_INS, before(incoming::FORGOTTEN));
    Ok(forgotten)
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
