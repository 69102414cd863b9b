//! What administrators see and change: links, sessions, people.

use chrono::TimeDelta;
use std::net::{IpAddr, Ipv4Addr};

use server::store::{
    audit::Who,
    grants::Grant,
    identities::{self, Identity},
    links::{self, Link, Linked, Taken, Whose},
    people,
    sessions::{self, Owner},
    users::{self, Added},
};
use shared::administration::SignsIn;

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

use crate::log::{Log, on_both_databases};

fn link(log: &Log, key: &str) -> Link {
    Link {
        key: key.to_owned(),
        now: log.now,
        expires_at: log.now + TimeDelta::days(1),
    }
}

async fn person(log: &Log, name: &str, role: &str, hash: &str) -> i64 {
    let grants = [Grant::everywhere(role)];
    match users::add_with(&log.db, name, &grants, hash, &Who::SHELL, log.now).await {
        Ok(Added::Done(id)) => id,
        refused => panic!("{name} was not added: {refused:?}"),
    }
}

async fn open(log: &Log, user: i64, key: &str) {
    let owner = Owner {
        user: Some(user),
        address: Some("192.0.2.7".into()),
        browser: None,
    };
    let made = sessions::create(&log.db, key, "{}", &owner, log.now).await;
    assert!(made.expect("it is kept"));
}

async fn keys(log: &Log) -> Vec<String> {
    let past = log.now - TimeDelta::days(1);
    let open = sessions::list(&log.db, past, past).await;
    open.expect("it answers")
        .into_iter()
        .map(|open| open.key)
        .collect()
}

on_both_databases! {
    async fn a_link_changes_a_password_once_and_ends_what_the_old_one_opened(log: Log) {
        let ada = person(&log, "Ada", "admin", "old").await;
        open(&log, ada, "one").await;
        assert_eq!(links::reset(&log.db, ada, &link(&log, "k"), &Who::SHELL).await.expect("it answers"), Linked::Done);
        assert_eq!(keys(&log).await, Vec::<String>::new());
        let shut = users::by_id(&log.db, ada).await.expect("it answers").expect("she is there");
        assert_eq!(shut.password_hash, "");
        let whose = links::whose(&log.db, "k", log.now).await.expect("it answers");
        assert_eq!(whose, Some(Whose::Person(ada, "Ada".into())));
        let take = async |key, now| links::take(&log.db, key, None, "new", HOME, now).await.expect("it answers");
        assert_eq!(take("other", log.now).await, Taken::Unknown);
        assert_eq!(take("k", log.now).await, Taken::In(ada));
        assert_eq!(take("k", log.now).await, Taken::Unknown, "it is used up");
        let opened = users::by_id(&log.db, ada).await.expect("it answers").expect("she is there");
        assert_eq!(opened.password_hash, "new");
    }

    async fn only_the_newest_link_is_good_and_only_for_its_time(log: Log) {
        let ada = person(&log, "Ada", "viewer", "old").await;
        for key in ["first", "second"] {
            assert_eq!(links::reset(&log.db, ada, &link(&log, key), &Who::SHELL).await.expect("it answers"), Linked::Done);
        }
        let take = async |key, now| links::take(&log.db, key, None, "new", HOME, now).await.expect("it answers");
        assert_eq!(take("first", log.now).await, Taken::Unknown);
        assert_eq!(take("second", log.now + TimeDelta::days(1)).await, Taken::Unknown);
        person(&log, "Root", "admin", "hash").await;
        links::reset(&log.db, ada, &link(&log, "third"), &Who::SHELL).await.expect("it answers");
        users::disable(&log.db, ada, true, &Who::SHELL, log.now).await.expect("it answers");
        assert_eq!(take("third", log.now).await, Taken::Unknown, "she is disabled");
        assert_eq!(links::reset(&log.db, 0, &link(&log, "k"), &Who::SHELL).await.expect("it answers"), Linked::NoSuchUser);
    }

    async fn the_first_administrator_is_made_by_the_newest_link_and_once(log: Log) {
        person(&log, "Ada", "viewer", "hash").await;
        for key in ["first", "second"] {
            assert!(links::first(&log.db, &link(&log, key)).await.expect("it answers"));
        }
        assert_eq!(links::whose(&log.db, "first", log.now).await.expect("it answers"), None);
        assert_eq!(links::whose(&log.db, "second", log.now).await.expect("it answers"), Some(Whose::First));
        let take = async |name| links::take(&log.db, "second", name, "hash", HOME, log.now).await.expect("it answers");
        assert_eq!(take(None).await, Taken::Nameless);
        assert_eq!(take(Some("ADA")).await, Taken::NameTaken);
        let Taken::In(root) = take(Some("Root")).await else { panic!("nobody came in") };
        assert!(users::is_administered(&log.db).await.expect("it answers"));
        assert_eq!(take(Some("Eve")).await, Taken::Unknown);
        assert!(!links::first(&log.db, &link(&log, "third")).await.expect("it answers"));
        assert_eq!(links::whose(&log.db, "third", log.now).await.expect("it answers"), None);
        assert_eq!(users::by_id(&log.db, root).await.expect("it answers").expect("there").name, "Root");
    }

    async fn a_link_of_the_first_is_void_once_somebody_else_administers(log: Log) {
        assert!(links::first(&log.db, &link(&log, "k")).await.expect("it answers"));
        person(&log, "Root", "admin", "hash").await;
        assert_eq!(links::whose(&log.db, "k", log.now).await.expect("it answers"), None);
        let taken = links::take(&log.db, "k", Some("Eve"), "hash", HOME, log.now).await.expect("it answers");
        assert_eq!(taken, Taken::Unknown);
        assert!(users::by_name(&log.db, "Eve").await.expect("it answers").is_none());
    }

    async fn sessions_are_ended_one_by_one_or_of_one_person_or_all(log: Log) {
        let ada = person(&log, "Ada", "admin", "hash").await;
        let bob = person(&log, "Bob", "viewer", "hash").await;
        let long = |letter: &str| letter.repeat(64);
        for (user, letter) in [(ada, "a"), (ada, "b"), (bob, "c"), (bob, "d")] {
            open(&log, user, &long(letter)).await;
        }
        assert!(sessions::end(&log.db, &"d".repeat(16), &Who::SHELL, log.now).await.expect("it answers"));
        assert!(!sessions::end(&log.db, &"d".repeat(16), &Who::SHELL, log.now).await.expect("it answers"));
        assert!(!sessions::end(&log.db, "%", &Who::SHELL, log.now).await.expect("it answers"));
        assert_eq!(keys(&log).await, [long("a"), long("b"), long("c")]);
        assert_eq!(sessions::end_of(&log.db, ada, Some(&long("b")), &Who::SHELL, log.now).await.expect("it answers"), 1);
        assert_eq!(keys(&log).await, [long("b"), long("c")]);
        assert_eq!(sessions::end_all_but(&log.db, &long("b"), &Who::SHELL, log.now).await.expect("it answers"), 1);
        assert_eq!(keys(&log).await, [long("b")]);
    }

    async fn a_disabled_person_has_no_session_even_when_enabled_again(log: Log) {
        person(&log, "Root", "admin", "hash").await;
        let ada = person(&log, "Ada", "viewer", "hash").await;
        open(&log, ada, "one").await;
        users::disable(&log.db, ada, true, &Who::SHELL, log.now).await.expect("it answers");
        users::disable(&log.db, ada, false, &Who::SHELL, log.now).await.expect("it answers");
        assert_eq!(keys(&log).await, Vec::<String>::new());
    }

    async fn people_are_listed_with_how_they_sign_in_and_where_they_are(log: Log) {
        let ada = person(&log, "Ada", "admin", "hash").await;
        person(&log, "bob", "viewer", "").await;
        let carol = Identity { issuer: "https://id.example", subject: "1", name: "Carol" };
        identities::enter(&log.db, carol, vec![Grant::everywhere("viewer")], log.now).await.map(drop).expect("it answers");
        open(&log, ada, "one").await;
        open(&log, ada, "two").await;
        let past = log.now - TimeDelta::days(1);
        let people = people::list(&log.db, (past, past), log.district.time_zone).await.expect("it answers");
        let told: Vec<_> = people.iter().map(|p| (p.name.as_str(), p.signs_in, p.sessions)).collect();
        assert_eq!(told, [
            ("Ada", SignsIn::Password, 2),
            ("bob", SignsIn::NotYet, 0),
            ("Carol", SignsIn::Provider, 0),
        ]);
        assert_eq!(people[0].grants[0].role, "admin");
        assert_eq!(people[0].seen_at.map(|at| at.to_utc()), Some(log.now));
        let carol = people[2].id;
        assert_eq!(links::reset(&log.db, carol, &link(&log, "k"), &Who::SHELL).await.expect("it answers"), Linked::Provider);
    }
}
