//! Find: order, pages, days of the district, schedulers.

use serde_json::json;
use server::store::{find::find, reach::Reach};
use shared::message::{MessageId, MessageSummary};

use crate::log::{Log, message, on_both_databases, range, utc, with};

fn ids(rows: &[MessageSummary]) -> Vec<i64> {
    rows.iter().map(|row| row.id.0).collect()
}

on_both_databases! {
    async fn pages_of_4000_hold_every_message_once_although_all_were_made_at_once(log: Log) {
        let count = 4105;
        let file: String = (0..count).map(|n| format!("{}\n", message(&format!("m{n}")))).collect();
        let (report, _) = log.import(file.as_bytes()).await;
        assert_eq!(report.accepted, count);
        let first = log.find("2020-01-31", "2020-01-31").await;
        assert_eq!((first.messages.len(), first.total, first.truncated), (4000, count, true));
        let last = first.messages.last().map(|row| row.id);
        let second = log.find_before("2020-01-31", "2020-01-31", last).await;
        assert_eq!((second.messages.len(), second.total, second.truncated), (105, count, false));
        let all = [ids(&first.messages), ids(&second.messages)].concat();
        assert!(all.windows(2).all(|pair| pair[0] > pair[1]), "newest first, none twice");
        let end = second.messages.last().map(|row| row.id);
        let third = log.find_before("2020-01-31", "2020-01-31", end).await;
        assert_eq!((third.messages.len(), third.total, third.truncated), (0, count, false));
    }

    async fn nothing_is_older_than_a_message_that_does_not_exist(log: Log) {
        log.put(&message("a")).await;
        let found = log.find_before("2020-01-31", "2020-01-31", Some(MessageId(999))).await;
        assert_eq!((found.messages.len(), found.total), (0, 1));
    }

    async fn a_place_outside_the_range_leads_no_further_than_the_range(log: Log) {
        let old = log.put(&with(message("old"), json!({"created_at": "2020-01-29T12:00:00-06:00"}))).await;
        let new = log.put(&message("new")).await;
        let found = log.find_before("2020-01-29", "2020-01-29", Some(new)).await;
        assert_eq!(ids(&found.messages), [old.0]);
        let found = log.find_before("2020-01-31", "2020-01-31", Some(old)).await;
        assert_eq!(ids(&found.messages), [0; 0]);
    }

    async fn a_day_is_the_districts_also_when_its_clocks_change(log: Log) {
        // 11/03/2019 has 25 hours in Chicago, 03/10/2019 has 23.
        for (name, at) in [
            ("before", "2019-11-03T04:59:59.999Z"),
            ("first", "2019-11-03T05:00:00Z"),
            ("one, again", "2019-11-03T07:30:00Z"),
            ("last", "2019-11-04T05:59:59.999Z"),
            ("after", "2019-11-04T06:00:00Z"),
            ("spring first", "2019-03-10T06:00:00Z"),
            ("spring last", "2019-03-11T04:59:59.999Z"),
            ("spring after", "2019-03-11T05:00:00Z"),
        ] {
            log.put(&with(message(name), json!({"created_at": at, "subject": name}))).await;
        }
        let subjects = |rows: Vec<MessageSummary>| rows.into_iter().map(|row| row.subject).collect::<Vec<_>>();
        let autumn = log.find("2019-11-03", "2019-11-03").await.messages;
        assert_eq!(autumn[1].created_at.to_rfc3339(), "2019-11-03T01:30:00-06:00");
        assert_eq!(subjects(autumn), ["last", "one, again", "first"]);
        let spring = log.find("2019-03-10", "2019-03-10").await.messages;
        assert_eq!(subjects(spring), ["spring last", "spring first"]);
    }

    async fn a_schedulers_message_appears_at_its_start_and_a_templates_at_once(log: Log) {
        let start = json!({"inbox_email_start_at": "2020-02-01T15:00:00-06:00"});
        log.put(&with(message("template"), start.clone())).await;
        let scheduled = with(message("scheduler"), start);
        let scheduled = with(scheduled, json!({"schedule_id": 17}));
        log.import(scheduled.to_string().as_bytes()).await;
        let zone = log.district.time_zone;
        let at = async |now| {
            let range = range("2020-01-31", "2020-01-31");
            let found = find(&log.db, &Reach::Everywhere, &range, zone, None, utc(now)).await.expect("it finds");
            assert_eq!(found.total as usize, found.messages.len());
            found.messages.into_iter().map(|row| row.schedule_id).collect::<Vec<_>>()
        };
        assert_eq!(at("2020-02-01T20:59:59Z").await, [None]);
        assert_eq!(at("2020-02-01T21:00:00Z").await, [Some(17), None]);
        let unseen = server::store::detail::detail(&log.db, MessageId(2), zone, log.now).await;
        assert_eq!(unseen.expect("it reads"), None);
    }

    async fn the_date_scheduled_is_the_earlier_start_or_the_creation(log: Log) {
        let (early, late) = ("2020-02-03T08:00:00-06:00", "2020-02-03T09:00:00-06:00");
        for (name, inbox, voice, expected) in [
            ("both", Some(late), Some(early), early),
            ("one", Some(late), None, late),
            ("none", None, None, "2020-01-31T12:00:00-06:00"),
        ] {
            let starts = json!({"inbox_email_start_at": inbox, "voice_text_start_at": voice});
            let id = log.put(&with(message(name), starts)).await;
            assert_eq!(log.detail(id).await.message.row.scheduled_at.to_rfc3339(), expected);
        }
    }
}
