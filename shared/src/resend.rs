//! Resend: a message goes again to those whom it did not reach, as a message of its own.

use std::str::FromStr;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::{
    delivery::Device,
    message::{MessageId, UnknownWord, parse_word},
};

/// To whom a message is resent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// Deliveries that failed for good.
    Failed,
    /// Deliveries that its cancel stopped.
    Stopped,
}

impl Which {
    /// Both.
    pub const ALL: [Which; 2] = [Which::Failed, Which::Stopped];

    /// The word in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Which::Failed => "failed",
            Which::Stopped => "stopped",
        }
    }
}

impl FromStr for Which {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        parse_word(word, "part to resend to", &Self::ALL, Self::as_str)
    }
}

/// The body of a resend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ResendRequest {
    /// To whom.
    pub which: Which,
    /// Which attempt it is, from 1: the same again makes no second message, so that a double click is
    /// harmless. A [`ResendPlan`] says which comes next.
    #[serde(default = "first")]
    pub attempt: u32,
}

const fn first() -> u32 {
    1
}

/// What a resend would send now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResendPlan {
    /// To whom.
    pub which: Which,
    /// The attempt that it would be.
    pub attempt: u32,
    /// Recipient lines.
    pub lines: u32,
    /// Distinct persons.
    pub persons: u32,
    /// Distinct addresses of each device.
    pub devices: Vec<DeviceAddresses>,
    /// Distinct addresses that are left out, because they are reached no more since.
    pub suppressed: u32,
}

/// How many distinct addresses of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceAddresses {
    /// The device.
    pub device: Device,
    /// Its addresses.
    pub addresses: u32,
}

/// The message that a resend made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Resent {
    /// Its number.
    pub id: MessageId,
    /// Its recipient lines.
    pub lines: u32,
    /// Its deliveries that are never made, because an earlier one has their address.
    pub duplicates: u32,
}

/// The tie between a message and one that resends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Resend {
    /// The other message.
    pub id: MessageId,
    /// To whom of it.
    pub which: Which,
    /// Who asked for it.
    pub by: String,
    /// When.
    #[serde(deserialize_with = "crate::datetime::read")]
    pub at: DateTime<FixedOffset>,
    /// Distinct persons it goes to.
    pub persons: u32,
}
