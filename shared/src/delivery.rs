//! A delivery: one recipient line on one device, and how its status may change.

use std::{borrow::Cow, str::FromStr};

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::{
    call_status::{CallStatus, Outcome},
    message::{UnknownWord, parse_word},
};

/// How a recipient is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// The portal's inbox.
    Inbox,
    /// Email.
    Email,
    /// A voice call.
    Voice,
    /// A text message.
    Text,
}

impl Device {
    /// Every device, in the order they are shown.
    pub const ALL: [Device; 4] = [Device::Inbox, Device::Email, Device::Voice, Device::Text];

    /// The word in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Device::Inbox => "inbox",
            Device::Email => "email",
            Device::Voice => "voice",
            Device::Text => "text",
        }
    }

    /// The word on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Device::Inbox => "Inbox",
            Device::Email => "Email",
            Device::Voice => "Voice",
            Device::Text => "Text",
        }
    }

    /// Whether its addresses are phone numbers and its outcomes call statuses.
    pub const fn is_phone(self) -> bool {
        match self {
            Device::Voice | Device::Text => true,
            Device::Inbox | Device::Email => false,
        }
    }
}

impl FromStr for Device {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        parse_word(word, "device", &Self::ALL, Self::as_str)
    }
}

/// Where a delivery stands (spec section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Not handed over yet.
    Queued,
    /// Handed to a worker or provider, no final word.
    InProgress,
    /// Arrived, as far as the provider can tell.
    Sent,
    /// Did not arrive.
    Failed,
    /// Never handed over, because the message was canceled.
    Canceled,
    /// The person asked not to be reached this way.
    OptedOut,
}

impl DeliveryStatus {
    /// Every status, in the order of a delivery's life.
    pub const ALL: [DeliveryStatus; 6] = [
        DeliveryStatus::Queued,
        DeliveryStatus::InProgress,
        DeliveryStatus::Sent,
        DeliveryStatus::Failed,
        DeliveryStatus::Canceled,
        DeliveryStatus::OptedOut,
    ];

    /// The word in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            DeliveryStatus::Queued => "queued",
            DeliveryStatus::InProgress => "in_progress",
            DeliveryStatus::Sent => "sent",
            DeliveryStatus::Failed => "failed",
            DeliveryStatus::Canceled => "canceled",
            DeliveryStatus::OptedOut => "opted_out",
        }
    }

    /// The word on screen.
    pub const fn label(self) -> &'static str {
        match self {
            DeliveryStatus::Queued => "Queued",
            DeliveryStatus::InProgress => "In-Progress",
            DeliveryStatus::Sent => "Sent",
            DeliveryStatus::Failed => "Failed",
            DeliveryStatus::Canceled => "Canceled",
            DeliveryStatus::OptedOut => "Opted out",
        }
    }

    /// Whether no further word is expected.
    pub const fn is_final(self) -> bool {
        match self {
            DeliveryStatus::Queued | DeliveryStatus::InProgress => false,
            DeliveryStatus::Sent
            | DeliveryStatus::Failed
            | DeliveryStatus::Canceled
            | DeliveryStatus::OptedOut => true,
        }
    }

    /// The status that a call status stands for (spec section 2). A number the provider left out as a
    /// duplicate was never handed over, so it counts as canceled: neither attempted nor failed.
    pub const fn of_call(call_status: CallStatus) -> Self {
        match call_status.outcome() {
            Outcome::Contacted => DeliveryStatus::Sent,
            Outcome::Open => DeliveryStatus::InProgress,
            Outcome::OptedOut => DeliveryStatus::OptedOut,
            Outcome::Duplicate => DeliveryStatus::Canceled,
            Outcome::Failed => DeliveryStatus::Failed,
        }
    }
}

impl FromStr for DeliveryStatus {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        parse_word(word, "delivery status", &Self::ALL, Self::as_str)
    }
}

/// One delivery as the page and the report show it. A duplicate carries the outcome of the first
/// delivery with its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivery {
    /// How the recipient is reached.
    pub device: Device,
    /// Where: as it was submitted, or masked for who may not see addresses.
    pub address: String,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// The provider's number, for a phone delivery that has one.
    pub call_status: Option<CallStatus>,
    /// The provider's reason in words, for an email delivery that has one.
    pub reason: Option<String>,
    /// When the recipient pressed 0.
    #[serde(default, deserialize_with = "crate::datetime::read_option")]
    pub confirmed_at: Option<DateTime<FixedOffset>>,
    /// When the status was reached.
    #[serde(default, deserialize_with = "crate::datetime::read_option")]
    pub at: Option<DateTime<FixedOffset>>,
    /// Whether an earlier delivery of the message has the same address.
    pub duplicate: bool,
}

impl Delivery {
    /// The words that stand for the outcome: the call status's label where there is one, otherwise the status.
    pub fn shown_status(&self) -> Cow<'static, str> {
        match self.call_status {
            Some(call_status) => call_status.label(),
            None => Cow::Borrowed(self.status.label()),
        }
    }

    /// Whether a person was reached by phone through it (spec section 2).
    pub fn is_contacted(&self) -> bool {
        is_contacted(
            self.device,
            self.status,
            self.call_status,
            self.confirmed_at.is_some(),
        )
    }
}

/// Whether a delivery that stands so reached a person by phone (spec section 2).
///
/// A phone delivery without a code (history from a system that kept none) reached its person if it was sent.
pub fn is_contacted(
    device: Device,
    status: DeliveryStatus,
    call_status: Option<CallStatus>,
    confirmed: bool,
) -> bool {
    if !device.is_phone() {
        return false;
    }
    match call_status {
        _ if confirmed => true,
        Some(call_status) => call_status.outcome() == Outcome::Contacted,
        None => status == DeliveryStatus::Sent,
    }
}

/// One recipient line with its deliveries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recipient {
    /// Its place in the message, from 0.
    pub line: u32,
    /// The person's name.
    pub name: String,
    /// The student it is on behalf of.
    pub student: Option<String>,
    /// Its deliveries in the order submitted; none where the person has no device.
    pub deliveries: Vec<Delivery>,
    /// Whether it has none while its person has a device on another line, and so is not without one.
    pub device_elsewhere: bool,
}

/// One page of a message's recipient lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecipientPage {
    /// The lines, in the message's order.
    pub recipients: Vec<Recipient>,
    /// How many lines match in all.
    pub total: u32,
    /// The `after` of the next page; `None` on the last.
    pub next_after: Option<u32>,
    /// The instant every status here is true of.
    #[serde(deserialize_with = "crate::datetime::read")]
    pub as_of: DateTime<FixedOffset>,
}

/// Which recipient lines to show: the query of `GET /api/messages/{id}/deliveries`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecipientQuery {
    /// Contained in the name, the student or an address, ignoring case; empty for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// Only lines with a delivery on this device, or those of people who have none on any line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceFilter>,
    /// Only lines with a delivery in this status (on `device`, where that is given too).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<DeliveryStatus>,
    /// Only lines with a delivery that failed for the same cause as the delivery of this number: a
    /// [`Cause`](crate::failures::Cause)'s `failure`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<i64>,
    /// Only lines after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u32>,
    /// How many lines, at most [`RecipientQuery::MAX_LIMIT`]; [`RecipientQuery::LIMIT`] where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl RecipientQuery {
    /// Lines in a page, unless asked otherwise.
    pub const LIMIT: u32 = 100;
    /// The most lines in one page.
    pub const MAX_LIMIT: u32 = 500;
}

/// A device, or its absence, to filter recipients by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeviceFilter {
    /// Lines of people without any delivery.
    NoDevice,
    /// Lines with an inbox delivery.
    Inbox,
    /// Lines with an email delivery.
    Email,
    /// Lines with a voice delivery.
    Voice,
    /// Lines with a text delivery.
    Text,
}

impl DeviceFilter {
    /// Every choice, in the order shown.
    pub const ALL: [DeviceFilter; 5] = [
        DeviceFilter::NoDevice,
        DeviceFilter::Inbox,
        DeviceFilter::Email,
        DeviceFilter::Voice,
        DeviceFilter::Text,
    ];

    /// The device asked for; `None` for lines without any.
    pub const fn device(self) -> Option<Device> {
        match self {
            DeviceFilter::NoDevice => None,
            DeviceFilter::Inbox => Some(Device::Inbox),
            DeviceFilter::Email => Some(Device::Email),
            DeviceFilter::Voice => Some(Device::Voice),
            DeviceFilter::Text => Some(Device::Text),
        }
    }

    /// The word in the API and in the address bar.
    pub const fn as_str(self) -> &'static str {
        match self.device() {
            Some(device) => device.as_str(),
            None => "no_device",
        }
    }

    /// The word on screen.
    pub const fn label(self) -> &'static str {
        match self.device() {
            Some(device) => device.label(),
            None => "No Device",
        }
    }
}

impl FromStr for DeviceFilter {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        parse_word(word, "device", &Self::ALL, Self::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(status: DeliveryStatus, call_status: Option<i16>) -> Delivery {
        Delivery {
            device: Device::Text,
            address: "+16125550100".into(),
            status,
            call_status: call_status.map(CallStatus),
            reason: None,
            confirmed_at: None,
            at: None,
            duplicate: false,
        }
    }

    #[test]
    fn the_shown_status_is_the_call_status_where_there_is_one() {
        let shown = |status, code| delivery(status, code).shown_status().into_owned();
        assert_eq!(shown(DeliveryStatus::Sent, Some(-28)), "SMS Delivered");
        assert_eq!(shown(DeliveryStatus::Failed, Some(42)), "Unknown (42)");
        assert_eq!(shown(DeliveryStatus::OptedOut, None), "Opted out");
        assert_eq!(shown(DeliveryStatus::InProgress, None), "In-Progress");
    }

    #[test]
    fn a_person_who_pressed_0_was_contacted_whatever_the_code() {
        assert!(is_contacted(
            Device::Voice,
            DeliveryStatus::Failed,
            Some(CallStatus(8)),
            true
        ));
        assert!(!is_contacted(
            Device::Voice,
            DeliveryStatus::Failed,
            Some(CallStatus(8)),
            false
        ));
    }

    #[test]
    fn an_email_is_no_contact_by_phone() {
        assert!(!is_contacted(
            Device::Email,
            DeliveryStatus::Sent,
            None,
            false
        ));
    }

    #[test]
    fn every_word_is_read_back() {
        for device in Device::ALL {
            assert_eq!(device.as_str().parse(), Ok(device));
        }
        for status in DeliveryStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        for filter in DeviceFilter::ALL {
            assert_eq!(filter.as_str().parse(), Ok(filter));
            let json = serde_json::to_string(&filter).unwrap();
            assert_eq!(json, format!("\"{}\"", filter.as_str()));
        }
    }
}
