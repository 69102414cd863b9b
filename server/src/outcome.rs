//! What became of a delivery: what the store, the providers and their receipts tell each other, in one form whoever
//! said it.

use chrono::{DateTime, Utc};
use shared::{
    call_status::CallStatus,
    delivery::{DeliveryStatus, Device},
    message::MessageId,
};

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

/// What a provider reports later about one delivery, in our words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The provider's [`name`](crate::delivery::providers::Provider::name).
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

/// Whether an enhanced status code (RFC 3463) says that there is no such address.
pub fn is_bad_address(code: &str) -> bool {
    matches!(code, "5.1.1" | "5.1.2" | "5.1.3" | "5.1.6" | "5.1.10")
}

/// Whether a failed letter's reason, as [`in_words`](crate::delivery::providers::smtp::in_words) makes it, says that
/// there is no such address.
pub fn is_hard_bounce(reason: &str) -> bool {
    reason.split(' ').take(2).any(is_bad_address)
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
}
