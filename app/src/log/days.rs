//! The two days of *Created Between* as they are typed, and the range they make.

use shared::find::{CreatedRange, parse_day};

/// The first and the last day, as typed.
pub type Days = (String, String);

/// One of the two days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// The first.
    From,
    /// The last.
    To,
}

/// The range from the one to the other; `None` where both are empty, for the server's default.
///
/// # Errors
/// Which day is wrong, and a sentence that says what to do.
pub fn range((from, to): &Days) -> Result<Option<CreatedRange>, (Day, String)> {
    if from.is_empty() && to.is_empty() {
        return Ok(None);
    }
    let day = |text: &str, day| {
        parse_day(text).ok_or_else(|| (day, "Enter a day, such as 01/31/2020.".to_owned()))
    };
    let (from, to) = (day(from, Day::From)?, day(to, Day::To)?);
    match CreatedRange::new(from, to) {
        Ok(range) => Ok(Some(range)),
        Err(error) => Err((Day::To, error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(from: &str, to: &str) -> Option<Day> {
        range(&(from.into(), to.into())).err().map(|(day, _)| day)
    }

    #[test]
    fn two_days_make_a_range_and_none_the_servers_own() {
        assert_eq!(range(&Days::default()), Ok(None));
        let one = range(&("2020-01-31".into(), "2020-01-31".into())).unwrap();
        assert!(one.is_some_and(|one| one.from() == one.to()));
    }

    #[test]
    fn a_refusal_names_the_day_that_is_wrong() {
        assert_eq!(wrong("", "2020-01-31"), Some(Day::From));
        assert_eq!(wrong("2020-01-31", "2020-02-30"), Some(Day::To));
        assert_eq!(wrong("2020-02-01", "2020-01-31"), Some(Day::To));
    }
}
