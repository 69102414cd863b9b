//! What the store costs beside the bare statement, on both databases. Run by `cargo xtask bench`, or
//! `cargo bench -p server --bench store`. Ratios count; the figures are this machine's.

#[path = "../tests/support/postgres.rs"]
mod postgres;
#[path = "store/requests.rs"]
mod requests;

use std::{
    fs,
    hint::black_box,
    io::{self, BufReader, Write},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use server::{
    clock::{Clock, FixedClock},
    demo::{self, Scale},
    entry::import,
    store::{
        Database, District,
        audit::Who,
        detail::detail,
        find::find,
        grants::Grant,
        organizations,
        reach::Reach,
        recipients::page,
        users::{self, Added},
    },
};
use shared::{
    delivery::{DeliveryStatus, DeviceFilter, RecipientQuery},
    find::{CreatedRange, FindResult, parse_day},
    message::MessageId,
    session::{Permission, Role},
};

use requests::Visitor;

type Failure = Box<dyn std::error::Error>;

const ROUNDS: usize = 31;

/// The rows of more than two years: the newest 4000.
const FIND: &str = "/api/messages?created_from=2024-01-01&created_to=2026-12-31";

/// What 4000 rows may weigh on the wire, in bytes.
const WIRE: usize = 100_000;

/// What `find` reads, without the store around it.
const BARE: &str = "
    select id, status, message_type, organization, subject, sender, created_at, scheduled_at, schedule_id
    from messages where created_at >= $1 and created_at < $2
    order by created_at desc, id desc limit 4001";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let sqlite = format!("sqlite:{}/bench.db", folder.path().display());
    measure("SQLite", &sqlite).await?;
    if let Some(url) = postgres::fresh_database().await {
        measure("Postgres", &url).await?;
    }
    Ok(())
}

async fn measure(name: &str, url: &str) -> Result<(), Failure> {
    println!("{name}");
    let db = Database::connect(url).await?;
    db.migrate().await?;
    let district = District {
        time_zone: chrono_tz::America::Chicago,
        phone_region: phonenumber::country::Id::US,
    };
    let now: DateTime<Utc> = "2026-05-15T18:00:00Z".parse()?;
    let clock = FixedClock::at(now);

    let start = Instant::now();
    let written = demo::fill(&db, &district, &clock, Scale::FULL, &mut |_, _| {}).await?;
    println!(
        "  demonstration: {written} messages in {:.1?}",
        start.elapsed()
    );

    let visitor = Visitor::enter(&db, &district, now).await?;
    let found = find_beside_the_bare_statement(&db, &district, &visitor, now).await?;
    find_within_reach(&db, &district, now).await?;
    let row = found
        .messages
        .iter()
        .find(|row| row.subject.starts_with("All Schools Closed"));
    let emergency = row.ok_or("the emergency is missing")?.id;
    open_by_request(&visitor, emergency).await?;
    open(&db, &district, emergency, now).await?;
    take_in(&db, &district, &clock).await
}

async fn find_beside_the_bare_statement(
    db: &Database,
    district: &District,
    visitor: &Visitor,
    now: DateTime<Utc>,
) -> Result<FindResult, Failure> {
    let day = |text| parse_day(text).ok_or("no day");
    let range = CreatedRange::new(day("2024-01-01")?, day("2026-12-31")?)?;
    let zone = district.time_zone;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    let (mut whole, mut wire) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let found = find(db, &Reach::Everywhere, &range, zone, None, now).await?;
        black_box(serde_json::to_vec(&found)?);
        ours.push(start.elapsed());
        bare.push(bare_statement(db).await?);
        let (_, spent) = visitor.get(FIND, None).await?;
        whole.push(spent);
        let (body, spent) = visitor.get(FIND, Some("br")).await?;
        wire.push(spent);
        bytes = body.len();
    }
    let (ours, bare, whole, wire) = (median(ours), median(bare), median(whole), median(wire));
    let ratio = |time: Duration| time.as_secs_f64() / bare.as_secs_f64();
    println!("  4000 rows by the bare statement, as JSON: {bare:.1?}");
    println!("    by find, as JSON: {ours:.1?}; ratio {:.2}", ratio(ours));
    println!(
        "    by GET /api/messages, signed in: {whole:.1?}; ratio {:.2}",
        ratio(whole)
    );
    println!(
        "    compressed: {:.1?} more; {:.1} KB on the wire",
        wire.saturating_sub(whole),
        bytes as f64 / 1000.0
    );
    if bytes > WIRE {
        return Err(format!("4000 rows may weigh {WIRE} bytes on the wire, not {bytes}").into());
    }
    Ok(find(db, &Reach::Everywhere, &range, zone, None, now).await?)
}

/// Opens the emergency as the page does: the message, then its first recipients. The first look is recorded, too.
async fn open_by_request(visitor: &Visitor, id: MessageId) -> Result<(), Failure> {
    let (detail, lines) = (
        format!("/api/messages/{id}"),
        format!("/api/messages/{id}/deliveries"),
    );
    let (mut opened, mut listed) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        opened.push(visitor.get(&detail, None).await?.1);
        listed.push(visitor.get(&lines, None).await?.1);
    }
    let (opened, listed) = (median(opened), median(listed));
    println!(
        "  50 000 recipients by GET, signed in: totals {opened:.1?}, first page {listed:.1?}, together {:.1?}",
        opened + listed
    );
    Ok(())
}

/// What rights may cost: so many times a find without any.
const MOST: f64 = 1.05;

/// What rights cost beside a find that looks at none: by who is granted all schools at once, and by who is granted each
/// of them by itself, or all but a few, or every second one; reading the rights anew each time, as a request does.
async fn find_within_reach(
    db: &Database,
    district: &District,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let schools: Vec<_> = organizations::list(db).await?;
    let schools: Vec<_> = schools.into_iter().map(|school| school.name).collect();
    let at = |schools: &[String]| -> Vec<Grant> {
        let grant = |school: &String| Grant {
            role: Role::Viewer.as_str().to_owned(),
            organization: Some(school.clone()),
        };
        schools.iter().map(grant).collect()
    };
    let every_second: Vec<_> = schools.iter().step_by(2).cloned().collect();
    let everywhere = vec![Grant {
        role: Role::Viewer.as_str().to_owned(),
        organization: None,
    }];
    let cases = [
        ("all schools at once", everywhere),
        ("each school by itself", at(&schools)),
        ("all but three", at(&schools[3..])),
        ("every second school", at(&every_second)),
    ];
    let mut people = Vec::new();
    for (name, grants) in &cases {
        let Added::Done(user) = users::add_with(db, name, grants, "", &Who::SHELL, now).await?
        else {
            return Err("nobody was added".into());
        };
        people.push(user);
    }
    let day = |text| parse_day(text).ok_or("no day");
    let range = CreatedRange::new(day("2024-01-01")?, day("2026-12-31")?)?;
    let [_, (_, each), ..] = &cases;
    assert_eq!(each.len(), 61, "sixty schools, and the district itself");
    let mut base = Vec::new();
    let mut times = vec![Vec::new(); cases.len()];
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let found = find(
            db,
            &Reach::Everywhere,
            &range,
            district.time_zone,
            None,
            now,
        )
        .await?;
        black_box(serde_json::to_vec(&found)?);
        base.push(start.elapsed());
        for (times, user) in times.iter_mut().zip(&people) {
            let start = Instant::now();
            let user = users::by_id(db, *user).await?.ok_or("nobody")?;
            let reach = user.rights.reach(Permission::View);
            let found = find(db, reach, &range, district.time_zone, None, now).await?;
            black_box(serde_json::to_vec(&found)?);
            times.push(start.elapsed());
        }
    }
    let base = median(base);
    println!("  find without rights: {base:.1?}");
    for ((name, grants), times) in cases.iter().zip(times) {
        let (fast, slow) = (times.iter().min().copied(), times.iter().max().copied());
        let time = median(times);
        // Fewer rows take less time: only who finds all of them tells what rights cost.
        let ratio = time.as_secs_f64() / base.as_secs_f64();
        let verdict = match ratio <= MOST {
            true => "at most",
            false => "MORE THAN",
        };
        println!(
            "    {name} ({} grants): {time:.1?} ({:.1?} to {:.1?}); ratio {ratio:.3}, {verdict} {MOST}",
            grants.len(),
            fast.unwrap_or_default(),
            slow.unwrap_or_default(),
        );
    }
    Ok(())
}

/// Runs the statement, reads its rows as they are and writes them as JSON.
async fn bare_statement(db: &Database) -> Result<Duration, Failure> {
    type Texts = (i64, String, String, String, String, String);
    let start;
    match db {
        Database::Sqlite(pool) => {
            start = Instant::now();
            let rows = sqlx::query(BARE)
                .bind(0_i64)
                .bind(i64::MAX)
                .fetch_all(pool)
                .await?;
            let rows = rows.iter().map(|row| {
                use sqlx::Row;
                let texts: Texts = (
                    row.get(0),
                    row.get(1),
                    row.get(2),
                    row.get(3),
                    row.get(4),
                    row.get(5),
                );
                let times: (i64, i64, Option<i64>) = (row.get(6), row.get(7), row.get(8));
                (texts, times)
            });
            black_box(serde_json::to_vec(&rows.collect::<Vec<_>>())?);
        }
        Database::Postgres(pool) => {
            let (from, to) = (
                DateTime::UNIX_EPOCH,
                DateTime::UNIX_EPOCH + chrono::TimeDelta::days(40_000),
            );
            start = Instant::now();
            let rows = sqlx::query(BARE)
                .bind(from)
                .bind(to)
                .fetch_all(pool)
                .await?;
            let rows = rows.iter().map(|row| {
                use sqlx::Row;
                let texts: Texts = (
                    row.get(0),
                    row.get(1),
                    row.get(2),
                    row.get(3),
                    row.get(4),
                    row.get(5),
                );
                let times: (DateTime<Utc>, DateTime<Utc>, Option<i64>) =
                    (row.get(6), row.get(7), row.get(8));
                (texts, times)
            });
            black_box(serde_json::to_vec(&rows.collect::<Vec<_>>())?);
        }
    }
    Ok(start.elapsed())
}

async fn open(
    db: &Database,
    district: &District,
    id: MessageId,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let zone = district.time_zone;
    let first = RecipientQuery::default();
    let lines = page(db, id, &first, true, zone, now).await?;
    let lines = lines.ok_or("no such message")?.total;
    let queries = [
        ("detail and first page", RecipientQuery::default()),
        (
            "a search by name",
            RecipientQuery {
                search: "nguyễn".into(),
                ..RecipientQuery::default()
            },
        ),
        (
            "a search that finds nothing",
            RecipientQuery {
                search: "zzzzzz".into(),
                ..RecipientQuery::default()
            },
        ),
        (
            "failed calls",
            RecipientQuery {
                device: Some(DeviceFilter::Voice),
                status: Some(DeliveryStatus::Failed),
                ..RecipientQuery::default()
            },
        ),
        (
            "the last page",
            RecipientQuery {
                after: Some(lines.saturating_sub(100)),
                ..RecipientQuery::default()
            },
        ),
    ];
    for (name, query) in queries {
        let mut times = Vec::new();
        let mut total = 0;
        for _ in 0..ROUNDS {
            let start = Instant::now();
            black_box(detail(db, id, zone, now).await?);
            let found = page(db, id, &query, true, zone, now)
                .await?
                .ok_or("no such message")?;
            times.push(start.elapsed());
            total = found.total;
        }
        println!(
            "  50 000 recipients, {name}: {:.1?} ({total} lines)",
            median(times)
        );
    }
    Ok(())
}

/// Imports one message of 200 000 recipients with three deliveries each.
async fn take_in(db: &Database, district: &District, clock: &dyn Clock) -> Result<(), Failure> {
    const LINES: u32 = 200_000;
    let mut file = tempfile::tempfile()?;
    {
        let mut out = io::BufWriter::new(&mut file);
        write!(
            out,
            r#"{{"external_id":"bench","message_type":"Emergency","organization":"District","subject":"Closed","sender":"A","created_at":"2026-05-15T08:00:00-05:00","recipients":["#
        )?;
        for n in 0..LINES {
            let comma = if n == 0 { "" } else { "," };
            write!(
                out,
                r#"{comma}{{"person":"p{n}","name":"Family{n}, Given","student":"Student{n}, Given","deliveries":[{{"device":"inbox"}},{{"device":"email","address":"parent{n}@mail.example"}},{{"device":"text","address":"(612) {:03}-{:04}"}}]}}"#,
                200 + n / 10_000,
                n % 10_000
            )?;
        }
        writeln!(out, "]}}")?;
    }
    let bytes = io::Seek::stream_position(&mut file)?;
    io::Seek::rewind(&mut file)?;
    // Only what the import itself needs counts.
    fs::write("/proc/self/clear_refs", "5").ok();
    let before = peak()?;
    let start = Instant::now();
    let reader = BufReader::with_capacity(1 << 18, file);
    let report = import(db, district, clock, reader, &mut |_| {}).await?;
    let spent = start.elapsed();
    let rate = f64::from(LINES * 3) / spent.as_secs_f64();
    println!(
        "  import of {LINES} recipients ({} MB): {spent:.1?}, {rate:.0} deliveries/s, at most {} MB of memory ({before} MB before); taken {}",
        bytes / 1_000_000,
        peak()?,
        report.accepted
    );
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The most memory this process has held, in megabytes.
fn peak() -> Result<u64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line
        .and_then(|line| line.split_whitespace().next())
        .ok_or("no VmHWM")?;
    Ok(kilobytes.parse::<u64>()? / 1000)
}
