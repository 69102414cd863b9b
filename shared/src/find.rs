//! Finding messages: the range of days asked for and the rows found.

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::message::MessageSummary;

/// The most rows in one answer (manual: "The first 4000 messages are included").
pub const FIND_LIMIT: usize = 4000;

/// Days in the range that is searched when none is asked for, today included.
pub const DEFAULT_DAYS: u64 = 7;

/// *Created Between*: two calendar days of the district, both included, the first not after the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CreatedRange {
    from: NaiveDate,
    to: NaiveDate,
}

/// Why two days are no range to search; the sentences are for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// The last day is before the first.
    #[error("The first day is after the last. Swap them, or choose a later last day.")]
    Inverted,
    /// A day outside the years that the log can hold.
    #[error("Choose days between the years 1900 and 9998.")]
    OutOfBounds,
}

impl CreatedRange {
    /// The range from one day to another.
    ///
    /// # Errors
    /// [`RangeError`] where the days are the wrong way round or outside the years 1900 to 9998.
    pub fn new(from: NaiveDate, to: NaiveDate) -> Result<Self, RangeError> {
        let bounds = 1900..=9998;
        if !bounds.contains(&from.year()) || !bounds.contains(&to.year()) {
            return Err(RangeError::OutOfBounds);
        }
        if to < from {
            return Err(RangeError::Inverted);
        }
        Ok(CreatedRange { from, to })
    }

    /// The last seven days of which `today` is the last.
    pub fn last_days(today: NaiveDate) -> Self {
        CreatedRange {
            from: today - Days::new(DEFAULT_DAYS - 1),
            to: today,
        }
    }

    /// The first day.
    pub const fn from(&self) -> NaiveDate {
        self.from
    }

    /// The last day.
    pub const fn to(&self) -> NaiveDate {
        self.to
    }
}

/// Reads a day typed as `YYYY-MM-DD`, the form of the API and of a browser's date field.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    let mut parts = text.splitn(3, '-');
    let mut number = || parts.next()?.parse::<u16>().ok();
    let (year, month, day) = (number()?, number()?, number()?);
    NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())
}

/// The rows found, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FindResult {
    /// At most [`FIND_LIMIT`] rows, by creation, then id, both descending.
    pub messages: Vec<MessageSummary>,
    /// How many there are in the range in all.
    pub total: u64,
    /// Whether there are older ones in the range than the last of `messages`.
    pub truncated: bool,
    /// The first day searched.
    #[serde(deserialize_with = "crate::datetime::read_day")]
    pub created_from: NaiveDate,
    /// The last day searched.
    #[serde(deserialize_with = "crate::datetime::read_day")]
    pub created_to: NaiveDate,
    /// The instant the rows are true of.
    #[serde(deserialize_with = "crate::datetime::read")]
    pub as_of: DateTime<FixedOffset>,
    /// The district's time zone, an IANA name.
    pub time_zone: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        parse_day(text).unwrap()
    }

    #[test]
    fn a_range_includes_both_its_days() {
        let range = CreatedRange::new(day("2020-01-31"), day("2020-01-31")).unwrap();
        assert_eq!(range.from(), range.to());
    }

    #[test]
    fn an_inverted_range_is_refused() {
        let range = CreatedRange::new(day("2020-02-01"), day("2020-01-31"));
        assert_eq!(range, Err(RangeError::Inverted));
    }

    #[test]
    fn years_the_log_cannot_hold_are_refused() {
        let range = CreatedRange::new(day("0001-01-01"), day("2020-01-31"));
        assert_eq!(range, Err(RangeError::OutOfBounds));
        let range = CreatedRange::new(day("2020-01-31"), day("9999-01-01"));
        assert_eq!(range, Err(RangeError::OutOfBounds));
    }

    #[test]
    fn the_default_is_the_last_seven_days() {
        let range = CreatedRange::last_days(day("2020-02-03"));
        assert_eq!(range.from(), day("2020-01-28"));
        assert_eq!(range.to(), day("2020-02-03"));
    }

    #[test]
    fn a_day_that_is_none_is_not_read() {
        for text in [
            "2020-02-30",
            "01/31/2020",
            "",
            "2020-1",
            "today",
            "2020-01-31-01",
            "-2020-01-31",
            "70000-01-01",
        ] {
            assert_eq!(parse_day(text), None, "{text:?}");
        }
    }
}
