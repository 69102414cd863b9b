//! Resend: to exactly those who were not reached, once, as a message of its own.

use chrono::TimeDelta;
use serde_json::{Value, json};
use std::sync::LazyLock;

use server::{
    clock::FixedClock,
    receipts::Why,
    store::{
        arrival::sweep,
        audit::Who,
        cancel::{CancelOutcome, cancel},
        resend::{Asked, ResendOutcome, plan, resend},
        suppression::suppress,
    },
};
use shared::{
    counting::{Counted, Tally},
    delivery::{DeliveryStatus, Device, RecipientQuery},
    message::{MessageId, MessageStatus},
    resend::{DeviceAddresses, Resent, Which},
};

use crate::{
    arrival::{arrives, count},
    log::{Log, line, message, on_both_databases, with},
    submit::many,
};

const AT: &str = "2020-01-31T12:05:00-06:00";

fn email(name: &str, status: &str) -> Value {
    json!({"device": "email", "address": format!("{name}@nomail.com"), "status": status, "at": AT})
}

fn voice(number: &str, call_status: i16) -> Value {
    json!({"device": "voice", "address": number, "call_status": call_status, "at": AT})
}

/// Ended; of five people three were not reached by something, one of them by an address of another.
fn sent() -> Value {
    let fields = json!({
        "status": "sent",
        "started_at": AT,
        "ended_at": AT,
        "reply_to": "office@nomail.com",
        "body": {"email": "Hello", "voice": "Hello"},
        "inbox_email_start_at": AT,
        "recipients": [
            line("a", json!([email("a", "sent"), voice("612-555-0101", 5)])),
            line("b", json!([email("b", "failed"), voice("612-555-0102", 6)])),
            line("c", json!([email("c", "opted_out"), voice("612-555-0103", 1)])),
            line("d", json!([email("B", "failed")])),
            line("e", json!([])),
        ],
    });
    with(message("sent"), fields)
}

/// Ended; of so many people nobody was reached, by either of two ways.
fn failed(people: usize) -> Value {
    let recipients: Vec<Value> = (0..people)
        .map(|n| {
            let ways = json!([
                email(&format!("p{n}"), "failed"),
                voice(&format!("612555{n:04}"), 1)
            ]);
            line(&format!("p{n}"), ways)
        })
        .collect();
    with(sent(), json!({"recipients": recipients}))
}

/// People of whom some thousand rows are made: by several transactions.
const MANY: usize = 4000;

static ADA: LazyLock<Who> = LazyLock::new(|| Who::person(1, "ada"));

fn asked(which: Which, attempt: u32) -> Asked<'static> {
    Asked {
        which,
        attempt,
        by: &ADA,
        sandbox: false,
    }
}

async fn made(log: &Log, id: MessageId, asked: &Asked<'_>) -> Resent {
    match outcome(log, id, asked).await {
        ResendOutcome::Made(resent) => resent,
        other => panic!("{other:?}"),
    }
}

async fn outcome(log: &Log, id: MessageId, asked: &Asked<'_>) -> ResendOutcome {
    let clock = FixedClock::at(log.now);
    let outcome = resend(&log.db, id, asked, log.district.time_zone, &clock).await;
    outcome.expect("it answers")
}

/// Name, device, address, status and whether it is a duplicate, of each delivery.
async fn deliveries(
    log: &Log,
    id: MessageId,
) -> Vec<(String, Device, String, DeliveryStatus, bool)> {
    let page = log.recipients(id, &RecipientQuery::default()).await;
    let lines = page.recipients.into_iter();
    lines
        .flat_map(|line| {
            let name = line.name;
            let of = line.deliveries.into_iter();
            of.map(move |d| (name.clone(), d.device, d.address, d.status, d.duplicate))
        })
        .collect()
}

on_both_databases! {
    async fn it_goes_to_exactly_those_that_failed_as_a_message_that_waits(log: Log) {
        let id = log.put(&sent()).await;
        let planned = plan(&log.db, id, Which::Failed, log.now).await.expect("it plans").expect("it is over");
        assert_eq!((planned.lines, planned.persons, planned.attempt, planned.suppressed), (3, 3, 1, 0));
        let of = |device| DeviceAddresses { device, addresses: 1 };
        assert_eq!(planned.devices, [of(Device::Email), of(Device::Voice)]);

        let resent = made(&log, id, &asked(Which::Failed, 1)).await;
        assert_eq!((resent.lines, resent.duplicates), (3, 1));
        use DeliveryStatus::Queued;
        let expected = [
            ("Name of b", Device::Email, "b@nomail.com", Queued, false),
            ("Name of c", Device::Voice, "612-555-0103", Queued, false),
            ("Name of d", Device::Email, "B@nomail.com", Queued, true),
        ];
        let expected = expected.map(|(n, device, a, status, dup)| (n.to_owned(), device, a.to_owned(), status, dup));
        assert_eq!(deliveries(&log, resent.id).await, expected);

        let (old, new) = (log.detail(id).await, log.detail(resent.id).await);
        assert_eq!(new.message.row.status, MessageStatus::Waiting);
        assert_eq!(new.message.row.created_at, log.now);
        assert_eq!(new.message.inbox_email_start_at, None, "it goes at once");
        assert_eq!(new.message.row.sender, old.message.row.sender);
        assert_eq!(new.content, old.content);
        let criterion = new.criteria.last().expect("it says to whom");
        assert!(criterion.value.contains("Library Hours") && criterion.value.ends_with("ada"), "{criterion:?}");
        let tie = new.resend_of.expect("it says what it resends");
        assert_eq!((tie.id, tie.which, tie.by.as_str(), tie.persons), (id, Which::Failed, "ada", 3));
        assert_eq!(old.resends.len(), 1);
        assert_eq!((old.resends[0].id, old.resends[0].persons), (resent.id, 3));
        assert_eq!(old.resend_of, None);
    }

    async fn what_is_kept_of_it_is_what_a_submission_would_have_kept(log: Log) {
        let recipients: Vec<Value> = (0..700)
            .map(|n| {
                let status = |failed: bool| if failed { "failed" } else { "sent" };
                let address = format!("p{}", n % 300);
                let mail = email(&address, status((n % 300) % 3 == 0));
                line(&format!("p{}", n / 2), json!([mail, voice(&format!("612555{:04}", n % 500), if (n % 500) % 2 == 0 { 1 } else { 5 })]))
            })
            .collect();
        let id = log.put(&with(sent(), json!({"recipients": recipients}))).await;
        let resent = made(&log, id, &asked(Which::Failed, 1)).await;
        let mut query = RecipientQuery { limit: Some(500), ..RecipientQuery::default() };
        let mut lines = Vec::new();
        loop {
            let page = log.recipients(resent.id, &query).await;
            query.after = page.next_after;
            lines.extend(page.recipients);
            if query.after.is_none() {
                break;
            }
        }
        assert_eq!(lines.len() as u32, resent.lines);
        assert!(lines.iter().enumerate().all(|(n, line)| line.line == n as u32), "lines are numbered from 0");
        let counted = Tally::count(lines.iter().map(|line| {
            let of = line.deliveries.iter().map(|d| Counted {
                device: d.device, address: &d.address, status: d.status, call_status: None, confirmed: false,
            });
            (line.name.as_str(), of.collect::<Vec<_>>())
        }));
        let detail = log.detail(resent.id).await;
        assert_eq!(detail.summary, counted.summary());
        assert_eq!(detail.progress, counted.progress());
        let duplicates: u32 = counted.devices.values().map(|of| of.duplicates).sum();
        assert_eq!(resent.duplicates, duplicates);
        assert!(duplicates > 0 && lines.iter().all(|line| !line.deliveries.is_empty()));
    }

    async fn a_line_is_found_by_the_addresses_that_it_still_has(log: Log) {
        let id = log.put(&sent()).await;
        let resent = made(&log, id, &asked(Which::Failed, 1)).await;
        for (search, found) in [("B@NoMail.com", 2), ("+16125550103", 1), ("6125550102", 0), ("name of c", 1)] {
            let query = RecipientQuery { search: search.into(), ..RecipientQuery::default() };
            assert_eq!(log.recipients(resent.id, &query).await.recipients.len(), found, "{search}");
        }
    }

    async fn the_same_attempt_twice_makes_one_message(log: Log) {
        let id = log.put(&sent()).await;
        let asked = asked(Which::Failed, 1);
        let (one, two) = tokio::join!(outcome(&log, id, &asked), outcome(&log, id, &asked));
        let (made, again) = match (one, two) {
            (ResendOutcome::Made(made), ResendOutcome::AlreadyMade(again))
            | (ResendOutcome::AlreadyMade(again), ResendOutcome::Made(made)) => (made, again),
            both => panic!("{both:?}"),
        };
        assert_eq!(made, again);
        assert_eq!(log.detail(id).await.resends.len(), 1);
    }

    async fn who_was_resent_to_is_resent_to_from_the_new_message_only(log: Log) {
        let id = log.put(&sent()).await;
        made(&log, id, &asked(Which::Failed, 1)).await;
        assert_eq!(outcome(&log, id, &asked(Which::Failed, 2)).await, ResendOutcome::Nothing);
        let planned = plan(&log.db, id, Which::Failed, log.now).await.expect("it plans").expect("it is over");
        assert_eq!((planned.lines, planned.attempt), (0, 2));
    }

    async fn who_is_reached_no_more_is_left_out(log: Log) {
        let id = log.put(&sent()).await;
        suppress(&log.db, Device::Email, "b@nomail.com", Why::HardBounce, log.now).await.expect("it suppresses");
        let planned = plan(&log.db, id, Which::Failed, log.now).await.expect("it plans").expect("it is over");
        assert_eq!((planned.lines, planned.suppressed), (1, 1));
        let resent = made(&log, id, &asked(Which::Failed, 1)).await;
        assert_eq!(resent.lines, 1);
        assert_eq!(deliveries(&log, resent.id).await[0].2, "612-555-0103");
    }

    async fn those_whom_a_cancel_stopped_are_resent_to_and_nobody_else(log: Log) {
        let fields = json!({
            "status": "in_progress",
            "started_at": AT,
            "recipients": [
                line("a", json!([email("a", "sent")])),
                line("b", json!([email("b", "in_progress")])),
                line("c", json!([email("c", "queued"), email("f", "failed")])),
                line("d", json!([email("C", "queued")])),
            ],
        });
        let id = log.put(&with(message("half"), fields)).await;
        for which in Which::ALL {
            assert_eq!(outcome(&log, id, &asked(which, 1)).await, ResendOutcome::Running);
        }
        cancel(&log.db, id, &Who::person(1, "ada"), None, log.now).await.expect("it cancels");
        let resent = made(&log, id, &asked(Which::Stopped, 1)).await;
        assert_eq!((resent.lines, resent.duplicates), (2, 1));
        let names: Vec<_> = deliveries(&log, resent.id).await.into_iter().map(|d| d.2).collect();
        assert_eq!(names, ["c@nomail.com", "C@nomail.com"]);
        let failed = made(&log, id, &asked(Which::Failed, 1)).await;
        assert_eq!(deliveries(&log, failed.id).await[0].2, "f@nomail.com");
        assert_eq!(log.detail(id).await.message.row.status, MessageStatus::Canceled);
    }

    async fn others_write_while_many_are_resent_to_and_nobody_sees_it_before_its_end(log: Log) {
        let other = log.put(&many(1)).await;
        let id = log.put(&failed(MANY)).await;
        let asked = asked(Which::Failed, 1);
        let meanwhile = async {
            arrives(&log).await;
            assert_eq!(log.find("1900-01-01", "2100-12-31").await.total, 2);
            let canceled = cancel(&log.db, other, &Who::SHELL, None, log.now).await;
            assert!(matches!(canceled, Ok(CancelOutcome::Canceled)), "{canceled:?}");
            assert_eq!(count(&log, "messages where resend_of is not null").await, 0, "nobody sees it");
            assert_eq!(count(&log, "lanes").await, 0, "nothing of it goes out");
            assert_eq!(count(&log, "arrivals").await, 1, "it is still being made");
        };
        let (resent, ()) = tokio::join!(made(&log, id, &asked), meanwhile);
        assert_eq!(log.find("1900-01-01", "2100-12-31").await.total, 3);
        let detail = log.detail(resent.id).await;
        assert_eq!((resent.lines as usize, detail.summary.total_recipients as usize), (MANY, MANY));
        assert_eq!(detail.summary, log.detail(id).await.summary, "it goes to the same");
        for (table, rows) in [("arrivals", 0), ("lanes", 2), ("recipients", 1 + 2 * MANY), ("deliveries", 4 + 4 * MANY)] {
            assert_eq!(count(&log, table).await as usize, rows, "{table}");
        }
    }

    async fn a_resend_that_broke_off_is_never_seen_and_keeps_nobody_from_another(log: Log) {
        let id = log.put(&failed(MANY)).await;
        let asked = asked(Which::Failed, 1);
        tokio::select! {
            resent = made(&log, id, &asked) => panic!("{resent:?}"),
            () = arrives(&log) => {}
        }
        assert_eq!(log.find("1900-01-01", "2100-12-31").await.total, 1);
        assert_eq!(log.detail(id).await.resends, []);
        let resent = made(&log, id, &asked).await;
        assert_eq!(resent.lines as usize, MANY);
        assert_eq!(sweep(&log.db, log.now + TimeDelta::hours(1)).await.expect("it sweeps"), 1);
        for (table, rows) in [("arrivals", 0), ("messages", 2), ("recipients", 2 * MANY), ("deliveries", 4 * MANY)] {
            assert_eq!(count(&log, table).await as usize, rows, "{table}");
        }
    }

    async fn many_are_resent_to_once_however_many_ask_at_once(log: Log) {
        let id = log.put(&failed(MANY)).await;
        let (one, two) = (asked(Which::Failed, 1), asked(Which::Failed, 2));
        let (a, b, c) = tokio::join!(outcome(&log, id, &one), outcome(&log, id, &two), outcome(&log, id, &one));
        let mut made = Vec::new();
        let mut again = Vec::new();
        for outcome in [a, b, c] {
            match outcome {
                ResendOutcome::Made(resent) => made.push(resent),
                ResendOutcome::AlreadyMade(resent) => again.push(resent),
                ResendOutcome::Nothing => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(made.len(), 1, "{made:?}");
        assert!(again.iter().all(|resent| *resent == made[0]), "{made:?} {again:?}");
        assert_eq!(log.detail(id).await.resends.len(), 1);
        for (table, rows) in [("arrivals", 0), ("messages", 2), ("recipients", 2 * MANY), ("deliveries", 4 * MANY)] {
            assert_eq!(count(&log, table).await as usize, rows, "{table}");
        }
    }

    async fn a_refused_resend_changes_nothing(log: Log) {
        let quiet = json!({"status": "sent", "recipients": [line("a", json!([email("a", "sent")]))]});
        let id = log.put(&with(message("quiet"), quiet)).await;
        let before = log.detail(id).await;
        for which in Which::ALL {
            assert_eq!(outcome(&log, id, &asked(which, 1)).await, ResendOutcome::Nothing);
        }
        assert_eq!(outcome(&log, MessageId(999), &asked(Which::Failed, 1)).await, ResendOutcome::NotFound);
        assert_eq!(log.detail(id).await, before);
        assert_eq!(log.find("2020-01-01", "2020-02-02").await.total, 1);
    }
}
