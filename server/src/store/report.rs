//! Report: a message's lines piece by piece, each with whether its person was contacted by phone.

use std::collections::HashSet;

use chrono_tz::Tz;
use futures_util::TryStreamExt;
use shared::{
    call_status::CallStatus,
    counting::Tally,
    delivery::{DeliveryStatus, Device, Recipient, is_contacted},
    message::MessageId,
    report::{Marks, ReportDevice, ReportOptions},
};

use super::{
    StoreError,
    detail::json,
    recipients,
    snapshot::{Snapshot, in_snapshot},
    time::Timestamp,
    word::Word,
};

/// Lines read at once.
const CHUNK: u32 = 1000;

const TALLY: &str = "select tally from messages where id = $1";

/// Joined by line, not by range of numbers: SQLite would try every line for every delivery.
const PHONE: &str = "
    select r.person, o.device, o.status, o.call_status, o.confirmed_at
    from deliveries d
    join deliveries o on o.message_id = d.message_id and o.number = d.first_number
    join recipients r on r.message_id = d.message_id and r.line = d.line
    where d.message_id = $1 and d.device in ('voice', 'text')";

const PERSONS: &str = "
    select person from recipients where message_id = $1 and line > $2 order by line limit $3";

type PhoneRow = (
    String,
    Word<Device>,
    Word<DeliveryStatus>,
    Option<i32>,
    Option<Timestamp>,
);

/// Reads the lines of one message from the first to the last.
pub struct Lines {
    snapshot: Snapshot,
    id: MessageId,
    zone: Tz,
    after: Option<u32>,
    /// The persons contacted by phone; `None` where the message did not use it.
    contacted: Option<HashSet<Box<str>>>,
    tally: Tally,
}

impl Lines {
    /// Begins to read a message as it stands in `snapshot`. Memory follows the persons contacted by phone,
    /// not the lines.
    ///
    /// # Errors
    /// Where there is no such message, the database fails, or holds what cannot be read.
    pub async fn of(mut snapshot: Snapshot, id: MessageId, zone: Tz) -> Result<Lines, StoreError> {
        let tally: String = in_snapshot!(snapshot, |connection| sqlx::query_scalar(TALLY)
            .bind(id.0)
            .fetch_one(connection)
            .await?);
        let tally: Tally = json(id.0, "tally", &tally)?;
        let phone = tally.devices.keys().any(|device| device.is_phone());
        Ok(Lines {
            contacted: match phone {
                true => Some(contacted(&mut snapshot, id).await?),
                false => None,
            },
            snapshot,
            id,
            zone,
            after: None,
            tally,
        })
    }

    /// How many lines there are.
    pub const fn count(&self) -> u32 {
        self.tally.lines
    }

    /// The marks that occur among the rows of a report with these options.
    pub fn marks(&self, options: &ReportOptions) -> Marks {
        let printed = |device: &Device| options.devices.contains(&ReportDevice::of(*device));
        Marks {
            duplicates: (self.tally.devices.iter())
                .any(|(device, tally)| printed(device) && tally.duplicates > 0),
            not_contacted: self.contacted.is_some() && self.tally.contacted < self.tally.persons,
        }
    }

    /// The next lines, each with whether its person was contacted by phone; none after the last.
    ///
    /// # Errors
    /// Where the database fails or holds what cannot be read.
    pub async fn next(&mut self) -> Result<Vec<(Recipient, Option<bool>)>, StoreError> {
        let after = self.after.map_or(-1, i64::from);
        let lines =
            recipients::all_lines(&mut self.snapshot, self.id, self.after, CHUNK, self.zone)
                .await?;
        let Some(last) = lines.last() else {
            return Ok(Vec::new());
        };
        self.after = Some(last.line);
        let Some(contacted) = &self.contacted else {
            return Ok(lines.into_iter().map(|line| (line, None)).collect());
        };
        let persons: Vec<String> =
            in_snapshot!(self.snapshot, |connection| sqlx::query_scalar(PERSONS)
                .bind(self.id.0)
                .bind(after)
                .bind(i64::from(CHUNK))
                .fetch_all(connection)
                .await?);
        let contacted = persons
            .into_iter()
            .map(|person| Some(contacted.contains(person.as_str())));
        Ok(lines.into_iter().zip(contacted).collect())
    }
}

async fn contacted(
    snapshot: &mut Snapshot,
    id: MessageId,
) -> Result<HashSet<Box<str>>, StoreError> {
    let mut contacted = HashSet::new();
    in_snapshot!(snapshot, |connection| {
        let mut rows = sqlx::query_as::<_, PhoneRow>(PHONE)
            .bind(id.0)
            .fetch(connection);
        while let Some((person, Word(device), Word(status), code, confirmed)) =
            rows.try_next().await?
        {
            let code = code.and_then(|code| i16::try_from(code).ok().map(CallStatus));
            if is_contacted(device, status, code, confirmed.is_some()) {
                contacted.insert(person.into_boxed_str());
            }
        }
    });
    Ok(contacted)
}
