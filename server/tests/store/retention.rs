//! Retention: what was kept long enough goes, no figure changes, and a purge may be killed at any point.

use std::{collections::BTreeSet, future::poll_fn, sync::Arc, task::Poll};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use server::{
    clock::FixedClock,
    receipts::Why,
    retention::{Ages, Daily, Purged, plan, purge},
    store::{
        Database,
        audit::{
            Who,
            verify::{Verdict, verify},
        },
        detail, failures, prints,
        purge::{Gone, columns::COLUMNS, step},
        resend::{Asked, ResendOutcome, resend},
        suppression,
    },
};
use shared::{
    delivery::{Device, RecipientQuery},
    message::{MessageDetail, MessageId},
    report::{ReportDetail, ReportDevice, ReportFormat, ReportOptions},
    resend::Which,
};
use sqlx::{PgPool, SqlitePool};
use tokio::sync::watch;

use crate::log::{Log, line, message, on_both_databases, with};

const AT: &str = "2020-01-31T12:05:00-06:00";

/// Ended on 01/31/2020; five people, one of whom had no device, three failures of two causes.
fn sent(external_id: &str) -> Value {
    let email = |name: &str, status: &str, reason: Value| json!({"device": "email", "address": format!("{name}@Nomail.com"), "status": status, "at": AT, "reason": reason});
    let voice = |number: &str, call_status: i16| json!({"device": "voice", "address": number, "call_status": call_status, "at": AT});
    let unknown = |name: &str| json!(format!("550 5.1.1 <{name}@nomail.com> is unknown"));
    let fields = json!({
        "status": "sent",
        "started_at": AT,
        "ended_at": AT,
        "reply_to": "office@nomail.com",
        "criteria": [{"label": "Students", "value": "Zanzibar, Calvin"}],
        "body": {"email": "Zanzibar was absent.", "voice": "Zanzibar was absent."},
        "recipients": [
            {"person": "zanzibar-1", "name": "Zanzibar, Heather", "student": "Zanzibar, Calvin",
                "deliveries": [email("zanzibar1", "sent", json!(null)), voice("612-555-0101", 5)]},
            line("zanzibar-2", json!([email("zanzibar2", "failed", unknown("zanzibar2")), voice("612-555-0102", 6)])),
            line("zanzibar-3", json!([email("zanzibar3", "failed", unknown("zanzibar3"))])),
            line("zanzibar-4", json!([email("zanzibar1", "sent", json!(null)), voice("612-555-0103", 8)])),
            line("zanzibar-5", json!([])),
        ],
    });
    with(message(external_id), fields)
}

/// One of so many people that it takes several transactions.
fn long(external_id: &str, people: usize) -> Value {
    let lines: Vec<Value> = (0..people)
        .map(|n| {
            let address = format!("zanzibar{n}@nomail.com");
            let delivery =
                json!({"device": "email", "address": address, "status": "sent", "at": AT});
            line(&format!("zanzibar-{n}"), json!([delivery]))
        })
        .collect();
    with(sent(external_id), json!({"recipients": lines}))
}

fn ages(personal: u32, totals: Option<u32>) -> Ages {
    Ages::new(Some(personal), totals).expect("they go together")
}

fn after(log: &Log, days: i64) -> DateTime<Utc> {
    log.now + TimeDelta::days(days)
}

/// Purges so many days after the log's noon.
async fn purged(log: &Log, ages: Ages, days: i64) -> Purged {
    let clock = FixedClock::at(after(log, days));
    let (_stop, told) = watch::channel(false);
    let zone = log.district.time_zone;
    let purged = purge(&log.db, ages, zone, &clock, Who::SHELL, &told).await;
    purged.expect("it purges")
}

/// Everything that counts something in it.
fn figures(mut detail: MessageDetail) -> MessageDetail {
    detail.content.reply_to = None;
    detail.content.bodies.clear();
    detail.criteria.clear();
    detail.personal_data_removed_at = None;
    detail
}

async fn causes(log: &Log, id: MessageId) -> String {
    let failures = failures::failures(&log.db, id, log.district.time_zone, log.now).await;
    let failures = failures.expect("it reads").expect("it is there");
    serde_json::to_string(&failures).expect("it is JSON")
}

async fn count(log: &Log, table: &str) -> i64 {
    let count: &'static str = format!("select count(*) from {table}").leak();
    match &log.db {
        Database::Sqlite(pool) => sqlx::query_scalar(count).fetch_one(pool).await,
        Database::Postgres(pool) => sqlx::query_scalar(count).fetch_one(pool).await,
    }
    .expect("it counts")
}

/// The same database as another process sees it.
async fn other_process(log: &Log) -> Database {
    match &log.db {
        Database::Sqlite(pool) => {
            let options = (*pool.connect_options()).clone();
            Database::Sqlite(SqlitePool::connect_with(options).await.expect("it opens"))
        }
        Database::Postgres(pool) => {
            let options = (*pool.connect_options()).clone();
            Database::Postgres(PgPool::connect_with(options).await.expect("it opens"))
        }
    }
}

pub async fn by_hand(log: &Log, statement: &'static str) {
    match &log.db {
        Database::Sqlite(pool) => sqlx::raw_sql(statement).execute(pool).await.map(drop),
        Database::Postgres(pool) => sqlx::raw_sql(statement).execute(pool).await.map(drop),
    }
    .expect("it is done");
}

/// Each line of the audit trail: its action, and its details.
pub async fn trail(log: &Log) -> Vec<(String, Value)> {
    const LINES: &str = "select action, details from audit order by seq";
    let lines: Vec<(String, String)> = match &log.db {
        Database::Sqlite(pool) => sqlx::query_as(LINES).fetch_all(pool).await,
        Database::Postgres(pool) => sqlx::query_as(LINES).fetch_all(pool).await,
    }
    .expect("it reads");
    let whole = verify(&log.db, None).await.expect("it reads");
    assert!(matches!(whole, Verdict::Whole { .. }), "{whole:?}");
    let read = |(action, details): (String, String)| (action, details.parse().expect("JSON"));
    lines.into_iter().map(read).collect()
}

on_both_databases! {
    async fn who_it_went_to_goes_and_no_figure_changes(log: Log) {
        let id = log.put(&sent("old")).await;
        let found = log.find("2020-01-31", "2020-01-31").await;
        let before = log.detail(id).await;
        let causes_before = causes(&log, id).await;
        assert_eq!(before.summary.total_recipients, 5);
        assert!(causes_before.contains("550 5.1.1 <•••> is unknown"), "{causes_before}");
        let purged = purged(&log, ages(30, None), 32).await;
        let expected = Gone { emptied: 1, recipients: 5, deliveries: 7, ..Gone::default() };
        assert_eq!((purged.gone, purged.done, purged.wiped), (expected, true, true));
        let later = log.detail(id).await;
        let removed_at = later.personal_data_removed_at.expect("it is removed");
        assert_eq!(removed_at.to_utc(), after(&log, 32));
        assert_eq!((&later.content.reply_to, later.content.bodies.len(), later.criteria.len()), (&None, 0, 0));
        assert_eq!(figures(later), figures(before));
        assert_eq!(causes(&log, id).await, causes_before);
        assert_eq!(log.find("2020-01-31", "2020-01-31").await, found);
        let page = log.recipients(id, &RecipientQuery::default()).await;
        assert_eq!((page.recipients.len(), page.total, page.next_after), (0, 0, None));
        for table in ["recipients", "deliveries", "contacts", "receipts", "inbox"] {
            assert_eq!(count(&log, table).await, 0, "{table}");
        }
    }

    async fn what_is_not_old_enough_stays(log: Log) {
        let id = log.put(&sent("old")).await;
        // 01/31 and 30 days are 03/01: what ended on that day is kept through it.
        assert_eq!(purged(&log, ages(30, None), 29).await.gone, Gone::default());
        assert_eq!(trail(&log).await, []);
        assert_eq!(log.recipients(id, &RecipientQuery::default()).await.total, 5);
        assert_eq!(purged(&log, ages(30, None), 30).await.gone.emptied, 1);
    }

    async fn what_is_not_over_is_never_touched(log: Log) {
        let waits = with(message("waits"), json!({"recipients": [line("a", json!([{"device": "email", "address": "a@nomail.com"}]))]}));
        let id = log.put(&waits).await;
        let five = ["a", "b", "c", "d", "e"].map(|name| line(name, json!([{"device": "email", "address": format!("{name}@nomail.com")}])));
        let going = log.put(&with(message("going"), json!({"recipients": five}))).await;
        by_hand(&log, "delete from lanes where message_id = 2").await;
        by_hand(&log, "update messages set status = 'in_progress' where id = 2").await;
        assert_eq!(going, MessageId(2));
        let soon = plan(&log.db, ages(1, Some(1)), log.district.time_zone, after(&log, 4000)).await;
        let soon = soon.expect("it counts");
        assert_eq!((soon.gone, soon.spared), (Gone::default(), 2));
        assert_eq!(purged(&log, ages(1, Some(1)), 4000).await.gone, Gone::default());
        for (id, lines) in [(id, 1), (going, 5)] {
            assert_eq!(log.recipients(id, &RecipientQuery::default()).await.total, lines);
            assert_eq!(log.detail(id).await.personal_data_removed_at, None);
        }
    }

    async fn what_was_imported_as_not_over_yet_goes_by_when_it_was_made(log: Log) {
        let going = with(sent("going"), json!({"status": "in_progress", "ended_at": null}));
        let going = log.put(&going).await;
        let waits = json!({"status": "waiting", "started_at": null, "ended_at": null, "inbox_email_start_at": "2020-02-10T12:00:00-06:00",
            "recipients": [line("zanzibar-1", json!([{"device": "email", "address": "zanzibar@nomail.com"}]))]});
        let waits = log.put(&with(sent("waits"), waits)).await;
        let before = [log.detail(going).await, log.detail(waits).await];
        assert_eq!(purged(&log, ages(30, None), 29).await.gone, Gone::default());
        let gone = purged(&log, ages(30, None), 30).await.gone;
        assert_eq!((gone.emptied, gone.recipients), (1, 5));
        assert_eq!(log.recipients(waits, &RecipientQuery::default()).await.total, 1);
        assert_eq!(purged(&log, ages(30, None), 39).await.gone, Gone::default());
        let gone = purged(&log, ages(30, None), 40).await.gone;
        assert_eq!((gone.emptied, gone.recipients), (1, 1));
        for (before, id) in before.into_iter().zip([going, waits]) {
            let later = log.detail(id).await;
            assert!(later.personal_data_removed_at.is_some());
            assert_eq!(figures(later), figures(before));
        }
        assert_eq!(purged(&log, ages(30, Some(60)), 70).await.gone.whole, 2);
    }

    async fn what_is_still_coming_in_is_left_alone(log: Log) {
        log.put(&with(sent("large"), json!({"status": "in_progress", "ended_at": null}))).await;
        let coming = match log.db {
            Database::Sqlite(_) => "insert into arrivals (message_id, since) values (1, 1580500000000)",
            Database::Postgres(_) => "insert into arrivals (message_id, since) values (1, '2020-01-31T20:00:00Z')",
        };
        by_hand(&log, coming).await;
        assert_eq!(purged(&log, ages(30, Some(30)), 40).await.gone, Gone::default());
        by_hand(&log, "delete from arrivals").await;
        assert_eq!(purged(&log, ages(30, Some(30)), 40).await.gone.whole, 1);
    }

    async fn words_that_stay_quote_nobody(log: Log) {
        let failed = |person: &str, words: &str| {
            let delivery = json!({"device": "email", "address": format!("{person}@nomail.com"), "status": "failed", "at": AT, "reason": words});
            line(person, json!([delivery]))
        };
        let lines = [
            failed("a", "550 mailbox of \"Zanzibar, Calvin\" is full"),
            failed("b", "550 call (612) 555 0101 or 612 555 0102"),
            failed("c", "550 user 'zanzibar' unknown"),
        ];
        let id = log.put(&with(sent("old"), json!({"recipients": lines}))).await;
        assert!(causes(&log, id).await.contains("Zanzibar"));
        purged(&log, ages(30, None), 40).await;
        let kept = causes(&log, id).await.to_lowercase();
        assert!(!kept.contains("zanzibar") && !kept.contains("0101") && !kept.contains("0102"), "{kept}");
        assert!(kept.contains("is full") && kept.contains("unknown"), "{kept}");
    }

    async fn a_message_in_a_workers_hands_waits_for_another_purge(log: Log) {
        let id = log.put(&sent("old")).await;
        let claim = match log.db {
            Database::Sqlite(_) => "insert into claims values (7, 1, 'email', 'smtp', 0, 0, 1)",
            Database::Postgres(_) => "insert into claims values (7, 1, 'email', 'smtp', '1970-01-01Z', 0, 1)",
        };
        assert_eq!(id, MessageId(1));
        by_hand(&log, claim).await;
        assert_eq!(purged(&log, ages(1, None), 40).await.gone, Gone::default());
        by_hand(&log, "delete from claims").await;
        assert_eq!(purged(&log, ages(1, None), 40).await.gone.emptied, 1);
    }

    async fn a_purge_goes_on_wherever_it_was_killed(log: Log) {
        let id = log.put(&long("long", 4500)).await;
        log.put(&sent("short")).await;
        let before = figures(log.detail(id).await);
        let zone = log.district.time_zone;
        let now = after(&log, 40);
        let cutoffs = ages(30, None).cutoffs(zone, now);
        // Dropped after ever more of its work, as a process that is killed there would.
        let mut steps = 0;
        for polls in 1..120 {
            let process = other_process(&log).await;
            let mut killed = Box::pin(step(&process, &cutoffs, zone, now));
            for _ in 0..polls {
                let over = poll_fn(|context| Poll::Ready(killed.as_mut().poll(context).is_ready())).await;
                if over {
                    steps += 1;
                    break;
                }
                tokio::task::yield_now().await;
                std::thread::yield_now();
            }
            drop(killed);
            process.close().await;
            let detail = log.detail(id).await;
            let shown = log.recipients(id, &RecipientQuery::default()).await;
            // Either all of it or nothing, never a part.
            assert_eq!(shown.total, if detail.personal_data_removed_at.is_some() { 0 } else { 4500 });
            assert_eq!(figures(detail), before);
            if steps == 3 {
                break;
            }
        }
        let rest = purged(&log, ages(30, None), 41).await;
        assert!(rest.done);
        assert_eq!((count(&log, "recipients").await, count(&log, "deliveries").await), (0, 0));
        assert_eq!(count(&log, "messages where removing").await, 0);
        assert_eq!(figures(log.detail(id).await), before);
        let none = purged(&log, ages(30, None), 42).await;
        assert_eq!(none.gone, Gone::default());
    }

    async fn two_purges_beside_each_other_share_the_work(log: Log) {
        for n in 0..4 {
            log.put(&long(&format!("long {n}"), 1500)).await;
        }
        let keep = ages(30, Some(30));
        let (one, other) = tokio::join!(purged(&log, keep, 40), purged(&log, keep, 40));
        assert!(one.done && other.done);
        let mut both = one.gone;
        both += other.gone;
        let expected = Gone { emptied: 4, whole: 4, recipients: 6000, deliveries: 6000, ..Gone::default() };
        assert_eq!(both, expected);
        assert_eq!(count(&log, "messages").await, 0);
        // Who comes when all is done finds nothing to record.
        let lines = trail(&log).await;
        let done: u64 = lines.iter().filter(|(_, line)| line["stage"] == "done").filter_map(|(_, line)| line["messages_removed"].as_u64()).sum();
        assert_eq!(done, 4, "{lines:?}");
    }

    async fn at_the_age_of_totals_the_whole_message_goes_and_the_audit_stays(log: Log) {
        let id = log.put(&sent("old")).await;
        let zone = log.district.time_zone;
        let ada = Who::person(1, "ada");
        let options = ReportOptions {
            devices: BTreeSet::from([ReportDevice::Email]),
            detail: ReportDetail::Summary,
            format: ReportFormat::Csv,
        };
        prints::keep(&log.db, id, &ada, &options, false, log.now).await.expect("it is kept");
        // Its resend is made later, and outlives it.
        let asked = Asked { which: Which::Failed, attempt: 1, by: &ada, sandbox: false };
        let made = resend(&log.db, id, &asked, zone, &FixedClock::at(after(&log, 1))).await.expect("it answers");
        let ResendOutcome::Made(made) = made else { panic!("{made:?}") };
        let keep = ages(30, Some(60));
        assert_eq!(purged(&log, keep, 40).await.gone.emptied, 1);
        let again = resend(&log.db, id, &Asked { attempt: 2, ..asked }, zone, &FixedClock::at(after(&log, 41))).await.expect("it answers");
        assert_eq!(again, ResendOutcome::Removed(after(&log, 40)));
        // That it was resent was news of it.
        assert_eq!(purged(&log, keep, 61).await.gone, Gone::default());
        let gone = purged(&log, keep, 62).await.gone;
        assert_eq!(gone, Gone { whole: 1, ..Gone::default() });
        assert_eq!(detail::detail(&log.db, id, zone, log.now).await.expect("it reads"), None);
        assert_eq!(count(&log, "prints").await, 0);
        let later = detail::detail(&log.db, made.id, zone, after(&log, 100)).await;
        assert_eq!(later.expect("it reads").expect("it stays").resend_of, None);
        let trail = trail(&log).await;
        let actions: Vec<_> = trail.iter().map(|(action, _)| action.as_str()).collect();
        assert_eq!(actions, ["reported", "resent", "purged", "purged", "purged", "purged"]);
    }

    async fn each_purge_is_recorded_before_and_after_without_a_name(log: Log) {
        log.put(&sent("old")).await;
        purged(&log, ages(30, Some(60)), 40).await;
        let lines = trail(&log).await;
        let figures = |stage: &str| json!({
            "stage": stage, "keep_personal_days": 30, "keep_totals_days": 60, "messages_emptied": 1,
            "messages_removed": 0, "recipients": 5, "deliveries": 7, "provider_reports": 0, "inbox_entries": 0,
        });
        assert_eq!(lines, [("purged".to_owned(), figures("begun")), ("purged".to_owned(), figures("done"))]);
    }

    async fn a_purge_that_cannot_be_recorded_takes_nothing(log: Log) {
        log.put(&sent("old")).await;
        by_hand(&log, "alter table audit rename to elsewhere").await;
        let clock = FixedClock::at(after(&log, 40));
        let (_stop, told) = watch::channel(false);
        let refused = purge(&log.db, ages(30, None), log.district.time_zone, &clock, Who::SHELL, &told).await;
        refused.expect_err("it is not recorded");
        assert_eq!(count(&log, "recipients").await, 5);
    }

    async fn who_asked_to_be_left_alone_is_remembered_and_stray_reports_go(log: Log) {
        suppression::suppress(&log.db, Device::Text, "+16125550100", Why::Stop, log.now).await.expect("it is kept");
        let stray = match log.db {
            Database::Sqlite(_) => "insert into stray_reports values ('twilio', 'e1', 1580500000000, 'Zanzibar')",
            Database::Postgres(_) => "insert into stray_reports values ('twilio', 'e1', '2020-01-31T20:00:00Z', 'Zanzibar')",
        };
        by_hand(&log, stray).await;
        let gone = purged(&log, ages(30, Some(30)), 40).await.gone;
        assert_eq!(gone, Gone { strays: 1, ..Gone::default() });
        assert_eq!(suppression::list(&log.db).await.expect("it lists").len(), 1);
    }

    async fn whose_address_was_none_goes_with_the_names(log: Log) {
        log.put(&sent("old")).await;
        by_hand(&log, "insert into refusals select id, '[]' from messages").await;
        let gone = purged(&log, ages(30, None), 40).await.gone;
        assert_eq!((gone.emptied, count(&log, "refusals").await), (1, 0));
    }

    async fn one_process_purges_once_a_day(log: Log) {
        log.put(&sent("old")).await;
        let clock = Arc::new(FixedClock::at(after(&log, 40)));
        let daily = Daily {
            db: log.db.clone(),
            ages: ages(30, Some(50)),
            zone: log.district.time_zone,
            clock: clock.clone(),
        };
        let (stop, told) = watch::channel(false);
        let other = daily.clone();
        let (one, other) = tokio::join!(daily.turn(&told), other.turn(&told));
        let turns = [one.expect("it purges"), other.expect("it purges")];
        assert_eq!(turns.iter().flatten().count(), 1, "{turns:?}");
        clock.advance(TimeDelta::hours(2));
        assert_eq!(daily.turn(&told).await.expect("it looks"), None);
        // Told to stop, it is due again at once, for whoever is there next.
        clock.advance(TimeDelta::days(11));
        stop.send_replace(true);
        let stopped = daily.turn(&told).await.expect("it purges").expect("it is due");
        assert_eq!((stopped.gone, stopped.done), (Gone::default(), false));
        stop.send_replace(false);
        let rest = daily.turn(&told).await.expect("it purges").expect("it is due");
        assert_eq!((rest.gone.whole, rest.done), (1, true));
        let for_ever = Daily { ages: Ages::default(), ..daily };
        clock.advance(TimeDelta::days(11));
        assert_eq!(for_ever.turn(&told).await.expect("it looks"), None);
    }

    async fn every_column_of_the_database_has_been_decided_about(log: Log) {
        const SQLITE: &str = "
            select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c
            where m.type = 'table' and m.name not like 'sqlite_%' and m.name <> '_sqlx_migrations'";
        const POSTGRES: &str = "
            select cast(table_name as text), cast(column_name as text) from information_schema.columns
            where table_schema = 'public' and table_name <> '_sqlx_migrations'";
        let there: Vec<(String, String)> = match &log.db {
            Database::Sqlite(pool) => sqlx::query_as(SQLITE).fetch_all(pool).await,
            Database::Postgres(pool) => sqlx::query_as(POSTGRES).fetch_all(pool).await,
        }
        .expect("it reads");
        let there: BTreeSet<_> = there.iter().map(|(table, column)| (table.as_str(), column.as_str())).collect();
        let decided: Vec<_> = COLUMNS
            .iter()
            .flat_map(|(table, _, columns)| columns.iter().map(|column| (*table, *column)))
            .collect();
        let once: BTreeSet<_> = decided.iter().copied().collect();
        assert_eq!(once.len(), decided.len(), "a column is listed twice");
        assert_eq!(there.symmetric_difference(&once).collect::<Vec<_>>(), Vec::<&(&str, &str)>::new());
    }
}

#[tokio::test]
async fn nothing_of_a_name_is_left_in_sqlites_files() {
    let log = Log::sqlite().await;
    log.put(&long("long", 3000)).await;
    log.put(&sent("short")).await;
    // One that stays, so that pages are shared with it.
    let later = json!({"created_at": "2020-03-05T12:00:00-06:00", "started_at": null, "ended_at": null, "criteria": [], "body": {}, "recipients": [line("kept", json!([]))]});
    log.put(&with(sent("kept"), later)).await;
    let folder = log._folder.as_ref().expect("it has one").path().to_owned();
    let held = || {
        let files = std::fs::read_dir(&folder).expect("it lists");
        let mut names = [0, 0];
        for file in files {
            let bytes = std::fs::read(file.expect("a file").path()).expect("it reads");
            let text = bytes.to_ascii_lowercase();
            let times = |name: &[u8]| {
                text.windows(name.len())
                    .filter(|part| *part == name)
                    .count()
            };
            names[0] += times(b"zanzibar") + times(b"5550101");
            names[1] += times(b"name of kept");
        }
        names
    };
    assert!(held()[0] > 3000);
    let purged = purged(&log, ages(30, None), 40).await;
    assert_eq!((purged.gone.emptied, purged.wiped), (2, true));
    let [gone, kept] = held();
    assert_eq!(gone, 0);
    assert!(kept > 0);
}
