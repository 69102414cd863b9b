//! The loaded rows, with every displayed and searched text made once.
//!
//! Texts that repeat are kept once and rows refer to them by number, so that a filter looks at each text
//! once however many rows have it, and a row on screen compares numbers rather than words.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Timelike};
use shared::{
    datetime,
    message::{MessageId, MessageStatus, MessageSummary},
};

use super::columns::{Column, Control, Facet, Typed};

/// Rows ready to be filtered, sorted and shown.
#[derive(Debug)]
pub struct Rows {
    /// The rows, newest first.
    pub list: Box<[Row]>,
    /// The texts of each [`Facet`], by its number.
    pub facets: [Texts; 4],
    /// The texts of *Message Subject*.
    pub subjects: Texts,
    /// Every way that each day may be typed, of those that any date has.
    pub days: Vec<String>,
    /// Every way that each time of a day may be typed.
    pub times: Vec<String>,
}

/// One row. Numbers refer to the texts of [`Rows`].
#[derive(Debug)]
pub struct Row {
    /// The message.
    pub id: MessageId,
    /// Where it stands.
    pub status: MessageStatus,
    /// The number of its text in each [`Facet`].
    pub facets: [u32; 4],
    /// The number of its subject.
    pub subject: u32,
    /// When it was made.
    pub created: Instant,
    /// The earlier of its two start times.
    pub scheduled: Instant,
    /// The scheduler that made it, by its place among all of them.
    pub schedule_rank: Option<u32>,
    /// Its number, as shown and searched; empty for none.
    pub schedule_text: Box<str>,
}

/// A time as it is sorted, shown and searched.
#[derive(Debug, PartialEq, Eq)]
pub struct Instant {
    /// Milliseconds since 1970.
    pub millis: i64,
    /// Its place among all dates of both columns, the earliest first.
    pub rank: u32,
    /// As shown.
    pub shown: Box<str>,
    /// The number of its day.
    pub day: u32,
    /// The number of its time of the day.
    pub time: u32,
}

fn millis(at: &DateTime<FixedOffset>) -> i64 {
    at.timestamp_millis()
}

fn day(at: &DateTime<FixedOffset>) -> i64 {
    at.num_days_from_ce().into()
}

fn minutes(at: &DateTime<FixedOffset>) -> i64 {
    (at.hour() * 60 + at.minute()).into()
}

/// Distinct numbers, of which each has its place.
struct Places(Vec<i64>);

impl Places {
    fn new(mut numbers: Vec<i64>) -> Self {
        numbers.sort_unstable();
        numbers.dedup();
        Places(numbers)
    }

    fn of(&self, number: i64) -> u32 {
        self.0.binary_search(&number).unwrap_or_default() as u32
    }
}

/// The distinct texts of a column.
#[derive(Debug, Default)]
pub struct Texts {
    /// The texts, as first met.
    pub values: Vec<Box<str>>,
    /// The same in lower case.
    pub lower: Vec<Box<str>>,
    /// How many rows have each.
    pub counts: Vec<u32>,
    /// The place of each in an order that ignores case; `None` for the empty text.
    pub ranks: Vec<Option<u32>>,
}

impl Row {
    /// The number of its text in a column: rows that have the same say the same there.
    pub fn number(&self, column: Column) -> u32 {
        match column.control() {
            Control::Choose(facet) => self.facets[facet as usize],
            Control::Type(Typed::Subject) => self.subject,
            Control::Type(Typed::Created) => self.created.rank,
            Control::Type(Typed::Scheduled) => self.scheduled.rank,
            Control::Type(Typed::ScheduleId) => self.schedule_rank.map_or(0, |rank| rank + 1),
        }
    }
}

impl Rows {
    /// What `row`, one of these, says in a column.
    pub fn text<'a>(&'a self, row: &'a Row, column: Column) -> &'a str {
        match column.control() {
            Control::Choose(facet) => {
                &self.facet(facet).values[row.facets[facet as usize] as usize]
            }
            Control::Type(Typed::Subject) => &self.subjects.values[row.subject as usize],
            Control::Type(Typed::Created) => &row.created.shown,
            Control::Type(Typed::Scheduled) => &row.scheduled.shown,
            Control::Type(Typed::ScheduleId) => &row.schedule_text,
        }
    }

    /// Makes rows of messages that stand newest first.
    pub fn new(messages: &[MessageSummary]) -> Self {
        let mut status = Interner::default();
        let mut message_type = Interner::default();
        let mut organization = Interner::default();
        let mut sender = Interner::default();
        let mut subjects = Interner::default();
        let both = |number: fn(&DateTime<FixedOffset>) -> i64| {
            let dates = messages
                .iter()
                .flat_map(|m| [&m.created_at, &m.scheduled_at]);
            Places::new(dates.map(number).collect())
        };
        let (ranks, days, times) = (both(millis), both(day), both(minutes));
        let schedules = Places::new(messages.iter().filter_map(|m| m.schedule_id).collect());
        let instant = |at: &DateTime<FixedOffset>| Instant {
            millis: millis(at),
            rank: ranks.of(millis(at)),
            shown: datetime::display(at).into(),
            day: days.of(day(at)),
            time: times.of(minutes(at)),
        };
        let list = messages
            .iter()
            .map(|message| Row {
                id: message.id,
                status: message.status,
                facets: [
                    status.number(message.status.label()),
                    message_type.number(&message.message_type),
                    organization.number(&message.organization),
                    sender.number(&message.sender),
                ],
                subject: subjects.number(&message.subject),
                created: instant(&message.created_at),
                scheduled: instant(&message.scheduled_at),
                schedule_rank: message.schedule_id.map(|id| schedules.of(id)),
                schedule_text: message
                    .schedule_id
                    .map(|id| id.to_string())
                    .unwrap_or_default()
                    .into(),
            })
            .collect();
        Rows {
            list,
            facets: [status, message_type, organization, sender].map(Interner::texts),
            subjects: subjects.texts(),
            days: days
                .0
                .iter()
                .filter_map(|day| NaiveDate::from_num_days_from_ce_opt(*day as i32))
                .map(datetime::search_day)
                .collect(),
            times: times
                .0
                .iter()
                .map(|minutes| datetime::search_time(*minutes as u32))
                .collect(),
        }
    }

    /// The texts of a facet.
    pub fn facet(&self, facet: Facet) -> &Texts {
        &self.facets[facet as usize]
    }

    /// The values of a facet with their counts, in the order a dropdown shows them: statuses in the order of
    /// a message's life, everything else alphabetical.
    pub fn choices(&self, facet: Facet) -> Vec<(Box<str>, u32)> {
        let texts = self.facet(facet);
        let mut numbers: Vec<usize> = (0..texts.values.len()).collect();
        numbers.sort_by_key(|&number| match facet {
            Facet::Status => MessageStatus::ALL
                .iter()
                .position(|status| status.label() == &*texts.values[number])
                .map(|place| place as u32),
            Facet::MessageType | Facet::Organization | Facet::Sender => texts.ranks[number],
        });
        numbers
            .into_iter()
            .map(|number| (texts.values[number].clone(), texts.counts[number]))
            .collect()
    }
}

/// Gives each distinct text a number.
#[derive(Default)]
struct Interner<'a> {
    numbers: HashMap<&'a str, u32>,
    values: Vec<&'a str>,
    counts: Vec<u32>,
}

impl<'a> Interner<'a> {
    fn number(&mut self, text: &'a str) -> u32 {
        let number = *self.numbers.entry(text).or_insert_with(|| {
            self.values.push(text);
            self.counts.push(0);
            self.values.len() as u32 - 1
        });
        self.counts[number as usize] += 1;
        number
    }

    fn texts(self) -> Texts {
        let lower: Vec<Box<str>> = self
            .values
            .iter()
            .map(|v| v.to_lowercase().into())
            .collect();
        let mut sorted: Vec<usize> = (0..lower.len()).collect();
        sorted.sort_by(|&a, &b| lower[a].cmp(&lower[b]));
        let mut ranks = vec![None; lower.len()];
        let mut rank = 0;
        for (place, &number) in sorted.iter().enumerate() {
            if place > 0 && lower[number] != lower[sorted[place - 1]] {
                rank += 1;
            }
            ranks[number] = (!lower[number].trim().is_empty()).then_some(rank);
        }
        Texts {
            values: self.values.into_iter().map(Into::into).collect(),
            lower,
            counts: self.counts,
            ranks,
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A message made at `created`, with plausible values in what a test does not care for.
    pub fn message(id: i64, created: &str) -> MessageSummary {
        let at = DateTime::parse_from_rfc3339(created).unwrap();
        MessageSummary {
            id: MessageId(id),
            status: MessageStatus::Sent,
            message_type: "Behavior".into(),
            organization: "Harrison High".into(),
            subject: "Student Behavior".into(),
            sender: "Administrator, System".into(),
            created_at: at,
            scheduled_at: at,
            schedule_id: None,
        }
    }

    #[test]
    fn texts_that_repeat_are_kept_once_and_counted() {
        let mut other = message(1, "2020-01-31T11:00:00-06:00");
        other.organization = "Plainview Schools".into();
        let rows = Rows::new(&[
            message(3, "2020-01-31T11:00:00-06:00"),
            message(2, "2020-01-31T11:00:00-06:00"),
            other,
        ]);
        assert_eq!(rows.facet(Facet::Organization).values.len(), 2);
        assert_eq!(
            rows.choices(Facet::Organization),
            [("Harrison High".into(), 2), ("Plainview Schools".into(), 1)]
        );
    }

    #[test]
    fn statuses_are_offered_in_the_order_of_a_messages_life() {
        let mut messages: Vec<_> = (0..5)
            .map(|id| message(id, "2020-01-31T11:00:00-06:00"))
            .collect();
        for (message, status) in messages
            .iter_mut()
            .zip(MessageStatus::ALL.into_iter().rev())
        {
            message.status = status;
        }
        let words: Vec<_> = Rows::new(&messages)
            .choices(Facet::Status)
            .into_iter()
            .map(|(word, _)| word.into_string())
            .collect();
        assert_eq!(words, MessageStatus::ALL.map(MessageStatus::label));
    }

    #[test]
    fn rows_of_one_number_say_the_same_in_that_column() {
        let early = "2020-01-31T11:00:00-06:00";
        let mut scheduled = message(3, early);
        scheduled.schedule_id = Some(7);
        let mut late = message(2, "2020-01-31T23:00:00-06:00");
        late.subject = "Library Hours".into();
        late.sender = String::new();
        let rows = Rows::new(&[late, message(1, early), scheduled, message(0, early)]);
        for column in Column::ALL {
            for one in &rows.list {
                for other in &rows.list {
                    let same = rows.text(one, column) == rows.text(other, column);
                    assert_eq!(
                        one.number(column) == other.number(column),
                        same,
                        "{column:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn texts_that_differ_in_case_only_share_a_rank() {
        let mut lower = message(1, "2020-01-31T11:00:00-06:00");
        lower.subject = "student behavior".into();
        let rows = Rows::new(&[message(2, "2020-01-31T11:00:00-06:00"), lower]);
        assert_eq!(rows.subjects.ranks, [Some(0), Some(0)]);
    }
}
