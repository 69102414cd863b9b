//! The Sent Message Report: what is printed, before any format (spec section 7; manual, "Print a Sent Message Report").
//!
//! [`Report`] is everything but the rows; [`ReportRow`]s follow one recipient at a time, so that a report of
//! any length can be written as it is read. PDF, DOCX and CSV only lay both out; the marks † & * are theirs.

use std::{collections::BTreeSet, str::FromStr};

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::{
    datetime,
    delivery::{Delivery, DeliveryStatus, Device, Recipient},
    message::{Body, CanceledDevice, Cancellation, MessageDetail, UnknownWord, parse_word},
};

mod choices;
mod printed;

pub use choices::{
    ChoiceError, FAILED_DELIVERY_REFUSAL, ReportChoices, ReportDetail, ReportDevice, ReportFormat,
    ReportOptions,
};
pub use printed::{JobState, Print, ReportJob};

/// A label and what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The manual's word, without a colon.
    pub label: &'static str,
    /// Its value; never empty: what is unknown says so.
    pub value: String,
}

fn field(label: &'static str, value: impl ToString) -> Field {
    Field {
        label,
        value: value.to_string(),
    }
}

/// Which of the two marks stand in a report's rows, so that the legend explains only those.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// A duplicate is printed.
    pub duplicates: bool,
    /// The message used the phone, and somebody is printed who was not contacted by it.
    pub not_contacted: bool,
}

/// What a report has to know of a person from all of their lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Whether they were contacted by phone; `None` where the message did not use it, so that nobody is marked.
    pub contacted: Option<bool>,
    /// Whether, of several lines, one has a delivery, so that they are none of the people without a device.
    pub has_device: bool,
}

/// A report without its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The school, or the district.
    pub organization: String,
    /// When it was made, with the district's zone.
    pub generated_on: String,
    /// *Message Status*.
    pub status: &'static str,
    /// The message's subject, which is also the document's title.
    pub subject: String,
    /// The heading's fields: Subject, Type, Sender, Date Created, Include Recipient Devices.
    pub heading: Vec<Field>,
    /// *Delivery Summary*, in the manual's order.
    pub summary: Vec<Field>,
    /// Everything after the summary; `None` for a report of the summary alone.
    pub body: Option<ReportBody>,
}

/// What a report has after its Delivery Summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportBody {
    /// *Filter Criteria*.
    pub criteria: Vec<(String, String)>,
    /// *Message Detail*: where answers go, and the words by device.
    pub content: Vec<Field>,
    /// The marks that the rows carry.
    pub marks: Marks,
}

/// The section headings, in order.
pub mod sections {
    /// The document's name.
    pub const TITLE: &str = "Sent Message Report";
    /// The totals.
    pub const SUMMARY: &str = "Delivery Summary";
    /// Who it was sent to.
    pub const CRITERIA: &str = "Filter Criteria";
    /// What it said.
    pub const MESSAGE: &str = "Message Detail";
    /// What happened to each address.
    pub const DELIVERY: &str = "Delivery Detail";
}

/// The columns of the Delivery Detail on paper.
pub const PAPER_COLUMNS: [&str; 5] = ["Recipient", "Student", "Delivery Device", "Status", "Time"];

/// The columns of the Delivery Detail in CSV.
pub const CSV_COLUMNS: [&str; 7] = [
    "Recipient",
    "Student",
    "Delivery Device",
    "Address",
    "Status",
    "Call Status",
    "Time",
];

/// What the duplicates' mark says, behind the mark.
pub const DUPLICATE_LEGEND: &str = "Duplicate address or number: handed over at most once, shown with the outcome of its first delivery, and not included in the totals.";
/// What the star says, behind the star.
pub const NOT_CONTACTED_LEGEND: &str = "Recipient not contacted by phone.";

/// What a value reads where there is none yet.
pub const NONE_YET: &str = "None yet";
/// What it reads once none will come.
pub const NONE: &str = "None";

impl Report {
    /// What a report of `detail` prints, made at `generated_at`. The bodies are plain text by now.
    pub fn new(
        detail: &MessageDetail,
        options: &ReportOptions,
        marks: Marks,
        generated_at: &DateTime<FixedOffset>,
        time_zone: &str,
    ) -> Report {
        let row = &detail.message.row;
        let kind = match &detail.message.category {
            Some(category) => format!("{} - {category}", row.message_type),
            None => row.message_type.clone(),
        };
        let mut heading = vec![
            field("Subject", &row.subject),
            field("Type", kind),
            field("Sender", &row.sender),
            field("Date Created", datetime::display(&row.created_at)),
            field("Include Recipient Devices", options.devices_label()),
        ];
        if let Some(at) = &detail.personal_data_removed_at {
            let removed = format!("Removed on {}", datetime::display(at));
            heading.push(field("Personal Data", removed));
        }
        let body = match options.detail {
            ReportDetail::Summary => None,
            ReportDetail::All | ReportDetail::Failed => Some(ReportBody {
                criteria: detail
                    .criteria
                    .iter()
                    .map(|c| (c.label.clone(), c.value.clone()))
                    .collect(),
                content: content(detail),
                marks,
            }),
        };
        Report {
            organization: row.organization.clone(),
            generated_on: format!(
                "{} ({time_zone})",
                datetime::display_with_seconds(generated_at)
            ),
            status: row.status.label(),
            subject: row.subject.clone(),
            heading,
            summary: summary(detail),
            body,
        }
    }

    /// The summary's fields as the paper has them: two columns, read across, then those that take a whole line.
    pub fn summary_rows(&self) -> Vec<Vec<Option<&Field>>> {
        let (paired, whole) = self.summary.split_at(self.summary.len().min(PAIRED_FIELDS));
        let mut cells: Vec<Option<&Field>> = paired.iter().map(Some).collect();
        // The manual's left column has nothing beside Total Voice Attempted.
        if cells.len() == PAIRED_FIELDS {
            cells.insert(8, None);
        }
        cells
            .chunks(2)
            .map(<[_]>::to_vec)
            .chain(whole.iter().map(|field| vec![Some(field)]))
            .collect()
    }
}

/// How many fields of the summary stand in two columns.
const PAIRED_FIELDS: usize = 11;

fn summary(detail: &MessageDetail) -> Vec<Field> {
    let totals = &detail.summary;
    let none = match detail.message.row.status.is_over() {
        true => NONE,
        false => NONE_YET,
    };
    let time = |at: &Option<DateTime<FixedOffset>>| match at {
        Some(at) => datetime::display_padded(at),
        None => none.to_owned(),
    };
    let mut fields = vec![
        field("Start Time", time(&detail.message.started_at)),
        field("Total Inbox", totals.total_inbox),
        field("End Time", time(&detail.message.ended_at)),
        field("Total Emails", totals.total_emails),
        field("Duration", duration(detail).unwrap_or(none.to_owned())),
        field("Total Voice", totals.total_voice),
        field("Total Recipients", totals.total_recipients),
        field("Total Text", totals.total_text),
        field("Total Voice Attempted", totals.total_voice_attempted),
        field("Total No Device", totals.total_no_device),
        field("Total Text Messages Attempted", totals.total_text_attempted),
        field(
            "Recipients contacted successfully by phone",
            totals.contacted_by_phone,
        ),
        field(
            "Recipients not contacted by phone",
            totals.not_contacted_by_phone,
        ),
    ];
    fields.extend(detail.cancellation.iter().flat_map(canceled));
    fields
}

fn duration(detail: &MessageDetail) -> Option<String> {
    let (start, end) = (detail.message.started_at?, detail.message.ended_at?);
    Some(match (end - start).num_minutes().max(0) {
        1 => "1 minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    })
}

/// Who stopped the message, when and why, and what that stopped: the manual adds it to the Delivery Summary.
fn canceled(cancellation: &Cancellation) -> Vec<Field> {
    let at = datetime::display(&cancellation.at);
    let mut fields = vec![field("Canceled", format!("{at} by {}", cancellation.by))];
    fields.extend(cancellation.reason.as_ref().map(|why| field("Reason", why)));
    fields.extend(cancellation.devices.iter().map(cut));
    fields
}

fn cut(device: &CanceledDevice) -> Field {
    let label = match device.device {
        Device::Inbox => "Inbox When Canceled",
        Device::Email => "Email When Canceled",
        Device::Voice => "Voice When Canceled",
        Device::Text => "Text When Canceled",
    };
    let were = |count| if count == 1 { "was" } else { "were" };
    let (gone, in_flight, stopped) = (device.gone, device.in_flight, device.stopped);
    let (flew, ended) = (were(in_flight), were(stopped));
    field(
        label,
        format!("{gone} had gone, {in_flight} {flew} in flight, {stopped} {ended} stopped"),
    )
}

/// One *Message Body* where all devices say the same, otherwise one for each.
fn content(detail: &MessageDetail) -> Vec<Field> {
    let content = &detail.content;
    let reply_to = content.reply_to.as_deref().unwrap_or("None");
    let mut fields = vec![field("Reply To Email", reply_to)];
    match content.bodies.as_slice() {
        [] => fields.push(field("Message Body", "None")),
        [first, rest @ ..] if rest.iter().all(|b| b.content == first.content) => {
            fields.push(field("Message Body", &first.content));
        }
        bodies => fields.extend(bodies.iter().map(|b| field(body_label(b), &b.content))),
    }
    fields
}

const fn body_label(body: &Body) -> &'static str {
    match body.device {
        Device::Inbox => "Inbox Message Body",
        Device::Email => "Email Message Body",
        Device::Voice => "Voice Message Body",
        Device::Text => "Text Message Body",
    }
}

/// One line of the Delivery Detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRow {
    /// The person's name.
    pub recipient: String,
    /// Whether to mark the person as not contacted by phone.
    pub not_contacted: bool,
    /// The student, or nothing.
    pub student: String,
    /// The device; `None` for a person without one.
    pub device: Option<Device>,
    /// Where; empty for a person without a device.
    pub address: String,
    /// Whether to mark the address as a duplicate.
    pub duplicate: bool,
    /// The shown status.
    pub status: String,
    /// The provider's number, where there is one.
    pub call_status: Option<i16>,
    /// When the status was reached, as displayed; empty where no time is known.
    pub time: String,
}

impl ReportRow {
    /// The device's cell on paper, where address and device share it: `heather@nomail.com`, `+1… (Voice)`.
    pub fn paper_device(&self) -> String {
        match self.device {
            None => ReportDevice::NoDevice.label().to_owned(),
            Some(Device::Email) => self.address.clone(),
            Some(device) => format!("{} ({})", self.address, device.label()),
        }
    }

    /// The device's cell in CSV.
    pub const fn csv_device(&self) -> &'static str {
        match self.device {
            None => ReportDevice::NoDevice.label(),
            Some(device) => device.label(),
        }
    }
}

/// The rows one recipient line of a person has in a report, in the order of its deliveries.
pub fn rows(recipient: &Recipient, person: Person, options: &ReportOptions) -> Vec<ReportRow> {
    let failed = |d: &Delivery| d.status == DeliveryStatus::Failed;
    match options.detail {
        ReportDetail::Summary => return Vec::new(),
        ReportDetail::Failed if !recipient.deliveries.iter().any(failed) => return Vec::new(),
        ReportDetail::All | ReportDetail::Failed => {}
    }
    let blank = || ReportRow {
        recipient: recipient.name.clone(),
        not_contacted: person.contacted == Some(false),
        student: recipient.student.clone().unwrap_or_default(),
        device: None,
        address: String::new(),
        duplicate: false,
        status: ReportDevice::NoDevice.label().to_owned(),
        call_status: None,
        time: String::new(),
    };
    if recipient.deliveries.is_empty() {
        let wanted = options.devices.contains(&ReportDevice::NoDevice);
        return (wanted && !person.has_device)
            .then(blank)
            .into_iter()
            .collect();
    }
    recipient
        .deliveries
        .iter()
        .filter(|d| options.devices.contains(&ReportDevice::of(d.device)))
        .map(|d| ReportRow {
            device: Some(d.device),
            address: d.address.clone(),
            duplicate: d.duplicate,
            status: d.shown_status().into_owned(),
            call_status: d.call_status.map(|c| c.0),
            time: d.at.as_ref().map(datetime::display).unwrap_or_default(),
            ..blank()
        })
        .collect()
}

#[cfg(test)]
mod tests;
