//! Claim: takes a small batch of one message's deliveries on one device, to be handed over.
//!
//! What waits for its first hand-over stands in a lane, of which everything before a number is claimed; what
//! is to be tried again carries the time for it. A claim is a lease (see [`lease`](super::lease)).

use chrono::{DateTime, TimeDelta, Utc};
use shared::{
    delivery::{DeliveryStatus, Device},
    message::{MessageId, MessageStatus},
};
use sqlx::QueryBuilder;

use super::{
    BeginWrite, Database, StoreError,
    guard::Guard,
    on_database,
    pace::{self, QUIET},
    time::Timestamp,
};

/// The next lane: an emergency before the rest, then who had fewer turns.
macro_rules! lane {
    ($lock:literal) => {
        concat!(
            "select l.message_id from lanes l
            join messages m on m.id = l.message_id
            where l.device = $1 and l.due_at <= $2 and (m.delivered_by = $3 or $4) and (m.urgent or not $5)
            order by m.urgent desc, l.turn, l.message_id
            limit 1",
            $lock
        )
    };
}

/// The next message with a delivery to try again.
macro_rules! retry {
    ($lock:literal) => {
        concat!(
            "select d.message_id from deliveries d
            join messages m on m.id = d.message_id
            where d.status = 'queued' and d.device = $1 and d.due_at <= $2 and (m.delivered_by = $3 or $4)
                and (m.urgent or not $5)
            order by d.due_at
            limit 1",
            $lock
        )
    };
}

/// SQLite has one writer at a time anyway.
const ONE_WRITER: [[&str; 1]; 2] = [[lane!("")], [retry!("")]];

/// On Postgres rather a message that nobody holds; but where all are held, one waits for the first.
const MANY_WRITERS: [[&str; 2]; 2] = [
    [lane!(" for no key update of m skip locked"), lane!("")],
    [retry!(" for no key update of m skip locked"), retry!("")],
];

const CURSOR: &str =
    "select next_number from lanes where message_id = $1 and device = $2 and due_at <= $3";

// The batch first, then its people by their keys (see `guard`).

const LANE_ROWS: &str = "
    select d.number, d.address_key, d.attempt, r.person, r.name
    from (
        select message_id, number, line, address_key, attempt from deliveries
        where message_id = $1 and device = $2 and number >= $3 and status = 'queued' and due_at is null
        order by number
        limit $4
    ) d
    join recipients r on r.message_id = d.message_id and r.line = d.line
    order by d.number";

const RETRY_ROWS: &str = "
    select d.number, d.address_key, d.attempt, r.person, r.name
    from (
        select message_id, number, line, address_key, attempt from deliveries
        where message_id = $1 and device = $2 and due_at <= $3 and status = 'queued'
        order by number
        limit $4
    ) d
    join recipients r on r.message_id = d.message_id and r.line = d.line
    order by d.number";

const ADVANCE: &str =
    "update lanes set next_number = $3, turn = turn + 1 where message_id = $1 and device = $2";

const CLOSE: &str = "delete from lanes where message_id = $1 and device = $2";

/// What a cancel left to be tried again is forgotten, a few at a time.
const FORGET: &str = "
    update deliveries set due_at = null
    where message_id = $1 and number in (
        select number from deliveries
        where message_id = $1 and device = $2 and status = 'queued' and due_at is not null
        order by number limit 500)";

const TAKE: &str = "update deliveries set status = 'in_progress', claim = ";

const CLAIM: &str = "
    insert into claims (id, message_id, device, provider, lease_until, from_number, to_number)
    values ($1, $2, $3, $4, $5, $6, $7)";

/// Changes nothing, but holds the row for the rest of the transaction.
const PACE: &str = "
    insert into paces (provider, free_at) values ($1, $2)
    on conflict (provider) do update set provider = excluded.provider
    returning free_at";

const KEEP_PACE: &str = "update paces set free_at = $2 where provider = $1";

/// Whose messages a worker takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Those for the providers that are set up.
    Providers,
    /// Those that only the sandbox may deliver.
    Sandbox,
    /// Both.
    Both,
}

impl Takes {
    const fn word(self) -> &'static str {
        match self {
            Takes::Providers | Takes::Both => "providers",
            Takes::Sandbox => "sandbox",
        }
    }
}

/// What a worker wants.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The device it serves.
    pub device: Device,
    /// Whose messages.
    pub takes: Takes,
    /// At most so many deliveries.
    pub most: u32,
    /// Who gets them.
    pub provider: &'a str,
    /// How many of them a second the provider may be handed; `None`: as many as it takes.
    pub rate: Option<f64>,
    /// Only emergencies: the calling window is closed.
    pub urgent_only: bool,
    /// What is to be tried again, rather than what waits in a lane.
    pub retries: bool,
    /// How long the worker may stay silent.
    pub lease: TimeDelta,
    /// How long the message may.
    pub silence: TimeDelta,
}

/// A batch in a worker's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its number.
    pub id: i64,
    /// The message.
    pub message: MessageId,
    /// The device.
    pub device: Device,
    /// Its deliveries, in their order.
    pub deliveries: Vec<ClaimedDelivery>,
}

/// One delivery of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedDelivery {
    /// Its number in the message.
    pub number: u32,
    /// The normalised address.
    pub address: String,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// The sender's key for the person.
    pub person: String,
    /// The person's name.
    pub name: String,
}

/// What came of wanting one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// This batch is the worker's.
    Batch(Claim),
    /// The provider's rate allows no more before this instant, or it has asked for quiet until then.
    Paced(DateTime<Utc>),
    /// Something changed on the way; there may be more.
    Again,
    /// Nothing is due.
    Nothing,
}

type Row = (i64, String, i32, String, String);

/// Takes the next batch that a worker wants, under the guard of its message.
///
/// # Errors
/// Where the database fails; then nothing was taken, or [it did not say so](StoreError::Unheard).
pub async fn claim(
    db: &Database,
    wanted: &Wanted<'_>,
    now: DateTime<Utc>,
) -> Result<Claimed, StoreError> {
    let now = Timestamp::from(now);
    let device = wanted.device.as_str();
    let statements: &[&str] = match db {
        Database::Sqlite(_) => &ONE_WRITER[usize::from(wanted.retries)],
        Database::Postgres(_) => &MANY_WRITERS[usize::from(wanted.retries)],
    };
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let mut id: Option<i64> = None;
        for statement in statements {
            id = sqlx::query_scalar(*statement)
                .bind(device)
                .bind(now)
                .bind(wanted.takes.word())
                .bind(wanted.takes == Takes::Both)
                .bind(wanted.urgent_only)
                .fetch_optional(&mut *tx)
                .await?;
            if id.is_some() {
                break;
            }
        }
        let Some(id) = id else {
            return Ok(Claimed::Nothing);
        };
        let Some(mut held) = tx.hold(id).await? else {
            return Ok(Claimed::Again);
        };
        if !held.runs() {
            let tidy = if wanted.retries { FORGET } else { CLOSE };
            sqlx::query(tidy)
                .bind(id)
                .bind(device)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            return Ok(Claimed::Again);
        }
        let pace = pace::name(wanted.provider, wanted.device);
        let quiet: Option<Option<Timestamp>> = sqlx::query_scalar(QUIET)
            .bind(&pace)
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(until) = pace::holds(quiet.flatten(), now.utc()) {
            return Ok(Claimed::Paced(until));
        }
        let (mut most, mut spent_from) = (wanted.most, now.utc());
        if let Some(rate) = wanted.rate {
            let free_at: Timestamp = sqlx::query_scalar(PACE)
                .bind(&pace)
                .bind(now)
                .fetch_one(&mut *tx)
                .await?;
            match pace::allowed(rate, free_at, now) {
                Ok((allowed, from)) => (most, spent_from) = (most.min(allowed), from),
                Err(next) => return Ok(Claimed::Paced(next)),
            }
        }
        let rows: Vec<Row> = if wanted.retries {
            sqlx::query_as(RETRY_ROWS)
                .bind(id)
                .bind(device)
                .bind(now)
                .bind(i64::from(most))
                .fetch_all(&mut *tx)
                .await?
        } else {
            let next: Option<i64> = sqlx::query_scalar(CURSOR)
                .bind(id)
                .bind(device)
                .bind(now)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(next) = next else {
                return Ok(Claimed::Again);
            };
            let rows: Vec<Row> = sqlx::query_as(LANE_ROWS)
                .bind(id)
                .bind(device)
                .bind(next)
                .bind(i64::from(most))
                .fetch_all(&mut *tx)
                .await?;
            let moved = match rows.last() {
                Some((last, ..)) if rows.len() as u32 == most => {
                    sqlx::query(ADVANCE).bind(id).bind(device).bind(last + 1)
                }
                _ => sqlx::query(CLOSE).bind(id).bind(device),
            };
            moved.execute(&mut *tx).await?;
            rows
        };
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            tx.commit().await?;
            return Ok(Claimed::Again);
        };
        let (first, last) = (first.0, last.0);
        let claim: i64 = rand::random_range(1..i64::MAX);
        let mut take = QueryBuilder::new(TAKE);
        take.push_bind(claim)
            .push(", attempt = attempt + 1, due_at = null, reason = null, at = ")
            .push_bind(now)
            .push(", provider = ")
            .push_bind(wanted.provider)
            .push(" where message_id = ")
            .push_bind(id);
        if wanted.retries {
            take.push(" and number in (");
            let mut list = take.separated(", ");
            for (number, ..) in &rows {
                list.push_bind(*number);
            }
            take.push(")");
        } else {
            take.push(" and number >= ")
                .push_bind(first)
                .push(" and number <= ")
                .push_bind(last)
                .push(" and status = 'queued' and due_at is null and device = ")
                .push_bind(device);
        }
        take.build().execute(&mut *tx).await?;
        let count = rows.len() as u32;
        held.shift(
            wanted.device,
            DeliveryStatus::Queued,
            DeliveryStatus::InProgress,
            count,
        );
        held.status = MessageStatus::InProgress;
        held.started_at = held.started_at.or(Some(now));
        held.check_at = held.check_at.or(Some((now.utc() + wanted.silence).into()));
        if let Some(rate) = wanted.rate {
            sqlx::query(KEEP_PACE)
                .bind(&pace)
                .bind(Timestamp::from(
                    spent_from + pace::seconds(f64::from(count) / rate),
                ))
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query(CLAIM)
            .bind(claim)
            .bind(id)
            .bind(device)
            .bind(wanted.provider)
            .bind(Timestamp::from(now.utc() + wanted.lease))
            .bind(first)
            .bind(last)
            .execute(&mut *tx)
            .await?;
        tx.let_go(&held, now).await?;
        let committed = tx.commit().await;
        committed.map_err(|source| StoreError::Unheard { claim, source })?;
        Ok(Claimed::Batch(Claim {
            id: claim,
            message: MessageId(id),
            device: wanted.device,
            deliveries: rows.into_iter().map(ClaimedDelivery::from).collect(),
        }))
    })
}

impl From<Row> for ClaimedDelivery {
    fn from((number, address, attempt, person, name): Row) -> Self {
        ClaimedDelivery {
            number: u32::try_from(number).unwrap_or(u32::MAX),
            address,
            attempt: u32::try_from(attempt).unwrap_or_default() + 1,
            person,
            name,
        }
    }
}
