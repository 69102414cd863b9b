//! The DOCX, unzipped and read as XML.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{Cursor, Read};

use quick_xml::{Reader, events::Event};
use server::report::docx::{self, Template};
use shared::report::{Marks, Report, ReportRow};
use zip::ZipArchive;

use crate::example;

const GENERATED: &str = "2019-12-02T08:55:18-06:00";

fn written(report: &Report, rows: Vec<ReportRow>) -> Vec<u8> {
    let mut out = Vec::new();
    let rows = [Ok::<_, std::io::Error>(rows)];
    docx::write(&Template::embedded(), report, GENERATED, rows, &mut out).unwrap();
    out
}

fn part(file: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(file)).unwrap();
    let mut text = String::new();
    archive
        .by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

/// The document's paragraphs as text, after a check that all of it is well formed.
fn paragraphs(document: &str) -> Vec<String> {
    let mut reader = Reader::from_str(document);
    let (mut all, mut current) = (Vec::new(), String::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Text(text) => current.push_str(&text),
            Event::GeneralRef(name) => {
                let name = format!("&{};", &*name);
                current.push_str(&quick_xml::escape::unescape(&name).unwrap());
            }
            Event::End(end) if end.name().as_ref() == "w:p" => {
                all.push(std::mem::take(&mut current))
            }
            Event::Eof => return all,
            _ => {}
        }
    }
}

#[test]
fn the_manuals_example_is_read_back_in_its_order() {
    let file = written(&example::report(Marks::default()), example::rows());
    let text = paragraphs(&part(&file, "word/document.xml"));
    let expected = [
        "Sent Message Report",
        "High School",
        "Generated on 12/02/2019 08:55:18 AM (America/Chicago)",
        "Message Status: In-Progress",
        "Subject: School is Cancelled",
        "Type: Message Builder - General Notification",
        "Sender: Administrator, System",
        // The manual's screen says 8:33, its report 8:55.
        "Date Created: 12/02/2019 8:33 AM",
        "Include Recipient Devices: Email",
        "Delivery Summary",
        "Start Time: 12/02/2019 08:54 AM",
        "Total Inbox: 93",
        "End Time: 12/02/2019 08:54 AM",
        "Total Emails: 3",
        "Duration: 0 minutes",
        "Total Voice: 0",
        "Total Recipients: 127",
        "Total Text: 0",
        "",
        "Total Voice Attempted: 0",
        "Total No Device: 34",
        "Total Text Messages Attempted: 0",
        "Recipients contacted successfully by phone: 0",
        "Recipients not contacted by phone: 127",
        "Filter Criteria",
        "Deliver To: Student Messenger Contacts; Message For Each Student",
        "Enrollment Filter: Message Only Active Students",
        "Filter Operation: Union",
        "Calendar: 2019-20 High School",
        "Limit delivery to contacts that speak: No Language Preference",
        "Message Detail",
        "Reply To Email: sysadmin@nomail.com",
        "Message Body: School is cancelled due to weather.",
        "Delivery Detail",
        "Recipient",
        "Student",
        "Delivery Device",
        "Status",
        "Time",
        "Parent, Heather",
        "Student, Calvin",
        "heather@nomail.com",
        "In-Progress",
        "",
        "Parent, Tad",
        "Student, Karen",
        "tad@nomail.com",
        "In-Progress",
        "",
        "Parent, Kris",
        "Student, Lauren",
        "kris@nomail.com",
        "In-Progress",
        "",
        "",
    ];
    assert_eq!(text, expected);
    let foot = paragraphs(&part(&file, "word/footer1.xml"));
    assert_eq!(foot[0].trim(), "High School · School is Cancelled");
    assert!(foot[1].starts_with(
        "Message Status: In-Progress · Generated on 12/02/2019 08:55:18 AM (America/Chicago)Page"
    ));
}

#[test]
fn a_message_to_nobody_in_particular_has_no_heading_without_criteria() {
    let mut report = example::report(Marks::default());
    report.body.as_mut().unwrap().criteria.clear();
    let file = written(&report, example::rows());
    let text = paragraphs(&part(&file, "word/document.xml"));
    assert!(!text.contains(&"Filter Criteria".to_owned()), "{text:?}");
}

#[test]
fn each_table_of_rows_repeats_its_header() {
    let rows = vec![example::row("Parent, Heather", "Student, Calvin", "a@nomail.com"); 1200];
    let file = written(&example::report(Marks::default()), rows);
    let document = part(&file, "word/document.xml");
    assert_eq!(document.matches("<w:tblHeader/>").count(), 3);
    assert_eq!(document.matches("w:val=\"Heading2\"").count(), 4);
}

#[test]
fn text_of_any_kind_stays_text() {
    let marks = Marks {
        duplicates: true,
        not_contacted: true,
    };
    let text = paragraphs(&part(
        &written(&example::report(marks), example::many_scripts()),
        "word/document.xml",
    ));
    for line in [
        "محمد علي *",
        "Nguyễn Thị Hồng *",
        "王小明 *",
        "<b>Bobby & \"Tables\"</b>",
        "+16125550100 (Voice) †",
    ] {
        assert!(text.iter().any(|p| p == line), "{line:?} in {text:?}");
    }
}

#[test]
fn arabic_paragraphs_run_right_to_left() {
    let file = written(&example::report(Marks::default()), example::many_scripts());
    let document = part(&file, "word/document.xml");
    assert_eq!(document.matches("<w:bidi/>").count(), 2);
}

#[test]
fn the_same_report_is_the_same_file() {
    let file = || written(&example::report(Marks::default()), example::rows());
    assert_eq!(file(), file());
    assert!(
        part(&file(), "docProps/core.xml").contains("Sent Message Report: School is Cancelled")
    );
}

#[test]
fn a_template_keeps_its_letterhead_and_its_styles_around_the_report() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let parts = [
        ("word/styles.xml", "<our-styles/>"),
        ("word/header1.xml", "<w:t>{organization}: {subject}</w:t>"),
        ("word/media/logo.png", "not {subject} text"),
        (
            "word/document.xml",
            "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>\
             <w:p><w:r><w:t>Office of {organization}</w:t></w:r></w:p><w:p><w:r><w:t>{rep</w:t></w:r><w:r><w:t>ort}</w:t></w:r></w:p>\
             <w:p><w:r><w:t>Kept for seven years</w:t></w:r></w:p></w:body></w:document>",
        ),
    ];
    for (name, content) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        std::io::Write::write_all(&mut zip, content.as_bytes()).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.docx");
    std::fs::write(&path, zip.finish().unwrap().into_inner()).unwrap();
    let template = Template::open(&path).unwrap();
    let mut report = example::report(Marks::default());
    report.subject = "Snow & <ice>".to_owned();
    let mut out = Vec::new();
    let rows = [Ok::<_, std::io::Error>(example::rows())];
    docx::write(&template, &report, GENERATED, rows, &mut out).unwrap();
    assert_eq!(part(&out, "word/styles.xml"), "<our-styles/>");
    assert_eq!(part(&out, "word/media/logo.png"), "not {subject} text");
    let header = part(&out, "word/header1.xml");
    assert_eq!(header, "<w:t>High School: Snow &amp; &lt;ice&gt;</w:t>");
    let text = paragraphs(&part(&out, "word/document.xml"));
    assert_eq!(text.first().unwrap(), "Office of High School");
    assert_eq!(text[1], "Sent Message Report");
    assert_eq!(text.last().unwrap(), "Kept for seven years");
    assert!(!text.iter().any(|line| line.contains("{rep")));
}
