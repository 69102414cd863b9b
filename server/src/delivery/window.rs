//! The calling window: between which hours of the district's day phones may ring.

use std::str::FromStr;

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;

/// The hours in which voice and text are handed over; an emergency is at any hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    from: NaiveTime,
    to: NaiveTime,
}

/// A text that is no window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write two times of the day, such as 08:00-21:00, or always")]
pub struct NoWindow;

impl Window {
    /// The whole day.
    pub const ALWAYS: Window = Window {
        from: NaiveTime::MIN,
        to: NaiveTime::MIN,
    };

    /// Whether it is open at `now` in `zone`. It may span midnight; from a time to the same is the whole day.
    pub fn is_open(&self, now: DateTime<Utc>, zone: Tz) -> bool {
        let time = now.with_timezone(&zone).time();
        if self.from < self.to {
            self.from <= time && time < self.to
        } else {
            self.from <= time || time < self.to
        }
    }
}

impl FromStr for Window {
    type Err = NoWindow;

    fn from_str(text: &str) -> Result<Self, NoWindow> {
        if text == "always" {
            return Ok(Window::ALWAYS);
        }
        let (from, to) = text.split_once('-').ok_or(NoWindow)?;
        let time =
            |text: &str| NaiveTime::parse_from_str(text.trim(), "%H:%M").map_err(|_| NoWindow);
        Ok(Window {
            from: time(from)?,
            to: time(to)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = chrono_tz::America::Chicago;

    fn open(window: &str, at: &str) -> bool {
        let window: Window = window.parse().unwrap();
        window.is_open(at.parse().unwrap(), ZONE)
    }

    #[test]
    fn a_window_goes_by_the_districts_clock_in_summer_and_winter() {
        assert!(!open("08:00-21:00", "2026-01-15T13:59:59Z"));
        assert!(open("08:00-21:00", "2026-01-15T14:00:00Z"));
        assert!(open("08:00-21:00", "2026-07-15T13:00:00Z"));
        assert!(open("08:00-21:00", "2026-01-16T02:59:59Z"));
        assert!(!open("08:00-21:00", "2026-01-16T03:00:00Z"));
    }

    #[test]
    fn a_window_may_span_midnight_or_be_always_open() {
        assert!(open("20:00-02:00", "2026-01-16T05:00:00Z"));
        assert!(!open("20:00-02:00", "2026-01-15T18:00:00Z"));
        assert!(open("always", "2026-01-16T09:00:00Z"));
        assert!(open("00:00-00:00", "2026-01-16T09:00:00Z"));
    }

    #[test]
    fn what_is_no_window_is_refused() {
        for text in ["", "8-21", "08:00", "25:00-26:00", "08:00-21:00-22:00"] {
            assert_eq!(text.parse::<Window>(), Err(NoWindow), "{text:?}");
        }
    }
}
