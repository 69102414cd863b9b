//! A message in the making: takes recipients as they come, and settles them once all are there.

use shared::{
    call_status::CallStatus,
    counting::{Addresses, Counted, Counter},
    delivery::{DeliveryStatus, Device},
    message::MessageStatus,
    submit::RefusedAddress,
};

use super::{
    Head, NewMessage, Refusal,
    address::{Normaliser, as_submitted},
    head::{optional, text, year},
    recipients::{Entry, Recipients},
};
use crate::store::{District, time::Timestamp};

/// The most recipient lines of an imported message.
const MOST_LINES: u32 = 2_000_000;
/// The most recipient lines of a submitted one.
const MOST_SUBMITTED: u32 = 200_000;
/// The most deliveries of a line.
const MOST_DELIVERIES: usize = 100;

/// One delivery as it is submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewDelivery<'a> {
    /// The device.
    pub device: Device,
    /// Where; may be left out for an inbox, which is the person's own.
    pub address: Option<&'a str>,
    /// Where it stands, in history.
    pub status: Option<DeliveryStatus>,
    /// The provider's number, in history.
    pub call_status: Option<CallStatus>,
    /// The provider's reason in words, in history.
    pub reason: Option<&'a str>,
    /// When the recipient pressed 0, in history.
    pub confirmed_at: Option<Timestamp>,
    /// When the status was reached, in history.
    pub at: Option<Timestamp>,
}

impl<'a> NewDelivery<'a> {
    /// A delivery that is still to be made.
    pub const fn to(device: Device, address: &'a str) -> Self {
        NewDelivery {
            device,
            address: Some(address),
            status: None,
            call_status: None,
            reason: None,
            confirmed_at: None,
            at: None,
        }
    }

    /// Whether something is known to have become of it.
    const fn is_history(&self) -> bool {
        self.status.is_some() || self.call_status.is_some()
    }

    /// Where it stands. Whoever pressed 0 was reached, whatever the provider made of the call (spec section 2).
    fn standing(&self) -> Option<DeliveryStatus> {
        let said = self
            .status
            .or(self.call_status.map(DeliveryStatus::of_call));
        match said {
            None | Some(DeliveryStatus::Failed) if self.confirmed_at.is_some() => {
                Some(DeliveryStatus::Sent)
            }
            said => said,
        }
    }
}

/// A message in the making.
pub struct Draft {
    normaliser: Normaliser,
    recipients: Recipients,
    /// The first delivery that only a message with a status may have.
    history_at: Option<String>,
    most_lines: u32,
    /// Deliveries left out for their address; `None` where one refuses the whole message.
    refused: Option<Vec<RefusedAddress>>,
}

impl Draft {
    /// Begins a message of `district`.
    pub fn new(district: &District) -> Self {
        Draft {
            normaliser: Normaliser::new(district.phone_region),
            recipients: Recipients::default(),
            history_at: None,
            most_lines: MOST_LINES,
            refused: None,
        }
    }

    /// Begins a message that is submitted to be delivered: a delivery without an address that it could reach is
    /// left out and named, and the rest goes on.
    pub fn submission(district: &District) -> Self {
        Draft {
            most_lines: MOST_SUBMITTED,
            refused: Some(Vec::new()),
            ..Draft::new(district)
        }
    }

    /// Adds one recipient line. The refusal's field is within the line.
    ///
    /// # Errors
    /// Where something in it cannot be kept; the draft is then of no further use.
    pub fn recipient(
        &mut self,
        person: &str,
        name: &str,
        student: Option<&str>,
        deliveries: &[NewDelivery<'_>],
    ) -> Result<(), Refusal> {
        let line = self.recipients.lines();
        if line >= self.most_lines {
            let reason = format!("there are more than {} recipients", self.most_lines);
            return Err(Refusal::new("", reason));
        }
        text("person", person, 200)?;
        text("name", name, 300)?;
        optional("student", student, 300)?;
        if deliveries.len() > MOST_DELIVERIES {
            return Err(Refusal::new("deliveries", "there are more than 100"));
        }
        for (n, delivery) in deliveries.iter().enumerate() {
            let Err(refusal) = self.delivery(person, n, delivery) else {
                continue;
            };
            let field = format!("deliveries[{n}].{}", refusal.field);
            match &mut self.refused {
                Some(refused) if refusal.field == "address" => refused.push(RefusedAddress {
                    line,
                    person: person.to_owned(),
                    field,
                    reason: refusal.reason,
                }),
                _ => return Err(Refusal::new(field, refusal.reason)),
            }
        }
        self.recipients.push_line(person, name, student);
        Ok(())
    }

    fn delivery(&mut self, person: &str, n: usize, new: &NewDelivery<'_>) -> Result<(), Refusal> {
        let address = match new.address {
            Some(address) => address,
            None if new.device == Device::Inbox => person,
            None => return Err(Refusal::new("address", "is missing")),
        };
        text("address", address, 320)?;
        optional("reason", new.reason, 500)?;
        for (field, at) in [("confirmed_at", new.confirmed_at), ("at", new.at)] {
            if let Some(at) = at {
                year(field, at)?;
            }
        }
        if !new.device.is_phone() && new.call_status.is_some() {
            let reason = "only a voice or text delivery has one";
            return Err(Refusal::new("call_status", reason));
        }
        if !new.device.is_phone() && new.confirmed_at.is_some() {
            let reason = "only a voice or text delivery has one";
            return Err(Refusal::new("confirmed_at", reason));
        }
        let key = match self.normaliser.key(new.device, address) {
            Some(key) => key,
            None if new.is_history() => as_submitted(new.device, address),
            None if new.device == Device::Email => {
                return Err(Refusal::new("address", "is no email address"));
            }
            None => return Err(Refusal::new("address", "is no telephone number")),
        };
        let later = new.reason.is_some() || new.confirmed_at.is_some() || new.at.is_some();
        if (new.is_history() || later) && self.history_at.is_none() {
            let line = self.recipients.lines();
            self.history_at = Some(format!("recipients[{line}].deliveries[{n}]"));
        }
        if !self.recipients.has_room(1000) {
            return Err(Refusal::new("", "the message is larger than 4 GB"));
        }
        self.recipients.push_delivery(Entry {
            device: new.device,
            address: address.trim(),
            key: &key,
            first: 0,
            status: new.standing(),
            call_status: new.call_status,
            reason: new.reason,
            confirmed_at: new.confirmed_at,
            at: new.at,
        });
        Ok(())
    }

    /// Checks the rest, settles what each delivery's status is, marks duplicates and counts.
    ///
    /// # Errors
    /// Where something of the message cannot be kept.
    pub fn finish(mut self, head: Head) -> Result<NewMessage, Refusal> {
        head.check()?;
        if head.history.is_none()
            && let Some(field) = self.history_at
        {
            let reason = "tells what became of it, which only a message with a status does";
            return Err(Refusal::new(field, reason));
        }
        let status = head.status();
        let mut addresses = Addresses::default();
        let mut counter = Counter::default();
        for line in 0..self.recipients.lines() {
            let of = self.recipients.line(line);
            let numbers = of.deliveries_from..of.deliveries_to;
            for number in numbers.clone() {
                let entry = self.recipients.delivery(number);
                let settled = settle(status, entry.status).map_err(|reason| {
                    let n = number - numbers.start;
                    let field = format!("recipients[{line}].deliveries[{n}].status");
                    Refusal::new(field, reason)
                })?;
                let first = addresses.first(entry.device, entry.key, number);
                self.recipients.settle(number, first, settled);
            }
            let recipients = &self.recipients;
            let counted = numbers.map(|number| {
                let entry = recipients.delivery(number);
                Counted {
                    device: entry.device,
                    address: entry.key,
                    status: entry.status.unwrap_or(DeliveryStatus::Queued),
                    call_status: entry.call_status,
                    confirmed: entry.confirmed_at.is_some(),
                }
            });
            counter.line(recipients.line(line).person, counted);
        }
        Ok(NewMessage {
            head,
            recipients: self.recipients,
            tally: counter.tally(),
            refused: self.refused.unwrap_or_default(),
        })
    }
}

/// The status of a delivery that says `said` in a message that stands at `message`.
fn settle(
    message: MessageStatus,
    said: Option<DeliveryStatus>,
) -> Result<DeliveryStatus, &'static str> {
    match (message, said) {
        (MessageStatus::Sent | MessageStatus::Error, None) => {
            Err("is missing, though the message is over")
        }
        // What a stopped message does not tell of was never handed over.
        (MessageStatus::Canceled, None) => Ok(DeliveryStatus::Canceled),
        (MessageStatus::Waiting | MessageStatus::InProgress, None) => Ok(DeliveryStatus::Queued),
        (
            MessageStatus::Sent | MessageStatus::Error | MessageStatus::Canceled,
            Some(DeliveryStatus::Queued),
        ) => Err("is queued, though the message is over"),
        (_, Some(status)) => Ok(status),
    }
}
