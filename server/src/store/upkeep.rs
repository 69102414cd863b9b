//! Upkeep: whose turn it is to do what is done now and then, once for all processes.

use chrono::{DateTime, TimeDelta, Utc};

use super::{BeginWrite, Database, StoreError, on_database, time::Timestamp, write};

/// How far ahead it may stand at most: further only because a clock was wrong.
const FAR: TimeDelta = TimeDelta::days(3);

const TAKE: &str = "
    update upkeep set due_at = $2 where work = 'purge' and (due_at <= $1 or due_at > $3)";

const NEXT: &str = "update upkeep set due_at = $1 where work = 'purge'";

/// Takes the turn to purge, where it is due at `now`. Should who took it be killed, it is due again at `again`.
///
/// # Errors
/// Where the database fails.
pub async fn take_purge(
    db: &Database,
    again: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (now, again, far) = (now, again, now + FAR);
    let [now, again, far] = [now, again, far].map(Timestamp::from);
    let taken = write!(db, TAKE, now, again, far);
    Ok(taken == 1)
}

/// Says when the next purge is due.
///
/// # Errors
/// Where the database fails.
pub async fn purge_at(db: &Database, next: DateTime<Utc>) -> Result<(), StoreError> {
    write!(db, NEXT, Timestamp::from(next));
    Ok(())
}
