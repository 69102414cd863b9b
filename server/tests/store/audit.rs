//! The audit trail: one chain, in which everything that was done to it shows.

use chrono::TimeDelta;
use serde_json::json;
use server::store::{
    Database,
    audit::{
        self, Act, Actor, Subject, Who,
        once::{self, Refused, Why},
        read::{self, PAGE, Wanted},
        verify::{Verdict, verify},
    },
    cancel::{CancelOutcome, cancel},
    users,
};
use shared::{
    audit::AuditAction,
    message::{MessageId, MessageStatus},
    session::Role,
};

use crate::log::{Log, message, on_both_databases};

/// Runs statements as somebody would who has the database in their hands.
async fn by_hand(log: &Log, statements: &'static str) -> Result<(), sqlx::Error> {
    match &log.db {
        Database::Sqlite(pool) => sqlx::raw_sql(statements).execute(pool).await.map(drop),
        Database::Postgres(pool) => sqlx::raw_sql(statements).execute(pool).await.map(drop),
    }
}

/// Takes the triggers away first.
async fn tamper(log: &Log, statements: &'static str) {
    let disarm = match log.db {
        Database::Sqlite(_) => {
            "drop trigger audit_keeps_its_lines; drop trigger audit_loses_no_line; drop trigger audit_replaces_no_line"
        }
        Database::Postgres(_) => {
            "drop trigger audit_keeps_its_lines on audit; drop trigger audit_loses_no_line on audit"
        }
    };
    by_hand(log, disarm).await.expect("the triggers go");
    by_hand(log, statements).await.expect("it is done");
}

fn act(log: &Log, n: i64) -> Act {
    let ada = Actor::Person {
        id: 1,
        name: "ada".into(),
    };
    let home = "192.0.2.7".parse().expect("an address");
    Act::new(log.now, ada, Some(home), AuditAction::Reported)
        .to(Subject::Message(n))
        .with(json!({"form": "pdf"}))
}

async fn five_lines(log: &Log) {
    for n in 1..=5 {
        let seq = audit::append(&log.db, &act(log, n)).await;
        assert_eq!(seq.expect("it is added"), n);
    }
}

async fn verdict(log: &Log) -> Verdict {
    verify(&log.db, None).await.expect("it reads")
}

async fn head(log: &Log) -> (i64, String) {
    match verdict(log).await {
        Verdict::Whole { lines, head } => (lines, head),
        broken => panic!("{broken:?}"),
    }
}

/// What `sentlog audit list` prints.
fn listed(log: &Log, args: &[&str]) -> String {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sentlog"));
    command.args([
        "audit",
        "list",
        "--database-url",
        &crate::purging::url(&log.db),
    ]);
    let output = command.args(args).output().expect("it runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("it prints text")
}

on_both_databases! {
    async fn the_shell_lists_the_trail_by_who_what_and_when_page_by_page(log: Log) {
        for n in 1..=201 {
            audit::append(&log.db, &act(&log, n)).await.expect("it is added");
        }
        let mallory = Who::person(2, "mal\tlory\u{1b}[2J");
        let late = log.now + chrono::TimeDelta::days(1);
        let signed_in = mallory.does(AuditAction::SignedIn, late);
        audit::append(&log.db, &signed_in).await.expect("it is added");

        let all = listed(&log, &[]);
        let lines: Vec<&str> = all.lines().collect();
        assert_eq!(lines.len(), 202);
        assert_eq!(lines[0], "2020-02-02T12:00:00-06:00\tmal\u{fffd}lory\u{fffd}[2J\t-\tSigned in");
        assert!(lines[1].starts_with("2020-02-01T12:00:00-06:00\tada\t192.0.2.7\tPrinted the report of message 201"), "{}", lines[1]);
        assert!(lines[201].contains("message 1"), "{}", lines[201]);

        let count = |args: &[&str]| listed(&log, args).lines().count();
        assert_eq!(count(&["--who", "ADA"]), 201);
        assert_eq!(count(&["--action", "signed_in"]), 1);
        assert_eq!(count(&["--to", "2020-02-01"]), 201);
        assert_eq!(count(&["--from", "2020-02-02"]), 1);
        assert_eq!(count(&["--message", "7"]), 1);
        let json = listed(&log, &["--json", "--message", "7"]);
        let line: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
        assert_eq!((&line["seq"], &line["message"]), (&json!(7), &json!(7)));
    }

    async fn a_trail_nobody_touched_is_whole(log: Log) {
        let (lines, start) = head(&log).await;
        assert_eq!(lines, 0);
        five_lines(&log).await;
        let (lines, noted) = head(&log).await;
        assert_eq!(lines, 5);
        let nobody = Act::new(log.now, Actor::Nobody, None, AuditAction::SignInRefused);
        audit::append(&log.db, &nobody).await.expect("it is added");
        for noted in [start, noted] {
            let again = verify(&log.db, Some(&noted)).await.expect("it reads");
            assert!(matches!(again, Verdict::Whole { lines: 6, .. }), "{again:?}");
        }
    }

    async fn the_database_refuses_to_change_a_line(log: Log) {
        five_lines(&log).await;
        for statement in [
            "update audit set actor_name = 'bob' where seq = 2",
            "delete from audit where seq = 5",
            "delete from audit",
        ] {
            by_hand(&log, statement).await.expect_err(statement);
        }
        let harder = match log.db {
            Database::Sqlite(_) => "insert or replace into audit select seq, at, actor, actor_id, 'bob', address, action, subject,
                subject_id, details, previous, hash from audit where seq = 2",
            Database::Postgres(_) => "truncate audit",
        };
        by_hand(&log, harder).await.expect_err(harder);
        assert_eq!(head(&log).await.0, 5);
    }

    async fn an_altered_line_shows_whichever_its_field(log: Log) {
        five_lines(&log).await;
        tamper(&log, "update audit set actor_name = 'bob' where seq = 2").await;
        assert_eq!(verdict(&log).await, Verdict::Altered(2));
        for (change, back) in [
            ("actor = 'shell'", "actor = 'person'"),
            ("actor_id = null", "actor_id = 1"),
            ("address = null", "address = '192.0.2.7'"),
            ("action = 'exported'", "action = 'reported'"),
            ("subject = 'user'", "subject = 'message'"),
            ("subject_id = '3'", "subject_id = '2'"),
            ("details = '{}'", "details = '{\"form\":\"pdf\"}'"),
        ] {
            let update = |set: &str| -> &'static str { format!("update audit set actor_name = 'ada', {set} where seq = 2").leak() };
            by_hand(&log, update(change)).await.expect("it is done");
            assert_eq!(verdict(&log).await, Verdict::Altered(2), "{change}");
            by_hand(&log, update(back)).await.expect("it is done");
            assert_eq!(head(&log).await.0, 5, "{back}");
        }
    }

    async fn a_line_with_a_hash_of_its_own_no_longer_leads_to_the_next(log: Log) {
        five_lines(&log).await;
        tamper(&log, "update audit set hash = (select hash from audit where seq = 4) where seq = 3").await;
        assert_eq!(verdict(&log).await, Verdict::Altered(3));
    }

    async fn a_removed_line_is_missed(log: Log) {
        five_lines(&log).await;
        tamper(&log, "delete from audit where seq = 3").await;
        assert_eq!(verdict(&log).await, Verdict::Missing(3));
        by_hand(&log, "delete from audit where seq = 1").await.expect("it is done");
        assert_eq!(verdict(&log).await, Verdict::Missing(1));
    }

    async fn a_removed_line_whose_gap_was_closed_shows(log: Log) {
        five_lines(&log).await;
        tamper(&log, "delete from audit where seq = 3; update audit set seq = 3 where seq = 4; update audit set seq = 4 where seq = 5").await;
        assert_eq!(verdict(&log).await, Verdict::Altered(3));
    }

    async fn lines_that_changed_places_show(log: Log) {
        five_lines(&log).await;
        tamper(&log, "update audit set seq = 99 where seq = 2; update audit set seq = 2 where seq = 3; update audit set seq = 3 where seq = 99").await;
        assert_eq!(verdict(&log).await, Verdict::Altered(2));
    }

    async fn an_inserted_line_shows(log: Log) {
        five_lines(&log).await;
        tamper(&log, "update audit set seq = 6 where seq = 5;
            insert into audit select 5, at, actor, actor_id, actor_name, address, action, subject, subject_id, details, previous, hash
            from audit where seq = 4").await;
        assert_eq!(verdict(&log).await, Verdict::Altered(5));
    }

    async fn an_end_that_was_cut_off_shows_against_a_hash_that_was_noted(log: Log) {
        five_lines(&log).await;
        let (_, noted) = head(&log).await;
        tamper(&log, "delete from audit where seq > 3").await;
        assert_eq!(head(&log).await.0, 3);
        let against = verify(&log.db, Some(&noted)).await.expect("it reads");
        assert_eq!(against, Verdict::NotFound { lines: 3 });
    }

    async fn many_who_append_at_once_make_one_chain(log: Log) {
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..40 {
            let (db, act) = (log.db.clone(), act(&log, n));
            tasks.spawn(async move { audit::append(&db, &act).await.expect("it is added") });
        }
        let mut numbers = tasks.join_all().await;
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=40).collect::<Vec<i64>>());
        assert_eq!(head(&log).await.0, 40);
    }

    async fn a_cancel_is_recorded_once_and_one_that_cannot_be_does_not_happen(log: Log) {
        let first = log.put(&message("one")).await;
        let second = log.put(&message("two")).await;
        let ada = Who::person(1, "ada");
        for outcome in [CancelOutcome::Canceled, CancelOutcome::AlreadyCanceled] {
            let canceled = cancel(&log.db, first, &ada, Some("wrong day"), log.now).await;
            assert_eq!(canceled.expect("it cancels"), outcome);
        }
        let gone = cancel(&log.db, MessageId(0), &ada, None, log.now).await;
        assert_eq!(gone.expect("it answers"), CancelOutcome::NotFound);
        assert_eq!(head(&log).await.0, 1);
        by_hand(&log, "alter table audit rename to elsewhere").await.expect("it is done");
        cancel(&log.db, second, &ada, None, log.now).await.expect_err("it cannot be recorded");
        by_hand(&log, "alter table elsewhere rename to audit").await.expect("it is done");
        assert_eq!(log.detail(second).await.message.row.status, MessageStatus::Waiting);
        assert_eq!(head(&log).await.0, 1);
    }

    async fn a_look_is_a_line_an_hour_for_each_place_and_for_each_way_of_looking(log: Log) {
        let ada = Who::person(1, "ada");
        let at = |address: &str| ada.clone().from(address.parse().expect("an address"));
        let lines = async || read::of_message(&log.db, 7, None).await.expect("it reads").len();
        let look = async |by: &Who, masked, now| once::look(&log.db, by, 7, masked, now).await.expect("it is recorded");
        let later = log.now + TimeDelta::minutes(59);
        for (by, masked, now, count) in [
            (at("192.0.2.7"), true, log.now, 1),
            (at("192.0.2.7"), true, later, 1),
            (at("192.0.2.7"), false, later, 2),
            (at("192.0.2.8"), true, later, 3),
            (at("::ffff:192.0.2.8"), true, later, 3),
            (ada.clone(), true, later, 4),
            (Who::person(2, "ben").from("192.0.2.7".parse().expect("an address")), true, later, 5),
            (at("192.0.2.7"), true, log.now + TimeDelta::minutes(61), 6),
        ] {
            look(&by, masked, now).await;
            assert_eq!(lines().await, count, "{by:?}, {masked}");
        }
        assert_eq!(read::of_message(&log.db, 8, None).await.expect("it reads").len(), 0);
        assert!(matches!(verdict(&log).await, Verdict::Whole { lines: 6, .. }));
    }

    async fn a_refusal_is_a_line_for_each_reason_and_count_in_an_hour(log: Log) {
        let network = Subject::Network("192.0.2.0".parse().expect("an address"));
        let stranger = Who { actor: Actor::Nobody, address: "192.0.2.7".parse().ok() };
        let refusal = |why, count, message| Refused { subject: network.clone(), why, permission: None, message, count };
        let later = log.now + TimeDelta::minutes(61);
        for (refused, now, count) in [
            (refusal(Why::BadToken, 1, None), log.now, 1),
            (refusal(Why::BadToken, 1, None), log.now, 1),
            (refusal(Why::BadToken, 10, None), log.now, 2),
            (refusal(Why::OutOfReach, 1, Some(3)), log.now, 3),
            (refusal(Why::OutOfReach, 1, Some(4)), log.now, 3),
            (refusal(Why::BadToken, 1, None), later, 4),
        ] {
            once::refused(&log.db, &stranger, &refused, now).await.expect("it is recorded");
            assert_eq!(head(&log).await.0, count, "{refused:?}");
        }
        let wanted = Wanted::of_days(None, None, log.district.time_zone);
        let kept = read::find(&log.db, &wanted).await.expect("it reads");
        let third = &kept[1];
        assert_eq!((third.subject.as_deref(), third.subject_id.as_deref()), (Some("network"), Some("192.0.2.0")));
        assert_eq!(third.details, json!({"message": 3, "refused": {"count": 1, "may_not": null, "why": "out_of_reach"}}));
    }

    async fn many_looks_push_no_cancel_out_of_a_messages_history(log: Log) {
        let cancel = Act::new(log.now, Actor::Shell, None, AuditAction::Canceled).to(Subject::Message(7));
        audit::append(&log.db, &cancel).await.expect("it is added");
        for n in 0..=PAGE as i64 {
            once::look(&log.db, &Who::person(n, "ada"), 7, true, log.now).await.expect("it is recorded");
        }
        let page = read::of_message(&log.db, 7, None).await.expect("it reads");
        assert_eq!(page.len(), PAGE + 1);
        let rest = read::of_message(&log.db, 7, Some(page[PAGE - 1].seq)).await.expect("it reads");
        let actions: Vec<_> = rest.iter().map(|line| line.action).collect();
        assert_eq!(actions, [AuditAction::ViewedPersonalData, AuditAction::Canceled]);
    }

    async fn a_name_is_found_in_capitals_of_any_script(log: Log) {
        let id = users::add(&log.db, "Élodie Æsir", Role::Viewer, "$argon2id$x", log.now).await.expect("it answers").expect("it is added");
        let act = Act::new(log.now, Actor::Person { id, name: "Élodie Æsir".into() }, None, AuditAction::SignedIn);
        audit::append(&log.db, &act).await.expect("it is added");
        for who in ["Élodie", "élodie", "ÆSIR"] {
            let wanted = Wanted { who: who.into(), ..Wanted::of_days(None, None, log.district.time_zone) };
            let found = read::find(&log.db, &wanted).await.expect("it reads");
            assert_eq!(found.len(), 2, "{who}: who was added, and who signed in");
        }
    }
}
