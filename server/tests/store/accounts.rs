//! Accounts and sessions: who may sign in, and who is signed in.

use chrono::TimeDelta;
use server::store::{
    audit::{
        Who,
        read::{self, Wanted},
    },
    sessions::{self, Owner},
    users,
};
use shared::{audit::AuditAction, session::Role};

use crate::log::{Log, on_both_databases};

on_both_databases! {
    async fn an_account_is_found_by_its_name_in_any_case_and_by_its_number(log: Log) {
        let id = users::add(&log.db, "Ada Lovelace", Role::Operator, "$argon2id$x", log.now).await.expect("it is added");
        let id = id.expect("the name is free");
        for name in ["Ada Lovelace", " ada lovelace ", "ADA LOVELACE"] {
            let user = users::by_name(&log.db, name).await.expect("it answers").expect("it is there");
            assert_eq!((user.id, user.name.as_str()), (id, "Ada Lovelace"));
            assert_eq!(user.rights.permissions(), Role::Operator.permissions());
        }
        assert!(users::by_id(&log.db, id).await.expect("it answers").is_some());
        assert!(users::by_id(&log.db, id + 1).await.expect("it answers").is_none());
        assert!(users::by_name(&log.db, "ada' or '1'='1").await.expect("it answers").is_none());
    }

    async fn a_name_is_given_to_one_account_only(log: Log) {
        let add = async |name| users::add(&log.db, name, Role::Viewer, "$argon2id$x", log.now).await.expect("it answers");
        assert!(add("ada").await.is_some());
        assert_eq!(add("Ada").await, None);
    }

    async fn another_password_ends_its_sessions_and_is_recorded(log: Log) {
        let add = async |name| users::add(&log.db, name, Role::Viewer, "$argon2id$x", log.now).await.expect("it answers").expect("it is added");
        let (ada, ben) = (add("ada").await, add("ben").await);
        for (key, user) in [("hers", ada), ("his", ben)] {
            let owner = Owner { user: Some(user), ..Owner::default() };
            assert!(sessions::create(&log.db, key, "{}", &owner, log.now).await.expect("it is kept"));
        }
        let by = Who::person(ada, "ada");
        users::set_password(&log.db, ada, "$argon2id$y", &by, log.now).await.expect("it is set");
        let hash = async |id| users::by_id(&log.db, id).await.expect("it answers").expect("it is there").password_hash;
        assert_eq!((hash(ada).await.as_str(), hash(ben).await.as_str()), ("$argon2id$y", "$argon2id$x"));
        let past = log.now - TimeDelta::hours(1);
        let open = async |key| sessions::load(&log.db, key, past, past).await.expect("it answers").is_some();
        assert!(!open("hers").await);
        assert!(open("his").await);
        let kept = read::find(&log.db, &Wanted::of_days(None, None, log.district.time_zone)).await.expect("it reads");
        let (action, id) = (kept[0].action, kept[0].subject_id.clone());
        assert_eq!((action, id), (AuditAction::PasswordChanged, Some(ada.to_string())));
    }

    async fn a_session_is_kept_until_it_is_ended(log: Log) {
        assert!(sessions::create(&log.db, "key", "{}", &Owner::default(), log.now).await.expect("it is kept"));
        assert!(!sessions::create(&log.db, "key", "{}", &Owner::default(), log.now).await.expect("it answers"), "the key is taken");
        sessions::save(&log.db, "key", "{\"a\":1}", &Owner::default(), log.now).await.expect("it is saved");
        let past = log.now - TimeDelta::hours(1);
        let kept = sessions::load(&log.db, "key", past, past).await.expect("it answers").expect("it is there");
        assert_eq!(kept.data, "{\"a\":1}");
        sessions::delete(&log.db, "key").await.expect("it is ended");
        assert!(sessions::load(&log.db, "key", past, past).await.expect("it answers").is_none());
    }

    async fn a_session_left_idle_or_grown_old_is_gone(log: Log) {
        let later = log.now + TimeDelta::minutes(30);
        for key in ["idle", "used"] {
            sessions::create(&log.db, key, "{}", &Owner::default(), log.now).await.expect("it is kept");
        }
        sessions::seen(&log.db, "used", later).await.expect("it is noted");
        let past = log.now - TimeDelta::hours(1);
        let load = async |key, made, used| sessions::load(&log.db, key, made, used).await.expect("it answers").is_some();
        assert!(!load("idle", past, log.now).await, "left idle");
        assert!(load("used", past, log.now).await);
        assert!(!load("used", log.now, past).await, "grown old");
        assert_eq!(sessions::sweep(&log.db, past, log.now).await.expect("it sweeps"), 1);
        assert!(load("used", past, past).await, "the other one is still there");
        assert!(!load("idle", past, past).await);
    }
}
