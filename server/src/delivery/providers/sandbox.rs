//! The sandbox: hands over to nobody, and reports back what might have become of each delivery.
//!
//! It is the default, so that nothing leaves the house before somebody has set up who is to carry it. What
//! it reports depends only on the message and the delivery's number; when, on the clock: most within a minute.

use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use shared::{
    call_status::CallStatus,
    delivery::{DeliveryStatus, Device},
};

use super::{Answer, HandOver, Provider};
use crate::{
    chance::Chance,
    clock::SharedClock,
    outcome::{AfterSilence, DeliveryKey, InFlight, Outcome},
};

/// How fast it reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As phones and mail servers do, within seconds to two minutes.
    Lifelike,
    /// With its first answer; for measuring.
    AtOnce,
}

/// Hands over to nobody.
pub struct Sandbox {
    clock: SharedClock,
    pace: Pace,
}

/// The name under which the sandbox stands in the database.
pub const NAME: &str = "sandbox";

const BOUNCES: [&str; 3] = [
    "550 5.1.1 No such mailbox",
    "552 5.2.2 Mailbox full",
    "554 5.7.1 Refused as spam",
];

const CALLS: [i16; 16] = [5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 0, 0, 1, 13, 3];

const TEXTS: [i16; 16] = [
    -28, -28, -28, -28, -28, -28, -28, -28, -28, -28, -28, -28, -28, -27, -40, -30,
];

impl Sandbox {
    /// One that reports at this pace.
    pub fn new(clock: SharedClock, pace: Pace) -> Self {
        Sandbox { clock, pace }
    }

    fn answer(&self, hand_over: &HandOver) -> Answer {
        let key = hand_over.key();
        let device = hand_over.device;
        if device == Device::Inbox || self.pace == Pace::AtOnce {
            return taken(end(key, device), None);
        }
        let mut chance = chance(key, 1);
        match chance.below(200) {
            0 if hand_over.attempt == 1 => Answer::Later {
                reason: "The provider was busy.".to_owned(),
                after: None,
            },
            1..4 if device == Device::Text => Answer::Refused {
                outcome: Outcome::of_call(CallStatus(-33)),
            },
            _ => taken(open(device), Some(after(key))),
        }
    }
}

#[async_trait]
impl Provider for Sandbox {
    fn name(&self) -> &'static str {
        NAME
    }

    fn batch(&self) -> u32 {
        250
    }

    /// Nobody gets anything twice from nobody.
    fn after_silence(&self) -> AfterSilence {
        AfterSilence::Repeat
    }

    async fn hand_over(&self, batch: &[HandOver]) -> Vec<Answer> {
        batch
            .iter()
            .map(|hand_over| self.answer(hand_over))
            .collect()
    }

    async fn ask(&self, in_flight: &[InFlight]) -> Vec<Option<Outcome>> {
        let now = self.clock.now();
        let news = |of: &InFlight| {
            let after = TimeDelta::from_std(after(of.key)).unwrap_or_default();
            let due = self.pace == Pace::AtOnce || of.handed_over_at + after <= now;
            due.then(|| end(of.key, of.device))
        };
        in_flight.iter().map(news).collect()
    }
}

fn taken(outcome: Outcome, ask_after: Option<Duration>) -> Answer {
    Answer::Taken {
        provider_id: None,
        outcome,
        ask_after,
    }
}

/// Chance for the `nth` question about a delivery.
fn chance(key: DeliveryKey, nth: u64) -> Chance {
    let message = key.message.0.unsigned_abs();
    Chance::new((message << 24) ^ (u64::from(key.number) << 3) ^ nth)
}

/// How long until the end of a delivery is known: half of them within twelve seconds, all within two minutes.
fn after(key: DeliveryKey) -> Duration {
    let mut chance = chance(key, 2);
    let (one, two) = (chance.between(1500, 40_000), chance.between(1500, 40_000));
    let slow = if chance.percent(10) { 70_000 } else { 0 };
    Duration::from_millis(u64::from(one.min(two) + slow))
}

/// Handed over, no final word.
fn open(device: Device) -> Outcome {
    match device {
        Device::Inbox | Device::Email => Outcome::of(DeliveryStatus::InProgress),
        Device::Voice => Outcome::of_call(CallStatus(17)),
        Device::Text => Outcome::of_call(CallStatus(-39)),
    }
}

/// What becomes of a delivery.
fn end(key: DeliveryKey, device: Device) -> Outcome {
    let mut chance = chance(key, 3);
    match device {
        Device::Inbox => Outcome::of(DeliveryStatus::Sent),
        Device::Email if chance.percent(4) => {
            Outcome::of(DeliveryStatus::Failed).because(*chance.pick(&BOUNCES))
        }
        Device::Email => Outcome::of(DeliveryStatus::Sent),
        Device::Voice => {
            let outcome = Outcome::of_call(CallStatus(*chance.pick(&CALLS)));
            Outcome {
                confirmed: outcome.call_status == Some(CallStatus(5)) && chance.percent(25),
                ..outcome
            }
        }
        Device::Text => Outcome::of_call(CallStatus(*chance.pick(&TEXTS))),
    }
}

#[cfg(test)]
mod tests {
    use shared::message::MessageId;

    use super::*;

    fn key(number: u32) -> DeliveryKey {
        DeliveryKey {
            message: MessageId(7),
            number,
        }
    }

    #[test]
    fn most_ends_are_known_within_a_minute_and_all_within_two() {
        let after: Vec<_> = (0..1000).map(|n| after(key(n)).as_secs()).collect();
        assert!(after.iter().filter(|seconds| **seconds < 60).count() > 850);
        assert!(after.iter().all(|seconds| *seconds < 120));
    }

    #[test]
    fn an_end_is_always_the_same_and_final() {
        for device in Device::ALL {
            for number in 0..200 {
                let ended = end(key(number), device);
                assert!(ended.status.is_final(), "{device:?} {ended:?}");
                assert_eq!(ended, end(key(number), device));
            }
        }
    }
}
