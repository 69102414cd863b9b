//! A person's inbox in the portal.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::message::MessageId;

/// One message in a person's inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InboxItem {
    /// The message's number.
    pub message: MessageId,
    /// What it is about.
    pub subject: String,
    /// Who sent it.
    pub sender: String,
    /// The school, or the district.
    pub organization: String,
    /// What it says, as plain text or tamed HTML.
    pub body: String,
    /// When it was put there.
    #[serde(deserialize_with = "crate::datetime::read")]
    pub at: DateTime<FixedOffset>,
}
