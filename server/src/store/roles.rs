//! Roles: named sets of permissions. Three are built in, administrators make others.

use chrono::{DateTime, Utc};
use serde_json::json as object;
use shared::{audit::AuditAction, session::Permission};

use super::{
    BeginWrite, Database, StoreError,
    audit::{Subject, Trail, Who},
    grants::{Grants, permissions},
    on_database,
};

const LIST: &str = "
    select r.name, r.permissions, r.built_in, (select count(distinct g.user_id) from grants g where g.role = r.name)
    from roles r
    order by r.built_in desc, r.name";

const BUILT_IN: &str = "select built_in from roles where name = $1";

const PUT: &str = "
    insert into roles (name, permissions) values ($1, $2)
    on conflict (name) do update set permissions = excluded.permissions";

const PEOPLE: &str = "select distinct user_id from grants where role = $1";

const REMOVE: &str = "delete from roles where name = $1";

/// A role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleKept {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub permissions: Vec<Permission>,
    /// Whether it came with Sentlog, and stays as it is.
    pub built_in: bool,
    /// How many people have it.
    pub people: u64,
}

/// What came of changing a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleChange {
    /// It is as asked.
    Done,
    /// It came with Sentlog, and stays as it is.
    BuiltIn,
    /// There is no such role.
    NoSuchRole,
    /// Somebody has it.
    InUse,
    /// Nobody would be left to administer Sentlog.
    LastAdministrator,
}

/// Every role, those built in first.
///
/// # Errors
/// Where the database fails.
pub async fn list(db: &Database) -> Result<Vec<RoleKept>, StoreError> {
    let rows: Vec<(String, String, bool, i64)> =
        on_database!(db, |pool| sqlx::query_as(LIST).fetch_all(pool).await?);
    let role = |(name, words, built_in, people): (String, String, bool, i64)| RoleKept {
        permissions: permissions(&words),
        name,
        built_in,
        people: people.unsigned_abs(),
    };
    Ok(rows.into_iter().map(role).collect())
}

/// Makes a role, or changes what it may do, for everybody who has it, and records who did.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn put(
    db: &Database,
    name: &str,
    permissions: &[Permission],
    by: &Who,
    now: DateTime<Utc>,
) -> Result<RoleChange, StoreError> {
    let words: Vec<&str> = permissions.iter().map(|p| p.as_str()).collect();
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        tx.queue().await?;
        let built_in: Option<bool> = sqlx::query_scalar(BUILT_IN)
            .bind(name)
            .fetch_optional(&mut *tx)
            .await?;
        if built_in == Some(true) {
            return Ok(RoleChange::BuiltIn);
        }
        let before = tx.is_administered().await?;
        sqlx::query(PUT)
            .bind(name)
            .bind(words.join(","))
            .execute(&mut *tx)
            .await?;
        let people: Vec<i64> = sqlx::query_scalar(PEOPLE)
            .bind(name)
            .fetch_all(&mut *tx)
            .await?;
        for user in people {
            tx.renew(user).await?;
        }
        if before && !tx.is_administered().await? {
            return Ok(RoleChange::LastAdministrator);
        }
        let act = by
            .does(AuditAction::RoleChanged, now)
            .to(Subject::Role(name.to_owned()))
            .with(object!({"permissions": words}));
        tx.append(&act).await?;
        tx.commit().await?;
        Ok(RoleChange::Done)
    })
}

/// Deletes a role that nobody has, and records who did.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn remove(
    db: &Database,
    name: &str,
    by: &Who,
    now: DateTime<Utc>,
) -> Result<RoleChange, StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        tx.queue().await?;
        let built_in: Option<bool> = sqlx::query_scalar(BUILT_IN)
            .bind(name)
            .fetch_optional(&mut *tx)
            .await?;
        match built_in {
            None => return Ok(RoleChange::NoSuchRole),
            Some(true) => return Ok(RoleChange::BuiltIn),
            Some(false) => {}
        }
        let people: Vec<i64> = sqlx::query_scalar(PEOPLE)
            .bind(name)
            .fetch_all(&mut *tx)
            .await?;
        if !people.is_empty() {
            return Ok(RoleChange::InUse);
        }
        sqlx::query(REMOVE).bind(name).execute(&mut *tx).await?;
        let act = by
            .does(AuditAction::RoleChanged, now)
            .to(Subject::Role(name.to_owned()))
            .with(object!({"removed": true}));
        tx.append(&act).await?;
        tx.commit().await?;
        Ok(RoleChange::Done)
    })
}
