//! Every total, once (spec section 5). The page, the report and the store all count here.
//!
//! People are counted by person, addresses by (device, normalised address). A [`Tally`] says how many
//! distinct addresses of a message stand where; it is small, it is all that the totals need, and the store
//! keeps it beside the message so that opening a message of 200 000 recipients reads one row.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::{
    call_status::CallStatus,
    delivery::{DeliveryStatus, Device, is_contacted},
    message::CanceledDevice,
};

/// The totals of one message, under the names of spec section 5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliverySummary {
    /// Distinct persons.
    pub total_recipients: u32,
    /// Distinct persons with no delivery on any of their lines.
    pub total_no_device: u32,
    /// Distinct inboxes, whatever their status.
    pub total_inbox: u32,
    /// Distinct email addresses, whatever their status.
    pub total_emails: u32,
    /// Distinct phone numbers called, whatever their status.
    pub total_voice: u32,
    /// Distinct phone numbers texted, whatever their status.
    pub total_text: u32,
    /// Distinct phone numbers called whose delivery is not canceled.
    pub total_voice_attempted: u32,
    /// Distinct phone numbers texted whose delivery is neither canceled nor opted out.
    pub total_text_attempted: u32,
    /// Distinct persons with at least one voice or text delivery contacted.
    pub contacted_by_phone: u32,
    /// All other persons.
    pub not_contacted_by_phone: u32,
}

/// How far one device of a message has come, in distinct addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceProgress {
    /// The device.
    pub device: Device,
    /// Deliveries no longer queued.
    pub done: u32,
    /// All deliveries that are no duplicates.
    pub total: u32,
}

impl DeviceProgress {
    /// Whole percents done, rounded down, so that 100 means all.
    pub const fn percent(&self) -> u32 {
        match self.total {
            0 => 100,
            total => (self.done as u64 * 100 / total as u64) as u32,
        }
    }
}

/// One delivery as the counting sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted<'a> {
    /// The device.
    pub device: Device,
    /// The normalised address: equal for two deliveries that reach the same place.
    pub address: &'a str,
    /// Where it stands. A duplicate's own status is ignored: it shares its first one's.
    pub status: DeliveryStatus,
    /// The provider's number, if it gave one.
    pub call_status: Option<CallStatus>,
    /// Whether the recipient pressed 0.
    pub confirmed: bool,
}

/// How many distinct addresses of a message stand where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Recipient lines.
    pub lines: u32,
    /// Distinct persons.
    pub persons: u32,
    /// Distinct persons with no delivery on any of their lines.
    pub no_device: u32,
    /// Distinct persons with a delivery on some of their lines, not on all; `None` of a message that was counted
    /// before they were.
    #[serde(default)]
    pub partly: Option<u32>,
    /// Distinct persons contacted by phone.
    pub contacted: u32,
    /// The devices the message used.
    pub devices: BTreeMap<Device, DeviceTally>,
}

/// How many distinct addresses of one device stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceTally {
    /// Not handed over yet.
    pub queued: u32,
    /// Handed over, no final word.
    pub in_progress: u32,
    /// Arrived.
    pub sent: u32,
    /// Did not arrive.
    pub failed: u32,
    /// Stopped before hand-over.
    pub canceled: u32,
    /// Asked not to be reached.
    pub opted_out: u32,
    /// Deliveries left out of all of these, because an earlier one has their address.
    pub duplicates: u32,
}

impl DeviceTally {
    /// All distinct addresses.
    pub const fn addresses(&self) -> u32 {
        self.queued + self.in_progress + self.sent + self.failed + self.canceled + self.opted_out
    }

    /// The count of addresses in `status`, to read or to change.
    pub const fn of(&mut self, status: DeliveryStatus) -> &mut u32 {
        match status {
            DeliveryStatus::Queued => &mut self.queued,
            DeliveryStatus::InProgress => &mut self.in_progress,
            DeliveryStatus::Sent => &mut self.sent,
            DeliveryStatus::Failed => &mut self.failed,
            DeliveryStatus::Canceled => &mut self.canceled,
            DeliveryStatus::OptedOut => &mut self.opted_out,
        }
    }
}

impl Tally {
    /// Counts recipient lines one after the other.
    pub fn count<'a, L, D>(lines: L) -> Tally
    where
        L: IntoIterator<Item = (&'a str, D)>,
        D: IntoIterator<Item = Counted<'a>>,
    {
        let mut counter = Counter::default();
        for (person, deliveries) in lines {
            counter.line(person, deliveries);
        }
        counter.tally()
    }

    /// The totals of spec section 5.
    pub fn summary(&self) -> DeliverySummary {
        let device = |device| self.devices.get(&device).copied().unwrap_or_default();
        let (voice, text) = (device(Device::Voice), device(Device::Text));
        DeliverySummary {
            total_recipients: self.persons,
            total_no_device: self.no_device,
            total_inbox: device(Device::Inbox).addresses(),
            total_emails: device(Device::Email).addresses(),
            total_voice: voice.addresses(),
            total_text: text.addresses(),
            total_voice_attempted: voice.addresses() - voice.canceled,
            total_text_attempted: text.addresses() - text.canceled - text.opted_out,
            contacted_by_phone: self.contacted,
            not_contacted_by_phone: self.persons - self.contacted,
        }
    }

    /// How far each device used has come.
    pub fn progress(&self) -> Vec<DeviceProgress> {
        self.devices
            .iter()
            .map(|(&device, tally)| DeviceProgress {
                device,
                done: tally.addresses() - tally.queued,
                total: tally.addresses(),
            })
            .collect()
    }

    /// The devices used, in the order of [`Device::ALL`].
    pub fn devices_used(&self) -> Vec<Device> {
        self.devices.keys().copied().collect()
    }

    /// Moves what is queued to canceled and says where that cut each device (spec section 6).
    pub fn cancel(&mut self) -> Vec<CanceledDevice> {
        self.devices
            .iter_mut()
            .map(|(&device, tally)| {
                let stopped = std::mem::take(&mut tally.queued);
                tally.canceled += stopped;
                CanceledDevice {
                    device,
                    stopped,
                    ..tally.cut(device)
                }
            })
            .collect()
    }

    /// Where a cancel that happened elsewhere had cut each device, as far as the statuses tell.
    pub fn cut(&self) -> Vec<CanceledDevice> {
        self.devices
            .iter()
            .map(|(&device, tally)| tally.cut(device))
            .collect()
    }
}

impl DeviceTally {
    const fn cut(&self, device: Device) -> CanceledDevice {
        CanceledDevice {
            device,
            gone: self.sent + self.failed + self.opted_out,
            in_flight: self.in_progress,
            stopped: self.canceled,
        }
    }
}

/// What [`Counter`] has to remember of one person.
#[derive(Clone, Copy, Default)]
struct Person {
    has_device: bool,
    /// Whether one of their lines has no delivery.
    lacks_device: bool,
    contacted: bool,
}

/// Counts a message line by line, in one pass. Memory follows the distinct persons and addresses.
#[derive(Default)]
pub struct Counter {
    lines: u32,
    persons: HashMap<Box<str>, Person>,
    /// Each distinct address of a device, and whether it was contacted.
    addresses: BTreeMap<Device, HashMap<Box<str>, bool>>,
    devices: BTreeMap<Device, DeviceTally>,
}

impl Counter {
    /// Counts one recipient line.
    pub fn line<'a>(&mut self, person: &str, deliveries: impl IntoIterator<Item = Counted<'a>>) {
        self.lines += 1;
        let mut seen = Person::default();
        for delivery in deliveries {
            seen.has_device = true;
            seen.contacted |= self.delivery(delivery);
        }
        seen.lacks_device = !seen.has_device;
        if let Some(known) = self.persons.get_mut(person) {
            known.has_device |= seen.has_device;
            known.lacks_device |= seen.lacks_device;
            known.contacted |= seen.contacted;
        } else {
            self.persons.insert(person.into(), seen);
        }
    }

    /// Counts one delivery and says whether it, or the first with its address, was contacted.
    fn delivery(&mut self, delivery: Counted<'_>) -> bool {
        let tally = self.devices.entry(delivery.device).or_default();
        let addresses = self.addresses.entry(delivery.device).or_default();
        if let Some(&contacted) = addresses.get(delivery.address) {
            tally.duplicates += 1;
            return contacted;
        }
        *tally.of(delivery.status) += 1;
        let contacted = is_contacted(
            delivery.device,
            delivery.status,
            delivery.call_status,
            delivery.confirmed,
        );
        addresses.insert(delivery.address.into(), contacted);
        contacted
    }

    /// The count so far.
    pub fn tally(self) -> Tally {
        let count = |such: fn(&Person) -> bool| {
            let persons = self.persons.values();
            persons.filter(|person| such(person)).count() as u32
        };
        Tally {
            lines: self.lines,
            persons: self.persons.len() as u32,
            no_device: count(|person| !person.has_device),
            partly: Some(count(|person| person.has_device && person.lacks_device)),
            contacted: count(|person| person.contacted),
            devices: self.devices,
        }
    }
}

/// Marks duplicates while a message comes in: the first delivery with an address is the real one.
#[derive(Default)]
pub struct Addresses {
    seen: BTreeMap<Device, HashMap<Box<str>, u32>>,
}

impl Addresses {
    /// The number of the first delivery with this normalised address: `number` itself, unless one came before.
    pub fn first(&mut self, device: Device, address: &str, number: u32) -> u32 {
        let seen = self.seen.entry(device).or_default();
        match seen.get(address) {
            Some(&first) => first,
            None => {
                seen.insert(address.into(), number);
                number
            }
        }
    }
}

#[cfg(test)]
mod tests;
