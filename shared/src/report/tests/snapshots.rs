//! What is printed, whole: nobody changes a word of it unnoticed.

use super::*;

fn printed(detail: &MessageDetail, devices: &[ReportDevice], how: ReportDetail) -> Report {
    let marks = Marks {
        duplicates: true,
        not_contacted: false,
    };
    Report::new(
        detail,
        &options(devices, how),
        marks,
        &at("2019-12-02T09:15:00-06:00"),
        "America/Chicago",
    )
}

#[test]
fn all() {
    let devices = [ReportDevice::Inbox, ReportDevice::Email];
    let report = printed(&school_is_cancelled(), &devices, ReportDetail::All);
    insta::assert_debug_snapshot!(report);
}

#[test]
fn the_summary() {
    let report = printed(&school_is_cancelled(), &[], ReportDetail::Summary);
    insta::assert_debug_snapshot!(report);
}

#[test]
fn failed_deliveries() {
    let mut detail = school_is_cancelled();
    detail.message.row.status = MessageStatus::Error;
    let devices = [ReportDevice::NoDevice, ReportDevice::Email];
    insta::assert_debug_snapshot!(printed(&detail, &devices, ReportDetail::Failed));
}

#[test]
fn a_canceled_message() {
    let mut detail = canceled_at(MessageStatus::Canceled, Some("The storm has passed."));
    detail.message.started_at = None;
    detail.message.ended_at = None;
    let report = printed(&detail, &[ReportDevice::Email], ReportDetail::All);
    insta::assert_debug_snapshot!(report);
}

#[test]
fn a_message_whose_personal_data_was_removed() {
    let mut detail = school_is_cancelled();
    detail.personal_data_removed_at = Some(at("2026-12-02T02:00:00-06:00"));
    detail.criteria.clear();
    detail.content.bodies.clear();
    let report = printed(&detail, &[], ReportDetail::Summary);
    insta::assert_debug_snapshot!(report);
}
