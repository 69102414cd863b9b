//! The dispatcher: who carries what, by which rules.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use shared::{delivery::Device, message::MessageId};

use super::{
    providers::{
        Provider,
        inbox::Inbox,
        sandbox::{self, Pace, Sandbox},
    },
    recall::Pass,
    window::Window,
};
use crate::{
    clock::SharedClock,
    content::Content,
    outcome::AfterSilence,
    store::{Database, StoreError, claim::Takes, content::content},
};

/// Messages whose content is kept at hand.
const CONTENTS: usize = 32;

/// Who carries deliveries of a device, and how many a second.
#[derive(Clone)]
pub struct Route {
    /// The provider.
    pub provider: Arc<dyn Provider>,
    /// How many it may be handed a second, by all processes together; `None`: as many as it takes.
    pub rate: Option<f64>,
}

impl Route {
    /// As many as the provider takes.
    pub fn to(provider: Arc<dyn Provider>) -> Self {
        Route {
            provider,
            rate: None,
        }
    }
}

/// Who carries the deliveries of each device.
#[derive(Clone)]
pub struct Routes {
    /// The portal's inbox.
    pub inbox: Route,
    /// Email.
    pub email: Route,
    /// Voice calls.
    pub voice: Route,
    /// Text messages.
    pub text: Route,
    /// What only the sandbox may carry.
    pub sandbox: Route,
}

impl Routes {
    /// The portal's inbox is real; everything else goes to the sandbox.
    pub fn sandbox(db: &Database, clock: &SharedClock, pace: Pace) -> Self {
        let sandbox = Route::to(Arc::new(Sandbox::new(clock.clone(), pace)));
        Routes {
            inbox: Route::to(Arc::new(Inbox::new(db.clone(), clock.clone()))),
            email: sandbox.clone(),
            voice: sandbox.clone(),
            text: sandbox.clone(),
            sandbox,
        }
    }

    /// Who carries deliveries of `device`.
    pub const fn of(&self, device: Device) -> &Route {
        match device {
            Device::Inbox => &self.inbox,
            Device::Email => &self.email,
            Device::Voice => &self.voice,
            Device::Text => &self.text,
        }
    }
}

/// The rules that hold for every provider.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// When phones may ring.
    pub window: Window,
    /// How often a delivery is tried.
    pub attempts: u32,
    /// How long a worker may be silent before its batch is settled by another.
    pub lease: TimeDelta,
    /// How long a delivery may be in flight without a final word before its message is an error.
    pub silence: TimeDelta,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            window: Window::ALWAYS,
            attempts: 10,
            lease: TimeDelta::minutes(2),
            silence: TimeDelta::minutes(60),
        }
    }
}

/// Delivers. Several may work on one database.
pub struct Dispatcher {
    pub(super) db: Database,
    pub(super) clock: SharedClock,
    pub(super) zone: Tz,
    pub(super) routes: Routes,
    pub(super) rules: Rules,
    contents: Mutex<HashMap<MessageId, Arc<Content>>>,
    /// Claims that this dispatcher is busy with: it knows better than the clock that they go on.
    pub(super) busy: Mutex<HashSet<i64>>,
    /// Claims of which the database did not say whether it kept them, and since when.
    pub(super) unheard: Mutex<HashMap<i64, Instant>>,
    /// How far the recall of each canceled message has come.
    pub(super) recalls: Mutex<HashMap<MessageId, Pass>>,
}

/// A line of work: one device, one provider.
#[derive(Clone)]
pub struct Crew {
    /// The device.
    pub device: Device,
    /// Who carries it.
    pub route: Route,
    /// Whose messages.
    pub takes: Takes,
}

impl Dispatcher {
    /// One for this database.
    pub fn new(db: Database, clock: SharedClock, zone: Tz, routes: Routes, rules: Rules) -> Self {
        Dispatcher {
            db,
            clock,
            zone,
            routes,
            rules,
            contents: Mutex::default(),
            busy: Mutex::default(),
            unheard: Mutex::default(),
            recalls: Mutex::default(),
        }
    }

    /// The lines of work there are.
    pub fn crews(&self) -> Vec<Crew> {
        let mut crews = Vec::new();
        for device in Device::ALL {
            let route = self.routes.of(device).clone();
            let apart = route.provider.name() != sandbox::NAME && device != Device::Inbox;
            crews.push(Crew {
                device,
                route,
                takes: if apart { Takes::Providers } else { Takes::Both },
            });
            if apart {
                crews.push(Crew {
                    device,
                    route: self.routes.sandbox.clone(),
                    takes: Takes::Sandbox,
                });
            }
        }
        crews
    }

    /// What to do with what a silent worker left at the provider of this name. Of one that is not set up any
    /// more nobody can tell whether a repeat is harmless.
    pub(super) fn after_silence(&self, provider: &str) -> AfterSilence {
        let routes = Device::ALL.map(|device| self.routes.of(device));
        routes
            .into_iter()
            .chain([&self.routes.sandbox])
            .find(|route| route.provider.name() == provider)
            .map_or(AfterSilence::Wait, |route| route.provider.after_silence())
    }

    /// Whether only emergencies are handed over at `now`.
    pub(super) fn urgent_only(&self, crew: &Crew, now: DateTime<Utc>) -> bool {
        let rings = crew.device.is_phone() && crew.route.provider.name() != sandbox::NAME;
        rings && !self.rules.window.is_open(now, self.zone)
    }

    /// What a message says.
    pub(super) async fn content(&self, message: MessageId) -> Result<Arc<Content>, StoreError> {
        let known = |contents: &Mutex<HashMap<MessageId, Arc<Content>>>| {
            let contents = contents.lock().unwrap_or_else(PoisonError::into_inner);
            contents.get(&message).cloned()
        };
        if let Some(content) = known(&self.contents) {
            return Ok(content);
        }
        let content = Arc::new(content(&self.db, message).await?);
        let mut contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        if contents.len() >= CONTENTS {
            contents.clear();
        }
        contents.insert(message, content.clone());
        Ok(content)
    }
}
