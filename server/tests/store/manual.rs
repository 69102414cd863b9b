//! The manual's own examples, imported from `fixtures/manual.ndjson` and shown as on its screens.

use shared::{
    datetime::display,
    delivery::RecipientQuery,
    message::{MessageDetail, MessageId, MessageSummary},
};

use crate::log::{Log, on_both_databases, utc};

pub const MANUAL: &[u8] = include_bytes!("../../fixtures/manual.ndjson");

/// A row as on screen, without the school and the sender.
fn shown(row: &MessageSummary) -> String {
    let (created, scheduled) = (display(&row.created_at), display(&row.scheduled_at));
    let (status, kind) = (row.status.label(), &row.message_type);
    format!(
        "{status} | {kind} | {} | {created} | {scheduled}",
        row.subject
    )
}

async fn open(log: &Log, subject: &str) -> (MessageId, MessageDetail) {
    let found = log.find("2019-12-01", "2020-01-31").await;
    let row = found.messages.iter().find(|row| row.subject == subject);
    let id = row.expect("it is in the log").id;
    (id, log.detail(id).await)
}

on_both_databases! {
    async fn the_rows_stand_as_on_the_manuals_screens(log: Log) {
        let (report, refused) = log.import(MANUAL).await;
        assert_eq!((report.accepted, refused), (13, vec![]));
        let found = log.find("2020-01-31", "2020-01-31").await;
        assert_eq!((found.total, found.truncated), (12, false));
        let rows: Vec<String> = found.messages.iter().map(shown).collect();
        let parking = |at| format!("Sent | Behavior | Parking/Driving Violation | {at} | {at}");
        let expected = [
            parking("01/31/2020 3:00 PM"),
            parking("01/31/2020 2:00 PM"),
            "Waiting | Message Builder | Library Hours | 01/31/2020 1:39 PM | 01/31/2020 1:39 PM".into(),
            parking("01/31/2020 1:00 PM"),
            parking("01/31/2020 12:00 PM"),
            parking("01/31/2020 11:00 AM"),
            "Sent | Behavior | Student Behavior | 01/31/2020 11:00 AM | 01/31/2020 11:00 AM".into(),
            "Error | Missing Assignment | Student Missing Assignments | 01/31/2020 11:00 AM | 01/31/2020 11:00 AM".into(),
            "Canceled | Message Builder | Parent/Teacher Conferences 1st Week in March | 01/31/2020 10:24 AM | 01/31/2020 10:35 AM".into(),
            "Error | Message Builder | Parent/Teacher Conferences 1st Week in March | 01/31/2020 10:24 AM | 01/31/2020 10:35 AM".into(),
            "Sent | Special Ed | Evaluation Due | 01/31/2020 10:00 AM | 01/31/2020 10:00 AM".into(),
            parking("01/31/2020 10:00 AM"),
        ];
        assert_eq!(rows, expected);
        let special = &found.messages[10];
        assert_eq!((special.organization.as_str(), special.sender.as_str()), ("Plainview Schools", "Matthews, Dexter"));
        assert!(found.messages.iter().all(|row| row.schedule_id.is_none()));
    }

    async fn library_hours_is_waiting_and_may_be_canceled(log: Log) {
        log.import(MANUAL).await;
        let (_, detail) = open(&log, "Library Hours").await;
        let start = |at: Option<_>| at.as_ref().map(display);
        assert_eq!(start(detail.message.inbox_email_start_at).as_deref(), Some("01/31/2020 2:00 PM"));
        assert_eq!(start(detail.message.voice_text_start_at).as_deref(), Some("01/31/2020 1:39 PM"));
        let summary = detail.summary;
        assert_eq!((summary.total_recipients, summary.total_no_device), (3, 1));
        assert_eq!((summary.total_inbox, summary.total_emails), (2, 2));
        assert!(detail.progress.iter().all(|device| device.percent() == 0));
        assert!(detail.can_cancel && detail.cancellation.is_none());
    }

    async fn school_is_cancelled_reads_as_in_the_manuals_report(log: Log) {
        log.import(MANUAL).await;
        let (id, detail) = open(&log, "School is Cancelled").await;
        let s = detail.summary;
        assert_eq!((s.total_recipients, s.total_no_device, s.total_inbox, s.total_emails), (127, 34, 93, 3));
        assert_eq!((s.total_voice, s.total_text, s.contacted_by_phone, s.not_contacted_by_phone), (0, 0, 0, 127));
        assert_eq!(detail.message.category.as_deref(), Some("General Notification"));
        assert_eq!(detail.criteria[0].value, "Student Messenger Contacts; Message For Each Student");
        assert_eq!(detail.criteria.len(), 5);
        assert_eq!(detail.content.reply_to.as_deref(), Some("sysadmin@nomail.com"));
        assert!(detail.content.bodies.iter().all(|body| body.content == "School is cancelled due to weather."));
        let page = log.recipients(id, &RecipientQuery::default()).await;
        assert_eq!((page.total, page.recipients.len(), page.next_after), (127, 100, Some(99)));
        let emails: Vec<_> = page.recipients.iter().take(3).map(|r| {
            (r.name.as_str(), r.student.as_deref().unwrap_or(""), r.deliveries[1].address.as_str(), r.deliveries[1].status.label())
        }).collect();
        assert_eq!(emails, [
            ("Parent, Heather", "Student, Calvin", "heather@nomail.com", "In-Progress"),
            ("Parent, Tad", "Student, Karen", "tad@nomail.com", "In-Progress"),
            ("Parent, Kris", "Student, Lauren", "kris@nomail.com", "In-Progress"),
        ]);
    }

    async fn a_message_canceled_elsewhere_keeps_who_when_why_and_the_cut(log: Log) {
        log.import(MANUAL).await;
        let found = log.find("2020-01-31", "2020-01-31").await;
        let detail = log.detail(found.messages[8].id).await;
        let canceled = detail.cancellation.expect("it says who");
        assert_eq!((canceled.by.as_str(), canceled.reason.as_deref()), ("Administrator, System", Some("The dates have moved.")));
        assert_eq!(canceled.at, utc("2020-01-31T16:30:00Z"));
        assert_eq!(canceled.devices.iter().map(|d| d.stopped).collect::<Vec<_>>(), [2, 1]);
    }

    async fn a_second_import_changes_nothing(log: Log) {
        log.import(MANUAL).await;
        let before = log.find("2019-12-01", "2020-01-31").await;
        let (report, refused) = log.import(MANUAL).await;
        assert_eq!((report.accepted, report.already_there, refused), (0, 13, vec![]));
        assert_eq!(log.find("2019-12-01", "2020-01-31").await, before);
    }
}
