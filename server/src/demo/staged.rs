//! The messages that every demonstration shows: the emergency of the week, and what is going on right now.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use shared::{delivery::Device, message::MessageStatus};

use super::{kinds::KINDS, people::family, schools::DISTRICT, writer::Writer};
use crate::chance::Chance;
use crate::entry::{Draft, NewMessage, Refusal};

/// The emergency is among the days shown first.
pub(super) const EMERGENCY_DAYS_AGO: u64 = 3;

/// One message to so many `people`, the whole district, on all four devices, early on `day`.
pub(super) fn emergency(
    writer: &mut Writer,
    day: NaiveDate,
    people: u32,
) -> Result<NewMessage, Refusal> {
    let mut chance = Chance::new(911);
    let early = NaiveTime::from_hms_opt(5, 41, 0).unwrap_or(NaiveTime::MIN);
    let zone = writer.district.time_zone;
    let at = zone.from_local_datetime(&day.and_time(early)).earliest();
    let at = at
        .map_or(writer.now, |at| at.to_utc())
        .min(writer.now - TimeDelta::hours(1));
    let kind = &KINDS[KINDS.len() - 1];
    let mut head = writer.head(
        "demo-emergency",
        kind,
        at,
        MessageStatus::Sent,
        None,
        &mut chance,
    );
    head.organization = DISTRICT.to_owned();
    head.subject = "All Schools Closed Today Due to a Water Main Break".to_owned();
    head.category = Some("Emergency".to_owned());
    let words = "This is Plainview Schools. All schools are closed today because a water main has broken. Buses do not run. Meals are handed out at Harrison High from 11 AM to 1 PM.";
    head.bodies = Device::ALL.map(|_| Some(words.to_owned()));
    let mut draft = Draft::new(&writer.district);
    let mut left = people as usize;
    for number in 0.. {
        if left == 0 {
            break;
        }
        let mut family = family(number);
        family.guardians.truncate(left);
        left -= family.guardians.len();
        let all = u32::MAX;
        writer.family(&mut draft, &head, &Device::ALL, &family, all, &mut chance)?;
    }
    draft.finish(head)
}

/// A name, a kind, minutes ago, where it stands, when it starts, and how many lines it has.
type Moment = (
    &'static str,
    usize,
    i64,
    MessageStatus,
    Option<DateTime<Utc>>,
    u32,
);

/// What is waiting, under way, gone wrong and stopped at the instant the demonstration ends.
pub(super) fn now(writer: &mut Writer) -> Result<Vec<NewMessage>, Refusal> {
    use MessageStatus::{Canceled, Error, InProgress, Sent, Waiting};
    let now = writer.now;
    let later = |hours: i64| Some(now + TimeDelta::hours(hours));
    let moments: [Moment; 12] = [
        ("conferences", 6, 170, Waiting, later(20), 64),
        ("picture day", 6, 95, Waiting, later(44), 38),
        ("screening", 8, 80, Waiting, later(26), 120),
        ("course requests", 9, 61, Waiting, later(3), 2),
        ("survey", 11, 33, Waiting, later(68), 240),
        ("late bus", 7, 2, InProgress, None, 85),
        ("concert", 6, 6, InProgress, None, 140),
        ("drill", 13, 9, InProgress, None, 320),
        ("power outage", 13, 240, Error, None, 75),
        ("practice", 12, 150, Canceled, None, 22),
        ("game", 12, 58, Sent, None, 18),
        ("bus stop", 7, 35, Sent, None, 41),
    ];
    moments
        .into_iter()
        .enumerate()
        .map(|(n, (name, kind, minutes, status, start, lines))| {
            let mut chance = Chance::new(7000 + n as u64);
            let kind = &KINDS[kind];
            let at = now - TimeDelta::minutes(minutes);
            let id = format!("demo-now-{name}");
            let start = start.or(Some(at));
            let head = writer.head(&id, kind, at, status, start, &mut chance);
            writer.write(head, kind.devices, lines, &mut chance)
        })
        .collect()
}
