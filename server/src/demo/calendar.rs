//! The school year: how much is sent on which day, and when in the day.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};

use crate::chance::Chance;

/// Days of history, today included.
pub(super) const DAYS: u64 = 730;

/// How much is sent on a day, in percent of a usual school day.
///
/// The last seven days are as in term, whatever the season: they are what is shown first.
fn percent(day: NaiveDate, today: NaiveDate) -> u32 {
    let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let recent = day + Days::new(7) > today;
    let summer = matches!((day.month(), day.day()), (6, 10..) | (7, _) | (8, ..25));
    let holidays = matches!(
        (day.month(), day.day()),
        (12, 23..) | (1, ..3) | (11, 24..29)
    );
    match (weekend, recent, summer || holidays) {
        (true, _, _) => 5,
        (false, true, _) => 100,
        (false, false, true) => 15,
        (false, false, false) => 100,
    }
}

/// How many messages are sent on a day, where a usual one has `usual`.
pub(super) fn count(chance: &mut Chance, usual: u32, day: NaiveDate, today: NaiveDate) -> u32 {
    let hundredths = usual * percent(day, today);
    // The part of a message that is left over falls by chance.
    hundredths / 100 + u32::from(chance.percent(hundredths % 100))
}

/// When in the day something is sent: mostly in the morning, on whole quarters where a scheduler does it.
pub(super) fn time(chance: &mut Chance, on_the_quarter: bool) -> NaiveTime {
    let hour = *chance.pick(&[
        7, 8, 8, 9, 9, 9, 10, 10, 11, 11, 12, 13, 13, 14, 14, 15, 15, 16, 17, 18,
    ]);
    let minute = if on_the_quarter {
        chance.below(4) * 15
    } else {
        chance.below(60)
    };
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN)
}
