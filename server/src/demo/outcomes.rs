//! What became of each delivery: mostly the usual, and every call status there is.

use chrono::TimeDelta;
use shared::{
    call_status::{CallStatus, DEFINITIONS, Outcome},
    delivery::{DeliveryStatus, Device},
    message::MessageStatus,
};

use crate::{chance::Chance, entry::NewDelivery, store::time::Timestamp};

/// Makes outcomes, going round all the ways in which a call can fail.
#[derive(Default)]
pub(super) struct Outcomes {
    failures: usize,
}

/// Codes that only text messages get.
const TEXT_ONLY: [i16; 6] = [-27, -28, -30, -33, -39, -40];

/// Two numbers that no table defines: providers send them all the same.
const UNDEFINED: [i16; 2] = [11, 999];

const BOUNCES: [&str; 4] = [
    "550 5.1.1 No such mailbox",
    "552 5.2.2 Mailbox full",
    "554 5.7.1 Refused as spam",
    "421 4.4.2 The mail server did not answer in time",
];

impl Outcomes {
    /// What became of `delivery` in a message that stands at `message` and began at `start`.
    pub(super) fn settle(
        &mut self,
        delivery: &mut NewDelivery<'_>,
        message: MessageStatus,
        start: Timestamp,
        chance: &mut Chance,
    ) {
        let after = TimeDelta::milliseconds(i64::from(chance.between(900, 240_000)));
        let at = Some(Timestamp::from(start.utc() + after));
        match message {
            MessageStatus::Waiting => {}
            MessageStatus::InProgress if chance.percent(45) => {}
            MessageStatus::InProgress if chance.percent(30) => self.open(delivery),
            MessageStatus::Canceled if chance.percent(60) => {
                delivery.status = Some(DeliveryStatus::Canceled);
            }
            MessageStatus::Error if chance.percent(30) && delivery.device.is_phone() => {
                self.open(delivery)
            }
            MessageStatus::InProgress
            | MessageStatus::Canceled
            | MessageStatus::Error
            | MessageStatus::Sent => {
                self.finish(delivery, at, chance);
            }
        }
    }

    /// Handed over, no final word.
    fn open(&self, delivery: &mut NewDelivery<'_>) {
        delivery.status = Some(DeliveryStatus::InProgress);
        delivery.call_status = match delivery.device {
            Device::Voice => Some(CallStatus(17)),
            Device::Text => Some(CallStatus(-39)),
            Device::Inbox | Device::Email => None,
        };
    }

    fn finish(
        &mut self,
        delivery: &mut NewDelivery<'_>,
        at: Option<Timestamp>,
        chance: &mut Chance,
    ) {
        delivery.at = at;
        let fails = chance.percent(8);
        let code = match delivery.device {
            Device::Inbox => {
                delivery.status = Some(DeliveryStatus::Sent);
                return;
            }
            Device::Email => {
                delivery.status = Some(if fails {
                    DeliveryStatus::Failed
                } else {
                    DeliveryStatus::Sent
                });
                delivery.reason = fails.then(|| *chance.pick(&BOUNCES));
                return;
            }
            Device::Voice if fails => self.failure(),
            Device::Voice => *chance.pick(&[5, 5, 5, 6, 6, 6, 6, 0, 0, 1, 13]),
            Device::Text if fails => *chance.pick(&[-40, -30, -33]),
            Device::Text => *chance.pick(&[-28, -28, -28, -28, -27]),
        };
        delivery.call_status = Some(CallStatus(code));
        if delivery.device == Device::Voice && code == 5 && chance.percent(25) {
            delivery.confirmed_at = at;
        }
    }

    /// The next of the codes by which a call ends without reaching anybody.
    fn failure(&mut self) -> i16 {
        let unreached =
            |code: CallStatus| matches!(code.outcome(), Outcome::Failed | Outcome::Duplicate);
        let defined = DEFINITIONS.iter().map(|definition| definition.code);
        let codes: Vec<i16> = defined
            .filter(|code| unreached(*code) && !TEXT_ONLY.contains(&code.0))
            .map(|code| code.0)
            .chain(UNDEFINED)
            .collect();
        self.failures += 1;
        codes[self.failures % codes.len()]
    }
}
