//! The answer to a message that is submitted for delivery.

use serde::{Deserialize, Serialize};

use crate::message::MessageId;

/// What was taken of a message, and what was not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Submitted {
    /// The message's number.
    pub id: MessageId,
    /// Recipient lines taken.
    pub lines: u32,
    /// Deliveries that are never made, because an earlier one has their address.
    pub duplicates: u32,
    /// Deliveries that are never made, because their address is none.
    pub refused: Vec<RefusedAddress>,
}

/// A delivery that was not taken. The rest of its recipient line was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefusedAddress {
    /// The recipient's place in the message, from 0.
    pub line: u32,
    /// The sender's key for the person.
    pub person: String,
    /// Which part of the recipient, such as `deliveries[0].address`.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}
