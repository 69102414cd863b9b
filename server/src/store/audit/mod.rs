//! The audit trail: one chain of lines that are added and never changed or removed.
//!
//! Each line holds the hash of the line before it, and its own over all of its fields (`chain`); numbers run
//! without gaps. So a line that was altered, removed, inserted or moved shows ([`verify()`](verify::verify)). Lines
//! cut off the end show against a hash that was noted elsewhere before; so does a chain written anew as a whole,
//! which whoever may do anything with the database could do.
//!
//! Whoever changes something appends in the same transaction, and last: on Postgres the trail's lock is held from
//! there to the commit, and nothing else may be waited for under it.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::audit::AuditAction;
use sqlx::{PgConnection, SqliteConnection};

use super::{BeginWrite, Database, StoreError, cancel::to_json, on_database, time::Timestamp};

mod chain;
pub mod once;
pub mod read;
pub mod verify;

use chain::{Line, START};

/// Held by whoever appends, until the transaction ends: a number of our own among Postgres's advisory locks.
const LOCK: &str = "select pg_advisory_xact_lock(7233190341218853)";

const LAST: &str = "select seq, hash from audit order by seq desc limit 1";

const APPEND: &str = "
    insert into audit (seq, at, actor, actor_id, actor_name, address, action, subject, subject_id, details, previous, hash)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who is signed in.
    Person {
        /// The account.
        id: i64,
        /// Its name at that time.
        name: String,
    },
    /// A program, by its token of this name.
    Program(String),
    /// Somebody at the server's command line.
    Shell,
    /// Sentlog itself.
    System,
    /// Somebody who was not let in.
    Nobody,
}

impl Actor {
    const fn kind(&self) -> &'static str {
        match self {
            Actor::Person { .. } => "person",
            Actor::Program(_) => "program",
            Actor::Shell => "shell",
            Actor::System => "system",
            Actor::Nobody => "nobody",
        }
    }

    const fn id(&self) -> Option<i64> {
        match self {
            Actor::Person { id, .. } => Some(*id),
            _ => None,
        }
    }

    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Actor::Person { name, .. } | Actor::Program(name) => Some(name),
            _ => None,
        }
    }
}

/// Who did something, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Who.
    pub actor: Actor,
    /// Where the request came from, where there was one.
    pub address: Option<IpAddr>,
}

impl Who {
    /// Somebody at the server's command line.
    pub const SHELL: Who = Who {
        actor: Actor::Shell,
        address: None,
    };

    /// Sentlog itself.
    pub const SYSTEM: Who = Who {
        actor: Actor::System,
        address: None,
    };

    /// Somebody who is signed in, from nowhere known.
    pub fn person(id: i64, name: impl Into<String>) -> Self {
        Who {
            actor: Actor::Person {
                id,
                name: name.into(),
            },
            address: None,
        }
    }

    /// The program that bears the token of this name, from nowhere known.
    pub fn program(name: impl Into<String>) -> Self {
        Who {
            actor: Actor::Program(name.into()),
            address: None,
        }
    }

    /// From this address.
    #[must_use]
    pub fn from(self, address: IpAddr) -> Self {
        Who {
            address: Some(address),
            ..self
        }
    }

    /// Does `action`.
    pub fn does(&self, action: AuditAction, at: DateTime<Utc>) -> Act {
        Act::new(at, self.actor.clone(), self.address, action)
    }
}

/// What something was done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A message, by its number.
    Message(i64),
    /// An account, by its id.
    User(i64),
    /// A token, by its name.
    Token(String),
    /// A role, by its name.
    Role(String),
    /// Whoever comes from this network.
    Network(IpAddr),
}

impl Subject {
    const fn kind(&self) -> &'static str {
        match self {
            Subject::Message(_) => "message",
            Subject::User(_) => "user",
            Subject::Token(_) => "token",
            Subject::Role(_) => "role",
            Subject::Network(_) => "network",
        }
    }

    fn id(&self) -> String {
        match self {
            Subject::Message(id) | Subject::User(id) => id.to_string(),
            Subject::Token(name) | Subject::Role(name) => name.clone(),
            Subject::Network(address) => address.to_string(),
        }
    }
}

/// One thing that was done.
#[derive(Clone, Debug)]
pub struct Act {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub actor: Actor,
    /// Where the request came from, where there was one.
    pub address: Option<IpAddr>,
    /// What.
    pub action: AuditAction,
    /// To what.
    pub subject: Option<Subject>,
    /// A small JSON object: no bodies, addresses or passwords.
    pub details: Value,
}

impl Act {
    /// An act without subject or details.
    pub fn new(
        at: DateTime<Utc>,
        actor: Actor,
        address: Option<IpAddr>,
        action: AuditAction,
    ) -> Self {
        Act {
            at,
            actor,
            address,
            action,
            subject: None,
            details: Value::Object(serde_json::Map::new()),
        }
    }

    /// Done to `subject`.
    #[must_use]
    pub fn to(self, subject: Subject) -> Self {
        Act {
            subject: Some(subject),
            ..self
        }
    }

    /// With these details.
    #[must_use]
    pub fn with(self, details: Value) -> Self {
        Act { details, ..self }
    }

    /// The line that follows the line `last`.
    fn after(&self, last: Option<(i64, String)>) -> Result<Line, StoreError> {
        let (seq, previous) = last.unwrap_or_else(|| (0, START.to_owned()));
        // Postgres keeps no zero characters.
        let text = |text: &str| text.replace('\0', "\u{fffd}");
        let mut line = Line {
            seq: seq + 1,
            at: Timestamp::from(self.at),
            actor: self.actor.kind().to_owned(),
            actor_id: self.actor.id(),
            actor_name: self.actor.name().map(text),
            address: self
                .address
                .map(|address| address.to_canonical().to_string()),
            action: self.action.as_str().to_owned(),
            subject: self
                .subject
                .as_ref()
                .map(|subject| subject.kind().to_owned()),
            subject_id: self.subject.as_ref().map(|subject| text(&subject.id())),
            details: to_json(0, "details", &self.details)?,
            previous,
            hash: String::new(),
        };
        line.hash = line.digest();
        Ok(line)
    }
}

/// Adds a line, and answers with its number.
///
/// # Errors
/// Where the database fails: then the act is to be refused.
pub async fn append(db: &Database, act: &Act) -> Result<i64, StoreError> {
    on_database!(db, |pool| {
        let mut tx = pool.begin_write().await?;
        let seq = tx.append(act).await?;
        tx.commit().await?;
        Ok(seq)
    })
}

/// The trail, on a connection inside a transaction that writes.
pub(super) trait Trail {
    /// Lets nobody else add a line until the transaction ends.
    async fn hold(&mut self) -> Result<(), StoreError>;

    /// Adds a line, and answers with its number. Call it last.
    async fn append(&mut self, act: &Act) -> Result<i64, StoreError>;
}

macro_rules! trail {
    ($connection:ty, $lock:expr) => {
        impl Trail for $connection {
            async fn hold(&mut self) -> Result<(), StoreError> {
                // On SQLite whoever writes has the whole file.
                if let Some(lock) = $lock {
                    let locked = sqlx::query(lock).execute(&mut *self).await;
                    locked.map_err(StoreError::Unrecorded)?;
                }
                Ok(())
            }

            async fn append(&mut self, act: &Act) -> Result<i64, StoreError> {
                self.hold().await?;
                let last = sqlx::query_as(LAST).fetch_optional(&mut *self).await;
                let last = last.map_err(StoreError::Unrecorded)?;
                let line = act.after(last)?;
                sqlx::query(APPEND)
                    .bind(line.seq)
                    .bind(line.at)
                    .bind(&line.actor)
                    .bind(line.actor_id)
                    .bind(&line.actor_name)
                    .bind(&line.address)
                    .bind(&line.action)
                    .bind(&line.subject)
                    .bind(&line.subject_id)
                    .bind(&line.details)
                    .bind(&line.previous)
                    .bind(&line.hash)
                    .execute(&mut *self)
                    .await
                    .map_err(StoreError::Unrecorded)?;
                Ok(line.seq)
            }
        }
    };
}

trail!(SqliteConnection, None::<&'static str>);
trail!(PgConnection, Some(LOCK));
