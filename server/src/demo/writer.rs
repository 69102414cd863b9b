//! Writes one message of the demonstration: who it goes to, what it says, what became of it.

use chrono::{DateTime, TimeDelta, Utc};
use shared::{
    delivery::Device,
    message::{Criterion, MessageStatus},
};

use super::{
    kinds::{HOSTILE, Kind},
    outcomes::Outcomes,
    people::{Family, Guardian, family_of},
    schools::{self, DISTRICT, SENDERS, school},
};
use crate::{
    chance::Chance,
    entry::{CanceledBy, Draft, Head, History, NewDelivery, NewMessage, Refusal},
    store::{District, time::Timestamp},
};

const REASONS: [Option<&str>; 5] = [
    Some("Wrong date in the text."),
    Some("Sent to the wrong group."),
    Some("The weather has cleared up."),
    Some("Already sent by the school."),
    None,
];

/// Writes messages, up to the instant at which the demonstration ends.
pub(super) struct Writer {
    pub(super) district: District,
    pub(super) now: DateTime<Utc>,
    pub(super) outcomes: Outcomes,
    written: u32,
}

impl Writer {
    pub(super) fn new(district: District, now: DateTime<Utc>) -> Self {
        Writer {
            district,
            now,
            outcomes: Outcomes::default(),
            written: 0,
        }
    }

    /// A message of `kind` made at `at`, as it would stand by now.
    pub(super) fn message(
        &mut self,
        external_id: &str,
        kind: &Kind,
        at: DateTime<Utc>,
        chance: &mut Chance,
    ) -> Result<NewMessage, Refusal> {
        let age = self.now - at;
        let status = match chance.below(100) {
            0..4 => MessageStatus::Error,
            4..7 => MessageStatus::Canceled,
            _ if age < TimeDelta::minutes(4) => MessageStatus::InProgress,
            _ => MessageStatus::Sent,
        };
        let head = self.head(external_id, kind, at, status, None, chance);
        let lines = match (kind.personal, chance.below(100)) {
            (true, _) => chance.between(1, 3),
            (false, 0..70) => chance.between(3, 20),
            (false, 70..97) => chance.between(20, 45),
            (false, _) => chance.between(120, 300),
        };
        self.write(head, kind.devices, lines, chance)
    }

    /// The head of a message of `kind`, to begin at `start` or at once.
    pub(super) fn head(
        &mut self,
        external_id: &str,
        kind: &Kind,
        at: DateTime<Utc>,
        status: MessageStatus,
        start: Option<DateTime<Utc>>,
        chance: &mut Chance,
    ) -> Head {
        self.written += 1;
        // Schedulers send in the system's name; of the people, a few send most.
        let number = match chance.below(100) {
            0..70 if kind.scheduled => 0,
            0..60 => chance.below(SENDERS) * chance.below(SENDERS) / SENDERS,
            _ => chance.below(SENDERS),
        };
        let sender = schools::sender(number);
        let at_school = match number {
            0 => chance.below(schools::SCHOOLS),
            _ => sender.school,
        };
        let wide = kind.message_type == "Emergency" && chance.percent(30);
        let organization = if wide {
            DISTRICT.to_owned()
        } else {
            school(at_school)
        };
        let later = start.is_none() && !kind.personal && chance.percent(25);
        let start = start.or(later
            .then(|| (at + TimeDelta::minutes(i64::from(chance.between(5, 45)))).min(self.now)));
        let phone = kind.devices.iter().any(|device| device.is_phone());
        let mut subject = (*chance.pick(kind.subjects)).to_owned();
        let mut body = kind.body.replace("{school}", &organization);
        if self.written.is_multiple_of(900) {
            subject = "Bake Sale".to_owned();
            body = HOSTILE.to_owned();
        }
        let plain = match body.starts_with('<') {
            true => format!("{organization}: {subject}. Please read the message in your portal."),
            false => body.clone(),
        };
        let body = |device| {
            let words = if device == Device::Inbox || device == Device::Email {
                &body
            } else {
                &plain
            };
            kind.devices.contains(&device).then(|| words.clone())
        };
        let begun = start.unwrap_or(at);
        let history = History {
            status,
            started_at: (status != MessageStatus::Waiting).then(|| begun.into()),
            ended_at: matches!(status, MessageStatus::Sent | MessageStatus::Error).then(|| {
                (begun + TimeDelta::seconds(i64::from(chance.between(2, 400))))
                    .min(self.now.max(begun))
                    .into()
            }),
            cancellation: (status == MessageStatus::Canceled).then(|| CanceledBy {
                by: schools::sender(chance.below(40)).name.clone(),
                at: (begun + TimeDelta::seconds(i64::from(chance.between(20, 200))))
                    .min(self.now)
                    .into(),
                reason: chance.pick(&REASONS).map(str::to_owned),
            }),
        };
        Head {
            external_id: external_id.to_owned(),
            message_type: kind.message_type.to_owned(),
            category: Some(kind.category.to_owned()),
            organization,
            subject,
            sender: sender.name.clone(),
            created_at: at.into(),
            inbox_email_start_at: start.map(Timestamp::from),
            voice_text_start_at: start.filter(|_| phone).map(Timestamp::from),
            schedule_id: kind
                .scheduled
                .then(|| i64::from(1000 + at_school * 8 + kind.message_type.len() as u32 % 8)),
            criteria: criteria(kind, at_school),
            reply_to: Some(sender.email.clone()),
            bodies: Device::ALL.map(body),
            history: Some(history),
            demonstration: true,
        }
    }

    /// Writes to `lines` lines of families of the head's school, and settles what became of it.
    pub(super) fn write(
        &mut self,
        head: Head,
        devices: &[Device],
        lines: u32,
        chance: &mut Chance,
    ) -> Result<NewMessage, Refusal> {
        let school = (0..schools::SCHOOLS)
            .find(|number| school(*number) == head.organization)
            .unwrap_or_else(|| chance.below(schools::SCHOOLS));
        let mut draft = Draft::new(&self.district);
        let mut left = lines;
        while left > 0 {
            let family = family_of(school, chance);
            left = self.family(&mut draft, &head, devices, &family, left, chance)?;
        }
        draft.finish(head)
    }

    /// Adds a line for each guardian and student of a family, at most `left`; answers how many are left.
    pub(super) fn family(
        &mut self,
        draft: &mut Draft,
        head: &Head,
        devices: &[Device],
        family: &Family,
        left: u32,
        chance: &mut Chance,
    ) -> Result<u32, Refusal> {
        let mut left = left;
        for student in &family.students {
            for guardian in &family.guardians {
                if left == 0 {
                    return Ok(0);
                }
                left -= 1;
                let mut deliveries = deliveries(guardian, devices);
                for delivery in &mut deliveries {
                    self.outcomes
                        .settle(delivery, head.status(), head.scheduled_at(), chance);
                }
                draft.recipient(&guardian.person, &guardian.name, Some(student), &deliveries)?;
            }
        }
        Ok(left)
    }
}

fn deliveries<'a>(guardian: &'a Guardian, devices: &[Device]) -> Vec<NewDelivery<'a>> {
    let address = |device: &Device| match device {
        Device::Inbox => guardian.inbox.then_some(guardian.person.as_str()),
        Device::Email => guardian.email.as_deref(),
        Device::Voice => guardian.voice.as_deref(),
        Device::Text => guardian.text.as_deref(),
    };
    devices
        .iter()
        .filter_map(|device| Some(NewDelivery::to(*device, address(device)?)))
        .collect()
}

fn criteria(kind: &Kind, at_school: u32) -> Vec<Criterion> {
    let criterion = |label: &str, value: String| Criterion {
        label: label.to_owned(),
        value,
    };
    let to = if kind.personal {
        "Message For Each Student"
    } else {
        "Message For Each Household"
    };
    vec![
        criterion("Deliver To", format!("Student Messenger Contacts; {to}")),
        criterion(
            "Enrollment Filter",
            "Message Only Active Students".to_owned(),
        ),
        criterion("Filter Operation", "Union".to_owned()),
        criterion("Calendar", school(at_school)),
        criterion(
            "Limit delivery to contacts that speak",
            "No Language Preference".to_owned(),
        ),
    ]
}
