//! Record: what came of a batch that was handed over, or of one whose worker fell silent.

use chrono::{DateTime, Utc};
use shared::{
    delivery::DeliveryStatus,
    message::{MessageId, MessageStatus},
    standing::Standing,
};

use super::{
    BeginWrite, Database, StoreError,
    claim::Claim,
    guard::{Guard, Held, Kept},
    lease::Expired,
    on_database,
    time::Timestamp,
};
use crate::outcome::{AfterSilence, Outcome};

const END: &str = "delete from claims where id = $1";

/// Nothing where the claim is gone already: then another worker has settled it.
const TAKE_OVER: &str = "
    delete from claims where id = $1 and ($2 is null or lease_until <= $2) returning from_number, to_number";

const MESSAGE: &str = "select message_id from claims where id = $1";

const CLAIMED: &str = "
    select number from deliveries
    where message_id = $1 and number >= $2 and number <= $3 and claim = $4";

/// What came of one delivery of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handed {
    /// The provider has it, or refused it for good.
    Over {
        /// The provider's name for it.
        provider_id: Option<String>,
        /// Where that leaves it.
        outcome: Outcome,
        /// When to ask the provider for news.
        ask_at: Option<DateTime<Utc>>,
    },
    /// To be tried again.
    Later {
        /// Why, in words.
        reason: String,
        /// Not before.
        due_at: DateTime<Utc>,
    },
    /// Was not tried: goes back in line, and the attempt does not count.
    Untried {
        /// Why, in words.
        reason: String,
        /// Not before.
        due_at: DateTime<Utc>,
    },
    /// Tried for the last time.
    GivenUp {
        /// Why, in words.
        reason: String,
    },
}

impl Outcome {
    /// The same as it is merged, true of `at`.
    pub(super) fn standing(&self, at: Timestamp) -> Standing<Timestamp> {
        Standing {
            status: self.status,
            call_status: self.call_status,
            // What is longer says no more.
            reason: self
                .reason
                .as_deref()
                .map(|reason| reason.chars().take(500).collect()),
            confirmed_at: self.confirmed.then_some(at),
            at: Some(at),
        }
    }
}

/// Keeps what came of a batch, in its order, and ends its claim.
///
/// A receipt may have come first: then the higher word stays. Where the claim was taken over meanwhile, only
/// what was handed over is taken in.
///
/// # Errors
/// Where the database fails; then nothing was kept, and the claim runs out.
pub async fn record(
    db: &Database,
    claim: &Claim,
    handed: &[Handed],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let now = Timestamp::from(now);
    let numbers: Vec<i64> = claim
        .deliveries
        .iter()
        .map(|d| i64::from(d.number))
        .collect();
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let Some(mut held) = tx.hold(claim.message.0).await? else {
            return Ok(());
        };
        let kept = tx.kept(&held, &numbers).await?;
        let changes: Vec<(Kept, Kept)> = kept
            .into_iter()
            .zip(handed)
            .filter_map(|(before, handed)| {
                let after = after(&mut held, claim.id, &before, handed, now);
                after.map(|after| (before, after))
            })
            .collect();
        tx.change(&mut held, &changes).await?;
        sqlx::query(END).bind(claim.id).execute(&mut *tx).await?;
        held.conclude(now);
        tx.let_go(&held, now).await?;
        tx.commit().await?;
    });
    Ok(())
}

/// What a delivery of claim `claim` becomes.
fn after(
    held: &mut Held,
    claim: i64,
    before: &Kept,
    handed: &Handed,
    now: Timestamp,
) -> Option<Kept> {
    let mut after = before.clone();
    let ours = before.claim == Some(claim);
    if ours {
        after.claim = None;
    }
    let open = before.standing.status == DeliveryStatus::InProgress;
    match handed {
        Handed::Over {
            provider_id,
            outcome,
            ask_at,
        } => {
            after.standing.merge(before.device, &outcome.standing(now));
            after.provider_id = provider_id.clone().or(after.provider_id);
            if held.status == MessageStatus::Canceled && after.provider_id.is_some() {
                // It was in flight when its message was canceled; perhaps it can be taken back.
                held.check_at = Some(now);
            }
            after.due_at = match after.standing.status.is_final() {
                true => None,
                false => ask_at.map(Timestamp::from),
            };
        }
        // Somebody else has it in hand, or a receipt has told more.
        Handed::Later { .. } | Handed::Untried { .. } | Handed::GivenUp { .. }
            if !ours || !open => {}
        // Its message was stopped, and it never went out.
        Handed::Later { .. } | Handed::Untried { .. } if held.status == MessageStatus::Canceled => {
            after.standing = Outcome::of(DeliveryStatus::Canceled).standing(now);
        }
        Handed::Later { reason, due_at } | Handed::Untried { reason, due_at } => {
            held.goes_on(now);
            if matches!(handed, Handed::Untried { .. }) {
                after.attempt -= 1;
            }
            after.standing = Outcome::of(DeliveryStatus::Queued)
                .because(reason)
                .standing(now);
            after.due_at = Some((*due_at).into());
        }
        Handed::GivenUp { reason } => {
            after.standing = Outcome::of(DeliveryStatus::Failed)
                .because(reason)
                .standing(now);
            held.given_up += 1;
        }
    }
    Some(after)
}

/// Settles a claim whose worker fell silent: what is harmless to repeat goes back in line; of the rest
/// nobody can tell whether it went out, and it stays in flight until a receipt, or the want of one, decides. Or its
/// worker does, where it was only slow: for that it keeps the claim's number. `false` where somebody else was faster.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn release(
    db: &Database,
    expired: &Expired,
    rule: AfterSilence,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let now = Timestamp::from(now);
    settle(db, (expired.message, expired.id), Some(now), rule, now).await
}

/// Gives back a claim of which nothing was handed over, for its worker was never told that it had it. `false` where the
/// database does not know it, or not yet.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn give_back(db: &Database, claim: i64, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let message: Option<i64> = on_database!(db, |pool| sqlx::query_scalar(MESSAGE)
        .bind(claim)
        .fetch_optional(pool)
        .await?);
    let Some(message) = message else {
        return Ok(false);
    };
    let of = (MessageId(message), claim);
    settle(db, of, None, AfterSilence::Repeat, now.into()).await
}

/// Settles a claim of a message by a rule, where its lease has run out by `by`.
async fn settle(
    db: &Database,
    (MessageId(id), claim): (MessageId, i64),
    by: Option<Timestamp>,
    rule: AfterSilence,
    now: Timestamp,
) -> Result<bool, StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let Some(mut held) = tx.hold(id).await? else {
            return Ok(false);
        };
        let range: Option<(i64, i64)> = sqlx::query_as(TAKE_OVER)
            .bind(claim)
            .bind(by)
            .fetch_optional(&mut *tx)
            .await?;
        let Some((first, last)) = range else {
            return Ok(false);
        };
        let numbers: Vec<i64> = sqlx::query_scalar(CLAIMED)
            .bind(id)
            .bind(first)
            .bind(last)
            .bind(claim)
            .fetch_all(&mut *tx)
            .await?;
        let kept = tx.kept(&held, &numbers).await?;
        let repeat = match rule {
            AfterSilence::Repeat => held.status != MessageStatus::Canceled,
            AfterSilence::Wait => false,
        };
        let open = |before: &Kept| before.standing.status == DeliveryStatus::InProgress;
        let changes: Vec<(Kept, Kept)> = kept
            .into_iter()
            .filter(|before| repeat && open(before))
            .map(|before| {
                let mut after = before.clone();
                held.goes_on(now);
                after.claim = None;
                after.standing = Outcome::of(DeliveryStatus::Queued).standing(now);
                after.due_at = Some(now);
                (before, after)
            })
            .collect();
        tx.change(&mut held, &changes).await?;
        held.conclude(now);
        tx.let_go(&held, now).await?;
        tx.commit().await?;
    });
    Ok(true)
}
