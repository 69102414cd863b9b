//! The shell does what the administration's page does, told by the real program.

use std::{io::Write, process::Stdio};

use server::{
    auth::password,
    clock::{Clock, SystemClock},
    store::{
        Database, grants, organizations, roles,
        sessions::{self, Owner},
        users,
    },
};
use shared::session::{Permission, Role};

use crate::{
    log::{Log, on_both_databases},
    purging::{said, sentlog},
};

/// What the program prints where it does what it is told.
fn done(db: &Database, args: &[&str]) -> String {
    let output = sentlog(db, args).output().expect("it runs");
    assert!(output.status.success(), "{args:?}: {}", said(&output));
    String::from_utf8(output.stdout).expect("it prints text")
}

/// What it says where it refuses.
fn refused(db: &Database, args: &[&str]) -> String {
    let output = sentlog(db, args).output().expect("it runs");
    assert!(!output.status.success(), "{args:?} was done");
    assert!(output.stdout.is_empty(), "{args:?}: {}", said(&output));
    said(&output)
}

async fn person(log: &Log, name: &str, role: Role) -> i64 {
    let hash = password::hash("correct horse battery").expect("it hashes");
    let added = users::add(&log.db, name, role, &hash, log.now).await;
    added.expect("it adds").expect("the name is free")
}

async fn sign_in(log: &Log, user: i64, key: &str, browser: &str) {
    let owner = Owner {
        user: Some(user),
        address: Some("192.0.2.7".into()),
        browser: Some(browser.into()),
    };
    // The program has the real one.
    let now = SystemClock.now();
    let made = sessions::create(&log.db, &key.repeat(64), "{}", &owner, now).await;
    assert!(made.expect("it is kept"));
}

on_both_databases! {
    async fn a_role_is_made_changed_and_deleted_in_the_shell(log: Log) {
        let db = &log.db;
        assert_eq!(
            done(db, &["role", "add", "printer", "--may", "report", "--may", "view", "--may", "view"]),
            "printer may now view, report.\n"
        );
        let listed = done(db, &["role", "list"]);
        assert!(listed.contains("printer\tview, report\t0 people\n"), "{listed}");
        assert!(listed.contains("viewer\tview\t0 people\tbuilt in\n"), "{listed}");
        let ada = person(&log, "ada", Role::Viewer).await;
        person(&log, "chief", Role::Admin).await;
        done(db, &["user", "grant", "ada", "--role", "printer"]);
        done(db, &["role", "add", "printer", "--may", "view"]);
        let user = users::by_id(db, ada).await.expect("it looks").expect("there is one");
        assert!(!user.rights.may(Permission::Report), "they may not any more");
        assert!(refused(db, &["role", "remove", "printer"]).contains("Somebody has the role printer"));
        done(db, &["user", "ungrant", "ada", "--role", "printer"]);
        done(db, &["role", "remove", "printer"]);
        let left = roles::list(db).await.expect("it lists");
        assert!(left.iter().all(|role| role.built_in));
        assert!(refused(db, &["role", "remove", "printer"]).contains("There is no role printer"));
        assert!(refused(db, &["role", "remove", "viewer"]).contains("came with Sentlog"));
        assert!(refused(db, &["role", "add", "x", "--may", "cancel"]).contains("Add --may view"));
        assert!(refused(db, &["role", "add", "x", "--may", "view", "--may", "submit"]).contains("sentlog token add"));
        assert!(refused(db, &["role", "add", "x"]).contains("--may"));
        assert!(refused(db, &["role", "add", " ", "--may", "view"]).contains("Give a name"));
        let trail = done(db, &["audit", "list", "--action", "role_changed"]);
        assert_eq!(trail.lines().count(), 3, "made, changed, deleted: {trail}");
    }

    async fn a_role_that_somebody_administers_by_stays_able_to(log: Log) {
        let db = &log.db;
        done(db, &["role", "add", "chief", "--may", "view", "--may", "administer"]);
        let ada = person(&log, "ada", Role::Viewer).await;
        let chief = grants::Grant::everywhere("chief");
        let set = grants::set(db, ada, &[chief], &server::store::audit::Who::SHELL, log.now).await;
        assert_eq!(set.expect("it sets"), grants::Granted::Done);
        let said = refused(db, &["role", "add", "chief", "--may", "view"]);
        assert!(said.contains("nobody would be left to administer"), "{said}");
        let listed = done(db, &["role", "list"]);
        assert!(listed.contains("chief\tview, administer\t1 person\n"), "{listed}");
    }

    async fn a_school_is_added_ahead_of_its_first_message_in_the_shell(log: Log) {
        let db = &log.db;
        assert_eq!(done(db, &["school", "list"]), "");
        assert_eq!(done(db, &["school", "add", " New School "]), "Added New School.\n");
        assert_eq!(done(db, &["school", "list"]), "New School\t0 messages\n");
        assert!(refused(db, &["school", "add", "New School"]).contains("There is a school New School already"));
        assert!(refused(db, &["school", "add", ""]).contains("Give a name"));
        assert_eq!(organizations::list(db).await.expect("it lists").len(), 1);
        assert_eq!(done(db, &["audit", "list", "--action", "school_added"]).lines().count(), 1);
    }

    async fn a_password_that_is_easy_to_guess_is_refused_in_the_shell(log: Log) {
        let db = &log.db;
        let told = |verb: &[&str], password: &str| {
            let mut command = sentlog(db, verb);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut asked = command.spawn().expect("it starts");
            writeln!(asked.stdin.take().expect("it is piped"), "{password}").expect("it reads");
            let output = asked.wait_with_output().expect("it ends");
            (output.status.success(), said(&output))
        };
        let add = ["user", "add", "Quillfeather", "--role", "admin"];
        for common in ["password1234", "quillfeather-1", "sentlogsentlog"] {
            let (done, said) = told(&add, common);
            assert!(!done && said.contains("the password is easy to guess"), "{common}: {said}");
            assert!(!said.contains(common), "{said}");
        }
        assert_eq!(users::all(db).await.expect("it lists").len(), 0);
        assert!(told(&add, "correct horse battery").0);
        let (done, said) = told(&["user", "password", "quillfeather"], "Quillfeather2026");
        assert!(!done && said.starts_with("Nothing was changed: the password is easy to guess"), "{said}");
    }

    async fn a_session_is_seen_and_ended_in_the_shell(log: Log) {
        let db = &log.db;
        let ada = person(&log, "ada", Role::Viewer).await;
        for (key, browser) in [("a", "Firefox"), ("b", "tab\there\u{1b}[2J"), ("c", "Chrome")] {
            sign_in(&log, ada, key, browser).await;
        }
        let listed = done(db, &["session", "list"]);
        assert_eq!(listed.lines().count(), 3, "{listed}");
        let id = "b".repeat(16);
        let line = listed.lines().find(|line| line.starts_with(&id)).expect("it is listed");
        assert!(line.contains("\tada\t") && line.ends_with("\t192.0.2.7\ttab\u{fffd}here\u{fffd}[2J"), "{line}");
        assert!(!listed.contains(&"b".repeat(17)), "what opens it is not shown");
        assert_eq!(done(db, &["session", "end", &id]), format!("Ended the session {id}.\n"));
        assert!(!done(db, &["session", "list"]).contains(&id));
        assert!(refused(db, &["session", "end", &id]).contains("There is no open session"));
        assert_eq!(done(db, &["session", "end-all"]), "Ended 2 sessions.\n");
        assert_eq!(done(db, &["session", "list"]), "");
        let trail = done(db, &["audit", "list", "--action", "session_ended"]);
        assert_eq!(trail.lines().count(), 2, "{trail}");
    }
}
