//! What of a submitted message stands in which column.

use std::collections::BTreeSet;

use chrono::DateTime;
use shared::{
    delivery::{DeliveryStatus, Device, is_contacted},
    message::MessageStatus,
};

use crate::{
    entry::{Head, Line, NewMessage, Recipients},
    store::{StoreError, cancel::to_json, time::Timestamp},
};

/// The columns of a message that are not simply its fields.
pub(super) struct Columns<'a> {
    pub(super) status: MessageStatus,
    pub(super) visible_from: Timestamp,
    pub(super) criteria: String,
    pub(super) started_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) tally: String,
    pub(super) canceled_by: Option<&'a str>,
    pub(super) canceled_at: Option<Timestamp>,
    pub(super) cancel_reason: Option<&'a str>,
    pub(super) canceled_devices: Option<String>,
}

impl<'a> Columns<'a> {
    pub(super) fn new(message: &'a NewMessage, now: Timestamp) -> Result<Self, StoreError> {
        let head = &message.head;
        let history = head.history.as_ref();
        let cancellation = history.and_then(|history| history.cancellation.as_ref());
        let cut = cancellation.map(|_| to_json(0, "cut", &message.tally.cut()));
        Ok(Columns {
            status: head.status(),
            visible_from: visible_from(head, now),
            criteria: to_json(0, "criteria", &head.criteria)?,
            started_at: history.and_then(|history| history.started_at),
            ended_at: history.and_then(|history| history.ended_at),
            tally: to_json(0, "tally", &message.tally)?,
            canceled_by: cancellation.map(|canceled| canceled.by.as_str()),
            canceled_at: cancellation.map(|canceled| canceled.at),
            cancel_reason: cancellation.and_then(|canceled| canceled.reason.as_deref()),
            canceled_devices: cut.transpose()?,
        })
    }
}

/// What is to be delivered of a message, and when.
pub(super) struct Delivery<'a> {
    /// Who delivers it; `None` for history.
    pub(super) by: Option<&'static str>,
    pub(super) urgent: bool,
    /// A lane for each device with something queued.
    pub(super) lanes: Vec<(Device, Timestamp)>,
    /// Where nothing is to be handed over, when it ends all the same.
    pub(super) check_at: Option<Timestamp>,
    /// Who was contacted by phone through what.
    pub(super) contacts: Vec<(&'a str, u32)>,
}

/// The providers that are set up.
const PROVIDERS: &str = "providers";
/// The sandbox alone, for a demonstration.
pub(super) const SANDBOX: &str = "sandbox";

impl<'a> Delivery<'a> {
    pub(super) fn of(message: &'a NewMessage, now: Timestamp) -> Self {
        let head = &message.head;
        let by = match &head.history {
            None => Some(PROVIDERS),
            Some(history) if head.demonstration && !history.status.is_over() => Some(SANDBOX),
            Some(_) => None,
        };
        let mut delivery = Delivery {
            by,
            urgent: head.is_emergency(),
            lanes: Vec::new(),
            check_at: None,
            contacts: Vec::new(),
        };
        if by.is_none() {
            return delivery;
        }
        for (device, tally) in &message.tally.devices {
            if tally.queued > 0 {
                // What starts at once does so by every clock, also one that is set back meanwhile.
                let start = head.start_at(*device).unwrap_or_else(at_once);
                delivery.lanes.push((*device, start));
            }
        }
        if delivery.lanes.is_empty() {
            delivery.check_at = Some(head.scheduled_at().max(now));
        }
        if message.tally.contacted > 0 {
            delivery.contacts = contacts(&message.recipients);
        }
        delivery
    }
}

/// When a lane that waits for nothing starts: long ago.
pub(in crate::store) fn at_once() -> Timestamp {
    Timestamp::from(DateTime::UNIX_EPOCH)
}

/// Each person who was contacted by phone, with the deliveries that did it.
fn contacts(recipients: &Recipients) -> Vec<(&str, u32)> {
    let mut contacts = BTreeSet::new();
    for line in 0..recipients.lines() {
        let of = recipients.line(line);
        for number in of.deliveries_from..of.deliveries_to {
            let first = recipients.delivery(number).first;
            let entry = recipients.delivery(first);
            let status = entry.status.unwrap_or(DeliveryStatus::Queued);
            if is_contacted(
                entry.device,
                status,
                entry.call_status,
                entry.confirmed_at.is_some(),
            ) {
                contacts.insert((of.person, first));
            }
        }
    }
    contacts.into_iter().collect()
}

/// From when on the log shows it (spec section 3). A sender's clock that is ahead hides nothing.
fn visible_from(head: &Head, now: Timestamp) -> Timestamp {
    match head.schedule_id {
        Some(_) => head.scheduled_at(),
        None => head.created_at.min(now),
    }
}

pub(super) fn search_names(line: &Line<'_>) -> String {
    let mut text = line.name.to_lowercase();
    if let Some(student) = line.student {
        text.push('\n');
        text.push_str(&student.to_lowercase());
    }
    text
}

/// Addresses as they were submitted and in their normal form: either finds the line.
pub(super) fn search_addresses(line: &Line<'_>, recipients: &Recipients) -> String {
    let mut text = String::new();
    for number in line.deliveries_from..line.deliveries_to {
        let entry = recipients.delivery(number);
        let submitted = entry.address.to_lowercase();
        if submitted != entry.key {
            text.push_str(&submitted);
            text.push('\n');
        }
        text.push_str(entry.key);
        text.push('\n');
    }
    text
}
