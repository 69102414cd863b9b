//! Identities: the accounts of people who sign in at a provider.

use chrono::{DateTime, Utc};
use shared::audit::AuditAction;

use super::{
    BeginWrite, Database, StoreError,
    audit::{Trail, Who},
    grants::{self, Grant, Granted, Grants},
    on_database,
    time::Timestamp,
    users::{self, User},
};

const KNOWN: &str = "select user_id from identities where issuer = $1 and subject = $2";

const ADD_USER: &str = "
    insert into users (name, name_key, password_hash, created_at)
    values ($1, $2, '', $3)
    returning id";

const RIGHTS: &str = "select rights from users where id = $1";

const RENAME: &str = "update users set name = $2 where id = $1";

const ADD: &str = "
    insert into identities (issuer, subject, user_id, created_at, seen_at)
    values ($1, $2, $3, $4, $4)";

const SEEN: &str = "update identities set seen_at = $2 where user_id = $1";

/// Whom a provider means, and what they are called this time.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// Its word for them.
    pub subject: &'a str,
    /// Their name.
    pub name: &'a str,
}

/// What came of somebody's coming.
#[derive(Clone, PartialEq, Eq)]
pub enum Entered {
    /// Their account.
    In(Box<User>),
    /// Their account is disabled.
    Disabled,
    /// They are granted nothing, and keep nothing.
    Nothing,
}

/// The account of this identity, made where there is none yet. It gets these grants and its name of today; where that
/// changes something, it is recorded. Roles and schools that are not known here grant nothing. No password opens the
/// account, and no name that somebody types finds it.
///
/// # Errors
/// Where the database fails; then nothing has changed.
pub async fn enter(
    db: &Database,
    identity: Identity<'_>,
    mut given: Vec<Grant>,
    at: DateTime<Utc>,
) -> Result<Entered, StoreError> {
    let now = Timestamp::from(at);
    let id: i64 = on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        tx.queue().await?;
        let known: Option<i64> = sqlx::query_scalar(KNOWN)
            .bind(identity.issuer)
            .bind(identity.subject)
            .fetch_optional(&mut *tx)
            .await?;
        let id = match known {
            Some(id) => id,
            None => {
                let id = sqlx::query_scalar(ADD_USER)
                    .bind(identity.name)
                    .bind(name_key(identity))
                    .bind(now)
                    .fetch_one(&mut *tx)
                    .await?;
                sqlx::query(ADD)
                    .bind(identity.issuer)
                    .bind(identity.subject)
                    .bind(id)
                    .bind(now)
                    .execute(&mut *tx)
                    .await?;
                id
            }
        };
        let before: String = sqlx::query_scalar(RIGHTS)
            .bind(id)
            .fetch_one(&mut *tx)
            .await?;
        loop {
            match tx.grant(id, &given).await? {
                Granted::NoSuchRole(role) => {
                    tracing::warn!(
                        role,
                        "a provider's people are mapped to a role that is unknown"
                    );
                    given.retain(|grant| grant.role != role);
                }
                Granted::NoSuchSchool(school) => {
                    tracing::warn!(
                        school,
                        "a provider's people are mapped to a school that is unknown"
                    );
                    given.retain(|grant| grant.organization.as_ref() != Some(&school));
                }
                Granted::Done | Granted::NoSuchUser | Granted::LastAdministrator => break,
            }
        }
        if given.is_empty() && known.is_none() {
            // Not committed: who may do nothing gets no account.
            return Ok(Entered::Nothing);
        }
        sqlx::query(RENAME)
            .bind(id)
            .bind(identity.name)
            .execute(&mut *tx)
            .await?;
        sqlx::query(SEEN)
            .bind(id)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        let after: String = sqlx::query_scalar(RIGHTS)
            .bind(id)
            .fetch_one(&mut *tx)
            .await?;
        let action = match known {
            None => Some(AuditAction::UserCreated),
            Some(_) => (before != after).then_some(AuditAction::RightsChanged),
        };
        if let Some(action) = action {
            let act = grants::act(&Who::SYSTEM, action, id, &given, at);
            tx.append(&act).await?;
        }
        tx.commit().await?;
        id
    });
    let user = users::by_id(db, id).await?;
    Ok(match user {
        Some(user) if user.disabled_at.is_none() => match given.is_empty() {
            true => Entered::Nothing,
            false => Entered::In(Box::new(user)),
        },
        _ => Entered::Disabled,
    })
}

/// What keeps the account's name apart from every other's: names typed here hold no such characters.
fn name_key(identity: Identity<'_>) -> String {
    format!("\u{1f}{}\u{1f}{}", identity.issuer, identity.subject)
}
