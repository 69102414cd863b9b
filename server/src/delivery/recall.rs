//! Recall: takes back what is in flight by phone of canceled messages, where its provider can.

use std::{
    collections::{HashMap, HashSet},
    sync::{MutexGuard, PoisonError},
};

use chrono::TimeDelta;
use futures_util::{FutureExt, StreamExt, stream};
use shared::{delivery::DeliveryStatus, message::MessageId};

use super::{dispatcher::Dispatcher, providers::Recall};
use crate::{
    outcome::{InFlight, Outcome},
    store::{StoreError, recall, receipts},
};

/// Deliveries that are asked for before another message has its turn.
const PAGE: u32 = 40;

/// Of these at the same time: who does not answer holds up a page for a few of his patience.
const AT_ONCE: usize = 8;

/// Messages whose passes are remembered. One that is not begins anew.
const PASSES: usize = 200;

/// How soon a provider without callbacks is asked what became of what was taken back.
const ASK_AGAIN: TimeDelta = TimeDelta::seconds(30);

/// How far a message has come.
#[derive(Default)]
pub(super) struct Pass {
    /// Everything before this number was asked for.
    from: u32,
    /// What has gone out, or cannot be taken back: it is asked for once.
    gone: HashSet<u32>,
    /// What is to be asked for again.
    later: HashSet<u32>,
}

impl Dispatcher {
    /// Takes back some of what is in flight of each canceled message whose turn it is by now. Answers how many messages
    /// that were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn take_back(&self) -> Result<usize, StoreError> {
        let due = recall::due(&self.db, self.clock.now()).await?;
        for message in &due {
            let pass = self.passes().remove(message).unwrap_or_default();
            let (pass, away) = self.take_back_some(*message, pass).await?;
            if let Some(pass) = pass {
                let mut passes = self.passes();
                if passes.len() >= PASSES {
                    passes.clear();
                }
                passes.insert(*message, pass);
            }
            if away {
                // The rest waits for its next turn rather than for the provider.
                break;
            }
        }
        Ok(due.len())
    }

    fn passes(&self) -> MutexGuard<'_, HashMap<MessageId, Pass>> {
        self.recalls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One page of a message: where its pass stands then, and whether its provider is away.
    async fn take_back_some(
        &self,
        message: MessageId,
        mut pass: Pass,
    ) -> Result<(Option<Pass>, bool), StoreError> {
        let page = recall::page(&self.db, message, pass.from, PAGE).await?;
        let Some((_, last)) = page.last() else {
            let now = self.clock.now();
            let again = recall::end(&self.db, message, &pass.gone, &pass.later, now).await?;
            let next = again.then(|| Pass {
                gone: pass.gone,
                ..Pass::default()
            });
            return Ok((next, false));
        };
        pass.from = last.key.number + 1;
        let asked: Vec<_> = page
            .iter()
            .filter(|(_, open)| !pass.gone.contains(&open.key.number))
            .map(|(provider, open)| self.take_back_one(provider, open).boxed())
            .collect();
        let answers: Vec<(u32, Recall)> = stream::iter(asked)
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut back = Vec::new();
        for (number, answer) in &answers {
            match answer {
                Recall::Recalled => {
                    back.push((*number, Some(Outcome::of(DeliveryStatus::Canceled))))
                }
                Recall::TooLate | Recall::Cannot => _ = pass.gone.insert(*number),
                Recall::Later => _ = pass.later.insert(*number),
            }
        }
        let now = self.clock.now();
        if !back.is_empty() {
            receipts::answered(&self.db, message, &back, now + ASK_AGAIN, now).await?;
        }
        let away = !answers.is_empty() && answers.iter().all(|(_, of)| *of == Recall::Later);
        if away {
            recall::pause(&self.db, message, now).await?;
        }
        Ok((Some(pass), away))
    }

    async fn take_back_one(&self, provider: &str, open: &InFlight) -> (u32, Recall) {
        let route = self.routes.of(open.device);
        let answer = match route.provider.name() == provider {
            true => route.provider.recall(open).await,
            false => Recall::Cannot,
        };
        (open.key.number, answer)
    }
}
