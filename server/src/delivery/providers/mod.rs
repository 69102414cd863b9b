//! Providers: who carries a delivery out of the house. One file each, behind one trait.

pub mod inbox;
pub mod phone;
pub mod sandbox;
pub mod smtp;
mod words;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared::{
    call_status::CallStatus,
    delivery::{DeliveryStatus, Device},
    message::MessageId,
};

use super::Hold;

/// What a message says: the same for each of its deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// *Message Subject*.
    pub subject: String,
    /// *District/School*.
    pub organization: String,
    /// Who sent it.
    pub sender: String,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// The bodies as they were submitted, plain text or HTML, in the order of [`Device::ALL`].
    pub bodies: [Option<String>; 4],
}

impl Content {
    /// The words for a device: its own, or else those of the device next to it.
    pub fn body(&self, device: Device) -> &str {
        let [inbox, email, voice, text] = &self.bodies;
        let order = match device {
            Device::Inbox => [inbox, email, text, voice],
            Device::Email => [email, inbox, text, voice],
            Device::Voice => [voice, text, email, inbox],
            Device::Text => [text, voice, email, inbox],
        };
        order
            .into_iter()
            .find_map(|body| body.as_deref())
            .unwrap_or(&self.subject)
    }
}

/// One delivery to hand over.
#[derive(Clone, Debug)]
pub struct HandOver {
    /// The message.
    pub message: MessageId,
    /// The delivery's number in it.
    pub number: u32,
    /// How the recipient is reached.
    pub device: Device,
    /// Where: the normalised address (E.164 with `;ext=` for phones; an inbox's is the person's key).
    pub address: String,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// What the message says.
    pub content: Arc<Content>,
    /// The sender's key for the person.
    pub person: String,
    /// The person's name.
    pub name: String,
    /// Whether it is still the worker's to hand over: a provider that takes its time over a batch asks before each
    /// delivery, and answers [`Hold::lost`] where it is not.
    pub hold: Hold,
}

impl HandOver {
    /// The delivery's name at the provider, the same at every attempt: it stands in the Message-ID or the
    /// status callback, so that receipts and repeats find the delivery.
    pub fn key(&self) -> DeliveryKey {
        DeliveryKey {
            message: self.message,
            number: self.number,
        }
    }
}

/// A delivery's name outside the house: `<message>-<number>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeliveryKey {
    /// The message.
    pub message: MessageId,
    /// The delivery's number in it.
    pub number: u32,
}

impl std::fmt::Display for DeliveryKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.message, self.number)
    }
}

impl std::str::FromStr for DeliveryKey {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Self, NoKey> {
        let (message, number) = text.split_once('-').ok_or(NoKey)?;
        Ok(DeliveryKey {
            message: message.parse().map_err(|_| NoKey)?,
            number: number.parse().map_err(|_| NoKey)?,
        })
    }
}

/// A text that names no delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this names no delivery; a key is MESSAGE-NUMBER")]
pub struct NoKey;

/// What became of a delivery, in our words whichever provider said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Where it stands.
    pub status: DeliveryStatus,
    /// The number, for a phone delivery that has one.
    pub call_status: Option<CallStatus>,
    /// The provider's reason in words; neither names nor addresses.
    pub reason: Option<String>,
    /// Whether the recipient pressed 0.
    pub confirmed: bool,
}

impl Outcome {
    /// One without a number or a reason.
    pub const fn of(status: DeliveryStatus) -> Self {
        Outcome {
            status,
            call_status: None,
            reason: None,
            confirmed: false,
        }
    }

    /// What a call status stands for.
    pub const fn of_call(call_status: CallStatus) -> Self {
        Outcome {
            status: DeliveryStatus::of_call(call_status),
            call_status: Some(call_status),
            reason: None,
            confirmed: false,
        }
    }

    /// The same with a reason in words.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// What a provider says to a hand-over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has it: final at once, or in flight and awaiting a receipt (call status 17 or -39 for phones).
    Taken {
        /// The provider's name for it, by which receipts find it.
        provider_id: Option<String>,
        /// Where that leaves the delivery.
        outcome: Outcome,
        /// After how long to [`ask`](Provider::ask) for news, for a provider that sends none by itself.
        ask_after: Option<Duration>,
    },
    /// Refused for good.
    Refused {
        /// `failed` or `opted_out`, with the reason.
        outcome: Outcome,
    },
    /// Not now: tried again with growing pauses, until it is given up.
    Later {
        /// Why, in words for people; neither names nor addresses.
        reason: String,
        /// How long to wait at least, where the provider says so.
        after: Option<Duration>,
    },
    /// Not now, nor anything else: the same as [`Later`](Answer::Later), and until then no process hands the provider
    /// anything more on this device.
    Quiet {
        /// Why, in words for people; neither names nor addresses.
        reason: String,
        /// For how long, where the provider says so.
        after: Option<Duration>,
    },
    /// It was not tried at all: it goes back in line, and the attempt does not count.
    Untried {
        /// Why, in words for people; neither names nor addresses.
        reason: String,
    },
}

/// What came of taking a delivery back from a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recall {
    /// It will not go out.
    Recalled,
    /// It has gone out already; its receipt tells the rest.
    TooLate,
    /// The provider cannot take anything back.
    Cannot,
    /// The provider did not answer; worth another try.
    Later,
}

/// A delivery that a provider has, and has not told the end of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// The delivery.
    pub key: DeliveryKey,
    /// How the recipient is reached.
    pub device: Device,
    /// The provider's name for it; `None` where it has none, or none that we know of.
    pub provider_id: Option<String>,
    /// When it was handed over.
    pub handed_over_at: DateTime<Utc>,
    /// The number it stands at, for a phone delivery that has one.
    pub call_status: Option<CallStatus>,
}

/// What to do with a hand-over whose worker fell silent half-way: it may or may not have reached the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterSilence {
    /// The same key twice does no harm: hand it over again.
    Repeat,
    /// A repeat might reach a person twice: leave it in flight. A receipt under its key settles it; without
    /// one it makes its message an error after the usual wait.
    Wait,
}

/// Who carries deliveries out.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Its name in the database and in the server's own log.
    fn name(&self) -> &'static str;

    /// The most deliveries it is handed at once. A crash leaves at most so many in doubt.
    fn batch(&self) -> u32 {
        50
    }

    /// What to do where a worker fell silent half-way.
    fn after_silence(&self) -> AfterSilence {
        AfterSilence::Wait
    }

    /// Hands over deliveries of one message and one device. Answers in the order of `batch`, one for each.
    /// Must end by itself: a peer that hangs is a [`Later`](Answer::Later).
    async fn hand_over(&self, batch: &[HandOver]) -> Vec<Answer>;

    /// Takes back what has not left the provider.
    async fn recall(&self, _: &InFlight) -> Recall {
        Recall::Cannot
    }

    /// What became of each, in order; `None` where there is no news.
    async fn ask(&self, in_flight: &[InFlight]) -> Vec<Option<Outcome>> {
        vec![None; in_flight.len()]
    }
}

/// What a provider reports later about one delivery, in our words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The provider's [`name`](Provider::name).
    pub provider: &'static str,
    /// The provider's name for this report: the same one twice counts once.
    pub event_id: String,
    /// Which delivery it is about.
    pub target: Target,
    /// What became of it.
    pub outcome: Outcome,
    /// When, by the provider's clock.
    pub at: DateTime<Utc>,
    /// What came, as it came.
    pub raw: String,
}

/// Which delivery a receipt is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The one that this provider knows by this name.
    ProviderId(String),
    /// The one with this key.
    Key(DeliveryKey),
    /// The one with this key, unless its provider knows it by another name than this: then it is about somebody
    /// else's, of another Sentlog or of a log that was begun anew.
    Named(DeliveryKey, String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back() {
        let key = DeliveryKey {
            message: MessageId(12),
            number: 345,
        };
        assert_eq!(key.to_string(), "12-345");
        assert_eq!("12-345".parse(), Ok(key));
        for text in ["", "12", "12-", "-5", "12-x", "12--1"] {
            assert_eq!(text.parse::<DeliveryKey>(), Err(NoKey), "{text:?}");
        }
    }

    #[test]
    fn a_device_without_words_of_its_own_takes_its_neighbours() {
        let mut content = Content {
            subject: "Closed".into(),
            organization: "High School".into(),
            sender: "Ada".into(),
            reply_to: None,
            bodies: [None, Some("<p>mail</p>".into()), None, Some("text".into())],
        };
        assert_eq!(content.body(Device::Inbox), "<p>mail</p>");
        assert_eq!(content.body(Device::Voice), "text");
        content.bodies = [None, None, None, None];
        assert_eq!(content.body(Device::Text), "Closed");
    }
}
