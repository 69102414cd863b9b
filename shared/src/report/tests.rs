//! The manual's own example field by field, and the rules for rows and options.

mod snapshots;

use chrono::DateTime;

use super::*;
use crate::{
    call_status::CallStatus,
    counting::DeliverySummary,
    message::{
        BodyFormat, Content, Criterion, MessageHeader, MessageId, MessageStatus, MessageSummary,
    },
};

fn at(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

fn school_is_cancelled() -> MessageDetail {
    let criterion = |label: &str, value: &str| Criterion {
        label: label.into(),
        value: value.into(),
    };
    MessageDetail {
        message: MessageHeader {
            row: MessageSummary {
                id: MessageId(1),
                status: MessageStatus::InProgress,
                message_type: "Message Builder".into(),
                organization: "High School".into(),
                subject: "School is Cancelled".into(),
                sender: "Administrator, System".into(),
                created_at: at("2019-12-02T08:55:00-06:00"),
                scheduled_at: at("2019-12-02T08:55:00-06:00"),
                schedule_id: None,
            },
            category: Some("General Notification".into()),
            inbox_email_start_at: None,
            voice_text_start_at: None,
            started_at: Some(at("2019-12-02T08:54:00-06:00")),
            last_news_at: None,
            stalled: false,
            ended_at: Some(at("2019-12-02T08:54:40-06:00")),
        },
        summary: DeliverySummary {
            total_recipients: 127,
            total_no_device: 34,
            total_inbox: 93,
            total_emails: 3,
            not_contacted_by_phone: 127,
            ..DeliverySummary::default()
        },
        progress: vec![],
        resend_of: None,
        resends: vec![],
        personal_data_removed_at: None,
        criteria: vec![
            criterion(
                "Deliver To",
                "Student Messenger Contacts; Message For Each Student",
            ),
            criterion("Enrollment Filter", "Message Only Active Students"),
            criterion("Filter Operation", "Union"),
            criterion("Calendar", "2019-20 High School"),
            criterion(
                "Limit delivery to contacts that speak",
                "No Language Preference",
            ),
        ],
        content: Content {
            reply_to: Some("sysadmin@nomail.com".into()),
            bodies: vec![Body {
                device: Device::Email,
                format: BodyFormat::Text,
                content: "School is cancelled due to weather.".into(),
            }],
        },
        cancellation: None,
        can_cancel: true,
        report: ReportChoices::new(
            MessageStatus::InProgress,
            &[Device::Inbox, Device::Email],
            true,
        ),
        as_of: at("2019-12-02T08:55:18-06:00"),
    }
}

fn options(devices: &[ReportDevice], detail: ReportDetail) -> ReportOptions {
    ReportOptions {
        devices: devices.iter().copied().collect(),
        detail,
        format: ReportFormat::Pdf,
    }
}

fn report(detail: ReportDetail) -> Report {
    Report::new(
        &school_is_cancelled(),
        &options(&[ReportDevice::Email], detail),
        Marks::default(),
        &at("2019-12-02T08:55:18-06:00"),
        "America/Chicago",
    )
}

fn lines(fields: &[Field]) -> Vec<String> {
    fields
        .iter()
        .map(|f| format!("{}: {}", f.label, f.value))
        .collect()
}

#[test]
fn the_manuals_example_comes_out_field_by_field() {
    let report = report(ReportDetail::All);
    assert_eq!(report.organization, "High School");
    assert_eq!(
        report.generated_on,
        "12/02/2019 08:55:18 AM (America/Chicago)"
    );
    assert_eq!(report.status, "In-Progress");
    assert_eq!(
        lines(&report.heading),
        [
            "Subject: School is Cancelled",
            "Type: Message Builder - General Notification",
            "Sender: Administrator, System",
            "Date Created: 12/02/2019 8:55 AM",
            "Include Recipient Devices: Email",
        ]
    );
    assert_eq!(
        lines(&report.summary),
        [
            "Start Time: 12/02/2019 08:54 AM",
            "Total Inbox: 93",
            "End Time: 12/02/2019 08:54 AM",
            "Total Emails: 3",
            "Duration: 0 minutes",
            "Total Voice: 0",
            "Total Recipients: 127",
            "Total Text: 0",
            "Total Voice Attempted: 0",
            "Total No Device: 34",
            "Total Text Messages Attempted: 0",
            "Recipients contacted successfully by phone: 0",
            "Recipients not contacted by phone: 127",
        ]
    );
    let body = report.body.unwrap();
    let criteria: Vec<_> = body
        .criteria
        .iter()
        .map(|(l, v)| format!("{l}: {v}"))
        .collect();
    assert_eq!(
        criteria,
        [
            "Deliver To: Student Messenger Contacts; Message For Each Student",
            "Enrollment Filter: Message Only Active Students",
            "Filter Operation: Union",
            "Calendar: 2019-20 High School",
            "Limit delivery to contacts that speak: No Language Preference",
        ]
    );
    assert_eq!(
        lines(&body.content),
        [
            "Reply To Email: sysadmin@nomail.com",
            "Message Body: School is cancelled due to weather.",
        ]
    );
}

#[test]
fn the_summary_stands_in_two_columns_as_in_the_manual() {
    let report = report(ReportDetail::Summary);
    let rows: Vec<Vec<&str>> = report
        .summary_rows()
        .iter()
        .map(|row| row.iter().map(|c| c.map_or("", |f| f.label)).collect())
        .collect();
    let expected: [&[&str]; 8] = [
        &["Start Time", "Total Inbox"],
        &["End Time", "Total Emails"],
        &["Duration", "Total Voice"],
        &["Total Recipients", "Total Text"],
        &["", "Total Voice Attempted"],
        &["Total No Device", "Total Text Messages Attempted"],
        &["Recipients contacted successfully by phone"],
        &["Recipients not contacted by phone"],
    ];
    assert_eq!(rows, expected);
}

/// The example, stopped by somebody in `status`.
fn canceled_at(status: MessageStatus, reason: Option<&str>) -> MessageDetail {
    let mut detail = school_is_cancelled();
    detail.message.row.status = status;
    detail.cancellation = Some(Cancellation {
        by: "Administrator, System".into(),
        at: at("2019-12-02T09:00:00-06:00"),
        reason: reason.map(str::to_owned),
        devices: vec![
            CanceledDevice {
                device: Device::Inbox,
                gone: 93,
                in_flight: 0,
                stopped: 0,
            },
            CanceledDevice {
                device: Device::Email,
                gone: 1,
                in_flight: 1,
                stopped: 1,
            },
        ],
    });
    detail
}

#[test]
fn a_canceled_message_says_who_stopped_it_when_why_and_what_that_stopped() {
    let detail = canceled_at(MessageStatus::Canceled, Some("The storm has passed."));
    let fields = lines(&summary(&detail));
    assert_eq!(
        fields[13..],
        [
            "Canceled: 12/02/2019 9:00 AM by Administrator, System",
            "Reason: The storm has passed.",
            "Inbox When Canceled: 93 had gone, 0 were in flight, 0 were stopped",
            "Email When Canceled: 1 had gone, 1 was in flight, 1 was stopped",
        ]
    );
    let without = lines(&summary(&canceled_at(MessageStatus::Canceled, None)));
    assert!(!without.iter().any(|line| line.starts_with("Reason")));
}

#[test]
fn times_that_will_never_come_are_not_promised() {
    for status in MessageStatus::ALL {
        let mut detail = school_is_cancelled();
        detail.message.row.status = status;
        detail.message.started_at = None;
        detail.message.ended_at = None;
        let expected = if status.is_over() { "None" } else { "None yet" };
        for field in summary(&detail) {
            if ["Start Time", "End Time", "Duration"].contains(&field.label) {
                assert_eq!(field.value, expected, "{} of {status:?}", field.label);
            }
        }
    }
}

#[test]
fn a_summary_prints_nothing_after_the_delivery_summary() {
    assert_eq!(report(ReportDetail::Summary).body, None);
}

#[test]
fn bodies_that_differ_are_printed_by_device() {
    let mut detail = school_is_cancelled();
    detail.content.bodies.push(Body {
        device: Device::Text,
        format: BodyFormat::Text,
        content: "School closed".into(),
    });
    let labels: Vec<_> = content(&detail).iter().map(|f| f.label).collect();
    assert_eq!(
        labels,
        ["Reply To Email", "Email Message Body", "Text Message Body"]
    );
}

fn delivery(device: Device, status: DeliveryStatus, call_status: Option<i16>) -> Delivery {
    Delivery {
        device,
        address: "heather@nomail.com".into(),
        status,
        call_status: call_status.map(CallStatus),
        reason: None,
        confirmed_at: None,
        at: None,
        duplicate: false,
    }
}

fn recipient(deliveries: Vec<Delivery>) -> Recipient {
    Recipient {
        line: 0,
        name: "Parent, Heather".into(),
        student: Some("Student, Calvin".into()),
        deliveries,
        device_elsewhere: false,
    }
}

#[test]
fn only_ticked_devices_are_printed() {
    let recipient = recipient(vec![
        delivery(Device::Inbox, DeliveryStatus::Sent, None),
        delivery(Device::Email, DeliveryStatus::InProgress, None),
        delivery(Device::Text, DeliveryStatus::Sent, Some(-28)),
        delivery(Device::Voice, DeliveryStatus::Sent, Some(5)),
    ]);
    let printed = |devices: &[ReportDevice]| -> Vec<String> {
        rows(
            &recipient,
            Person::default(),
            &options(devices, ReportDetail::All),
        )
        .iter()
        .map(|r| format!("{} {}", r.csv_device(), r.status))
        .collect()
    };
    assert_eq!(printed(&[ReportDevice::Email]), ["Email In-Progress"]);
    assert_eq!(
        printed(&[ReportDevice::VoiceText]),
        ["Text SMS Delivered", "Voice Live Person"]
    );
}

#[test]
fn failed_delivery_prints_all_ticked_deliveries_of_a_line_with_a_failed_one() {
    let both = [ReportDevice::Email, ReportDevice::VoiceText];
    let options = options(&both, ReportDetail::Failed);
    let mixed = recipient(vec![
        delivery(Device::Email, DeliveryStatus::Sent, None),
        delivery(Device::Voice, DeliveryStatus::Failed, Some(1)),
    ]);
    assert_eq!(rows(&mixed, Person::default(), &options).len(), 2);
    let fine = recipient(vec![delivery(Device::Email, DeliveryStatus::Sent, None)]);
    assert_eq!(rows(&fine, Person::default(), &options).len(), 0);
    let stopped = recipient(vec![delivery(
        Device::Email,
        DeliveryStatus::Canceled,
        None,
    )]);
    assert_eq!(rows(&stopped, Person::default(), &options).len(), 0);
}

#[test]
fn people_without_a_device_are_printed_where_no_device_is_ticked() {
    let nobody = recipient(vec![]);
    let printed = |devices: &[ReportDevice], detail| {
        rows(&nobody, Person::default(), &options(devices, detail))
    };
    let rows = printed(&[ReportDevice::NoDevice], ReportDetail::All);
    assert_eq!(rows[0].paper_device(), "No Device");
    assert_eq!(printed(&[ReportDevice::Email], ReportDetail::All), []);
    assert_eq!(printed(&[ReportDevice::NoDevice], ReportDetail::Failed), []);
}

#[test]
fn a_person_with_a_device_on_another_line_is_not_without_one() {
    let elsewhere = Person {
        has_device: true,
        ..Person::default()
    };
    let all = options(&ReportDevice::ALL, ReportDetail::All);
    assert_eq!(rows(&recipient(vec![]), elsewhere, &all), []);
}

#[test]
fn people_are_marked_only_where_the_message_used_the_phone() {
    let line = recipient(vec![delivery(Device::Email, DeliveryStatus::Sent, None)]);
    let options = options(&[ReportDevice::Email], ReportDetail::All);
    let marked = |contacted| {
        let person = Person {
            contacted,
            ..Person::default()
        };
        rows(&line, person, &options)[0].not_contacted
    };
    assert!(marked(Some(false)));
    assert!(!marked(Some(true)));
    assert!(!marked(None));
}

#[test]
fn the_paper_names_the_device_behind_all_but_an_email_address() {
    let paper = |device| {
        let line = recipient(vec![delivery(device, DeliveryStatus::Sent, None)]);
        let all = options(&ReportDevice::ALL, ReportDetail::All);
        rows(&line, Person::default(), &all)[0].paper_device()
    };
    assert_eq!(paper(Device::Email), "heather@nomail.com");
    assert_eq!(paper(Device::Voice), "heather@nomail.com (Voice)");
}

#[test]
fn options_are_held_against_what_the_message_offers() {
    let choices = school_is_cancelled().report;
    let check = |devices: &[ReportDevice], detail| options(devices, detail).check(&choices);
    assert_eq!(check(&[ReportDevice::Email], ReportDetail::All), Ok(()));
    assert_eq!(
        check(&[ReportDevice::VoiceText], ReportDetail::All),
        Err(ChoiceError::DeviceNotUsed(ReportDevice::VoiceText))
    );
    assert_eq!(
        check(&[ReportDevice::Email], ReportDetail::Failed),
        Err(ChoiceError::FailedTooEarly)
    );
    assert_eq!(check(&[], ReportDetail::All), Err(ChoiceError::NoDevices));
    assert_eq!(check(&[], ReportDetail::Summary), Ok(()));
}

#[test]
fn a_choice_refused_says_what_to_do() {
    assert_eq!(
        ChoiceError::DeviceNotUsed(ReportDevice::VoiceText).to_string(),
        "This message did not use Voice/Text. Leave that device out."
    );
}

#[test]
fn failed_delivery_is_not_offered_while_a_message_may_still_go_out() {
    let offered = |status| ReportChoices::new(status, &[], false).failed_delivery;
    assert!(!offered(MessageStatus::Waiting));
    assert!(!offered(MessageStatus::InProgress));
    assert!(offered(MessageStatus::Sent));
    assert!(offered(MessageStatus::Error));
    assert!(offered(MessageStatus::Canceled));
}

#[test]
fn the_boxes_offered_are_those_the_message_has_something_for() {
    let choices = ReportChoices::new(MessageStatus::Sent, &[Device::Text, Device::Voice], true);
    assert_eq!(
        choices.devices,
        [ReportDevice::NoDevice, ReportDevice::VoiceText]
    );
}
