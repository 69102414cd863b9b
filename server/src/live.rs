//! Live: one look at the database for all open pages, while there is any, told to each.
//!
//! Whichever process changes a message, its row says when and how often. A page that reads slowly holds up
//! nobody: what it could not take in is dropped, and it is told to ask for all anew.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use shared::message::MessageId;
use tokio::{
    sync::{broadcast, watch as signal},
    time::sleep,
};

use crate::{
    clock::SharedClock,
    store::{
        Database, StoreError,
        watch::{self, Seen},
    },
};

/// Between two looks at the database. A change reaches a page within a second.
const EVERY: Duration = Duration::from_millis(300);

/// Between two looks while the database is away.
const AWAY: Duration = Duration::from_secs(3);

/// Looks reach back so far: clocks of several processes differ, and transactions end after they began.
const REACH_BACK: TimeDelta = TimeDelta::seconds(10);

/// Changes that wait for a slow page.
const WAITING: usize = 256;

/// Changes told at once; after more than these a page asks for all anew.
pub const MOST: u32 = 500;

/// Who resumes after longer than this asks for all anew.
const RESUMED_WITHIN: TimeDelta = TimeDelta::minutes(30);

/// News for open pages.
pub struct Live {
    db: Database,
    clock: SharedClock,
    zone: Tz,
    news: broadcast::Sender<Arc<Seen>>,
    /// Whether somebody is looking.
    looking: Mutex<bool>,
    /// Whether the server is about to end.
    ending: signal::Sender<bool>,
}

/// What a page missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missed {
    /// These changes.
    Changes(Vec<Seen>),
    /// Too much, or too long ago.
    TooMuch,
}

impl Live {
    /// News of this database.
    pub fn new(db: Database, clock: SharedClock, zone: Tz) -> Arc<Self> {
        let (news, _) = broadcast::channel(WAITING);
        Arc::new(Live {
            db,
            clock,
            zone,
            news,
            looking: Mutex::new(false),
            ending: signal::Sender::new(false),
        })
    }

    /// Ends every stream of news: the server is about to end, and their readers ask the next one.
    pub fn end(&self) {
        self.ending.send_replace(true);
    }

    /// Done once the streams are to end.
    pub fn ended(&self) -> impl Future<Output = ()> + Send + 'static + use<> {
        let mut ending = self.ending.subscribe();
        async move {
            // Where the sender is gone there is nothing to tell any more.
            ending.wait_for(|ending| *ending).await.ok();
        }
    }

    /// What changes from now on.
    pub fn listen(self: &Arc<Self>) -> broadcast::Receiver<Arc<Seen>> {
        let mut looking = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        let listener = self.news.subscribe();
        if !*looking {
            *looking = true;
            tokio::spawn(self.clone().look());
        }
        listener
    }

    /// What changed since `since`, for a page that was away.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn missed(&self, since: DateTime<Utc>) -> Result<Missed, StoreError> {
        let now = self.clock.now();
        // Where the clock was set back, what changed since then lies before.
        if since < now - RESUMED_WITHIN || since > now + REACH_BACK {
            return Ok(Missed::TooMuch);
        }
        let since = since - REACH_BACK;
        let changes = watch::changed(&self.db, since, MOST + 1, self.zone, now).await?;
        Ok(match changes.len() as u32 > MOST {
            true => Missed::TooMuch,
            false => Missed::Changes(changes),
        })
    }

    /// Looks again and again, for as long as somebody listens.
    async fn look(self: Arc<Self>) {
        // What was told already: the revision of each message that changed of late.
        let mut told: HashMap<MessageId, i64> = HashMap::new();
        let mut recent: HashMap<MessageId, i64> = HashMap::new();
        // What had changed before anybody listened is no news; a little early is told twice rather than never. After the
        // first look revisions tell what is news, for a clock may be set back.
        let mut before = Some(self.clock.now() - TimeDelta::seconds(1));
        let mut since = self.clock.now();
        loop {
            {
                let mut looking = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
                if self.news.receiver_count() == 0 {
                    *looking = false;
                    return;
                }
            }
            let now = self.clock.now();
            let found = watch::changed(&self.db, since - REACH_BACK, MOST, self.zone, now).await;
            match found {
                Ok(changes) => {
                    let full = changes.len() as u32 == MOST;
                    let last = changes.last().map(|(change, _)| change.at.to_utc());
                    for seen in changes {
                        let (change, _) = &seen;
                        let id = change.message.id;
                        let known = recent.insert(id, change.revision);
                        let known = known.or_else(|| told.get(&id).copied());
                        let old = before.is_some_and(|before| change.at < before);
                        if !old && known != Some(change.revision) {
                            self.news.send(Arc::new(seen)).ok();
                        }
                    }
                    since = match last {
                        // There is more than one look takes in: go on from there.
                        Some(last) if full => last + REACH_BACK,
                        _ => now,
                    };
                    if !full {
                        told = std::mem::take(&mut recent);
                        before = None;
                        sleep(EVERY).await;
                    }
                }
                Err(error) => {
                    tracing::warn!(error = %error, "changes could not be looked for");
                    sleep(AWAY).await;
                }
            }
        }
    }
}
