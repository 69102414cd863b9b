//! The guard: who changes a delivery's status holds its message, and keeps the tally in step.
//!
//! [`Guard::hold`] takes the message's row for the rest of the transaction, [`Guard::change`] changes some of
//! its deliveries, [`Guard::let_go`] writes the row back. Everything that happens to a delivery after its
//! submission comes through here: claims, what came of a hand-over, receipts, expired claims.

use std::collections::{BTreeSet, HashMap};

use shared::{
    call_status::CallStatus,
    counting::Tally,
    delivery::{DeliveryStatus, Device},
    message::MessageStatus,
    standing::Standing,
};
use sqlx::{PgConnection, QueryBuilder, SqliteConnection};

use super::{StoreError, cancel::to_json, cause, detail::json, time::Timestamp, word::Word};

/// A message that this transaction holds.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) id: i64,
    pub(super) status: MessageStatus,
    pub(super) tally: Tally,
    /// Deliveries whose hand-over was given up.
    pub(super) given_up: i64,
    pub(super) started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    /// When to look whether it has fallen silent.
    pub(super) check_at: Option<Timestamp>,
}

/// A delivery as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) number: i64,
    pub(super) device: Device,
    pub(super) standing: Standing<Timestamp>,
    /// The last claim it was in, until that was recorded or the delivery went back in line.
    pub(super) claim: Option<i64>,
    /// How often it was tried.
    pub(super) attempt: i32,
    pub(super) due_at: Option<Timestamp>,
    pub(super) provider: Option<String>,
    pub(super) provider_id: Option<String>,
}

type HeldRow = (
    Word<MessageStatus>,
    String,
    i64,
    Option<Timestamp>,
    Option<Timestamp>,
    Option<Timestamp>,
);

type KeptRow = (
    i64,
    Word<Device>,
    Word<DeliveryStatus>,
    Option<i32>,
    Option<String>,
    Option<Timestamp>,
    Option<Timestamp>,
    Option<i64>,
    i32,
    Option<Timestamp>,
    Option<String>,
    Option<String>,
);

/// Values bound in one statement: a number on thousands of lines is shared by as many persons.
const MOST_BINDS: usize = 5000;

// The statements below are given pairs `k` of a message and a number (or person), and look each pair up by its key.
// With the message as a constant of its own, Postgres may take a message that it has no statistics of yet for a
// small one, and read all of it for each batch: a cancel then waited 13 seconds for its turn. `cross join` says the
// same to SQLite.

const KEPT: &str = "
    select d.number, d.device, d.status, d.call_status, d.reason, d.confirmed_at, d.at, d.claim, d.attempt, d.due_at,
        d.provider, d.provider_id
    from k cross join deliveries d
    where d.message_id = k.message_id and d.number = k.number and d.status is not null
    order by d.number";

const LET_GO: &str = "
    update messages
    set status = $2, tally = $3, given_up = $4, started_at = $5, ended_at = $6, check_at = $7, changed_at = $8,
        revision = revision + 1
    where id = $1";

const OWN_PERSONS: &str = "
    select r.person, d.number from k cross join deliveries d cross join recipients r
    where d.message_id = k.message_id and d.number = k.number
        and r.message_id = k.message_id and r.line = d.line";

const SHARING_PERSONS: &str = "
    select r.person, d.first_number from k cross join deliveries d cross join recipients r
    where d.message_id = k.message_id and d.first_number = k.number and d.first_number <> d.number
        and r.message_id = k.message_id and r.line = d.line";

const WAYS: &str = "
    select c.person, c.number from k cross join contacts c
    where c.message_id = k.message_id and c.person = k.person";

const NO_WAYS: &str = "
    delete from contacts where (message_id, person, number) in (select message_id, person, number from k)";

impl Held {
    fn read(id: i64, row: HeldRow) -> Result<Held, StoreError> {
        let (Word(status), tally, given_up, started_at, ended_at, check_at) = row;
        Ok(Held {
            id,
            status,
            tally: json(id, "tally", &tally)?,
            given_up,
            started_at,
            ended_at,
            check_at,
        })
    }

    /// Whether something of it may still be handed over.
    pub(super) const fn runs(&self) -> bool {
        self.status.can_cancel()
    }

    /// Something of it is to be handed over again: what was an error for its silence is none.
    pub(super) fn goes_on(&mut self, now: Timestamp) {
        if self.status == MessageStatus::Error {
            self.status = MessageStatus::InProgress;
            self.check_at = self.check_at.or(Some(now));
        }
    }

    /// A status as the tally has it: a cancel counts what is queued as canceled, and leaves its rows as they are.
    fn counted(&self, status: DeliveryStatus) -> DeliveryStatus {
        match (self.status, status) {
            (MessageStatus::Canceled, DeliveryStatus::Queued) => DeliveryStatus::Canceled,
            _ => status,
        }
    }

    /// Deliveries of all devices that stand at `status`.
    pub(super) fn count(&mut self, status: DeliveryStatus) -> u32 {
        let devices = self.tally.devices.values_mut();
        devices.map(|device| *device.of(status)).sum()
    }

    /// Moves `count` of a device from one status to another.
    pub(super) fn shift(
        &mut self,
        device: Device,
        from: DeliveryStatus,
        to: DeliveryStatus,
        count: u32,
    ) {
        let tally = self.tally.devices.entry(device).or_default();
        let left = tally.of(from);
        debug_assert!(
            *left >= count,
            "{device:?}: {count} of {left} {from:?} are moved"
        );
        *left = left.saturating_sub(count);
        *tally.of(to) += count;
    }

    /// Ends the message where each of its deliveries has its final word (spec section 2).
    pub(super) fn conclude(&mut self, now: Timestamp) {
        let open = self.count(DeliveryStatus::Queued) + self.count(DeliveryStatus::InProgress);
        if open > 0 {
            return;
        }
        self.check_at = None;
        match self.status {
            MessageStatus::Canceled => {
                if self.started_at.is_some() {
                    self.ended_at = self.ended_at.or(Some(now));
                }
            }
            MessageStatus::Waiting | MessageStatus::InProgress | MessageStatus::Error => {
                self.status = match self.given_up {
                    0 => MessageStatus::Sent,
                    _ => MessageStatus::Error,
                };
                self.started_at = self.started_at.or(Some(now));
                self.ended_at = self.ended_at.or(Some(now));
            }
            MessageStatus::Sent => {}
        }
    }
}

/// Holding a message and changing its deliveries, on a connection inside a transaction.
pub(super) trait Guard {
    /// Takes the message for the rest of the transaction; `None` where there is none, it is history, or who got it
    /// has been removed.
    async fn hold(&mut self, id: i64) -> Result<Option<Held>, StoreError>;

    /// Writes it back, changed at `now`.
    async fn let_go(&mut self, held: &Held, now: Timestamp) -> Result<(), StoreError>;

    /// Its deliveries of these numbers, leaving out duplicates.
    async fn kept(&mut self, held: &Held, numbers: &[i64]) -> Result<Vec<Kept>, StoreError>;

    /// Changes deliveries from what they were to what they are, and the tally with them.
    async fn change(&mut self, held: &mut Held, changes: &[(Kept, Kept)])
    -> Result<(), StoreError>;

    /// Notes which persons are contacted by which deliveries, and no more by which.
    async fn contact(&mut self, held: &mut Held, yes: &[i64], no: &[i64])
    -> Result<(), StoreError>;
}

macro_rules! guard {
    ($connection:ty, $lock:literal) => {
        impl Guard for $connection {
            async fn hold(&mut self, id: i64) -> Result<Option<Held>, StoreError> {
                const HOLD: &str = concat!(
                    "select status, tally, given_up, started_at, ended_at, check_at from messages
                    where id = $1 and delivered_by is not null and personal_data_removed_at is null",
                    $lock
                );
                let row: Option<HeldRow> = sqlx::query_as(HOLD).bind(id).fetch_optional(&mut *self).await?;
                row.map(|row| Held::read(id, row)).transpose()
            }

            async fn let_go(&mut self, held: &Held, now: Timestamp) -> Result<(), StoreError> {
                sqlx::query(LET_GO)
                    .bind(held.id)
                    .bind(held.status.as_str())
                    .bind(to_json(held.id, "tally", &held.tally)?)
                    .bind(held.given_up)
                    .bind(held.started_at)
                    .bind(held.ended_at)
                    .bind(held.check_at)
                    .bind(now)
                    .execute(&mut *self)
                    .await?;
                Ok(())
            }

            async fn kept(&mut self, held: &Held, numbers: &[i64]) -> Result<Vec<Kept>, StoreError> {
                if numbers.is_empty() {
                    return Ok(Vec::new());
                }
                let mut select = QueryBuilder::new("with k (message_id, number) as (");
                select.push_values(numbers, |mut pair, number| {
                    pair.push_bind(held.id).push_bind(*number);
                });
                select.push(") ").push(KEPT);
                let rows: Vec<KeptRow> = select.build_query_as().fetch_all(&mut *self).await?;
                Ok(rows.into_iter().map(Kept::from).collect())
            }

            async fn change(&mut self, held: &mut Held, changes: &[(Kept, Kept)]) -> Result<(), StoreError> {
                if changes.is_empty() {
                    return Ok(());
                }
                let mut update = QueryBuilder::new(
                    "with v (message_id, number, status, call_status, reason, cause, confirmed_at, at, claim, attempt,
                        due_at, provider, provider_id) as (",
                );
                update.push_values(changes, |mut row, (_, after)| {
                    row.push_bind(held.id)
                        .push_bind(after.number)
                        .push_bind(after.standing.status.as_str())
                        .push_bind(after.standing.call_status.map(|code| i32::from(code.0)))
                        .push_bind(after.standing.reason.as_deref())
                        .push_bind(after.standing.reason.as_deref().and_then(cause::of))
                        .push_bind(after.standing.confirmed_at)
                        .push_bind(after.standing.at)
                        .push_bind(after.claim)
                        .push_bind(after.attempt)
                        .push_bind(after.due_at)
                        .push_bind(after.provider.as_deref())
                        .push_bind(after.provider_id.as_deref());
                });
                update
                    .push(
                        ") update deliveries
                        set status = v.status, call_status = v.call_status, reason = v.reason,
                            cause = v.cause, confirmed_at = v.confirmed_at, at = v.at, claim = v.claim,
                            attempt = v.attempt, due_at = v.due_at, provider = v.provider, provider_id = v.provider_id
                        from v where deliveries.message_id = v.message_id and deliveries.number = v.number",
                    );
                update.build().execute(&mut *self).await?;
                let (mut yes, mut no) = (Vec::new(), Vec::new());
                for (before, after) in changes {
                    let device = after.device;
                    let (from, to) =
                        (held.counted(before.standing.status), held.counted(after.standing.status));
                    if from != to {
                        held.shift(device, from, to, 1);
                    }
                    match (before.standing.is_contacted(device), after.standing.is_contacted(device)) {
                        (false, true) => yes.push(after.number),
                        (true, false) => no.push(after.number),
                        _ => {}
                    }
                }
                self.contact(held, &yes, &no).await
            }

            async fn contact(&mut self, held: &mut Held, yes: &[i64], no: &[i64]) -> Result<(), StoreError> {
                if yes.is_empty() && no.is_empty() {
                    return Ok(());
                }
                let mut shared = held.tally.devices.values();
                let statements: &[&str] = match shared.any(|device| device.duplicates > 0) {
                    true => &[OWN_PERSONS, SHARING_PERSONS],
                    false => &[OWN_PERSONS],
                };
                let mut pairs: BTreeSet<(String, i64)> = BTreeSet::new();
                for statement in statements {
                    let mut select = QueryBuilder::new("with k (message_id, number) as (");
                    select.push_values(yes.iter().chain(no), |mut pair, number| {
                        pair.push_bind(held.id).push_bind(*number);
                    });
                    select.push(") ").push(*statement);
                    let rows: Vec<(String, i64)> = select.build_query_as().fetch_all(&mut *self).await?;
                    pairs.extend(rows);
                }
                // Which of these persons are contacted already, by any delivery.
                let persons: BTreeSet<&str> = pairs.iter().map(|(person, _)| person.as_str()).collect();
                let mut ways: HashMap<String, BTreeSet<i64>> = HashMap::new();
                let persons: Vec<&str> = persons.into_iter().collect();
                for persons in persons.chunks(MOST_BINDS) {
                    let mut select = QueryBuilder::new("with k (message_id, person) as (");
                    select.push_values(persons, |mut pair, person| {
                        pair.push_bind(held.id).push_bind(*person);
                    });
                    select.push(") ").push(WAYS);
                    let rows: Vec<(String, i64)> = select.build_query_as().fetch_all(&mut *self).await?;
                    for (person, number) in rows {
                        ways.entry(person).or_default().insert(number);
                    }
                }
                let before = ways.len();
                let mut added = Vec::new();
                for (person, number) in &pairs {
                    let known = ways.entry(person.clone()).or_default();
                    if no.contains(number) {
                        known.remove(number);
                    } else if known.insert(*number) {
                        added.push((person.as_str(), *number));
                    }
                }
                let after = ways.values().filter(|ways| !ways.is_empty()).count();
                let gone: Vec<&(String, i64)> = pairs.iter().filter(|(_, number)| no.contains(number)).collect();
                for gone in gone.chunks(MOST_BINDS) {
                    let mut delete = QueryBuilder::new("with k (message_id, person, number) as (");
                    delete.push_values(gone, |mut row, (person, number)| {
                        row.push_bind(held.id).push_bind(person).push_bind(*number);
                    });
                    delete.push(") ").push(NO_WAYS);
                    delete.build().execute(&mut *self).await?;
                }
                for added in added.chunks(MOST_BINDS) {
                    let mut insert = QueryBuilder::new("insert into contacts (message_id, person, number) ");
                    let id = held.id;
                    insert.push_values(added, |mut row, (person, number)| {
                        row.push_bind(id).push_bind(*person).push_bind(*number);
                    });
                    insert.build().execute(&mut *self).await?;
                }
                let contacted = i64::from(held.tally.contacted) + after as i64 - before as i64;
                held.tally.contacted = u32::try_from(contacted).unwrap_or_default();
                Ok(())
            }
        }
    };
}

guard!(SqliteConnection, "");
// As an update of the row would: who only refers to the message, as a row of an inbox does, does not wait.
guard!(PgConnection, " for no key update");

impl From<KeptRow> for Kept {
    fn from(row: KeptRow) -> Self {
        let (
            number,
            Word(device),
            Word(status),
            code,
            reason,
            confirmed_at,
            at,
            claim,
            attempt,
            due_at,
            provider,
            provider_id,
        ) = row;
        Kept {
            number,
            device,
            standing: Standing {
                status,
                call_status: code.and_then(|code| i16::try_from(code).ok().map(CallStatus)),
                reason,
                confirmed_at,
                at,
            },
            claim,
            attempt,
            due_at,
            provider,
            provider_id,
        }
    }
}
