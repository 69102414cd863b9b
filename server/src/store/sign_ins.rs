//! Sign-ins that have gone to a provider and have not come back.

use chrono::{DateTime, Utc};

use super::{BeginWrite, Database, StoreError, on_database, time::Timestamp};

const SWEEP: &str = "delete from sign_ins where created_at <= $1";

/// Who begins sign-ins without end fills no disk: beyond so many the oldest goes.
const MAKE_ROOM: &str = "
    delete from sign_ins
    where (select count(*) from sign_ins) >= 10000
        and key = (select key from sign_ins order by created_at, key limit 1)";

/// Nor does one network fill all places: beyond so many of its own none begins until some are over.
const BEGIN: &str = "
    insert into sign_ins (key, state, nonce, verifier, next, created_at, address)
    select $1, $2, $3, $4, $5, $6, $7
    where (select count(*) from sign_ins where address = $7) < 100";

const TAKE: &str = "
    delete from sign_ins where key = $1
    returning state, nonce, verifier, next, address, created_at";

/// What is kept of one.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    /// What the browser must bring back.
    pub state: String,
    /// What the token must carry.
    pub nonce: String,
    /// What the code is worth nothing without.
    pub verifier: String,
    /// The path to go on to.
    pub next: String,
    /// The network that it was begun in.
    pub address: String,
}

/// Keeps a new one, and forgets those begun up to `over`; `false` where too many of its network are under way.
///
/// # Errors
/// Where the database fails.
pub async fn begin(
    db: &Database,
    key: &str,
    kept: &Kept,
    now: DateTime<Utc>,
    over: DateTime<Utc>,
) -> Result<bool, StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        sqlx::query(SWEEP)
            .bind(Timestamp::from(over))
            .execute(&mut *tx)
            .await?;
        sqlx::query(MAKE_ROOM).execute(&mut *tx).await?;
        let begun = sqlx::query(BEGIN)
            .bind(key)
            .bind(&kept.state)
            .bind(&kept.nonce)
            .bind(&kept.verifier)
            .bind(&kept.next)
            .bind(Timestamp::from(now))
            .bind(&kept.address)
            .execute(&mut *tx)
            .await?
            .rows_affected();
        tx.commit().await?;
        Ok(begun == 1)
    })
}

/// Takes one out, so that nobody else can; `None` where there is none begun after `since`.
///
/// # Errors
/// Where the database fails.
pub async fn take(
    db: &Database,
    key: &str,
    since: DateTime<Utc>,
) -> Result<Option<Kept>, StoreError> {
    type Row = (String, String, String, String, String, Timestamp);
    let row: Option<Row> = on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let row = sqlx::query_as(TAKE)
            .bind(key)
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        row
    });
    Ok(row.filter(|(.., created)| created.utc() > since).map(
        |(state, nonce, verifier, next, address, _)| Kept {
            state,
            nonce,
            verifier,
            next,
            address,
        },
    ))
}
