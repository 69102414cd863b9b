//! Sessions in our store, by our clock.

use std::{collections::HashMap, fmt};

use async_trait::async_trait;
use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use shared::{paths, session::UNATTENDED};
use time::OffsetDateTime;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

use crate::{
    clock::SharedClock,
    store::{
        Database, StoreError,
        sessions::{self, Open, Owner},
    },
};

/// Where axum-login keeps who is signed in.
const LOGIN: &str = "axum-login.data";

/// Where we keep where a session was begun.
pub const BEGUN: &str = "begun";

/// That a session is in use is noted this often at most, so that reading the log writes hardly anything.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

tokio::task_local! {
    /// Whether the request in hand is one that a page makes by itself.
    static UNATTENDED_NOW: bool;
}

/// Marks requests that a page makes by itself: streams, which a browser begins again and again, and what says so. An
/// open page keeps no session alive that nobody uses.
pub async fn unattended(request: Request, next: Next) -> Response {
    let streams = request
        .extensions()
        .get::<MatchedPath>()
        .is_some_and(|path| [paths::EVENTS, paths::JOB_EVENTS].contains(&path.as_str()));
    let by_itself = streams || request.headers().contains_key(UNATTENDED);
    UNATTENDED_NOW.scope(by_itself, next.run(request)).await
}

/// The sessions of this server's store.
#[derive(Clone)]
pub struct StoredSessions {
    db: Database,
    clock: SharedClock,
    /// How long one may be left alone.
    idle: TimeDelta,
    /// How long one lasts at most.
    longest: TimeDelta,
}

impl fmt::Debug for StoredSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredSessions").finish_non_exhaustive()
    }
}

impl StoredSessions {
    /// Sessions that end after being `idle`, and `longest` after they began.
    pub fn new(db: Database, clock: SharedClock, idle: TimeDelta, longest: TimeDelta) -> Self {
        StoredSessions {
            db,
            clock,
            idle,
            longest,
        }
    }

    /// Forgets the sessions that have ended, and says how many.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn sweep(&self) -> std::result::Result<u64, StoreError> {
        let (made, used) = self.limits(self.clock.now());
        sessions::sweep(&self.db, made, used).await
    }

    /// Whether a session still holds. Looking does not keep it alive.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn lives(&self, id: &Id) -> std::result::Result<bool, StoreError> {
        let (made, used) = self.limits(self.clock.now());
        Ok(sessions::load(&self.db, &key(id), made, used)
            .await?
            .is_some())
    }

    /// Every session that is open, the last used first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list(&self) -> std::result::Result<Vec<Open>, StoreError> {
        let (made, used) = self.limits(self.clock.now());
        sessions::list(&self.db, made, used).await
    }

    /// After when an open session was begun and used.
    pub fn limits_now(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        self.limits(self.clock.now())
    }

    fn limits(&self, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        (now - self.longest, now - self.idle)
    }
}

#[async_trait]
impl SessionStore for StoredSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let data = encode(record)?;
        let now = self.clock.now();
        while !sessions::create(&self.db, &key(&record.id), &data, &owner(record), now)
            .await
            .map_err(failed)?
        {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let data = encode(record)?;
        sessions::save(
            &self.db,
            &key(&record.id),
            &data,
            &owner(record),
            self.clock.now(),
        )
        .await
        .map_err(failed)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let key = key(id);
        let now = self.clock.now();
        let (made, used) = self.limits(now);
        let Some(kept) = sessions::load(&self.db, &key, made, used)
            .await
            .map_err(failed)?
        else {
            return Ok(None);
        };
        let by_itself = UNATTENDED_NOW.try_with(|is| *is).unwrap_or(false);
        if !by_itself && now - kept.seen_at >= NOTED_EVERY {
            sessions::seen(&self.db, &key, now).await.map_err(failed)?;
        }
        let data: HashMap<String, serde_json::Value> =
            serde_json::from_str(&kept.data).map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date: OffsetDateTime::from_unix_timestamp((now + self.idle).timestamp())
                .map_err(|error| Error::Decode(error.to_string()))?,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        sessions::delete(&self.db, &key(id)).await.map_err(failed)
    }
}

/// Whose a session is, by what it carries.
fn owner(record: &Record) -> Owner {
    let begun = record.data.get(BEGUN);
    let text = |name: &str| Some(begun?.get(name)?.as_str()?.to_owned());
    let login = record.data.get(LOGIN);
    Owner {
        user: login.and_then(|login| login.get("user_id")?.as_i64()),
        address: text("address"),
        browser: text("browser"),
    }
}

fn encode(record: &Record) -> Result<String> {
    serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))
}

/// What the store knows a session by: a digest, from which nobody finds the cookie.
pub fn key(id: &Id) -> String {
    Sha256::digest(id.0.to_be_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn failed(error: StoreError) -> Error {
    use std::error::Error as _;
    let cause = error.source().map(ToString::to_string);
    Error::Backend(format!("{error}: {}", cause.unwrap_or_default()))
}
