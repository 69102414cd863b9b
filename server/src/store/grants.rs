//! Grants: which roles somebody has, and where.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json as object;
use shared::{audit::AuditAction, session::Permission};
use sqlx::{PgConnection, SqliteConnection};

use super::{
    BeginWrite, Database, StoreError,
    audit::{Act, Subject, Trail, Who},
    cancel::to_json,
    on_database,
    organizations::Organizations,
    reach::Rights,
};

const OF: &str = "
    select g.role, o.name from grants g left join organizations o on o.id = g.organization_id
    where g.user_id = $1
    order by coalesce(o.name, ''), g.role";

const USER: &str = "select id from users where id = $1";

const ROLE: &str = "select name from roles where name = $1";

const CLEAR: &str = "delete from grants where user_id = $1";

const GRANT: &str = "
    insert into grants (user_id, role, organization_id) values ($1, $2, $3)
    on conflict do nothing";

const GRANTED: &str = "
    select r.permissions, g.organization_id from grants g join roles r on r.name = g.role where g.user_id = $1";

const KEEP: &str = "update users set rights = $2 where id = $1";

/// Changes nothing, but whoever changes rights waits here for whoever else does.
const QUEUE: &str = "update roles set built_in = built_in where name = 'admin'";

/// Who has no password yet, or no more, and signs in nowhere else either, administers nothing; but for the visitors of
/// a demonstration.
const ADMINISTRATORS: &str = "
    select count(*) from users u
    where disabled_at is null and instr(rights, '\"administer\":\"all\"') > 0
        and (password_hash <> ''
            or exists (select 1 from identities i where i.user_id = u.id)
            or name_key = 'demonstration' and exists (select 1 from upkeep where work = 'demonstration'))";

/// One role, at one school or at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Grant {
    /// The role's name.
    pub role: String,
    /// The school; `None` for all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
}

impl Grant {
    /// A role at every school.
    pub fn everywhere(role: impl Into<String>) -> Self {
        Grant {
            role: role.into(),
            organization: None,
        }
    }
}

/// What came of changing somebody's grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Granted {
    /// They are as asked.
    Done,
    /// There is no such account.
    NoSuchUser,
    /// There is no role of this name.
    NoSuchRole(String),
    /// There is no school of this name.
    NoSuchSchool(String),
    /// Nobody would be left to administer Sentlog.
    LastAdministrator,
}

/// Somebody's grants, those at all schools first.
///
/// # Errors
/// Where the database fails.
pub async fn of(db: &Database, user: i64) -> Result<Vec<Grant>, StoreError> {
    let rows: Vec<(String, Option<String>)> = on_database!(db, |pool| sqlx::query_as(OF)
        .bind(user)
        .fetch_all(pool)
        .await?);
    let grant = |(role, organization)| Grant { role, organization };
    Ok(rows.into_iter().map(grant).collect())
}

/// That somebody has these grants from now on.
pub(super) fn act(
    by: &Who,
    action: AuditAction,
    user: i64,
    grants: &[Grant],
    now: DateTime<Utc>,
) -> Act {
    by.does(action, now)
        .to(Subject::User(user))
        .with(object!({"grants": grants}))
}

/// Replaces somebody's grants, and records who did.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn set(
    db: &Database,
    user: i64,
    grants: &[Grant],
    by: &Who,
    now: DateTime<Utc>,
) -> Result<Granted, StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        tx.queue().await?;
        let granted = tx.grant(user, grants).await?;
        if granted != Granted::Done {
            return Ok(granted);
        }
        if !tx.is_administered().await? {
            return Ok(Granted::LastAdministrator);
        }
        let act = act(by, AuditAction::RightsChanged, user, grants, now);
        tx.append(&act).await?;
        tx.commit().await?;
        Ok(granted)
    })
}

/// Grants, on a connection inside a transaction.
pub(super) trait Grants {
    /// Waits for whoever else changes rights.
    async fn queue(&mut self) -> Result<(), StoreError>;

    /// Replaces somebody's grants, and renews what they come to.
    async fn grant(&mut self, user: i64, grants: &[Grant]) -> Result<Granted, StoreError>;

    /// Renews what somebody's grants come to.
    async fn renew(&mut self, user: i64) -> Result<(), StoreError>;

    /// Whether somebody who may sign in administers Sentlog.
    async fn is_administered(&mut self) -> Result<bool, StoreError>;
}

macro_rules! grants {
    ($connection:ty) => {
        impl Grants for $connection {
            async fn queue(&mut self) -> Result<(), StoreError> {
                sqlx::query(QUEUE).execute(&mut *self).await?;
                Ok(())
            }

            async fn grant(&mut self, user: i64, grants: &[Grant]) -> Result<Granted, StoreError> {
                let there: Option<i64> = sqlx::query_scalar(USER)
                    .bind(user)
                    .fetch_optional(&mut *self)
                    .await?;
                if there.is_none() {
                    return Ok(Granted::NoSuchUser);
                }
                sqlx::query(CLEAR).bind(user).execute(&mut *self).await?;
                for Grant { role, organization } in grants {
                    let known: Option<String> = sqlx::query_scalar(ROLE)
                        .bind(role)
                        .fetch_optional(&mut *self)
                        .await?;
                    if known.is_none() {
                        return Ok(Granted::NoSuchRole(role.clone()));
                    }
                    let school = match organization {
                        None => None,
                        Some(name) => match self.organization(name).await? {
                            None => return Ok(Granted::NoSuchSchool(name.clone())),
                            school => school,
                        },
                    };
                    sqlx::query(GRANT)
                        .bind(user)
                        .bind(role)
                        .bind(school)
                        .execute(&mut *self)
                        .await?;
                }
                self.renew(user).await?;
                Ok(Granted::Done)
            }

            async fn renew(&mut self, user: i64) -> Result<(), StoreError> {
                let rows: Vec<(String, Option<i64>)> = sqlx::query_as(GRANTED)
                    .bind(user)
                    .fetch_all(&mut *self)
                    .await?;
                let mut rights = Rights::default();
                for (words, school) in rows {
                    rights.add(&permissions(&words), school);
                }
                sqlx::query(KEEP)
                    .bind(user)
                    .bind(to_json(0, "rights", &rights)?)
                    .execute(&mut *self)
                    .await?;
                Ok(())
            }

            async fn is_administered(&mut self) -> Result<bool, StoreError> {
                let count: i64 = sqlx::query_scalar(ADMINISTRATORS)
                    .fetch_one(&mut *self)
                    .await?;
                Ok(count > 0)
            }
        }
    };
}

grants!(SqliteConnection);
grants!(PgConnection);

/// Reads a role's permissions; words that this program does not know allow nothing.
pub(super) fn permissions(words: &str) -> Vec<Permission> {
    let words = words.split(',');
    words.filter_map(|word| word.parse().ok()).collect()
}
