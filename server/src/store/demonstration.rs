//! Demonstration: whether a database is one, so that none is made of a log that people rely on.

use chrono::{DateTime, Utc};
use serde_json::json as object;
use shared::audit::AuditAction;

use super::{
    BeginWrite, Database, StoreError,
    audit::{Subject, Trail, Who},
    on_database,
    time::Timestamp,
};

/// Whom a visitor of the demonstration is signed in as. No password opens the account.
pub const DEMO_USER: &str = "Demonstration";

const MARKED: &str = "select exists (select 1 from upkeep where work = 'demonstration')";

const HOLDS_ANYTHING: &str =
    "select exists (select 1 from messages) or exists (select 1 from users)";

const MARK: &str = "insert into upkeep (work, due_at) values ('demonstration', $1)";

const UNMARK: &str = "delete from upkeep where work = 'demonstration'";

const SHUT: &str = "
    update users set disabled_at = $1
    where name_key = 'demonstration' and password_hash = '' and disabled_at is null
        and not exists (select 1 from identities i where i.user_id = users.id)
    returning id";

const END_SESSIONS: &str = "delete from sessions where user_id = $1";

/// Makes a demonstration of a database that holds neither messages nor people; `false` where it holds any, and was no
/// demonstration before.
///
/// # Errors
/// Where the database fails.
pub async fn begin(db: &Database, now: DateTime<Utc>) -> Result<bool, StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let marked: bool = sqlx::query_scalar(MARKED).fetch_one(&mut *tx).await?;
        if marked {
            return Ok(true);
        }
        let holds: bool = sqlx::query_scalar(HOLDS_ANYTHING)
            .fetch_one(&mut *tx)
            .await?;
        if holds {
            return Ok(false);
        }
        sqlx::query(MARK)
            .bind(Timestamp::from(now))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(true)
    })
}

/// Makes a log like any other of it: from now on visitors do not come in by one click, and it is no demonstration again.
///
/// # Errors
/// Where the database fails.
pub async fn end(db: &Database, now: DateTime<Utc>) -> Result<(), StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let marked = sqlx::query(UNMARK).execute(&mut *tx).await?;
        let shut: Option<i64> = sqlx::query_scalar(SHUT)
            .bind(Timestamp::from(now))
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(user) = shut {
            sqlx::query(END_SESSIONS)
                .bind(user)
                .execute(&mut *tx)
                .await?;
            let act = Who::SYSTEM
                .does(AuditAction::UserChanged, now)
                .to(Subject::User(user))
                .with(object!({"disabled": true}));
            tx.append(&act).await?;
        }
        if shut.is_some() || marked.rows_affected() > 0 {
            tx.commit().await?;
        }
    });
    Ok(())
}
