//! The demonstration district: two years of a school district's messages, ending today.
//!
//! The same wherever it is made, but for its anchor: the instant at which it ends. Written through the same
//! door as an import: each message is a `Draft` that `store::submit` keeps.

mod calendar;
mod kinds;
mod names;
mod outcomes;
mod people;
mod schools;
mod staged;
mod writer;

use chrono::{Days, TimeZone};

use self::writer::Writer;
use crate::{
    chance::Chance,
    clock::{Clock, FixedClock},
    entry::{NewMessage, Refusal},
    store::{
        Database, District, StoreError,
        making::{self, LAST, Standing},
        submit::submit,
    },
};

/// How large a demonstration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Messages on a usual school day.
    pub messages_a_day: u32,
    /// Days of history, today included; at most 730.
    pub days: u64,
    /// People who get the one emergency message to the whole district; some stand on several lines of it.
    pub emergency: u32,
}

impl Scale {
    /// The whole of it: about 18 000 messages.
    pub const FULL: Scale = Scale {
        messages_a_day: 43,
        days: calendar::DAYS,
        emergency: 50_000,
    };
}

/// Why the demonstration could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The database failed, or holds messages already.
    #[error("the demonstration could not be kept")]
    Store(#[from] StoreError),
    /// One of its messages is not what the door takes: a mistake in this module.
    #[error("the demonstration holds a message that is refused")]
    Refused(#[from] Refusal),
}

/// Fills an empty database, telling after each day how many of how many are done. A making that was interrupted is
/// begun anew.
///
/// # Errors
/// Where the database holds messages already, or fails.
pub async fn fill(
    db: &Database,
    district: &District,
    clock: &dyn Clock,
    scale: Scale,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<u64, DemoError> {
    match making::standing(db).await? {
        Standing::Nothing => {}
        Standing::Part => making::remove_part(db).await?,
        Standing::Whole | Standing::Other => return Err(StoreError::NotEmpty.into()),
    }
    let now = clock.now();
    let today = now.with_timezone(&district.time_zone).date_naive();
    let at_once = FixedClock::at(now);
    let mut writer = Writer::new(*district, now);
    let mut written = 0;
    for ago in (0..scale.days).rev() {
        let day = today - Days::new(ago);
        let mut chance = Chance::new(ago + 1);
        let count = calendar::count(&mut chance, scale.messages_a_day, day, today);
        let mut times: Vec<_> = (0..count)
            .map(|_| {
                let kind = kinds::pick(&mut chance);
                (calendar::time(&mut chance, kind.scheduled), kind)
            })
            .collect();
        times.sort_by_key(|(time, _)| *time);
        let mut messages: Vec<NewMessage> = Vec::new();
        for (n, (time, kind)) in times.into_iter().enumerate() {
            let Some(at) = district
                .time_zone
                .from_local_datetime(&day.and_time(time))
                .earliest()
            else {
                continue;
            };
            if at < now {
                messages.push(writer.message(
                    &format!("demo-{ago}-{n}"),
                    kind,
                    at.to_utc(),
                    &mut chance,
                )?);
            }
        }
        if ago == staged::EMERGENCY_DAYS_AGO.min(scale.days - 1) {
            messages.push(staged::emergency(&mut writer, day, scale.emergency)?);
        }
        if ago == 0 {
            messages.extend(staged::now(&mut writer)?);
        }
        // Its last message says that all of it is there.
        messages.sort_by_key(|message| {
            let head = &message.head;
            (head.external_id == LAST, head.created_at)
        });
        for message in &messages {
            submit(db, message, None, &at_once).await?;
            written += 1;
        }
        progress(scale.days - ago, scale.days);
    }
    db.take_stock().await?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn two_years_hold_about_eighteen_thousand_messages_whenever_they_end() {
        let Scale {
            messages_a_day,
            days,
            ..
        } = Scale::FULL;
        for month in 1..=12 {
            for first in [1, 17] {
                let today = NaiveDate::from_ymd_opt(2026, month, first).unwrap();
                let count = |ago: u64| {
                    let mut chance = Chance::new(ago + 1);
                    calendar::count(&mut chance, messages_a_day, today - Days::new(ago), today)
                };
                let all: u32 = (0..days).map(count).sum();
                assert!((17_000..=19_000).contains(&all), "{all} until {today}");
            }
        }
    }

    #[test]
    fn three_hundred_people_send_and_no_two_are_called_the_same() {
        let all = || (0..schools::SENDERS).map(schools::sender);
        let names: BTreeSet<_> = all().map(|sender| &sender.name).collect();
        let emails: BTreeSet<_> = all().map(|sender| &sender.email).collect();
        assert_eq!((names.len(), emails.len()), (300, 300));
        let schools: BTreeSet<_> = (0..schools::SCHOOLS).map(schools::school).collect();
        assert_eq!(schools.len(), 60);
    }
}
