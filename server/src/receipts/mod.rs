//! Receipts: what a provider reports later about one delivery. Each file verifies that a report comes from
//! its provider, over the bytes as they came, and brings it into one normal form; the store applies it.
//!
//! A word that no file knows is kept with the raw report and changes nothing: it never becomes a success.

use chrono::{DateTime, TimeDelta, Utc};
use shared::delivery::Device;

pub mod generic;
pub mod mailgun;
pub mod twilio;

use crate::{outcome::Receipt, secret::Secret};

/// How far a sender's clock may be from ours.
pub const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);

/// By what reports are proven; where a part is missing, that provider's reports are not taken.
#[derive(Clone, Debug, Default)]
pub struct Proofs {
    /// Our address as providers reach it, without a slash at its end: Twilio signs it.
    pub public_url: Option<String>,
    /// The auth token of the account at Twilio.
    pub twilio: Option<Secret>,
    /// Mailgun's webhook signing key.
    pub mailgun: Option<Secret>,
    /// The secret shared with any other mail system.
    pub bounces: Option<Secret>,
}

/// Why a report is not taken for what it claims to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// What proves it is not there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Its signature is not that of our provider over these bytes.
    #[error("the signature does not fit")]
    WrongSignature,
    /// It was signed too long ago, or in the future.
    #[error("it was signed at another time than now")]
    Stale,
    /// It is signed, but cannot be read.
    #[error("{0} cannot be read")]
    Unreadable(&'static str),
}

/// A report in its normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What it says about a delivery.
    pub receipt: Receipt,
    /// What it says about an address from now on.
    pub wish: Option<Wish>,
}

/// What a report says about an address from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The device it holds for.
    pub device: Device,
    /// The address, as the provider writes it.
    pub address: String,
    /// Why the address is reached no more; `None` where it may be reached again.
    pub why: Option<Why>,
}

/// Why an address is reached no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// The person answered a text message with STOP.
    Stop,
    /// Email to it came back for good.
    HardBounce,
    /// The person called a message spam.
    Complaint,
    /// The person unsubscribed at the email provider.
    Unsubscribed,
}

impl Why {
    /// Every reason.
    pub const ALL: [Why; 4] = [
        Why::Stop,
        Why::HardBounce,
        Why::Complaint,
        Why::Unsubscribed,
    ];

    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Why::Stop => "stop",
            Why::HardBounce => "hard_bounce",
            Why::Complaint => "complaint",
            Why::Unsubscribed => "unsubscribed",
        }
    }

    /// The reason in words, as it is shown beside a delivery that was not handed over for it.
    pub const fn in_words(self) -> &'static str {
        match self {
            Why::Stop => "The person answered STOP to an earlier text message.",
            Why::HardBounce => "Earlier email to this address came back for good.",
            Why::Complaint => "The person marked earlier email as spam.",
            Why::Unsubscribed => "The person unsubscribed from email.",
        }
    }
}

/// A time in seconds since 1970, with or without a fraction.
fn from_seconds(seconds: f64) -> Option<DateTime<Utc>> {
    let millis = seconds * 1000.0;
    (millis.abs() < 1e15)
        .then(|| DateTime::from_timestamp_millis(millis as i64))
        .flatten()
}
