//! Why deliveries of a message failed, so that an office can mend numbers instead of reading rows.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::{call_status::CallStatus, delivery::Device};

/// Deliveries of one device that failed for the same cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cause {
    /// The number of the first such delivery: what the recipients are filtered by.
    pub failure: i64,
    /// Their device.
    pub device: Device,
    /// The phone provider's number, where there is one.
    pub call_status: Option<CallStatus>,
    /// The cause in words: the call status's label, or what the email's provider said, without the address.
    pub reason: String,
    /// How many addresses; a duplicate is none of its own.
    pub addresses: u32,
}

/// The failed deliveries of a message by their cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Failures {
    /// The most frequent causes, the most frequent first.
    pub causes: Vec<Cause>,
    /// How many addresses failed, also for causes that are not listed.
    pub addresses: u32,
    /// The instant this is true of.
    #[serde(deserialize_with = "crate::datetime::read")]
    pub as_of: DateTime<FixedOffset>,
}

/// Stands for a cause that nobody named.
pub const NO_REASON: &str = "No reason given";
