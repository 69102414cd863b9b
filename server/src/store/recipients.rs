//! Recipients: a message's lines with their deliveries, searched and paged.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use shared::{
    call_status::CallStatus,
    counting::Tally,
    delivery::{
        Delivery, DeliveryStatus, Device, DeviceFilter, Recipient, RecipientPage, RecipientQuery,
    },
    message::MessageId,
};

use super::{
    Database, StoreError,
    cancel::{read_at, read_status},
    detail::json,
    failures::{self, Cause, reason},
    snapshot::{Snapshot, in_snapshot},
    time::Timestamp,
    word::Word,
};

const TALLY: &str = "
    select tally, personal_data_removed_at is not null from messages where id = $1 and visible_from <= $2";

/// Which lines are meant: without a device is a person who has none on any line (spec section 5). `$3` is the searched text in lower case or empty, `$4` whether addresses are
/// searched too, `$5` a device, `no_device` or empty, `$6` a status or empty, `$7` whether only failures of
/// one cause are meant: `$8` its device, `$9` its call status and `$10` its words.
macro_rules! lines {
    ($select:literal, $order:literal) => {
        concat!(
            "select ",
            $select,
            " from recipients r
            where r.message_id = $1 and r.line > $2
                and ($3 = '' or instr(r.search_names, $3) > 0 or ($4 and instr(r.search_addresses, $3) > 0))
                and ($5 <> 'no_device' or (r.deliveries_from = r.deliveries_to and r.person not in (
                    select e.person from recipients e
                    where e.message_id = $1 and e.deliveries_from < e.deliveries_to)))
                and (($6 = '' and ($5 = '' or $5 = 'no_device') and not $7) or exists (
                    select 1
                    from deliveries d
                    join deliveries o on o.message_id = d.message_id and o.number = d.first_number
                    where d.message_id = $1
                        and d.number >= r.deliveries_from and d.number < r.deliveries_to
                        and ($5 = '' or d.device = $5)
                        and ($6 = '' or $6 = ",
            read_status!(),
            ")
                        and (not $7 or (o.status = 'failed' and d.device = $8
                            and coalesce(o.call_status, 32767) = $9 and ",
            reason!("o"),
            " = $10))))",
            $order
        )
    };
}

const COUNT: &str = lines!("count(*)", "");

/// One line more than asked for says that there is another page. A duplicate's outcome is its first one's.
const PAGE: &str = concat!(
    "with page as (",
    lines!(
        "r.line, r.name, r.student, r.deliveries_from, r.deliveries_to",
        " order by r.line limit $11"
    ),
    ")
    select page.line, page.name, page.student, d.device, d.address, d.number <> d.first_number, ",
    read_status!(),
    ", o.call_status, o.reason, o.confirmed_at, ",
    read_at!(),
    "
    from page
    left join deliveries d on d.message_id = $1
        and d.number >= page.deliveries_from and d.number < page.deliveries_to
    left join deliveries o on o.message_id = $1 and o.number = d.first_number
    order by page.line, d.number"
);

/// The lines after `$2`, up to `$3`, without a device whose persons have one on another.
const ELSEWHERE: &str = "
    select r.line from recipients r
    where r.message_id = $1 and r.line > $2 and r.line <= $3 and r.deliveries_from = r.deliveries_to
        and r.person in (
            select e.person from recipients e
            where e.message_id = $1 and e.deliveries_from < e.deliveries_to and e.person in (
                select o.person from recipients o
                where o.message_id = $1 and o.line > $2 and o.line <= $3
                    and o.deliveries_from = o.deliveries_to))";

type Row = (
    i64,
    String,
    Option<String>,
    Option<Word<Device>>,
    Option<String>,
    Option<bool>,
    Option<Word<DeliveryStatus>>,
    Option<i32>,
    Option<String>,
    Option<Timestamp>,
    Option<Timestamp>,
);

/// Which lines are meant: see the statements. The default means all.
#[derive(Default)]
struct Filter {
    search: String,
    search_addresses: bool,
    device: &'static str,
    status: &'static str,
    cause: Option<Cause>,
}

impl Filter {
    fn is_all(&self) -> bool {
        (self.search.as_str(), self.device, self.status) == ("", "", "") && self.cause.is_none()
    }
}

/// Binds `$3` to `$10`.
macro_rules! bind {
    ($query:expr, $filter:expr) => {{
        let filter: &Filter = $filter;
        let cause = filter.cause.as_ref();
        $query
            .bind(&filter.search)
            .bind(filter.search_addresses)
            .bind(filter.device)
            .bind(filter.status)
            .bind(cause.is_some())
            .bind(cause.map_or("", |cause| cause.device.as_str()))
            .bind(cause.map_or(0_i32, |cause| cause.call_status))
            .bind(cause.map_or("", |cause| cause.words.as_str()))
    }};
}

/// One page of the lines of a message that `query` means, with addresses in full; `None` where there is
/// no such message at `now`. The search looks in addresses only with `search_addresses`. Of a message whose personal
/// data was removed there are no lines, although its totals count them.
///
/// # Errors
/// Where the database fails or holds what cannot be read.
pub async fn page(
    db: &Database,
    MessageId(id): MessageId,
    query: &RecipientQuery,
    search_addresses: bool,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Option<RecipientPage>, StoreError> {
    let now = Timestamp::from(now);
    // The total and the page are of one moment.
    let mut snapshot = db.snapshot().await?;
    let tally: Option<(String, bool)> = in_snapshot!(snapshot, |connection| sqlx::query_as(TALLY)
        .bind(id)
        .bind(now)
        .fetch_optional(connection)
        .await?);
    let Some((tally, removed)) = tally else {
        return Ok(None);
    };
    if removed {
        return Ok(Some(RecipientPage {
            recipients: Vec::new(),
            total: 0,
            next_after: None,
            as_of: now.local(zone),
        }));
    }
    let cause = match query.failure {
        Some(number) => Some(failures::cause(&mut snapshot, id, number).await?),
        None => None,
    };
    let filter = Filter {
        search: query.search.trim().to_lowercase(),
        search_addresses,
        device: query.device.map_or("", DeviceFilter::as_str),
        status: query.status.map_or("", DeliveryStatus::as_str),
        cause,
    };
    let limit = query
        .limit
        .unwrap_or(RecipientQuery::LIMIT)
        .clamp(1, RecipientQuery::MAX_LIMIT) as usize;
    let tally: Tally = json(id, "tally", &tally)?;
    let total = match filter.is_all() {
        true => tally.lines,
        false => {
            let count: i64 = in_snapshot!(snapshot, |connection| bind!(
                sqlx::query_scalar(COUNT).bind(id).bind(-1_i64),
                &filter
            )
            .fetch_one(connection)
            .await?);
            u32::try_from(count).unwrap_or(u32::MAX)
        }
    };
    let more_than = limit as i64 + 1;
    let mut recipients = lines(&mut snapshot, id, query.after, more_than, &filter, zone).await?;
    let more = recipients.len() > limit;
    recipients.truncate(limit);
    // Hardly a message has such lines, and to look for them is to look at all.
    if tally.persons < tally.lines && tally.partly != Some(0) {
        say_elsewhere(&mut snapshot, id, query.after, &mut recipients).await?;
    }
    Ok(Some(RecipientPage {
        next_after: recipients.last().filter(|_| more).map(|last| last.line),
        recipients,
        total,
        as_of: now.local(zone),
    }))
}

/// Says of the lines of a page, those after `after`, whose device stands on another.
async fn say_elsewhere(
    snapshot: &mut Snapshot,
    id: i64,
    after: Option<u32>,
    page: &mut [Recipient],
) -> Result<(), StoreError> {
    let mut without = page.iter().filter(|line| line.deliveries.is_empty());
    let Some(last) = without.next_back().map(|line| line.line) else {
        return Ok(());
    };
    let elsewhere: Vec<i64> = in_snapshot!(snapshot, |connection| sqlx::query_scalar(ELSEWHERE)
        .bind(id)
        .bind(after.map_or(-1, i64::from))
        .bind(i64::from(last))
        .fetch_all(connection)
        .await?);
    for line in page {
        line.device_elsewhere = elsewhere.contains(&i64::from(line.line));
    }
    Ok(())
}

/// The first `limit` lines after `after`, whatever is in them; for who reads all of a message piece by piece.
///
/// # Errors
/// Where the database fails or holds what cannot be read.
pub(super) async fn all_lines(
    snapshot: &mut Snapshot,
    MessageId(id): MessageId,
    after: Option<u32>,
    limit: u32,
    zone: Tz,
) -> Result<Vec<Recipient>, StoreError> {
    let all = Filter::default();
    lines(snapshot, id, after, i64::from(limit), &all, zone).await
}

async fn lines(
    snapshot: &mut Snapshot,
    id: i64,
    after: Option<u32>,
    limit: i64,
    filter: &Filter,
    zone: Tz,
) -> Result<Vec<Recipient>, StoreError> {
    let after = after.map_or(-1, i64::from);
    let rows: Vec<Row> = in_snapshot!(snapshot, |connection| bind!(
        sqlx::query_as(PAGE).bind(id).bind(after),
        filter
    )
    .bind(limit)
    .fetch_all(connection)
    .await?);
    Ok(gather(rows, zone))
}

/// Puts the deliveries of each line together; they come in order.
fn gather(rows: Vec<Row>, zone: Tz) -> Vec<Recipient> {
    let mut recipients: Vec<Recipient> = Vec::new();
    for (line, name, student, device, address, duplicate, status, call, reason, confirmed, at) in
        rows
    {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        if recipients.last().is_none_or(|last| last.line != line) {
            recipients.push(Recipient {
                line,
                name,
                student,
                deliveries: Vec::new(),
                // Said of a page; a report asks for all persons at once.
                device_elsewhere: false,
            });
        }
        let (Some(Word(device)), Some(Word(status))) = (device, status) else {
            continue;
        };
        let delivery = Delivery {
            device,
            address: address.unwrap_or_default(),
            status,
            call_status: call.and_then(|code| i16::try_from(code).ok().map(CallStatus)),
            reason,
            confirmed_at: confirmed.map(|at| at.local(zone)),
            at: at.map(|at| at.local(zone)),
            duplicate: duplicate.unwrap_or_default(),
        };
        if let Some(recipient) = recipients.last_mut() {
            recipient.deliveries.push(delivery);
        }
    }
    recipients
}
