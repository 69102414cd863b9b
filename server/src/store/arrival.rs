//! Arrival: how a large message comes in, submitted or [resent](super::resend), without holding up whoever else writes.
//!
//! SQLite lets one writer in at a time, and the rows of 200 000 recipients take it seconds, in which no cancel would be
//! answered. So they are written some thousands a transaction, under a row of `messages` that is visible to nobody,
//! bears a name of its own and has nothing to deliver; the last transaction makes it the message it is. Two who
//! bring the same message at once each write it, and one makes it visible.
//!
//! What never gets so far, because its process was killed or its sender went away, is removed [after an hour](OVERDUE).
//! Whoever has been slower than that is told so by its last transaction, and nothing is visible either.

use chrono::{DateTime, TimeDelta, Utc};

use super::{BeginWrite, Database, StoreError, on_database, purge::PERSONAL_ROWS, time::Timestamp};

/// Rows that a transaction writes before others have their turn. More save little.
pub(super) const ROWS_AT_ONCE: u32 = 4000;

/// How long a message may take to come in.
pub const OVERDUE: TimeDelta = TimeDelta::hours(1);

/// Rows that a transaction removes at most.
const ROWS: i64 = 2000;

/// Once the transaction has written [enough](ROWS_AT_ONCE), ends it and begins another, so that others who write have
/// their turn between the two.
macro_rules! others_turn {
    ($pool:ident, $tx:ident, $written:ident, $rows:expr) => {
        $written += $rows;
        if $written >= $crate::store::arrival::ROWS_AT_ONCE {
            $written = 0;
            $tx.commit().await?;
            $tx = $pool.begin_write().await?;
        }
    };
}
pub(super) use others_turn;

/// Begins the arrival `$1`.
pub(super) const BEGIN: &str = "insert into arrivals (message_id, since) values ($1, $2)";

/// Ends the arrival `$1`, unless it was given up.
pub(super) const END: &str = "delete from arrivals where message_id = $1 and not given_up";

/// Makes of `$1` the message that it is.
pub(super) const REVEAL: &str = "
    update messages
    set external_id = $2, status = $3, visible_from = $4, delivered_by = $5, changed_at = $6, check_at = $7,
        organization_id = $8
    where id = $1";

const GIVE_UP: &str = "update arrivals set given_up = true where message_id = $1 and since <= $2";

const GIVEN_UP: &str =
    "select message_id from arrivals where since <= $1 order by message_id limit 1";

const HOLD: &str = "update arrivals set given_up = true where message_id = $1 returning message_id";

const REMOVE: [&str; 2] = [
    "delete from arrivals where message_id = $1",
    "delete from messages where id = $1",
];

/// What the row is called until it is a message: like no other.
pub(super) fn name() -> String {
    format!("arriving {:032x}", rand::random::<u128>())
}

/// From when on a message that is coming in is visible: never.
pub(super) fn never() -> Timestamp {
    const MILLIS_9999: i64 = 253_370_764_800_000;
    Timestamp::from_millis(MILLIS_9999).unwrap_or_else(|| Timestamp::from(DateTime::<Utc>::MAX_UTC))
}

/// Removes what began to come in before `now` less [`OVERDUE`] and never did; answers how many messages that were.
///
/// # Errors
/// Where the database fails; what is left is removed the next time.
pub async fn sweep(db: &Database, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let before = Timestamp::from(now - OVERDUE);
    let mut swept = 0;
    loop {
        let next: Option<i64> = on_database!(db, |pool| sqlx::query_scalar(GIVEN_UP)
            .bind(before)
            .fetch_optional(pool)
            .await?);
        let Some(id) = next else {
            return Ok(swept);
        };
        super::write!(db, GIVE_UP, id, before);
        remove(db, id).await?;
        swept += 1;
    }
}

/// Removes an arrival with all that has come in of it, some thousand rows a transaction.
pub(super) async fn remove(db: &Database, id: i64) -> Result<(), StoreError> {
    loop {
        let mut left = ROWS;
        on_database!(db, |pool| {
            let mut tx = pool.begin_write().await?;
            let held: Option<i64> = sqlx::query_scalar(HOLD)
                .bind(id)
                .fetch_optional(&mut *tx)
                .await?;
            if held.is_none() {
                // Somebody else has removed it meanwhile.
                return Ok(());
            }
            for (statement, _) in PERSONAL_ROWS {
                let removed = sqlx::query(statement)
                    .bind(id)
                    .bind(left)
                    .execute(&mut *tx)
                    .await?
                    .rows_affected();
                left -= i64::try_from(removed).unwrap_or(ROWS);
                if left <= 0 {
                    break;
                }
            }
            if left > 0 {
                for statement in REMOVE {
                    sqlx::query(statement).bind(id).execute(&mut *tx).await?;
                }
            }
            tx.commit().await?;
        });
        if left > 0 {
            return Ok(());
        }
    }
}
