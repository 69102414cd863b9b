//! Providers: who carries a delivery out of the house. One file each, behind one trait.

pub mod inbox;
pub mod phone;
pub mod sandbox;
pub mod smtp;
mod words;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use shared::{delivery::Device, message::MessageId};

use super::Hold;
use crate::{
    content::Content,
    outcome::{AfterSilence, DeliveryKey, InFlight, Outcome},
};

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
