//! Messages that come in while the log is open: whether they belong to what was searched, and where.

use shared::{
    find::FindResult,
    message::{MessageId, MessageSummary},
};

/// Whether a message that came in is one of those that were searched and loaded.
pub fn belongs(found: &FindResult, message: &MessageSummary) -> bool {
    let day = message.created_at.date_naive();
    let oldest = found.messages.last().filter(|_| found.truncated);
    (found.created_from..=found.created_to).contains(&day)
        && oldest.is_none_or(|oldest| age(message) > age(oldest))
}

/// Puts messages where they stand by age.
pub fn insert(found: &mut FindResult, messages: Vec<MessageSummary>) {
    for message in messages {
        let place = found
            .messages
            .partition_point(|known| age(known) > age(&message));
        found.messages.insert(place, message);
        found.total += 1;
    }
}

fn age(message: &MessageSummary) -> (i64, MessageId) {
    (message.created_at.timestamp_millis(), message.id)
}

#[cfg(test)]
mod tests {
    use shared::find::parse_day;

    use super::*;
    use crate::log::rows::tests::message;

    fn found(messages: Vec<MessageSummary>, truncated: bool) -> FindResult {
        let day = |text| parse_day(text).unwrap();
        FindResult {
            total: messages.len() as u64,
            truncated,
            messages,
            created_from: day("2020-01-30"),
            created_to: day("2020-01-31"),
            as_of: chrono::DateTime::parse_from_rfc3339("2020-01-31T16:00:00-06:00").unwrap(),
            time_zone: "America/Chicago".into(),
        }
    }

    #[test]
    fn what_comes_in_belongs_to_the_days_by_the_districts_calendar() {
        let found = found(vec![message(1, "2020-01-30T11:00:00-06:00")], false);
        for (created, belonging) in [
            ("2020-01-31T23:59:00-06:00", true),
            ("2020-01-30T00:00:00-06:00", true),
            ("2020-01-29T23:59:00-06:00", false),
            ("2020-02-01T00:00:00-06:00", false),
        ] {
            assert_eq!(
                belongs(&found, &message(9, created)),
                belonging,
                "{created}"
            );
        }
    }

    #[test]
    fn what_is_older_than_the_rows_loaded_waits_with_the_rest() {
        let found = found(vec![message(5, "2020-01-31T11:00:00-06:00")], true);
        assert!(!belongs(&found, &message(6, "2020-01-31T10:59:00-06:00")));
        assert!(belongs(&found, &message(6, "2020-01-31T11:00:00-06:00")));
    }

    #[test]
    fn what_comes_in_stands_newest_first() {
        let at = "2020-01-31T11:00:00-06:00";
        let mut found = found(
            vec![message(5, at), message(1, "2020-01-30T11:00:00-06:00")],
            false,
        );
        insert(
            &mut found,
            vec![message(3, "2020-01-31T09:00:00-06:00"), message(6, at)],
        );
        let ids: Vec<_> = found.messages.iter().map(|message| message.id.0).collect();
        assert_eq!(ids, [6, 5, 3, 1]);
        assert_eq!(found.total, 4);
    }
}
