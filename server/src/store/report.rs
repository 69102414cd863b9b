//! Report: a message's lines piece by piece, each with what the other lines of its person make of it.

use chrono_tz::Tz;
use futures_util::TryStreamExt;
use shared::{
    call_status::CallStatus,
    counting::Tally,
    delivery::{DeliveryStatus, Device, Recipient, is_contacted},
    message::MessageId,
    report::{Marks, Person, ReportDetail, ReportDevice, ReportOptions},
};

use super::{
    CACHE, Database, StoreError,
    detail::json,
    on_database, recipients,
    snapshot::{Snapshot, in_snapshot},
    time::Timestamp,
    word::Word,
};

/// Lines read at once.
const CHUNK: u32 = 1000;

const TALLY: &str = "select tally from messages where id = $1";

const PHONE: &str = "
    select d.line, o.device, o.status, o.call_status, o.confirmed_at
    from deliveries d
    join deliveries o on o.message_id = d.message_id and o.number = d.first_number
    where d.message_id = $1 and d.device in ('voice', 'text')";

/// The database sorts, on its disk where there are many: Postgres beyond its `work_mem`, SQLite beyond [`SORTING`].
const PERSONS: &str = "
    select person, line, deliveries_from < deliveries_to from recipients where message_id = $1 order by person";

/// Whether delivery `d` of line `r` is printed. `$2` to `$5` are the devices that are, `$6` is whether only lines with
/// a failure are.
macro_rules! printed {
    () => {
        "d.device in ($2, $3, $4, $5) and (not $6 or exists (
            select 1 from deliveries l join deliveries o on o.message_id = l.message_id and o.number = l.first_number
            where l.message_id = $1 and l.number >= r.deliveries_from and l.number < r.deliveries_to
                and o.status = 'failed'))"
    };
}

const DUPLICATES: &str = concat!(
    "select exists (
        select 1 from deliveries d join recipients r on r.message_id = d.message_id and r.line = d.line
        where d.message_id = $1 and d.first_number <> d.number and ",
    printed!(),
    ")"
);

/// The lines that are printed, and whether for want of a device.
const PRINTED: &str = concat!(
    "select r.line, r.deliveries_from = r.deliveries_to from recipients r
    where r.message_id = $1 and (($7 and r.deliveries_from = r.deliveries_to) or exists (
        select 1 from deliveries d
        where d.message_id = $1 and d.number >= r.deliveries_from and d.number < r.deliveries_to and ",
    printed!(),
    "))"
);

/// SQLite sorts in as much memory as its pages may take: 1 MiB.
const SORTING: &str = "-1024";

type PhoneRow = (
    i64,
    Word<Device>,
    Word<DeliveryStatus>,
    Option<i32>,
    Option<Timestamp>,
);

/// How many lines a message has; `None` where there is no such message.
///
/// # Errors
/// Where the database fails, or holds what cannot be read.
pub async fn length(db: &Database, MessageId(id): MessageId) -> Result<Option<u32>, StoreError> {
    let tally: Option<String> = on_database!(db, |pool| sqlx::query_scalar(TALLY)
        .bind(id)
        .fetch_optional(pool)
        .await?);
    let lines = |tally: String| Ok(json::<Tally>(id, "tally", &tally)?.lines);
    tally.map(lines).transpose()
}

/// Reads the lines of one message from the first to the last.
pub struct Lines {
    snapshot: Snapshot,
    id: MessageId,
    zone: Tz,
    after: Option<u32>,
    /// What is known of the persons, once it is asked for.
    persons: Option<Persons>,
    tally: Tally,
}

/// What all lines of a person make of each of them.
#[derive(Default)]
struct Persons {
    /// The lines whose persons were contacted by phone; `None` where the message did not use it.
    contacted: Option<Bits>,
    /// The lines whose persons have a device, though some of them have lines without one.
    has_device: Bits,
}

impl Persons {
    fn of(&self, line: u32) -> Person {
        Person {
            contacted: self.contacted.as_ref().map(|lines| lines.has(line)),
            has_device: self.has_device.has(line),
        }
    }
}

/// Binds `$1` to `$6` of the statements about what is printed.
macro_rules! bind {
    ($query:expr, $id:expr, $options:expr) => {{
        let options: &ReportOptions = $options;
        let device = |device: Device| {
            let printed = options.devices.contains(&ReportDevice::of(device));
            if printed { device.as_str() } else { "" }
        };
        let [first, second, third, fourth] = Device::ALL.map(device);
        $query
            .bind($id.0)
            .bind(first)
            .bind(second)
            .bind(third)
            .bind(fourth)
            .bind(options.detail == ReportDetail::Failed)
    }};
}

impl Lines {
    /// Begins to read a message as it stands in `snapshot`. Memory grows by two bits a line.
    ///
    /// # Errors
    /// Where there is no such message, the database fails, or holds what cannot be read.
    pub async fn of(mut snapshot: Snapshot, id: MessageId, zone: Tz) -> Result<Lines, StoreError> {
        let tally: String = in_snapshot!(snapshot, |connection| sqlx::query_scalar(TALLY)
            .bind(id.0)
            .fetch_one(connection)
            .await?);
        Ok(Lines {
            tally: json(id.0, "tally", &tally)?,
            persons: None,
            snapshot,
            id,
            zone,
            after: None,
        })
    }

    /// How many lines there are.
    pub const fn count(&self) -> u32 {
        self.tally.lines
    }

    /// The marks that stand in the rows of a report with these options.
    ///
    /// # Errors
    /// Where the database fails or holds what cannot be read.
    pub async fn marks(&mut self, options: &ReportOptions) -> Result<Marks, StoreError> {
        if options.detail == ReportDetail::Summary {
            return Ok(Marks::default());
        }
        Ok(Marks {
            duplicates: self.prints_duplicates(options).await?,
            not_contacted: self.prints_not_contacted(options).await?,
        })
    }

    async fn prints_duplicates(&mut self, options: &ReportOptions) -> Result<bool, StoreError> {
        let mut devices = self.tally.devices.iter();
        let any = devices.any(|(device, tally)| {
            tally.duplicates > 0 && options.devices.contains(&ReportDevice::of(*device))
        });
        if !any || options.detail == ReportDetail::All {
            return Ok(any);
        }
        let id = self.id;
        let duplicates = in_snapshot!(self.snapshot, |connection| {
            bind!(sqlx::query_scalar(DUPLICATES), id, options)
                .fetch_one(connection)
                .await?
        });
        Ok(duplicates)
    }

    async fn prints_not_contacted(&mut self, options: &ReportOptions) -> Result<bool, StoreError> {
        if !self.uses_phone() || self.tally.contacted >= self.tally.persons {
            return Ok(false);
        }
        let no_device = options.detail == ReportDetail::All
            && options.devices.contains(&ReportDevice::NoDevice);
        let persons = self.persons().await?;
        let id = self.id;
        let mut found = false;
        in_snapshot!(self.snapshot, |connection| {
            let mut rows = bind!(sqlx::query_as::<_, (i64, bool)>(PRINTED), id, options)
                .bind(no_device)
                .fetch(connection);
            while let Some((line, empty)) = rows.try_next().await? {
                let person = persons.of(number(line));
                if person.contacted == Some(false) && !(empty && person.has_device) {
                    found = true;
                    break;
                }
            }
        });
        self.persons = Some(persons);
        Ok(found)
    }

    /// The next lines, each with what is known of its person; none after the last.
    ///
    /// # Errors
    /// Where the database fails or holds what cannot be read.
    pub async fn next(&mut self) -> Result<Vec<(Recipient, Person)>, StoreError> {
        let lines =
            recipients::all_lines(&mut self.snapshot, self.id, self.after, CHUNK, self.zone)
                .await?;
        let Some(last) = lines.last() else {
            return Ok(Vec::new());
        };
        self.after = Some(last.line);
        let persons = self.persons().await?;
        let lines = lines.into_iter().map(|line| {
            let person = persons.of(line.line);
            (line, person)
        });
        let lines = lines.collect();
        self.persons = Some(persons);
        Ok(lines)
    }

    fn uses_phone(&self) -> bool {
        self.tally.devices.keys().any(|device| device.is_phone())
    }

    /// Takes what is known of the persons, or reads it.
    async fn persons(&mut self) -> Result<Persons, StoreError> {
        if let Some(persons) = self.persons.take() {
            return Ok(persons);
        }
        let mut persons = Persons::default();
        if self.uses_phone() {
            persons.contacted = Some(contacted(&mut self.snapshot, self.id).await?);
        }
        if self.tally.persons < self.tally.lines {
            by_person(&mut self.snapshot, self.id, &mut persons).await?;
        }
        Ok(persons)
    }
}

/// A bit for each line.
#[derive(Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn set(&mut self, line: u32) {
        let word = line as usize / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (line % 64);
    }

    fn has(&self, line: u32) -> bool {
        let word = self.0.get(line as usize / 64);
        word.is_some_and(|word| word & 1 << (line % 64) != 0)
    }
}

/// The lines with a delivery by phone that reached somebody.
async fn contacted(snapshot: &mut Snapshot, id: MessageId) -> Result<Bits, StoreError> {
    let mut contacted = Bits::default();
    in_snapshot!(snapshot, |connection| {
        let mut rows = sqlx::query_as::<_, PhoneRow>(PHONE)
            .bind(id.0)
            .fetch(connection);
        while let Some((line, Word(device), Word(status), code, confirmed)) =
            rows.try_next().await?
        {
            let code = code.and_then(|code| i16::try_from(code).ok().map(CallStatus));
            if is_contacted(device, status, code, confirmed.is_some()) {
                contacted.set(number(line));
            }
        }
    });
    Ok(contacted)
}

/// What is true of one line of a person becomes true of each.
async fn by_person(
    snapshot: &mut Snapshot,
    id: MessageId,
    persons: &mut Persons,
) -> Result<(), StoreError> {
    let (mut person, mut lines, mut has_device) = (String::new(), Vec::<u32>::new(), false);
    let mut close = |lines: &mut Vec<u32>, has_device: bool| {
        if lines.len() > 1 {
            if let Some(contacted) = &mut persons.contacted
                && lines.iter().any(|line| contacted.has(*line))
            {
                lines.iter().for_each(|line| contacted.set(*line));
            }
            if has_device {
                lines.iter().for_each(|line| persons.has_device.set(*line));
            }
        }
        lines.clear();
    };
    // A report that is abandoned in between leaves a connection with less memory, and nothing worse.
    snapshot.cache(SORTING).await?;
    in_snapshot!(snapshot, |connection| {
        let mut rows = sqlx::query_as::<_, (String, i64, bool)>(PERSONS)
            .bind(id.0)
            .fetch(connection);
        while let Some((next, line, device)) = rows.try_next().await? {
            if next != person {
                close(&mut lines, has_device);
                (person, has_device) = (next, false);
            }
            lines.push(number(line));
            has_device |= device;
        }
    });
    close(&mut lines, has_device);
    snapshot.cache(CACHE).await
}

fn number(line: i64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}
