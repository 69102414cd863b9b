//! Receipts: what a provider reports about a delivery, applied once, in whatever order it comes.

use chrono::{DateTime, Utc};
use shared::{
    call_status::CallStatus,
    delivery::{DeliveryStatus, Device},
    message::{MessageId, MessageStatus},
};

use super::{
    BeginWrite, Database, StoreError,
    guard::{Guard, Held, Kept},
    on_database,
    reports::{Beside, Reports},
    time::Timestamp,
    word::Word,
};
use crate::outcome::{DeliveryKey, InFlight, Outcome, Receipt, Target};

const BY_PROVIDER_ID: &str = "
    select message_id, number, provider_id from deliveries where provider = $1 and provider_id = $2";

/// A duplicate was never handed over, so nothing is reported of it.
const BY_KEY: &str = "
    select message_id, number, provider_id from deliveries
    where message_id = $1 and number = $2 and first_number = number";

const KEEP: &str = "
    insert into receipts (provider, event_id, message_id, number, at, received_at, raw)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (provider, event_id) do nothing";

const TO_ASK: &str = "
    select message_id, number, device, provider_id, at, call_status from deliveries
    where status = 'in_progress' and device = $1 and due_at <= $2 and provider = $3
    order by due_at
    limit $4";

const OPEN: &str = "
    select message_id, number, device, provider_id, at, call_status, provider from deliveries
    where message_id = $1 and status = 'in_progress'
        and not exists (select 1 from claims c where c.id = deliveries.claim)
        and (provider_id is not null or provider = $2)
    order by number < coalesce((select next_number from refreshes where message_id = $1), 0), number
    limit $3";

/// What came of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It was news, and is kept.
    News,
    /// It is kept, but told nothing new.
    NothingNew,
    /// The same event came before; nothing was kept.
    Repeat,
    /// No delivery is known by that name, or not yet: a provider may call back before its answer was recorded,
    /// and should try again.
    NoSuchDelivery,
    /// It is signed with a token that was good for another report; nothing was kept.
    TokenUsed,
}

/// Takes in one receipt.
///
/// # Errors
/// Where the database fails; then nothing was kept, and the provider should try again.
pub async fn apply(
    db: &Database,
    receipt: &Receipt,
    now: DateTime<Utc>,
) -> Result<Applied, StoreError> {
    take(db, receipt, None, now).await
}

/// Takes in one report with all that it brings. One that names no delivery of ours is kept as it came.
///
/// # Errors
/// Where the database fails; then nothing was kept, and the provider should try again.
pub async fn take_in(
    db: &Database,
    receipt: &Receipt,
    beside: &Beside,
    now: DateTime<Utc>,
) -> Result<Applied, StoreError> {
    take(db, receipt, Some(beside), now).await
}

async fn take(
    db: &Database,
    receipt: &Receipt,
    beside: Option<&Beside>,
    now: DateTime<Utc>,
) -> Result<Applied, StoreError> {
    let now = Timestamp::from(now);
    // A provider's clock may be ahead of ours.
    let at = Timestamp::from(receipt.at).min(now);
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let found: Option<(i64, i64, Option<String>)> = match &receipt.target {
            Target::ProviderId(id) => {
                sqlx::query_as(BY_PROVIDER_ID)
                    .bind(receipt.provider)
                    .bind(id)
                    .fetch_optional(&mut *tx)
                    .await?
            }
            Target::Key(key) | Target::Named(key, _) => {
                sqlx::query_as(BY_KEY)
                    .bind(key.message.0)
                    .bind(i64::from(key.number))
                    .fetch_optional(&mut *tx)
                    .await?
            }
        };
        let found = found.filter(|(_, _, known)| is_of(receipt, known.as_deref()));
        let mut held = None;
        if let Some((id, number, _)) = found {
            held = tx.hold(id).await?.map(|held| (held, number));
        }
        let fresh = match (&held, beside) {
            (Some((held, number)), _) => {
                let kept = sqlx::query(KEEP)
                    .bind(receipt.provider)
                    .bind(&receipt.event_id)
                    .bind(held.id)
                    .bind(number)
                    .bind(at)
                    .bind(now)
                    .bind(receipt.raw.replace('\0', "\u{fffd}"))
                    .execute(&mut *tx)
                    .await?;
                kept.rows_affected() == 1
            }
            (None, Some(_)) => tx.keep_stray(receipt, now).await?,
            (None, None) => return Ok(Applied::NoSuchDelivery),
        };
        if !fresh {
            return Ok(Applied::Repeat);
        }
        if let Some(token) = beside.and_then(|beside| beside.token.as_deref())
            && !tx.use_token(receipt.provider, token, now).await?
        {
            return Ok(Applied::TokenUsed);
        }
        let (mut applied, mut since) = (Applied::NoSuchDelivery, at);
        if let Some((mut held, number)) = held {
            applied = Applied::NothingNew;
            let taken: Option<(i64, i64, Option<String>)> = match &receipt.target {
                Target::Named(_, id) => {
                    sqlx::query_as(BY_PROVIDER_ID)
                        .bind(receipt.provider)
                        .bind(id)
                        .fetch_optional(&mut *tx)
                        .await?
                }
                Target::ProviderId(_) | Target::Key(_) => None,
            };
            for before in tx.kept(&held, &[number]).await? {
                since = before.standing.at.unwrap_or(at).min(at);
                let after = heard(&before, &receipt.outcome, at, None);
                if after.is_some() {
                    applied = Applied::News;
                }
                let name = name(&before, receipt).filter(|_| taken.is_none());
                let Some(after) = with_name(&mut held, &before, after, name, now) else {
                    continue;
                };
                tx.change(&mut held, &[(before, after)]).await?;
                held.conclude(now);
                tx.let_go(&held, now).await?;
            }
        }
        if let Some(wish) = beside.and_then(|beside| beside.wish.as_ref()) {
            tx.heed(wish, since, now).await?;
        }
        tx.commit().await?;
        Ok(applied)
    })
}

/// Whether a receipt may be about a delivery that is known by this name. Letter case tells no two names apart.
fn is_of(receipt: &Receipt, known: Option<&str>) -> bool {
    match (&receipt.target, known) {
        (Target::Named(_, id), Some(known)) => known.eq_ignore_ascii_case(id),
        (Target::Named(..), None) | (Target::ProviderId(_) | Target::Key(_), _) => true,
    }
}

/// The name that a receipt tells of a delivery that has none yet: the answer to its hand-over was lost.
fn name(before: &Kept, receipt: &Receipt) -> Option<String> {
    match &receipt.target {
        Target::Named(_, id)
            if before.provider_id.is_none()
                && before.provider.as_deref() == Some(receipt.provider) =>
        {
            Some(id.clone())
        }
        Target::Named(..) | Target::ProviderId(_) | Target::Key(_) => None,
    }
}

/// The same with this name. What is in flight of a canceled message can perhaps be taken back by it.
fn with_name(
    held: &mut Held,
    before: &Kept,
    after: Option<Kept>,
    name: Option<String>,
    now: Timestamp,
) -> Option<Kept> {
    let Some(name) = name else {
        return after;
    };
    let after = Kept {
        provider_id: Some(name),
        ..after.unwrap_or_else(|| before.clone())
    };
    let open = after.standing.status == DeliveryStatus::InProgress;
    if open && held.status == MessageStatus::Canceled {
        held.check_at = Some(now);
    }
    Some(after)
}

/// What a delivery becomes by an outcome; `None` where that is no news. While it stays open, its provider is
/// asked at `ask_at`.
fn heard(
    before: &Kept,
    outcome: &Outcome,
    at: Timestamp,
    ask_at: Option<Timestamp>,
) -> Option<Kept> {
    let mut after = before.clone();
    let changed = after.standing.merge(before.device, &outcome.standing(at));
    if after.standing.status.is_final() {
        after.due_at = None;
    } else if ask_at.is_some() {
        after.due_at = ask_at;
    }
    (changed || after.due_at != before.due_at).then_some(after)
}

/// Takes in what a provider answered when it was asked about deliveries of one message. Those it knew no
/// news of are asked for again at `ask_again`.
///
/// # Errors
/// Where the database fails; then nothing was kept.
pub async fn answered(
    db: &Database,
    MessageId(id): MessageId,
    answers: &[(u32, Option<Outcome>)],
    ask_again: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (now, ask_again) = (Timestamp::from(now), Timestamp::from(ask_again));
    let numbers: Vec<i64> = answers
        .iter()
        .map(|(number, _)| i64::from(*number))
        .collect();
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let Some(mut held) = tx.hold(id).await? else {
            return Ok(());
        };
        let mut changes: Vec<(Kept, Kept)> = Vec::new();
        let mut news = false;
        for before in tx.kept(&held, &numbers).await? {
            let answer = answers
                .iter()
                .find(|(number, _)| i64::from(*number) == before.number);
            let after = match answer.and_then(|(_, outcome)| outcome.as_ref()) {
                Some(outcome) => {
                    let after = heard(&before, outcome, now, Some(ask_again));
                    news |= after.is_some();
                    after
                }
                None if before.standing.status == DeliveryStatus::InProgress => Some(Kept {
                    due_at: Some(ask_again),
                    ..before.clone()
                }),
                None => None,
            };
            changes.extend(after.map(|after| (before, after)));
        }
        tx.change(&mut held, &changes).await?;
        if news {
            held.conclude(now);
            tx.let_go(&held, now).await?;
        }
        tx.commit().await?;
    });
    Ok(())
}

/// The deliveries that `provider` has on `device` and is to be asked about at `now`, at most `most`.
///
/// # Errors
/// Where the database fails.
pub async fn to_ask(
    db: &Database,
    provider: &str,
    device: Device,
    most: u32,
    now: DateTime<Utc>,
) -> Result<Vec<InFlight>, StoreError> {
    type Row = (
        i64,
        i64,
        Word<Device>,
        Option<String>,
        Option<Timestamp>,
        Option<i32>,
    );
    let now = Timestamp::from(now);
    let rows: Vec<Row> = on_database!(db, |pool| sqlx::query_as(TO_ASK)
        .bind(device.as_str())
        .bind(now)
        .bind(provider)
        .bind(i64::from(most))
        .fetch_all(pool)
        .await?);
    let in_flight = |(message, number, Word(device), provider_id, at, code): Row| InFlight {
        key: DeliveryKey {
            message: MessageId(message),
            number: u32::try_from(number).unwrap_or(u32::MAX),
        },
        device,
        provider_id,
        handed_over_at: at.unwrap_or(now).utc(),
        call_status: code.and_then(|code| i16::try_from(code).ok().map(CallStatus)),
    };
    Ok(rows.into_iter().map(in_flight).collect())
}

/// What is in flight of a message under a name that its provider knows, or with `by_number`, which needs none; each with
/// the name of who has it, from where the last refresh ended. At most `most`.
///
/// # Errors
/// Where the database fails.
pub async fn open(
    db: &Database,
    MessageId(id): MessageId,
    by_number: &str,
    most: u32,
) -> Result<Vec<(String, InFlight)>, StoreError> {
    type Row = (
        i64,
        i64,
        Word<Device>,
        Option<String>,
        Option<Timestamp>,
        Option<i32>,
        String,
    );
    let rows: Vec<Row> = on_database!(db, |pool| sqlx::query_as(OPEN)
        .bind(id)
        .bind(by_number)
        .bind(i64::from(most))
        .fetch_all(pool)
        .await?);
    let open = |(message, number, Word(device), provider_id, at, code, provider): Row| {
        let in_flight = InFlight {
            key: DeliveryKey {
                message: MessageId(message),
                number: u32::try_from(number).unwrap_or(u32::MAX),
            },
            device,
            provider_id,
            handed_over_at: at.map_or(DateTime::UNIX_EPOCH, Timestamp::utc),
            call_status: code.and_then(|code| i16::try_from(code).ok().map(CallStatus)),
        };
        (provider, in_flight)
    };
    Ok(rows.into_iter().map(open).collect())
}
