//! News of messages while the page is open: what travels on the event stream.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::{
    counting::{DeliverySummary, DeviceProgress},
    message::MessageSummary,
};

/// The name of the event whose data is a [`Change`].
pub const CHANGE: &str = "change";

/// The name of the event that says: too much has changed, or too long ago, to tell each; ask for all anew.
pub const RELOAD: &str = "reload";

/// A message that has changed, or come in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change {
    /// Its row in the log.
    pub message: MessageSummary,
    /// How far each device used has come.
    pub progress: Vec<DeviceProgress>,
    /// Its totals.
    pub summary: DeliverySummary,
    /// Whether it can still be stopped, by who asks.
    pub can_cancel: bool,
    /// How often it has changed since it came in: of two changes the one with the higher number is the later.
    pub revision: i64,
    /// When it changed.
    #[serde(deserialize_with = "crate::datetime::read")]
    pub at: DateTime<FixedOffset>,
}
