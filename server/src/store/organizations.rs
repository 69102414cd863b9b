//! Organizations: the schools, and the district's offices, that messages are sent for.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::json as object;
use shared::audit::AuditAction;
use sqlx::{PgConnection, SqliteConnection};

use super::{
    BeginWrite, Database, StoreError,
    audit::{Trail, Who},
    on_database,
    time::Timestamp,
};

const NAMES: &str = "select id, name from organizations";

const ID: &str = "select id from organizations where name = $1";

const ADD: &str = "
    insert into organizations (name, created_at) values ($1, $2)
    on conflict (name) do nothing
    returning id";

const OF_MESSAGE: &str = "select organization_id from messages where id = $1";

const LIST: &str = "
    select o.name, (select count(*) from messages m where m.organization_id = o.id) from organizations o
    order by o.name";

/// A school, and how much was sent for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its name.
    pub name: String,
    /// Its messages.
    pub messages: u64,
}

/// Every one, by name.
///
/// # Errors
/// Where the database fails.
pub async fn list(db: &Database) -> Result<Vec<Organization>, StoreError> {
    let rows: Vec<(String, i64)> =
        on_database!(db, |pool| sqlx::query_as(LIST).fetch_all(pool).await?);
    let organization = |(name, messages): (String, i64)| Organization {
        name,
        messages: messages.unsigned_abs(),
    };
    Ok(rows.into_iter().map(organization).collect())
}

/// Adds one ahead of its first message, and records who did; `false` where it is there already.
///
/// # Errors
/// Where the database fails.
pub async fn add(
    db: &Database,
    name: &str,
    by: &Who,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let act = by
        .does(AuditAction::SchoolAdded, now)
        .with(object!({"school": name}));
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let there = tx.organization(name).await?.is_some();
        if !there {
            tx.organization_for(name, Timestamp::from(now)).await?;
            tx.append(&act).await?;
        }
        tx.commit().await?;
        Ok(!there)
    })
}

/// Every one's name, by its number.
///
/// # Errors
/// Where the database fails.
pub async fn names(db: &Database) -> Result<BTreeMap<i64, String>, StoreError> {
    let rows: Vec<(i64, String)> =
        on_database!(db, |pool| sqlx::query_as(NAMES).fetch_all(pool).await?);
    Ok(rows.into_iter().collect())
}

/// The number of the school of this name.
///
/// # Errors
/// Where the database fails.
pub async fn by_name(db: &Database, name: &str) -> Result<Option<i64>, StoreError> {
    Ok(on_database!(db, |pool| sqlx::query_scalar(ID)
        .bind(name)
        .fetch_optional(pool)
        .await?))
}

/// The school that a message was sent for; `None` where there is no such message.
///
/// # Errors
/// Where the database fails.
pub async fn of_message(db: &Database, id: i64) -> Result<Option<i64>, StoreError> {
    let id: Option<Option<i64>> = on_database!(db, |pool| sqlx::query_scalar(OF_MESSAGE)
        .bind(id)
        .fetch_optional(pool)
        .await?);
    Ok(id.flatten())
}

/// Schools by name, on a connection inside a transaction.
pub(super) trait Organizations {
    /// The number of a school, where it is known.
    async fn organization(&mut self, name: &str) -> Result<Option<i64>, sqlx::Error>;

    /// The number of a school, which is added where it is not.
    async fn organization_for(&mut self, name: &str, now: Timestamp) -> Result<i64, sqlx::Error>;
}

macro_rules! organizations {
    ($connection:ty) => {
        impl Organizations for $connection {
            async fn organization(&mut self, name: &str) -> Result<Option<i64>, sqlx::Error> {
                sqlx::query_scalar(ID)
                    .bind(name)
                    .fetch_optional(&mut *self)
                    .await
            }

            async fn organization_for(
                &mut self,
                name: &str,
                now: Timestamp,
            ) -> Result<i64, sqlx::Error> {
                // Asked first: an insert that adds nothing would use up a number.
                if let Some(id) = self.organization(name).await? {
                    return Ok(id);
                }
                let added: Option<i64> = sqlx::query_scalar(ADD)
                    .bind(name)
                    .bind(now)
                    .fetch_optional(&mut *self)
                    .await?;
                match added {
                    Some(id) => Ok(id),
                    // Somebody else was faster.
                    None => {
                        sqlx::query_scalar(ID)
                            .bind(name)
                            .fetch_one(&mut *self)
                            .await
                    }
                }
            }
        }
    };
}

organizations!(SqliteConnection);
organizations!(PgConnection);
