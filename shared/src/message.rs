//! A message: its status, its row in the log, and its detail.

use std::{fmt, str::FromStr};

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::{
    counting::{DeliverySummary, DeviceProgress},
    delivery::Device,
    report::ReportChoices,
    resend::Resend,
};

/// The store's number for a message, unique within one Sentlog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct MessageId(pub i64);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for MessageId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(MessageId)
    }
}

/// Where a message stands (spec section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    /// Scheduled, and nothing handed over yet.
    Waiting,
    /// Being handed over.
    InProgress,
    /// Every delivery has its final word.
    Sent,
    /// Hand-over was given up for at least one delivery, or a phone provider fell silent. Not final.
    Error,
    /// Stopped by a person. Never a failed delivery.
    Canceled,
}

impl MessageStatus {
    /// Every status, in the order of a message's life.
    pub const ALL: [MessageStatus; 5] = [
        MessageStatus::Waiting,
        MessageStatus::InProgress,
        MessageStatus::Sent,
        MessageStatus::Error,
        MessageStatus::Canceled,
    ];

    /// The word in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            MessageStatus::Waiting => "waiting",
            MessageStatus::InProgress => "in_progress",
            MessageStatus::Sent => "sent",
            MessageStatus::Error => "error",
            MessageStatus::Canceled => "canceled",
        }
    }

    /// The word on screen, spelled as in the manual.
    pub const fn label(self) -> &'static str {
        match self {
            MessageStatus::Waiting => "Waiting",
            MessageStatus::InProgress => "In-Progress",
            MessageStatus::Sent => "Sent",
            MessageStatus::Error => "Error",
            MessageStatus::Canceled => "Canceled",
        }
    }

    /// Whether a message in this status can still be stopped (spec section 6).
    pub const fn can_cancel(self) -> bool {
        self.cancel_refusal().is_none()
    }

    /// Why a message in this status cannot be stopped, as a sentence for people; `None` where it can.
    pub const fn cancel_refusal(self) -> Option<&'static str> {
        match self {
            MessageStatus::Waiting | MessageStatus::InProgress => None,
            MessageStatus::Sent => {
                Some("This message has already been sent; there is nothing left to stop.")
            }
            MessageStatus::Error => {
                Some("This message has ended with an error; there is nothing left to stop.")
            }
            MessageStatus::Canceled => Some("This message is already canceled."),
        }
    }

    /// Whether nothing more is expected to be handed over.
    pub const fn is_over(self) -> bool {
        !self.can_cancel()
    }
}

/// A word that names no member of a closed set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} {word:?}, expected one of {expected}")]
pub struct UnknownWord {
    /// What the set is of.
    pub what: &'static str,
    /// The word found.
    pub word: String,
    /// The words that would do.
    pub expected: String,
}

impl FromStr for MessageStatus {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        parse_word(word, "message status", &Self::ALL, Self::as_str)
    }
}

/// Finds `word` among the names of `all`.
pub(crate) fn parse_word<T: Copy>(
    word: &str,
    what: &'static str,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<T, UnknownWord> {
    all.iter()
        .copied()
        .find(|member| name(*member) == word)
        .ok_or_else(|| UnknownWord {
            what,
            word: word.chars().take(40).collect(),
            expected: all.iter().map(|m| name(*m)).collect::<Vec<_>>().join(", "),
        })
}

/// One row of the log. Times carry the district's offset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageSummary {
    /// The message's number.
    pub id: MessageId,
    /// Where it stands.
    pub status: MessageStatus,
    /// *Message Type*, such as `Behavior`.
    pub message_type: String,
    /// *District/School*.
    pub organization: String,
    /// *Message Subject*.
    pub subject: String,
    /// Who sent it.
    pub sender: String,
    /// When it was made.
    #[serde(deserialize_with = "crate::datetime::read")]
    pub created_at: DateTime<FixedOffset>,
    /// The earlier of its two start times.
    #[serde(deserialize_with = "crate::datetime::read")]
    pub scheduled_at: DateTime<FixedOffset>,
    /// The scheduler that made it, if one did.
    pub schedule_id: Option<i64>,
}

/// Everything the page shows of one message but its recipients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageDetail {
    /// The row, and what the row leaves out.
    pub message: MessageHeader,
    /// The totals of spec section 5.
    pub summary: DeliverySummary,
    /// How far each device used has come.
    pub progress: Vec<DeviceProgress>,
    /// Who the message was sent to, in the sender's order.
    pub criteria: Vec<Criterion>,
    /// What the message says.
    pub content: Content,
    /// Who stopped it, if somebody did.
    pub cancellation: Option<Cancellation>,
    /// Whether it can still be stopped, by who asks.
    pub can_cancel: bool,
    /// The message that this one resends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resend_of: Option<Resend>,
    /// The messages that resend this one, the earliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resends: Vec<Resend>,
    /// When who got it, and what it said, was removed for its age; then only the totals are left.
    #[serde(
        default,
        deserialize_with = "crate::datetime::read_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub personal_data_removed_at: Option<DateTime<FixedOffset>>,
    /// What a Sent Message Report can be asked for.
    pub report: ReportChoices,
    /// The instant every figure here is true of.
    #[serde(deserialize_with = "crate::datetime::read")]
    pub as_of: DateTime<FixedOffset>,
}

/// A message's row with the fields only the detail shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(from = "SentHeader")]
pub struct MessageHeader {
    /// The row of the log.
    #[serde(flatten)]
    pub row: MessageSummary,
    /// The kind within the type, such as `General Notification`.
    pub category: Option<String>,
    /// When inbox and email start; `None`: at once.
    pub inbox_email_start_at: Option<DateTime<FixedOffset>>,
    /// When voice and text start; `None`: at once.
    pub voice_text_start_at: Option<DateTime<FixedOffset>>,
    /// When the first delivery was handed over.
    pub started_at: Option<DateTime<FixedOffset>>,
    /// When the last delivery got its final word.
    pub ended_at: Option<DateTime<FixedOffset>>,
    /// When there was news of it last, where it is delivered here and still goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_news_at: Option<DateTime<FixedOffset>>,
    /// Whether that is too long ago, though something of it is under way or overdue.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stalled: bool,
}

/// A message after its providers were asked what is still open of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refreshed {
    /// The message as it is now.
    #[serde(flatten)]
    pub detail: MessageDetail,
    /// When the providers were last asked, by whichever viewer.
    #[serde(deserialize_with = "crate::datetime::read")]
    pub asked_at: DateTime<FixedOffset>,
    /// Before this, asking again answers what is known.
    #[serde(deserialize_with = "crate::datetime::read")]
    pub ask_again_at: DateTime<FixedOffset>,
}

/// A [`MessageHeader`] as it is sent. Read by `flatten` it would go through a copy of any JSON there is, which
/// weighs more than the page's whole reader.
#[derive(Deserialize)]
struct SentHeader {
    id: MessageId,
    status: MessageStatus,
    message_type: String,
    organization: String,
    subject: String,
    sender: String,
    #[serde(deserialize_with = "crate::datetime::read")]
    created_at: DateTime<FixedOffset>,
    #[serde(deserialize_with = "crate::datetime::read")]
    scheduled_at: DateTime<FixedOffset>,
    schedule_id: Option<i64>,
    category: Option<String>,
    #[serde(default, deserialize_with = "crate::datetime::read_option")]
    inbox_email_start_at: Option<DateTime<FixedOffset>>,
    #[serde(default, deserialize_with = "crate::datetime::read_option")]
    voice_text_start_at: Option<DateTime<FixedOffset>>,
    #[serde(default, deserialize_with = "crate::datetime::read_option")]
    started_at: Option<DateTime<FixedOffset>>,
    #[serde(default, deserialize_with = "crate::datetime::read_option")]
    ended_at: Option<DateTime<FixedOffset>>,
    #[serde(default, deserialize_with = "crate::datetime::read_option")]
    last_news_at: Option<DateTime<FixedOffset>>,
    #[serde(default)]
    stalled: bool,
}

impl From<SentHeader> for MessageHeader {
    fn from(sent: SentHeader) -> Self {
        MessageHeader {
            row: MessageSummary {
                id: sent.id,
                status: sent.status,
                message_type: sent.message_type,
                organization: sent.organization,
                subject: sent.subject,
                sender: sent.sender,
                created_at: sent.created_at,
                scheduled_at: sent.scheduled_at,
                schedule_id: sent.schedule_id,
            },
            category: sent.category,
            inbox_email_start_at: sent.inbox_email_start_at,
            voice_text_start_at: sent.voice_text_start_at,
            started_at: sent.started_at,
            ended_at: sent.ended_at,
            last_news_at: sent.last_news_at,
            stalled: sent.stalled,
        }
    }
}

/// One filter criterion: who the message was sent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Criterion {
    /// Such as `Deliver To`.
    pub label: String,
    /// Such as `Student Messenger Contacts`.
    pub value: String,
}

/// What a message says, by device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Content {
    /// Where answers go.
    pub reply_to: Option<String>,
    /// One body for each device it was written for, in the order of [`Device::ALL`].
    pub bodies: Vec<Body>,
}

/// The words of a message on one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Body {
    /// The device it is for.
    pub device: Device,
    /// What `content` is.
    pub format: BodyFormat,
    /// Plain text as it was written, or HTML from which everything that runs or loads has been taken.
    pub content: String,
}

/// How a [`Body`]'s content is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BodyFormat {
    /// Characters to show as they are.
    Text,
    /// Sanitised HTML, to be shown in a sandboxed frame all the same.
    Html,
}

/// Who stopped a message, and where that cut its deliveries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cancellation {
    /// The name of the person.
    pub by: String,
    /// When the server took it.
    #[serde(deserialize_with = "crate::datetime::read")]
    pub at: DateTime<FixedOffset>,
    /// Why, in the person's words.
    pub reason: Option<String>,
    /// The cut, per device used.
    pub devices: Vec<CanceledDevice>,
}

/// Where a cancel cut one device's deliveries, in distinct addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CanceledDevice {
    /// The device.
    pub device: Device,
    /// Had their final word before the cancel.
    pub gone: u32,
    /// Were with a worker or provider at the cancel.
    pub in_flight: u32,
    /// Were never handed over.
    pub stopped: u32,
}

/// The body of a cancel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CancelRequest {
    /// Why, in the person's words; at most [`CancelRequest::MAX_REASON`] characters.
    #[serde(default)]
    pub reason: Option<String>,
}

impl CancelRequest {
    /// The longest reason kept, in characters.
    pub const MAX_REASON: usize = 500;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_waiting_or_in_progress_message_can_be_canceled() {
        let can: Vec<_> = MessageStatus::ALL
            .into_iter()
            .filter(|s| s.can_cancel())
            .collect();
        assert_eq!(can, [MessageStatus::Waiting, MessageStatus::InProgress]);
    }

    #[test]
    fn a_refused_cancel_says_why() {
        for status in MessageStatus::ALL {
            assert_eq!(status.can_cancel(), status.cancel_refusal().is_none());
        }
    }

    #[test]
    fn every_status_is_read_back_from_its_word() {
        for status in MessageStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
            let json = serde_json::to_string(&status).unwrap();
            assert_eq!(json, format!("\"{}\"", status.as_str()));
        }
    }

    #[test]
    fn an_unknown_status_is_named_with_the_words_that_would_do() {
        let error = "cancelled".parse::<MessageStatus>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown message status \"cancelled\", expected one of waiting, in_progress, sent, error, canceled"
        );
    }

    #[test]
    fn labels_are_spelled_as_in_the_manual() {
        let labels: Vec<_> = MessageStatus::ALL.into_iter().map(|s| s.label()).collect();
        assert_eq!(
            labels,
            ["Waiting", "In-Progress", "Sent", "Error", "Canceled"]
        );
    }
}
