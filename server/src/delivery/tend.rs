//! Tending: what has to be done besides handing over. Claims of silent workers are settled, providers that
//! send no receipts are asked, messages that have fallen silent are marked.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{MutexGuard, PoisonError},
    time::Instant,
};

use chrono::TimeDelta;
use shared::{delivery::Device, message::MessageId};

use super::dispatcher::{Dispatcher, Route};
use crate::{
    outcome::{AfterSilence, InFlight, Outcome},
    store::{StoreError, lease, pace, receipts, record, silence},
};

/// Deliveries that a provider is asked about at once.
const ASKED: u32 = 500;

/// How long after a question without news the next one comes.
const ASK_AGAIN: TimeDelta = TimeDelta::seconds(30);

impl Dispatcher {
    /// Settles the claims of workers that fell silent; answers how many.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn settle_silent(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let mut settled = self.give_back().await?;
        for expired in lease::expired(&self.db, now).await? {
            let ours = {
                let busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
                busy.contains(&expired.id)
            };
            if ours {
                continue;
            }
            let rule = match self.unheard().contains_key(&expired.id) {
                true => AfterSilence::Repeat,
                false => self.after_silence(&expired.provider),
            };
            if record::release(&self.db, &expired, rule, now).await? {
                tracing::warn!(
                    message.id = expired.message.0,
                    device = expired.device.as_str(),
                    rule = ?rule,
                    "a worker fell silent; its batch was settled"
                );
                settled += 1;
            }
        }
        Ok(settled)
    }

    /// Gives back the batches that this dispatcher was never told were its own: the database did not say whether it
    /// kept the claim. Nothing of them has left the house. Answers how many were.
    async fn give_back(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        // Later than this no commit goes through that was cut off.
        let longest = self.rules.lease.to_std().unwrap_or_default() * 2;
        let unheard = self.unheard().clone();
        let mut given_back = 0;
        for (id, since) in unheard {
            let found = record::give_back(&self.db, id, now).await?;
            if found || since.elapsed() > longest {
                self.unheard().remove(&id);
            }
            given_back += usize::from(found);
        }
        Ok(given_back)
    }

    pub(super) fn unheard(&self) -> MutexGuard<'_, HashMap<i64, Instant>> {
        self.unheard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the providers about what they are to be asked of by now; answers how many deliveries that were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn ask(&self, device: Device) -> Result<usize, StoreError> {
        let (own, sandbox) = (self.routes.of(device), &self.routes.sandbox);
        let mut asked = self.ask_one(device, own).await?;
        if own.provider.name() != sandbox.provider.name() {
            asked += self.ask_one(device, sandbox).await?;
        }
        Ok(asked)
    }

    async fn ask_one(&self, device: Device, route: &Route) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let name = route.provider.name();
        let open = receipts::to_ask(&self.db, name, device, ASKED, now).await?;
        let asked = open.len();
        if asked > 0 && pace::quiet(&self.db, name, device, now).await?.is_some() {
            return Ok(0);
        }
        let mut messages: BTreeMap<MessageId, Vec<InFlight>> = BTreeMap::new();
        for in_flight in open {
            messages
                .entry(in_flight.key.message)
                .or_default()
                .push(in_flight);
        }
        for (message, open) in messages {
            let outcomes = route.provider.ask(&open).await;
            let answers: Vec<(u32, Option<Outcome>)> =
                open.iter().map(|of| of.key.number).zip(outcomes).collect();
            let now = self.clock.now();
            receipts::answered(&self.db, message, &answers, now + ASK_AGAIN, now).await?;
        }
        Ok(asked)
    }

    /// Looks after the messages that are to be looked after by now: marks what has fallen silent. Answers how many
    /// messages that were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn look_after(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let due = silence::due(&self.db, now).await?;
        let looked = due.len();
        for message in due {
            silence::check(&self.db, message, self.rules.silence, now).await?;
        }
        Ok(looked)
    }
}
