//! One step: claim a batch, hand it over, record what came of it.

use std::{
    pin::pin,
    sync::PoisonError,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use shared::delivery::DeliveryStatus;

use super::{
    dispatcher::{Crew, Dispatcher},
    hold::Hold,
    providers::{Answer, HandOver, sandbox},
    retry,
};
use crate::{
    outcome::Outcome,
    store::{
        StoreError,
        claim::{self, Claim, Claimed, ClaimedDelivery, Wanted},
        lease, pace,
        record::{self, Handed},
        suppression,
    },
};

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Handed so many over; there may be more.
    Handed(u32),
    /// Something changed on the way; there may be more.
    Again,
    /// The provider's rate allows no more before this instant, or it has asked for quiet until then.
    Paced(DateTime<Utc>),
    /// Nothing was due.
    Nothing,
}

/// The pause before a database that failed is tried again.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How often a batch is offered to a database that is there and refuses it.
const MOST_REFUSALS: u32 = 3;

impl Dispatcher {
    /// Does one step of a crew's work: what waits in a lane first, or with `retries` what is to be tried again.
    ///
    /// # Errors
    /// Where the database fails before anything was handed over.
    pub async fn step(&self, crew: &Crew, retries: bool) -> Result<Step, StoreError> {
        let now = self.clock.now();
        let wanted = Wanted {
            device: crew.device,
            takes: crew.takes,
            most: crew.route.provider.batch(),
            provider: crew.route.provider.name(),
            rate: crew.route.rate,
            urgent_only: self.urgent_only(crew, now),
            retries,
            lease: self.rules.lease,
            silence: self.rules.silence,
        };
        let since = Instant::now();
        let claim = match claim::claim(&self.db, &wanted, now).await {
            Ok(Claimed::Batch(claim)) => claim,
            Ok(Claimed::Paced(until)) => return Ok(Step::Paced(until)),
            Ok(Claimed::Again) => return Ok(Step::Again),
            Ok(Claimed::Nothing) => return Ok(Step::Nothing),
            Err(error) => {
                if let StoreError::Unheard { claim, .. } = error {
                    self.unheard().insert(claim, since);
                }
                return Err(error);
            }
        };
        let _busy = Busy::with(self, claim.id);
        let hold = Hold::until(since + self.lease());
        match self.hand_over(crew, &claim, &hold).await {
            Ok(handed) => {
                self.keep(&claim, &handed).await;
                if crew.route.provider.name() != sandbox::NAME {
                    self.learn(&claim, &handed).await;
                }
                Ok(Step::Handed(claim.deliveries.len() as u32))
            }
            Err(error) => {
                // Nothing of it has left the house: it goes back in line.
                let untried = Handed::Untried {
                    reason: String::new(),
                    due_at: now,
                };
                self.keep(&claim, &vec![untried; claim.deliveries.len()])
                    .await;
                Err(error)
            }
        }
    }

    /// Hands a claim over, renewing it for as long as that takes. An error comes before anything of it has left.
    async fn hand_over(
        &self,
        crew: &Crew,
        claim: &Claim,
        hold: &Hold,
    ) -> Result<Vec<Handed>, StoreError> {
        let content = self.content(claim.message).await?;
        let addresses: Vec<&str> = claim
            .deliveries
            .iter()
            .map(|d| d.address.as_str())
            .collect();
        let suppressed = suppression::suppressed(&self.db, claim.device, &addresses).await?;
        let batch: Vec<HandOver> = claim
            .deliveries
            .iter()
            .filter(|delivery| !suppressed.contains_key(&delivery.address))
            .map(|delivery| HandOver {
                message: claim.message,
                number: delivery.number,
                device: claim.device,
                address: delivery.address.clone(),
                attempt: delivery.attempt,
                content: content.clone(),
                person: delivery.person.clone(),
                name: delivery.name.clone(),
                hold: hold.clone(),
            })
            .collect();
        let answers = self.answers(crew, claim, &batch, hold).await;
        let now = self.clock.now();
        let quiet = answers.iter().filter_map(quiet).max();
        let back_at = now + quiet.unwrap_or_else(retry::untried);
        if quiet.is_some() {
            self.leave_alone(crew, back_at, now).await;
        }
        let mut answers = answers.into_iter();
        let handed = claim.deliveries.iter().map(|delivery| {
            if let Some(why) = suppressed.get(&delivery.address) {
                return over(suppression::outcome(*why));
            }
            // A provider that answers for fewer than it was handed leaves the rest in doubt.
            let answer = answers.next().unwrap_or_else(|| Answer::Taken {
                provider_id: None,
                outcome: Outcome::of(DeliveryStatus::InProgress),
                ask_after: None,
            });
            self.handed(answer, delivery, now, back_at)
        });
        Ok(handed.collect())
    }

    async fn answers(
        &self,
        crew: &Crew,
        claim: &Claim,
        batch: &[HandOver],
        hold: &Hold,
    ) -> Vec<Answer> {
        if batch.is_empty() {
            return Vec::new();
        }
        let mut answers = crew.route.provider.hand_over(batch);
        let mut renewed = pin!(self.renew(claim, hold));
        tokio::select! {
            answers = &mut answers => return answers,
            () = &mut renewed => {}
        }
        // Another has it by now: only what is on its way already ends here.
        answers.await
    }

    /// Renews a claim again and again, until it turns out to be another's.
    async fn renew(&self, claim: &Claim, hold: &Hold) {
        loop {
            tokio::time::sleep(self.lease() / 3).await;
            let since = Instant::now();
            let until = self.clock.now() + self.rules.lease;
            match lease::renew(&self.db, claim.id, until).await {
                Ok(true) => hold.extend(since + self.lease()),
                Ok(false) => {
                    hold.end();
                    tracing::warn!(
                        message.id = claim.message.0,
                        "a batch was taken over in mid-work"
                    );
                    return;
                }
                Err(error) => {
                    tracing::warn!(error = %error, message.id = claim.message.0, "a claim was not renewed");
                }
            }
        }
    }

    fn lease(&self) -> Duration {
        self.rules.lease.to_std().unwrap_or_default()
    }

    /// What an answer makes of a delivery. One that was not tried is so at `back_at`.
    fn handed(
        &self,
        answer: Answer,
        delivery: &ClaimedDelivery,
        now: DateTime<Utc>,
        back_at: DateTime<Utc>,
    ) -> Handed {
        let ClaimedDelivery {
            attempt, number, ..
        } = *delivery;
        match answer {
            Answer::Taken {
                provider_id,
                outcome,
                ask_after,
            } => Handed::Over {
                provider_id,
                outcome,
                ask_at: ask_after.and_then(|after| Some(now + TimeDelta::from_std(after).ok()?)),
            },
            Answer::Refused { outcome } => over(outcome),
            Answer::Untried { reason } => Handed::Untried {
                reason,
                due_at: back_at,
            },
            Answer::Later { reason, after } | Answer::Quiet { reason, after } => {
                match retry::pause(attempt, self.rules.attempts, after, number) {
                    Some(pause) => Handed::Later {
                        reason,
                        due_at: now + pause,
                    },
                    None => Handed::GivenUp {
                        reason: format!("Given up after {attempt} attempts. {reason}"),
                    },
                }
            }
        }
    }

    /// Records a batch, however long the database is away: what was handed over must not be forgotten. What it will not
    /// take is left for its lease to run out, rather than that this crew never works again.
    async fn keep(&self, claim: &Claim, handed: &[Handed]) {
        let mut pause = FIRST_PAUSE;
        let mut refused = 0;
        loop {
            let message = claim.message.0;
            match record::record(&self.db, claim, handed, self.clock.now()).await {
                Ok(()) => return,
                Err(error) => {
                    refused += u32::from(!error.may_pass());
                    if refused >= MOST_REFUSALS {
                        tracing::error!(error = %error, message.id = message, "a batch could not be recorded");
                        return;
                    }
                    tracing::warn!(error = %error, message.id = message, "a batch waits to be recorded");
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

impl Dispatcher {
    /// Hands a crew's provider nothing more before `until`, whichever process would. Where that cannot be kept, it is
    /// asked once more.
    async fn leave_alone(&self, crew: &Crew, until: DateTime<Utc>, now: DateTime<Utc>) {
        let (provider, device) = (crew.route.provider.name(), crew.device);
        let seconds = (until - now).num_seconds();
        tracing::warn!(
            provider,
            device = device.as_str(),
            seconds,
            "a provider asked for quiet"
        );
        if let Err(error) = pace::leave_alone(&self.db, provider, device, until, now).await {
            tracing::warn!(error = %error, provider, "a provider's wish for quiet was not kept");
        }
    }

    /// Keeps which addresses turned out to be reached no more, by a provider that really tried them. What is lost here
    /// is learned at the next try.
    async fn learn(&self, claim: &Claim, handed: &[Handed]) {
        for (delivery, handed) in claim.deliveries.iter().zip(handed) {
            let Handed::Over { outcome, .. } = handed else {
                continue;
            };
            let Some(why) = suppression::learned(claim.device, outcome) else {
                continue;
            };
            let (address, now) = (&delivery.address, self.clock.now());
            if let Err(error) =
                suppression::suppress(&self.db, claim.device, address, why, now).await
            {
                tracing::warn!(error = %error, message.id = claim.message.0, "a suppression was not kept");
            }
        }
    }
}

/// For how long an answer asks for quiet.
fn quiet(answer: &Answer) -> Option<TimeDelta> {
    match answer {
        Answer::Quiet { after, .. } => Some(retry::quiet(*after)),
        Answer::Taken { .. }
        | Answer::Refused { .. }
        | Answer::Later { .. }
        | Answer::Untried { .. } => None,
    }
}

const fn over(outcome: Outcome) -> Handed {
    Handed::Over {
        provider_id: None,
        outcome,
        ask_at: None,
    }
}

/// Says that a claim is being worked on, for as long as it is.
struct Busy<'a> {
    dispatcher: &'a Dispatcher,
    claim: i64,
}

impl<'a> Busy<'a> {
    fn with(dispatcher: &'a Dispatcher, claim: i64) -> Self {
        let mut busy = dispatcher
            .busy
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        busy.insert(claim);
        Busy { dispatcher, claim }
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        let mut busy = self
            .dispatcher
            .busy
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        busy.remove(&self.claim);
    }
}
