//! Recipients: pages, search, filters, shared outcomes.

use serde_json::{Value, json};
use shared::{
    call_status::CallStatus,
    delivery::{DeliveryStatus, DeviceFilter, RecipientPage, RecipientQuery},
    message::MessageId,
};

use crate::log::{Log, line, message, on_both_databases, with};

fn family() -> Value {
    let at = "2020-01-31T12:05:00-06:00";
    let email = |address: &str, status: &str| json!({"device": "email", "address": address, "status": status, "at": at});
    let call = |address: &str, code: i16| json!({"device": "voice", "address": address, "call_status": code, "at": at});
    let named = |mut line: Value, name: &str, student: &str| {
        line["name"] = json!(name);
        line["student"] = json!(student);
        line
    };
    with(
        message("family"),
        json!({
            "status": "sent",
            "recipients": [
                named(line("mother", json!([email("Ana@NoMail.com", "sent"), call("612-555-0100", 5)])), "Muñoz, Ana", "Muñoz, Zoë"),
                named(line("father", json!([call("(612) 555-0100", -4), email("o'hara_100%@nomail.com", "failed")])), "O'Hara \"Bo\" 100% _x", "Muñoz, Zoë"),
                named(line("none", json!([])), "فاطمة 🚌", "أحمد"),
                named(line("mother", json!([email("ana@nomail.com", "failed")])), "Muñoz, Ana", "ĐẶNG, Ân"),
            ],
        }),
    )
}

fn lines(page: &RecipientPage) -> Vec<u32> {
    assert_eq!(page.total as usize, page.recipients.len());
    page.recipients.iter().map(|r| r.line).collect()
}

async fn search(log: &Log, id: MessageId, search: &str) -> Vec<u32> {
    let search = search.to_owned();
    lines(
        &log.recipients(
            id,
            &RecipientQuery {
                search,
                ..RecipientQuery::default()
            },
        )
        .await,
    )
}

on_both_databases! {
    async fn a_duplicate_shows_the_outcome_of_the_first(log: Log) {
        let id = log.put(&family()).await;
        let page = log.recipients(id, &RecipientQuery::default()).await;
        let all: Vec<_> = page.recipients.iter().flat_map(|r| &r.deliveries).collect();
        assert_eq!(all.iter().map(|d| d.duplicate).collect::<Vec<_>>(), [false, false, true, false, true]);
        assert_eq!((all[2].status, all[2].call_status), (DeliveryStatus::Sent, Some(CallStatus(5))));
        assert_eq!(all[2].address, "(612) 555-0100", "its address is as it was submitted");
        assert_eq!((all[4].status, all[4].at), (all[0].status, all[0].at));
        let summary = log.detail(id).await.summary;
        assert_eq!((summary.total_recipients, summary.total_no_device), (3, 1));
        assert_eq!((summary.total_emails, summary.total_voice, summary.contacted_by_phone), (2, 1, 2));
    }

    async fn a_search_ignores_case_and_takes_every_character_for_itself(log: Log) {
        let id = log.put(&family()).await;
        assert_eq!(search(&log, id, "MUÑOZ").await, [0, 1, 3]);
        assert_eq!(search(&log, id, " đặng ").await, [3]);
        assert_eq!(search(&log, id, "o'hara \"bo").await, [1]);
        assert_eq!(search(&log, id, "%").await, [1]);
        assert_eq!(search(&log, id, "_x").await, [1]);
        assert_eq!(search(&log, id, "🚌").await, [2]);
        assert_eq!(search(&log, id, "فاطمة").await, [2]);
        assert_eq!(search(&log, id, "' or 1=1 --").await, [0; 0]);
        assert_eq!(search(&log, id, "").await, [0, 1, 2, 3]);
    }

    async fn an_address_is_found_in_either_form_but_only_by_who_may_see_it(log: Log) {
        let id = log.put(&family()).await;
        for text in ["ana@nomail", "+16125550100", "612) 555"] {
            assert!(!search(&log, id, text).await.is_empty(), "{text}");
            let query = RecipientQuery { search: text.into(), ..RecipientQuery::default() };
            assert_eq!(lines(&log.recipients_for(id, &query, false).await), [0; 0], "{text}");
        }
    }

    async fn lines_are_filtered_by_device_and_by_status_on_it(log: Log) {
        let id = log.put(&family()).await;
        let filtered = async |device, status| {
            let query = RecipientQuery { device, status, ..RecipientQuery::default() };
            lines(&log.recipients(id, &query).await)
        };
        use DeliveryStatus::{Failed, Sent};
        assert_eq!(filtered(Some(DeviceFilter::NoDevice), None).await, [2]);
        assert_eq!(filtered(Some(DeviceFilter::Email), None).await, [0, 1, 3]);
        assert_eq!(filtered(Some(DeviceFilter::Inbox), None).await, [0; 0]);
        assert_eq!(filtered(None, Some(Failed)).await, [1]);
        assert_eq!(filtered(Some(DeviceFilter::Voice), Some(Sent)).await, [0, 1]);
        assert_eq!(filtered(Some(DeviceFilter::Voice), Some(Failed)).await, [0; 0]);
        assert_eq!(filtered(Some(DeviceFilter::NoDevice), Some(Sent)).await, [0; 0]);
    }

    async fn pages_hold_every_line_once_in_order(log: Log) {
        let recipients: Vec<Value> = (0..23).map(|n| {
            let address = format!("p{}@nomail.com", n % 7);
            line(&format!("p{n:02}"), if n % 3 == 0 { json!([]) } else { json!([{"device": "inbox"}, {"device": "email", "address": address}]) })
        }).collect();
        let id = log.put(&with(message("many"), json!({"recipients": recipients}))).await;
        let mut query = RecipientQuery { limit: Some(5), ..RecipientQuery::default() };
        let mut seen = Vec::new();
        loop {
            let page = log.recipients(id, &query).await;
            assert_eq!(page.total, 23);
            for recipient in &page.recipients {
                let expected = if recipient.line % 3 == 0 { 0 } else { 2 };
                assert_eq!(recipient.deliveries.len(), expected);
                seen.push(recipient.line);
            }
            query.after = page.next_after;
            if query.after.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..23).collect::<Vec<_>>());
    }
}
