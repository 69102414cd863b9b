//! Suppression, tokens that count once, and turns to ask: what is kept of reports besides deliveries.

use chrono::{DateTime, TimeDelta, Utc};
use server::{
    outcome::{Outcome, Receipt, Target},
    receipts::Why,
    store::{
        audit::{
            Who,
            read::{self, Wanted},
        },
        receipts::{Applied, take_in},
        refresh::{self, Turn},
        reports::{self, Beside, Wished},
        suppression::{self, learned, lift_by, suppress, suppressed},
        time::Timestamp,
    },
};
use shared::{
    audit::AuditAction,
    call_status::CallStatus,
    delivery::{DeliveryStatus, Device},
    message::MessageId,
};

use crate::log::{Log, message, on_both_databases};

/// A report that names no delivery of ours.
fn stray(event: &str, at: DateTime<Utc>) -> Receipt {
    Receipt {
        provider: "mailgun",
        event_id: event.to_owned(),
        target: Target::ProviderId("elsewhere".into()),
        outcome: Outcome::of(DeliveryStatus::Sent),
        at,
        raw: "{\"zero\": \"\u{0}\"}".into(),
    }
}

fn signed(token: &str) -> Beside {
    Beside {
        token: Some(token.to_owned()),
        wish: None,
    }
}

on_both_databases! {
    async fn an_address_is_suppressed_on_its_device_until_it_is_lifted(log: Log) {
        let (text, phone) = (Device::Text, "+16125550100");
        suppress(&log.db, text, phone, Why::Stop, log.now).await.expect("it is kept");
        let found = suppressed(&log.db, text, &["+16125550101", phone]).await.expect("it answers");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [(phone.to_owned(), Why::Stop)]);
        assert!(suppressed(&log.db, Device::Voice, &[phone]).await.expect("it answers").is_empty());
        assert!(suppressed(&log.db, text, &[]).await.expect("it answers").is_empty());
        let lift = async || lift_by(&log.db, text, phone, &Who::SHELL, log.now).await.expect("it answers");
        assert!(lift().await);
        assert!(!lift().await, "a repeat changes nothing");
        assert!(suppressed(&log.db, text, &[phone]).await.expect("it answers").is_empty());
    }

    async fn whoever_lifts_one_by_hand_is_recorded_and_the_address_is_not(log: Log) {
        let (text, phone) = (Device::Text, "+16125550100");
        let lift = async || lift_by(&log.db, text, phone, &Who::SHELL, log.now).await.expect("it answers");
        assert!(!lift().await, "nothing is suppressed");
        suppress(&log.db, text, phone, Why::Stop, log.now).await.expect("it is kept");
        assert!(lift().await);
        assert!(suppressed(&log.db, text, &[phone]).await.expect("it answers").is_empty());
        let wanted = Wanted {
            before: None,
            from: Timestamp::from(log.now),
            end: Timestamp::from(log.now + TimeDelta::seconds(1)),
            action: None,
            who: String::new(),
        };
        let lines = read::find(&log.db, &wanted).await.expect("it reads");
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].action, AuditAction::SuppressionLifted);
        assert!(!lines[0].details.to_string().contains("555"));
    }

    async fn the_first_reason_and_its_time_stay(log: Log) {
        let (email, address) = (Device::Email, "heather@nomail.com");
        let first = log.now;
        suppress(&log.db, email, address, Why::HardBounce, first).await.expect("it is kept");
        let later = first + TimeDelta::days(1);
        suppress(&log.db, email, address, Why::Complaint, later).await.expect("it answers");
        let list = suppression::list(&log.db).await.expect("it answers");
        assert_eq!(list.len(), 1);
        assert_eq!((list[0].why, list[0].at, list[0].address.as_str()), (Why::HardBounce, first, address));
    }

    async fn more_addresses_than_one_statement_takes_are_looked_up(log: Log) {
        let all: Vec<String> = (0..1000).map(|n| format!("p{n}@nomail.com")).collect();
        for address in all.iter().step_by(100) {
            suppress(&log.db, Device::Email, address, Why::HardBounce, log.now).await.expect("it is kept");
        }
        let asked: Vec<&str> = all.iter().map(String::as_str).collect();
        let found = suppressed(&log.db, Device::Email, &asked).await.expect("it answers");
        assert_eq!(found.len(), 10);
        assert!(found.contains_key("p900@nomail.com"));
    }

    async fn a_token_is_good_for_one_report_until_it_is_forgotten(log: Log) {
        let take = async |event: &str, at| take_in(&log.db, &stray(event, log.now), &signed("token"), at).await.expect("it answers");
        assert_eq!(take("one", log.now).await, Applied::NoSuchDelivery);
        assert_eq!(take("one", log.now).await, Applied::Repeat);
        assert_eq!(take("two", log.now).await, Applied::TokenUsed);
        let soon = log.now + TimeDelta::hours(9);
        assert_eq!(reports::forget(&log.db, soon).await.expect("it answers"), 0);
        assert_eq!(take("two", soon).await, Applied::TokenUsed);
        let late = log.now + TimeDelta::hours(11);
        assert_eq!(reports::forget(&log.db, late).await.expect("it answers"), 1);
        assert_eq!(take("two", late).await, Applied::NoSuchDelivery);
    }

    async fn of_two_at_once_one_uses_the_token(log: Log) {
        for round in 0..10 {
            let (one, two) = (stray(&format!("one {round}"), log.now), stray(&format!("two {round}"), log.now));
            let token = signed(&format!("token {round}"));
            let (one, two) = tokio::join!(
                take_in(&log.db, &one, &token, log.now),
                take_in(&log.db, &two, &token, log.now),
            );
            let answers = [one.expect("it answers"), two.expect("it answers")];
            assert!(answers.contains(&Applied::TokenUsed) && answers.contains(&Applied::NoSuchDelivery), "{answers:?}");
        }
    }

    async fn a_report_that_names_no_delivery_is_kept_once_as_it_came(log: Log) {
        for expected in [Applied::NoSuchDelivery, Applied::Repeat] {
            let taken = take_in(&log.db, &stray("event", log.now), &Beside::default(), log.now).await;
            assert_eq!(taken.expect("it is kept"), expected);
        }
        let strays = reports::strays(&log.db, "mailgun").await.expect("it answers");
        assert_eq!(strays, [("event".to_owned(), "{\"zero\": \"\u{fffd}\"}".to_owned())]);
    }

    async fn what_was_reported_before_a_start_opts_nobody_out_after_it(log: Log) {
        let wish = |why| Wished { device: Device::Text, address: "+16125550100".into(), why };
        let minute = |minute| log.now + TimeDelta::minutes(minute);
        let says = async |sid: &str, why, at| reports::heed(&log.db, "twilio", sid, &wish(why), at).await.expect("it answers");
        let reported = async |event: &str, at| {
            let beside = Beside { token: None, wish: Some(wish(Some(Why::Stop))) };
            take_in(&log.db, &stray(event, at), &beside, minute(9)).await.expect("it answers");
        };
        let stopped = async || suppression::list(&log.db).await.expect("it answers").len();
        assert!(says("SM1", Some(Why::Stop), minute(1)).await);
        assert!(says("SM2", None, minute(3)).await);
        assert!(!says("SM1", Some(Why::Stop), minute(4)).await, "it was heard before");
        assert_eq!(stopped().await, 0);
        reported("before", minute(2)).await;
        assert_eq!(stopped().await, 0);
        reported("after", minute(5)).await;
        assert_eq!(stopped().await, 1);
        assert!(says("SM3", None, minute(6)).await);
        assert!(says("SM4", Some(Why::Stop), minute(6)).await);
        assert_eq!(stopped().await, 1, "a person's last word holds, however soon it comes");
        let later = minute(6) + TimeDelta::days(8);
        // Four names of texts; the opt-in went with the last STOP.
        assert_eq!(reports::forget(&log.db, later).await.expect("it answers"), 4);
    }

    async fn many_viewers_ask_once_in_an_interval(log: Log) {
        let id = log.put(&message("asked")).await;
        let (now, interval) = (log.now, TimeDelta::seconds(30));
        let turn = async |at| refresh::take_turn(&log.db, id, interval, at).await.expect("it answers");
        assert_eq!(refresh::asked_at(&log.db, id).await.expect("it answers"), None);
        assert_eq!(turn(now).await, Turn::Yours);
        assert_eq!(turn(now + TimeDelta::seconds(29)).await, Turn::Taken(now));
        assert_eq!(turn(now + interval).await, Turn::Yours);
        assert_eq!(refresh::asked_at(&log.db, id).await.expect("it answers"), Some(now + interval));
        assert_eq!(turn(now).await, Turn::Yours, "a clock that was set back does not stop it");
    }

    async fn a_turn_for_no_message_is_an_error(log: Log) {
        let turn = refresh::take_turn(&log.db, MessageId(999), TimeDelta::seconds(30), log.now).await;
        assert!(turn.is_err());
    }
}

#[test]
fn only_a_stop_and_a_missing_mailbox_are_learned_from() {
    let failed = |reason: &str| Outcome::of(DeliveryStatus::Failed).because(reason);
    let stop = Outcome::of_call(CallStatus(-33));
    assert_eq!(learned(Device::Text, &stop), Some(Why::Stop));
    assert_eq!(learned(Device::Voice, &stop), None);
    let missing = failed("550 5.1.1 No such user");
    assert_eq!(learned(Device::Email, &missing), Some(Why::HardBounce));
    assert_eq!(learned(Device::Email, &failed("552 5.2.2 Full")), None);
    assert_eq!(learned(Device::Text, &missing), None);
}
