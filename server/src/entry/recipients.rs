//! A message's recipient lines, packed: all text in one string, the rest as numbers.

use shared::{call_status::CallStatus, delivery::DeliveryStatus, delivery::Device};

use crate::store::time::Timestamp;

/// A stretch of [`Recipients::text`].
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    len: u32,
}

#[derive(Debug)]
struct PackedLine {
    person: Span,
    name: Span,
    student: Option<Span>,
    deliveries_to: u32,
}

#[derive(Debug)]
struct PackedEntry {
    address: Span,
    key: Span,
    reason: Option<Span>,
    confirmed_at: Option<Timestamp>,
    at: Option<Timestamp>,
    first: u32,
    call_status: Option<i16>,
    device: Device,
    status: Option<DeliveryStatus>,
}

/// A message's recipient lines and their deliveries, both numbered from 0.
#[derive(Debug, Default)]
pub struct Recipients {
    text: String,
    lines: Vec<PackedLine>,
    entries: Vec<PackedEntry>,
}

/// One recipient line.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The sender's key for the person.
    pub person: &'a str,
    /// The person's name.
    pub name: &'a str,
    /// The student it is on behalf of.
    pub student: Option<&'a str>,
    /// The number of its first delivery.
    pub deliveries_from: u32,
    /// The number after its last.
    pub deliveries_to: u32,
}

/// One delivery of a line.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The device.
    pub device: Device,
    /// As it was submitted.
    pub address: &'a str,
    /// Normalised.
    pub key: &'a str,
    /// The first delivery with this device and key.
    pub first: u32,
    /// Where it stands; unsettled until the message is finished.
    pub status: Option<DeliveryStatus>,
    /// The provider's number.
    pub call_status: Option<CallStatus>,
    /// The provider's reason in words.
    pub reason: Option<&'a str>,
    /// When the recipient pressed 0.
    pub confirmed_at: Option<Timestamp>,
    /// When the status was reached.
    pub at: Option<Timestamp>,
}

impl Recipients {
    /// Lines.
    pub const fn lines(&self) -> u32 {
        self.lines.len() as u32
    }

    /// Deliveries on all lines.
    pub const fn deliveries(&self) -> u32 {
        self.entries.len() as u32
    }

    /// One line.
    pub fn line(&self, line: u32) -> Line<'_> {
        let packed = &self.lines[line as usize];
        Line {
            person: self.at(packed.person),
            name: self.at(packed.name),
            student: packed.student.map(|span| self.at(span)),
            deliveries_from: match line {
                0 => 0,
                _ => self.lines[line as usize - 1].deliveries_to,
            },
            deliveries_to: packed.deliveries_to,
        }
    }

    /// One delivery.
    pub fn delivery(&self, number: u32) -> Entry<'_> {
        let packed = &self.entries[number as usize];
        Entry {
            device: packed.device,
            address: self.at(packed.address),
            key: self.at(packed.key),
            first: packed.first,
            status: packed.status,
            call_status: packed.call_status.map(CallStatus),
            reason: packed.reason.map(|span| self.at(span)),
            confirmed_at: packed.confirmed_at,
            at: packed.at,
        }
    }

    fn at(&self, span: Span) -> &str {
        &self.text[span.start as usize..(span.start + span.len) as usize]
    }

    fn keep(&mut self, text: &str) -> Span {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        Span {
            start,
            len: text.len() as u32,
        }
    }

    /// Whether `more` bytes of text would still be within what a [`Span`] can name.
    pub(super) fn has_room(&self, more: usize) -> bool {
        self.text.len() + more < u32::MAX as usize
    }

    /// Adds a delivery to the line that is added next.
    pub(super) fn push_delivery(&mut self, entry: Entry<'_>) {
        let address = self.keep(entry.address);
        let key = if entry.key == entry.address {
            address
        } else {
            self.keep(entry.key)
        };
        let reason = entry.reason.map(|reason| self.keep(reason));
        self.entries.push(PackedEntry {
            address,
            key,
            reason,
            confirmed_at: entry.confirmed_at,
            at: entry.at,
            first: entry.first,
            call_status: entry.call_status.map(|code| code.0),
            device: entry.device,
            status: entry.status,
        });
    }

    /// Adds a line, to which the deliveries added since the last one belong.
    pub(super) fn push_line(&mut self, person: &str, name: &str, student: Option<&str>) {
        let person = self.keep(person);
        let name = self.keep(name);
        let student = student.map(|student| self.keep(student));
        self.lines.push(PackedLine {
            person,
            name,
            student,
            deliveries_to: self.entries.len() as u32,
        });
    }

    /// Settles a delivery.
    pub(super) fn settle(&mut self, number: u32, first: u32, status: DeliveryStatus) {
        let entry = &mut self.entries[number as usize];
        entry.first = first;
        entry.status = Some(status);
    }
}
