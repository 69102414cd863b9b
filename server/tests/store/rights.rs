//! Rights: roles, grants, schools, and what is found within reach.

use chrono::TimeDelta;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::json;
use server::store::{
    audit::Who,
    find,
    grants::{self, Grant, Granted},
    organizations,
    reach::Reach,
    roles::{self, RoleChange},
    tokens::{self, Limits},
    users::{self, Added},
};
use shared::{
    message::{MessageId, MessageSummary},
    session::{Permission, Role},
};

use crate::{
    log::{Log, message, on_both_databases, range, with},
    manual::MANUAL,
};

fn at(role: &str, school: &str) -> Grant {
    Grant {
        role: role.to_owned(),
        organization: Some(school.to_owned()),
    }
}

async fn person(log: &Log, name: &str, grants: &[Grant]) -> i64 {
    match users::add_with(&log.db, name, grants, "$argon2id$x", &Who::SHELL, log.now).await {
        Ok(Added::Done(id)) => id,
        refused => panic!("{name} was not added: {refused:?}"),
    }
}

async fn within(log: &Log, reach: &Reach) -> Vec<MessageSummary> {
    let (days, zone) = (range("1900-01-01", "2100-12-31"), log.district.time_zone);
    let found = find::find(&log.db, reach, &days, zone, None, log.now);
    let found = found.await.expect("it finds");
    assert_eq!(found.total, found.messages.len() as u64);
    found.messages
}

async fn may(log: &Log, id: i64, permission: Permission) -> Reach {
    let user = users::by_id(&log.db, id)
        .await
        .expect("it answers")
        .expect("it is there");
    user.rights.reach(permission).clone()
}

on_both_databases! {
    async fn a_role_at_a_school_reaches_that_school_only(log: Log) {
        organizations::add(&log.db, "High School", &Who::SHELL, log.now).await.expect("it is added");
        let id = person(&log, "ada", &[at("operator", "High School")]).await;
        let school = organizations::by_name(&log.db, "High School").await.expect("it answers").expect("it is there");
        assert_eq!(may(&log, id, Permission::Cancel).await, Reach::Schools([school].into()));
        assert_eq!(may(&log, id, Permission::Administer).await, Reach::Nowhere);
        let both = [at("operator", "High School"), Grant::everywhere("viewer")];
        assert_eq!(grants::set(&log.db, id, &both, &Who::SHELL, log.now).await.expect("it answers"), Granted::LastAdministrator);
        person(&log, "root", &[Grant::everywhere("admin")]).await;
        assert_eq!(grants::set(&log.db, id, &both, &Who::SHELL, log.now).await.expect("it answers"), Granted::Done);
        assert_eq!(may(&log, id, Permission::View).await, Reach::Everywhere);
        assert_eq!(may(&log, id, Permission::Cancel).await, Reach::Schools([school].into()));
        assert_eq!(grants::of(&log.db, id).await.expect("it answers").len(), 2);
    }

    async fn a_role_or_a_school_that_is_unknown_changes_nothing(log: Log) {
        let id = person(&log, "root", &[Grant::everywhere("admin")]).await;
        for (grant, refusal) in [
            (Grant::everywhere("boss"), Granted::NoSuchRole("boss".into())),
            (at("viewer", "Nowhere"), Granted::NoSuchSchool("Nowhere".into())),
        ] {
            assert_eq!(grants::set(&log.db, id, &[grant], &Who::SHELL, log.now).await.expect("it answers"), refusal);
        }
        assert_eq!(grants::of(&log.db, id).await.expect("it answers"), [Grant::everywhere("admin")]);
        let added = users::add_with(&log.db, "eve", &[Grant::everywhere("boss")], "", &Who::SHELL, log.now).await.expect("it answers");
        assert_eq!(added, Added::Refused(Granted::NoSuchRole("boss".into())));
        assert!(users::by_name(&log.db, "eve").await.expect("it answers").is_none());
    }

    async fn somebody_always_administers(log: Log) {
        let one = person(&log, "one", &[Grant::everywhere("admin")]).await;
        let two = person(&log, "two", &[Grant::everywhere("admin")]).await;
        assert_eq!(users::disable(&log.db, one, true, &Who::SHELL, log.now).await.expect("it answers"), Granted::Done);
        assert_eq!(users::disable(&log.db, two, true, &Who::SHELL, log.now).await.expect("it answers"), Granted::LastAdministrator);
        assert_eq!(grants::set(&log.db, two, &[], &Who::SHELL, log.now).await.expect("it answers"), Granted::LastAdministrator);
        assert!(users::by_id(&log.db, two).await.expect("it answers").expect("it is there").disabled_at.is_none());
        assert_eq!(users::disable(&log.db, one, false, &Who::SHELL, log.now).await.expect("it answers"), Granted::Done);
        assert_eq!(grants::set(&log.db, two, &[], &Who::SHELL, log.now).await.expect("it answers"), Granted::Done);
    }

    async fn who_cannot_sign_in_does_not_administer(log: Log) {
        let admin = [Grant::everywhere("admin")];
        let one = person(&log, "one", &admin).await;
        // Somebody whose link is not used yet.
        let added = users::add_with(&log.db, "two", &admin, "", &Who::SHELL, log.now).await.expect("it answers");
        let Added::Done(two) = added else { panic!("{added:?}") };
        let disable = async |id| users::disable(&log.db, id, true, &Who::SHELL, log.now).await.expect("it answers");
        assert_eq!(disable(one).await, Granted::LastAdministrator);
        users::set_password(&log.db, two, "$argon2id$x", &Who::SHELL, log.now).await.expect("it is set");
        assert_eq!(disable(one).await, Granted::Done);
    }

    async fn two_administrators_cannot_strip_each_other_at_once(log: Log) {
        let one = person(&log, "one", &[Grant::everywhere("admin")]).await;
        let two = person(&log, "two", &[Grant::everywhere("admin")]).await;
        let strip = async |id| grants::set(&log.db, id, &[], &Who::SHELL, log.now).await.expect("it answers");
        let (first, second) = tokio::join!(strip(one), strip(two));
        let mut outcomes = [first == Granted::Done, second == Granted::Done];
        outcomes.sort_unstable();
        assert_eq!(outcomes, [false, true]);
    }

    async fn a_role_that_was_made_changes_for_everybody_who_has_it(log: Log) {
        person(&log, "root", &[Grant::everywhere("admin")]).await;
        let put = async |permissions: &[Permission]| roles::put(&log.db, "printer", permissions, &Who::SHELL, log.now).await.expect("it answers");
        assert_eq!(put(&[Permission::View]).await, RoleChange::Done);
        let id = person(&log, "ada", &[Grant::everywhere("printer")]).await;
        assert_eq!(may(&log, id, Permission::Report).await, Reach::Nowhere);
        assert_eq!(put(&[Permission::View, Permission::Report]).await, RoleChange::Done);
        assert_eq!(may(&log, id, Permission::Report).await, Reach::Everywhere);
        let remove = async |name| roles::remove(&log.db, name, &Who::SHELL, log.now).await.expect("it answers");
        assert_eq!(remove("printer").await, RoleChange::InUse);
        assert_eq!(grants::set(&log.db, id, &[], &Who::SHELL, log.now).await.expect("it answers"), Granted::Done);
        assert_eq!(remove("printer").await, RoleChange::Done);
        assert_eq!(remove("printer").await, RoleChange::NoSuchRole);
        assert_eq!(remove("viewer").await, RoleChange::BuiltIn);
        assert_eq!(roles::put(&log.db, "admin", &[], &Who::SHELL, log.now).await.expect("it answers"), RoleChange::BuiltIn);
        let kept = roles::list(&log.db).await.expect("it answers");
        assert_eq!(kept.iter().filter(|role| role.built_in).count(), Role::ALL.len());
    }

    async fn a_token_ends_and_can_be_taken_back(log: Log) {
        organizations::add(&log.db, "High School", &Who::SHELL, log.now).await.expect("it is added");
        let schools = ["High School".to_owned()];
        let day = log.now + TimeDelta::days(1);
        let added = tokens::add(&log.db, "portal", "k", Limits { schools: Some(&schools), expires_at: Some(day) }, &Who::SHELL, log.now).await;
        assert_eq!(added.expect("it answers"), Ok(true));
        let by_key = async |now| tokens::by_key(&log.db, "k", now).await.expect("it answers");
        let (name, reach) = by_key(log.now).await.expect("it holds");
        let school = organizations::by_name(&log.db, "High School").await.expect("it answers").expect("it is there");
        assert_eq!((name.as_str(), reach), ("portal", Reach::Schools([school].into())));
        assert_eq!(by_key(day).await, None);
        assert_eq!(tokens::list(&log.db).await.expect("it lists")[0].last_used_at, Some(log.now));
        assert!(tokens::revoke(&log.db, "PORTAL", &Who::SHELL, log.now).await.expect("it answers"));
        assert!(!tokens::revoke(&log.db, "portal", &Who::SHELL, log.now).await.expect("it answers"));
        assert_eq!(by_key(log.now).await, None);
        let nowhere = ["Nowhere".to_owned()];
        let refused = tokens::add(&log.db, "other", "k2", Limits { schools: Some(&nowhere), expires_at: None }, &Who::SHELL, log.now).await;
        assert!(refused.expect("it answers").is_err());
    }

    async fn a_place_that_is_out_of_reach_or_not_shown_yet_tells_nothing(log: Log) {
        let at = |name: &str, school: &str| with(message(name), json!({"organization": school}));
        log.put(&at("own", "Own School")).await;
        let later = json!({"schedule_id": 17, "inbox_email_start_at": "2020-02-09T15:00:00-06:00"});
        let hidden = with(at("hidden", "Own School"), later);
        let hidden = log.put(&hidden).await;
        let other = log.put(&at("other", "Other School")).await;
        let school = organizations::by_name(&log.db, "Own School").await.expect("it answers").expect("it is there");
        let (days, zone) = (range("1900-01-01", "2100-12-31"), log.district.time_zone);
        let before = async |reach: &Reach, place| {
            let found = find::find(&log.db, reach, &days, zone, Some(place), log.now).await.expect("it finds");
            found.messages.len()
        };
        let (mine, all) = (Reach::Schools([school].into()), Reach::Everywhere);
        assert_eq!(before(&all, other).await, 1, "they were made at the same time, one after the other");
        assert_eq!(before(&mine, other).await, 0);
        assert_eq!(before(&all, hidden).await, 0);
        assert_eq!(before(&mine, MessageId(999)).await, 0, "as of one that does not exist");
    }

    async fn what_is_found_within_reach_is_all_that_is_within_reach(log: Log) {
        log.import(MANUAL).await;
        let schools = organizations::list(&log.db).await.expect("it lists");
        assert!(schools.len() > 1, "{schools:?}");
        let mut numbers = Vec::new();
        for school in &schools {
            let number = organizations::by_name(&log.db, &school.name).await.expect("it answers");
            numbers.push((number.expect("it is there"), school.name.clone(), school.messages));
        }
        let all = within(&log, &Reach::Everywhere).await;
        let total: u64 = numbers.iter().map(|(.., messages)| messages).sum();
        assert_eq!(all.len() as u64, total);
        let mut runner = TestRunner::default();
        for _ in 0..32 {
            let tree = prop::sample::subsequence(numbers.clone(), 0..=numbers.len());
            let chosen = tree.new_tree(&mut runner).expect("a value").current();
            let reach = Reach::Schools(chosen.iter().map(|(number, ..)| *number).collect());
            let reach = if chosen.is_empty() { Reach::Nowhere } else { reach };
            let expected: Vec<_> = all
                .iter()
                .filter(|row| chosen.iter().any(|(_, name, _)| *name == row.organization))
                .cloned()
                .collect();
            assert_eq!(within(&log, &reach).await, expected, "{reach:?}");
        }
    }
}
