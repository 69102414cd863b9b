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
    on_database,
    time::Timestamp,
    word::Word,
};

const TALLY: &str = "select tally from messages where id = $1 and visible_from <= $2";

/// Which lines are meant. `$3` is the searched text in lower case or empty, `$4` whether addresses are
/// searched too, `$5` a device, `no_device` or empty, `$6` a status or empty.
macro_rules! lines {
    ($select:literal, $order:literal) => {
        concat!(
            "select ",
            $select,
            " from recipients r
            where r.message_id = $1 and r.line > $2
                and ($3 = '' or instr(r.search_names, $3) > 0 or ($4 and instr(r.search_addresses, $3) > 0))
                and ($5 <> 'no_device' or r.deliveries_from = r.deliveries_to)
                and (($6 = '' and ($5 = '' or $5 = 'no_device')) or exists (
                    select 1
                    from deliveries d
                    join deliveries o on o.message_id = d.message_id and o.number = d.first_number
                    where d.message_id = $1
                        and d.number >= r.deliveries_from and d.number < r.deliveries_to
                        and ($5 = '' or d.device = $5)
                        and ($6 = '' or $6 = ",
            read_status!(),
            ")))",
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
        " order by r.line limit $7"
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

/// One page of the lines of a message that `query` means, with addresses in full; `None` where there is
/// no such message at `now`. The search looks in addresses only with `search_addresses`.
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
    let tally: Option<String> = on_database!(db, |pool| sqlx::query_scalar(TALLY)
        .bind(id)
        .bind(now)
        .fetch_optional(pool)
        .await?);
    let Some(tally) = tally else {
        return Ok(None);
    };
    let search = query.search.trim().to_lowercase();
    let device = query.device.map_or("", DeviceFilter::as_str);
    let status = query.status.map_or("", DeliveryStatus::as_str);
    let limit = query
        .limit
        .unwrap_or(RecipientQuery::LIMIT)
        .clamp(1, RecipientQuery::MAX_LIMIT) as usize;
    let total = if search.is_empty() && device.is_empty() && status.is_empty() {
        json::<Tally>(id, "tally", &tally)?.lines
    } else {
        let count: i64 = on_database!(db, |pool| sqlx::query_scalar(COUNT)
            .bind(id)
            .bind(-1_i64)
            .bind(&search)
            .bind(search_addresses)
            .bind(device)
            .bind(status)
            .fetch_one(pool)
            .await?);
        u32::try_from(count).unwrap_or(u32::MAX)
    };
    let filter = Filter {
        search: &search,
        search_addresses,
        device,
        status,
    };
    let mut recipients = lines(db, id, query.after, limit as i64 + 1, &filter, zone).await?;
    let more = recipients.len() > limit;
    recipients.truncate(limit);
    Ok(Some(RecipientPage {
        next_after: recipients.last().filter(|_| more).map(|last| last.line),
        recipients,
        total,
        as_of: now.local(zone),
    }))
}

/// Which lines are meant: see the statements. The default means all.
#[derive(Default)]
struct Filter<'a> {
    search: &'a str,
    search_addresses: bool,
    device: &'a str,
    status: &'a str,
}

/// The first `limit` lines after `after`, whatever is in them; for who reads all of a message piece by piece.
///
/// # Errors
/// Where the database fails or holds what cannot be read.
pub(super) async fn all_lines(
    db: &Database,
    MessageId(id): MessageId,
    after: Option<u32>,
    limit: u32,
    zone: Tz,
) -> Result<Vec<Recipient>, StoreError> {
    lines(db, id, after, i64::from(limit), &Filter::default(), zone).await
}

async fn lines(
    db: &Database,
    id: i64,
    after: Option<u32>,
    limit: i64,
    filter: &Filter<'_>,
    zone: Tz,
) -> Result<Vec<Recipient>, StoreError> {
    let rows: Vec<Row> = on_database!(db, |pool| sqlx::query_as(PAGE)
        .bind(id)
        .bind(after.map_or(-1, i64::from))
        .bind(filter.search)
        .bind(filter.search_addresses)
        .bind(filter.device)
        .bind(filter.status)
        .bind(limit)
        .fetch_all(pool)
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
