//! The one displayed date format, and partial matching over it (spec section 3).
//!
//! A date is shown as `MM/DD/YYYY h:MM AM`: month and day padded, the hour not. In a filter each of the
//! three may be typed either way, case and runs of blanks are ignored, and any part of it finds the date.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Timelike};

use serde::{Deserialize, Deserializer, de::Error};

use crate::{find::parse_day, search::contains};

/// An instant as it is shown, in the offset it carries.
pub fn display(at: &DateTime<FixedOffset>) -> String {
    let (pm, hour) = at.hour12();
    format!(
        "{} {hour}:{:02} {}",
        display_date(at.date_naive()),
        at.minute(),
        if pm { "PM" } else { "AM" }
    )
}

/// A calendar day as it is shown: `MM/DD/YYYY`.
pub fn display_date(day: NaiveDate) -> String {
    format!("{:02}/{:02}/{:04}", day.month(), day.day(), day.year())
}

/// An instant with its hour padded, as the report's summary shows it: `MM/DD/YYYY hh:MM AM`.
pub fn display_padded(at: &DateTime<FixedOffset>) -> String {
    let (pm, hour) = at.hour12();
    format!(
        "{} {hour:02}:{:02} {}",
        display_date(at.date_naive()),
        at.minute(),
        if pm { "PM" } else { "AM" }
    )
}

/// An instant with seconds, as the report shows it: `MM/DD/YYYY hh:MM:SS AM`.
pub fn display_with_seconds(at: &DateTime<FixedOffset>) -> String {
    let (pm, hour) = at.hour12();
    format!(
        "{} {hour:02}:{:02}:{:02} {}",
        display_date(at.date_naive()),
        at.minute(),
        at.second(),
        if pm { "PM" } else { "AM" }
    )
}

/// Every way the day of a date may be typed, a line each: what a [`DateNeedle`] is looked for [in](DateNeedle::in_day).
///
/// The month stands first, so its padded form contains the other; the day needs both.
pub fn search_day(date: NaiveDate) -> String {
    let (month, day, year) = (date.month(), date.day(), date.year());
    let padded = format!("{month:02}/{day:02}/{year:04}");
    match day {
        ..10 => format!("{padded}\n{month:02}/{day}/{year:04}"),
        _ => padded,
    }
}

/// Every way a time of the day may be typed, a line each, likewise. Minutes are counted from midnight.
pub fn search_time(minutes: u32) -> String {
    let (hour, minute) = (minutes / 60, minutes % 60);
    let half = if hour < 12 { "am" } else { "pm" };
    match (hour + 11) % 12 + 1 {
        hour @ ..10 => format!("{hour}:{minute:02} {half}\n{hour:02}:{minute:02} {half}"),
        hour => format!("{hour}:{minute:02} {half}"),
    }
}

/// Reads an instant as the API sends it: RFC 3339, and no other form. chrono's own reading takes more forms,
/// is slower, and would be a fortieth of the page.
///
/// # Errors
/// Where it is another form.
pub fn read<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<FixedOffset>, D::Error> {
    instant(&String::deserialize(from)?)
}

/// The same where there may be none.
///
/// # Errors
/// Where it is another form.
pub fn read_option<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<DateTime<FixedOffset>>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    text.as_deref().map(instant).transpose()
}

/// Reads a day as the API sends it: `YYYY-MM-DD`.
///
/// # Errors
/// Where it is another form.
pub fn read_day<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
    parse_day(&String::deserialize(from)?).ok_or_else(|| D::Error::custom("no such day"))
}

fn instant<E: Error>(text: &str) -> Result<DateTime<FixedOffset>, E> {
    DateTime::parse_from_rfc3339(text).map_err(E::custom)
}

/// What a person typed to find dates by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateNeedle(String);

impl DateNeedle {
    /// Reads what was typed: case is ignored, runs of blanks are one, and `8:30am` is `8:30 am`.
    pub fn new(typed: &str) -> Self {
        let mut needle = String::with_capacity(typed.len());
        for word in typed.split_whitespace() {
            if !needle.is_empty() {
                needle.push(' ');
            }
            for character in word.chars().flat_map(char::to_lowercase) {
                let after_digit = needle.ends_with(|c: char| c.is_ascii_digit());
                if after_digit && matches!(character, 'a' | 'p') {
                    needle.push(' ');
                }
                needle.push(character);
            }
        }
        DateNeedle(needle)
    }

    /// Whether nothing was typed, which every date matches.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every date that it finds is found by `other` too, because it contains it.
    pub fn narrows(&self, other: &DateNeedle) -> bool {
        contains(&self.0, &other.0)
    }

    /// How it stands in the day whose [`search_day`] this is.
    pub fn in_day(&self, day: &str) -> Hit {
        let before = self.0.split_once(' ').map(|(before, _)| before);
        Hit {
            whole: contains(day, &self.0),
            half: before.is_some_and(|text| day.split('\n').any(|line| line.ends_with(text))),
        }
    }

    /// How it stands in the time whose [`search_time`] this is.
    pub fn in_time(&self, time: &str) -> Hit {
        let after = self.0.split_once(' ').map(|(_, after)| after);
        Hit {
            whole: contains(time, &self.0),
            half: after.is_some_and(|text| time.split('\n').any(|line| line.starts_with(text))),
        }
    }
}

/// How a [`DateNeedle`] stands in one half of a date. There are few days and times where there are many dates, so they
/// are looked at one by one, and the dates only by what was found in both halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    whole: bool,
    /// What stands before its first blank ends the day, or what stands behind begins the time: a date has that blank
    /// between its halves.
    half: bool,
}

impl Hit {
    /// Whether the needle stands anywhere in the date of this day and this `time`.
    pub const fn with(self, time: Hit) -> bool {
        self.whole || time.whole || (self.half && time.half)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(text).unwrap()
    }

    fn found(typed: &str, text: &str) -> bool {
        let (needle, at) = (DateNeedle::new(typed), at(text));
        let minutes = at.hour() * 60 + at.minute();
        let day = needle.in_day(&search_day(at.date_naive()));
        day.with(needle.in_time(&search_time(minutes)))
    }

    #[derive(Debug, PartialEq, serde::Serialize, Deserialize)]
    struct Sent {
        #[serde(deserialize_with = "read")]
        at: DateTime<FixedOffset>,
        #[serde(default, deserialize_with = "read_option")]
        maybe: Option<DateTime<FixedOffset>>,
        #[serde(deserialize_with = "read_day")]
        day: NaiveDate,
    }

    #[test]
    fn what_is_sent_is_read_back() {
        for text in [
            "2020-01-31T11:00:00-06:00",
            "1999-12-31T23:59:59.123456789+14:00",
            "2020-02-29T00:00:00Z",
        ] {
            for maybe in [None, Some(at(text))] {
                let sent = Sent {
                    at: at(text),
                    maybe,
                    day: at(text).date_naive(),
                };
                let json = serde_json::to_string(&sent).unwrap();
                assert_eq!(serde_json::from_str::<Sent>(&json).unwrap(), sent);
            }
        }
        let without = r#"{"at": "2020-01-31T11:00:00-06:00", "day": "2020-01-31"}"#;
        assert_eq!(serde_json::from_str::<Sent>(without).unwrap().maybe, None);
        let wrong = r#"{"at": "2020-01-31 11:00", "day": "2020-01-31"}"#;
        assert!(serde_json::from_str::<Sent>(wrong).is_err());
    }

    #[test]
    fn dates_are_shown_as_in_the_manual() {
        let shown = |text| display(&at(text));
        assert_eq!(shown("2020-01-31T11:00:00-06:00"), "01/31/2020 11:00 AM");
        assert_eq!(shown("2020-01-31T13:39:00-06:00"), "01/31/2020 1:39 PM");
        assert_eq!(shown("2013-01-01T08:30:59-06:00"), "01/01/2013 8:30 AM");
        assert_eq!(shown("2020-01-31T00:05:00-06:00"), "01/31/2020 12:05 AM");
        assert_eq!(shown("2020-01-31T12:05:00-06:00"), "01/31/2020 12:05 PM");
    }

    #[test]
    fn the_reports_head_pads_the_hour_and_has_seconds() {
        let at = at("2019-12-02T08:55:18-06:00");
        assert_eq!(display_with_seconds(&at), "12/02/2019 08:55:18 AM");
    }

    /// The table of spec section 3, verbatim.
    #[test]
    fn parts_of_a_date_find_it_as_the_spec_says() {
        let dates = [
            "2020-01-31T11:00:00-06:00",
            "2021-11-03T08:30:00-05:00",
            "2020-12-10T13:05:00-06:00",
        ];
        let table = [
            ("01/31", [true, false, false]),
            ("2020", [true, false, true]),
            ("08:30 am", [false, true, false]),
            ("1:0", [true, false, true]),
            ("11/3/2021", [false, true, false]),
            ("13:05", [false, false, false]),
            ("pm", [false, false, true]),
        ];
        for (typed, expected) in table {
            for (date, expected) in dates.iter().zip(expected) {
                assert_eq!(found(typed, date), expected, "{typed:?} in {date}");
            }
        }
    }

    #[test]
    fn month_day_and_hour_may_be_typed_padded_or_not() {
        for typed in [
            "1/31",
            "01/31",
            "8:30 am",
            "08:30 AM",
            "  8:30   Am ",
            "8:30am",
        ] {
            assert!(found(typed, "2020-01-31T08:30:00-06:00"), "{typed:?}");
        }
        for typed in [
            "3/4/2021 5:06 pm",
            "03/04/2021 05:06 PM",
            "3/04/2021 05:06",
            "03/4/2021 5",
        ] {
            assert!(found(typed, "2021-03-04T17:06:00-06:00"), "{typed:?}");
        }
    }

    #[test]
    fn an_empty_filter_finds_every_date() {
        assert!(DateNeedle::new("  ").is_empty());
        assert!(found(" ", "2020-01-31T08:30:00-06:00"));
    }

    #[test]
    fn a_part_never_spans_two_ways_of_typing() {
        assert!(!found("am 01", "2020-01-03T08:30:00-06:00"));
    }

    proptest! {
        /// Every way of typing the day before every way of typing the time, as one text.
        #[test]
        fn looking_in_two_halves_finds_what_looking_in_the_whole_does(
            day in 730_000..740_000_i32, minutes in 0..1440_u32, start in 0..19_usize, length in 1..20_usize,
            other in "[0-9/: apm]{1,8}",
        ) {
            let date = NaiveDate::from_num_days_from_ce_opt(day).unwrap();
            let (days, times) = (search_day(date), search_time(minutes));
            let ways: Vec<_> = days
                .lines()
                .flat_map(|day| times.lines().map(move |time| format!("{day} {time}")))
                .collect();
            let part: String = ways[0].chars().skip(start).take(length).collect();
            for typed in [part, other] {
                let needle = DateNeedle::new(&typed);
                let whole = ways.iter().any(|way| way.contains(&needle.0));
                prop_assert_eq!(needle.in_day(&days).with(needle.in_time(&times)), whole, "{:?}", typed);
            }
        }
    }

    #[test]
    fn every_displayed_date_is_found_by_all_its_parts() {
        for text in ["2020-01-03T08:30:00-06:00", "2020-12-31T23:59:00-06:00"] {
            let shown = display(&at(text));
            for start in 0..shown.len() {
                for end in start + 1..=shown.len() {
                    assert!(found(&shown[start..end], text), "{:?}", &shown[start..end]);
                }
            }
        }
    }
}
