//! The PDF, read back by poppler.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{convert::Infallible, io, ops::ControlFlow, sync::LazyLock};

use proptest::prelude::*;
use server::report::pdf::{self, Faces, PdfError, Progress};
use shared::{
    delivery::Device,
    report::{DUPLICATE_LEGEND, Marks, NOT_CONTACTED_LEGEND, Report, ReportRow},
};

use crate::{
    example::{self, generated_at, row},
    poppler::Pdf,
};

static FACES: LazyLock<Faces> = LazyLock::new(Faces::embedded);

const HEAD: &str = "Recipient Student Delivery Device Status Time";
const BOTH: Marks = Marks {
    duplicates: true,
    not_contacted: true,
};

fn bytes(report: &Report, rows: Vec<ReportRow>) -> Vec<u8> {
    let mut go_on = |_| ControlFlow::Continue(());
    let rows = [Ok::<_, Infallible>(rows)];
    pdf::write(&FACES, report, &generated_at(), rows, &mut go_on).unwrap()
}

fn written(report: &Report, rows: Vec<ReportRow>) -> Pdf {
    Pdf::new(&bytes(report, rows))
}

fn manuals_example() -> Pdf {
    written(&example::report(Marks::default()), example::rows())
}

#[test]
fn the_manuals_example_is_read_back_in_its_order() {
    let expected = [
        "High School Sent Message Report",
        "Generated on 12/02/2019 08:55:18 AM Subject: School is Cancelled",
        "(America/Chicago) Type: Message Builder - General Notification",
        "Message Status: In-Progress Sender: Administrator, System",
        "Date Created: 12/02/2019 8:33 AM",
        "Include Recipient Devices: Email",
        "Delivery Summary",
        "Start Time: 12/02/2019 08:54 AM Total Inbox: 93",
        "End Time: 12/02/2019 08:54 AM Total Emails: 3",
        "Duration: 0 minutes Total Voice: 0",
        "Total Recipients: 127 Total Text: 0",
        "Total Voice Attempted: 0",
        "Total No Device: 34 Total Text Messages Attempted: 0",
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
        HEAD,
        "Parent, Heather Student, Calvin heather@nomail.com In-Progress",
        "Parent, Tad Student, Karen tad@nomail.com In-Progress",
        "Parent, Kris Student, Lauren kris@nomail.com In-Progress",
        "High School · School is Cancelled",
        "Message Status: In-Progress · Generated on 12/02/2019 08:55:18 AM (America/Chicago) Page 1 of 1",
    ];
    assert_eq!(manuals_example().lines(), expected);
}

#[test]
fn it_says_what_it_is_in_which_language_and_from_when() {
    let pdf = manuals_example();
    assert_eq!(
        pdf.info("Title"),
        "Sent Message Report: School is Cancelled"
    );
    assert_eq!(pdf.info("Author"), "High School");
    assert_eq!(pdf.info("Tagged"), "yes");
    assert_eq!(pdf.info("Page size"), "612 x 792 pts (letter)");
    assert_eq!(pdf.info("CreationDate"), "2019-12-02T08:55:18-06");
    let metadata = pdf.metadata();
    assert!(
        metadata.contains("<pdfuaid:part>1</pdfuaid:part>"),
        "{metadata}"
    );
    assert!(metadata.contains("<rdf:li>en-US</rdf:li>"), "{metadata}");
}

#[test]
fn a_hostile_subject_stays_text_in_the_title() {
    let mut report = example::report(Marks::default());
    report.subject = "1 < 2 & \u{0}\u{feff}\"3\" ]]> \u{202e}é".into();
    let pdf = written(&report, example::rows());
    let title = pdf.info("Title");
    assert_eq!(title, "Sent Message Report: 1 < 2 &  \"3\" ]]> é");
}

#[test]
fn a_screen_reader_follows_headings_lists_and_one_table() {
    let rows = (0..100).map(|n| row(&format!("Parent {n}"), "Student", "p@nomail.com"));
    let structure = written(&example::report(BOTH), rows.collect()).structure();
    let headings: Vec<_> = structure.iter().filter(|l| l.starts_with('H')).collect();
    assert_eq!(
        headings,
        [
            "H1 \"Sent Message Report\" (block)",
            "H2 \"Delivery Summary\" (block)",
            "H2 \"Filter Criteria\" (block)",
            "H2 \"Message Detail\" (block)",
            "H2 \"Delivery Detail\" (block)",
        ]
    );
    let count = |element: &str| structure.iter().filter(|l| *l == element).count();
    assert_eq!(count("Table (block)"), 1);
    assert_eq!(count("THead"), 1);
    assert_eq!(count("TBody"), 1);
    assert_eq!(count("TH:"), 5);
    assert_eq!(count("/Scope /Column"), 5);
    assert_eq!(count("TR"), 1 + 100);
    assert_eq!(count("TD"), 5 * 100);
    assert_eq!(count("L (block):"), 4);
    assert_eq!(count("Lbl (block)"), 5 + 13 + 5 + 2);
    assert_eq!(count("\"Recipient\""), 1);
    assert!(!structure.iter().any(|l| l.contains("Page 1 of")));
}

#[test]
fn every_page_repeats_the_head_and_says_which_it_is() {
    let rows = (0..3000).map(|n| row(&format!("Parent {n}"), "Student", "p@nomail.com"));
    let pages = written(&example::report(Marks::default()), rows.collect()).pages();
    assert!(pages.len() > 60, "{}", pages.len());
    let mut next = 0;
    for (number, page) in pages.iter().enumerate() {
        assert_eq!(page.iter().filter(|l| *l == HEAD).count(), 1);
        let foot = format!(
            "Message Status: In-Progress · Generated on 12/02/2019 08:55:18 AM (America/Chicago) Page {} of {}",
            number + 1,
            pages.len()
        );
        assert_eq!(page.last(), Some(&foot));
        for line in page.iter().filter(|l| l.contains("p@nomail.com")) {
            assert_eq!(
                *line,
                format!("Parent {next} Student p@nomail.com In-Progress")
            );
            next += 1;
        }
    }
    assert_eq!(next, 3000);
}

#[test]
fn names_in_every_script_are_read_back() {
    let text = written(&example::report(BOTH), example::many_scripts()).lines();
    for name in [
        "محمد علي",
        "Nguyễn Thị Hồng",
        "Nguyễn Đức Anh",
        "王小明",
        "Xyooj, Paj Ntaub",
        "Cabdullaahi, Xaliimo",
        "=HYPERLINK(\"http://x\")",
    ] {
        assert!(text.iter().any(|l| l.contains(name)), "{name} in {text:#?}");
    }
}

#[test]
fn a_name_of_each_script_is_read_back() {
    let rows = example::SCRIPTS.map(|name| row(name, "Student", "p@nomail.com"));
    let text = written(&example::report(Marks::default()), rows.to_vec()).lines();
    // Where a script puts its marks, poppler sees blanks.
    let letters = |line: &str| line.replace(' ', "");
    let text: Vec<_> = text.iter().map(|line| letters(line)).collect();
    for name in example::SCRIPTS {
        let name = letters(name);
        assert!(
            text.iter().any(|l| l.starts_with(&name)),
            "{name} in {text:#?}"
        );
    }
}

#[test]
fn what_reads_along_gets_arabic_in_reading_order() {
    let structure = written(
        &example::report(Marks::default()),
        vec![row("علاء الدين", "Student", "a@nomail.com")],
    )
    .structure();
    assert!(
        structure.contains(&"\"علاء الدين\"".to_owned()),
        "{structure:#?}"
    );
}

#[test]
fn every_font_is_embedded_cut_down_and_readable() {
    let fonts = written(&example::report(BOTH), example::many_scripts()).fonts();
    let names: Vec<_> = fonts.iter().map(|(name, _)| &name[7..]).collect();
    assert_eq!(
        names,
        [
            "NotoSans-Bold",
            "NotoSans-Regular",
            "NotoSansArabic-Regular",
            "DroidSansFallback"
        ]
    );
    assert!(
        fonts.iter().all(|(_, good)| *good == [true; 3]),
        "{fonts:?}"
    );
}

#[test]
fn a_character_that_no_font_has_does_not_lose_the_report() {
    let rows = vec![
        row(
            "Parent 🎉 Heather",
            "👨\u{200d}👩\u{200d}👧",
            "a@nomail.com",
        ),
        row("Parent 🦩 Tad", "\u{e000}", "b@nomail.com"),
    ];
    let text = written(&example::report(Marks::default()), rows).lines();
    assert!(
        text.iter().any(|l| l.starts_with("Parent 🎉 Heather 👨")),
        "{text:#?}"
    );
    assert!(
        text.iter().any(|l| l.starts_with("Parent 🦩 Tad")),
        "{text:#?}"
    );
}

#[test]
fn marks_stand_behind_address_and_name_and_are_explained_where_they_occur() {
    let mut marked = row("Parent, Heather", "Student, Calvin", "+16125550100");
    marked.device = Some(Device::Voice);
    marked.duplicate = true;
    marked.not_contacted = true;
    let text = written(&example::report(BOTH), vec![marked]).lines();
    let line = "Parent, Heather * Student, Calvin +16125550100 (Voice) † In-Progress";
    assert!(text.contains(&line.to_owned()), "{text:#?}");
    assert!(text.contains(&format!("† {DUPLICATE_LEGEND}")));
    assert!(text.contains(&format!("* {NOT_CONTACTED_LEGEND}")));
    let plain = manuals_example().lines();
    assert!(!plain.iter().any(|l| l.contains(['†', '*'])), "{plain:#?}");
}

#[test]
fn a_long_body_goes_over_pages_and_loses_no_word() {
    let mut report = example::report(Marks::default());
    let words: Vec<_> = (0..3000).map(|n| format!("word{n}")).collect();
    let body = report.body.as_mut().unwrap();
    body.content[1].value = format!("Dear families,\n\n{}\nThank you", words.join(" "));
    let pdf = written(&report, example::rows());
    assert!(pdf.pages().len() > 3);
    let text = pdf.lines().join(" ");
    let found: Vec<_> = text.split(' ').filter(|w| w.starts_with("word")).collect();
    assert_eq!(found, words);
}

#[test]
fn a_summary_ends_after_the_delivery_summary() {
    let mut report = example::report(Marks::default());
    report.body = None;
    let text = written(&report, Vec::new()).lines();
    assert_eq!(
        text[text.len() - 3..text.len() - 1],
        [
            "Recipients not contacted by phone: 127",
            "High School · School is Cancelled"
        ]
    );
}

#[test]
fn a_report_without_rows_says_so() {
    let pdf = written(&example::report(Marks::default()), Vec::new());
    let text = pdf.lines();
    assert_eq!(text[text.len() - 3], "No deliveries match these options.");
    assert!(!pdf.structure().contains(&"Table (block)".to_owned()));
}

#[test]
fn a_subject_too_long_for_the_foot_is_cut_there() {
    let mut report = example::report(Marks::default());
    report.subject = "Very long ".repeat(40);
    let lines = written(&report, example::rows()).lines();
    let foot = &lines[lines.len() - 2];
    assert!(foot.starts_with("High School · Very long"), "{foot}");
    assert!(foot.ends_with('…'), "{foot}");
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let make = || bytes(&example::report(BOTH), example::many_scripts());
    assert!(make() == make());
}

#[test]
fn rows_in_pieces_give_the_same_bytes_as_rows_at_once() {
    let report = example::report(BOTH);
    let pieces = example::many_scripts().into_iter();
    let pieces = pieces.map(|row| Ok::<_, Infallible>(vec![row]));
    let mut go_on = |_| ControlFlow::Continue(());
    let in_pieces = pdf::write(&FACES, &report, &generated_at(), pieces, &mut go_on).unwrap();
    assert!(in_pieces == bytes(&report, example::many_scripts()));
}

#[test]
fn progress_counts_rows_then_pages_and_can_stop_either() {
    let chunks = || (0..3).map(|_| Ok::<_, Infallible>(vec![row("Parent", "Student", "a"); 60]));
    let run = |stop: &dyn Fn(Progress) -> bool| {
        let mut seen = Vec::new();
        let mut progress = |at| {
            seen.push(at);
            match stop(at) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        let report = example::report(Marks::default());
        let result = pdf::write(&FACES, &report, &generated_at(), chunks(), &mut progress);
        (result, seen)
    };
    let rows = [60, 120, 180].map(Progress::Rows);
    let (result, seen) = run(&|_| false);
    assert!(result.is_ok());
    assert_eq!(seen[..3], rows);
    let of = seen.len() - 3;
    assert_eq!(seen.last(), Some(&Progress::Pages { done: of, of }));
    let (result, seen) = run(&|at| at == Progress::Rows(120));
    assert!(matches!(result, Err(PdfError::Abandoned)));
    assert_eq!(seen, rows[..2]);
    let (result, seen) = run(&|at| matches!(at, Progress::Pages { done: 2, .. }));
    assert!(matches!(result, Err(PdfError::Abandoned)));
    assert_eq!(seen.len(), 3 + 2);
}

#[test]
fn rows_that_cannot_be_read_fail_the_report() {
    let rows = [
        Ok(example::rows()),
        Err(io::Error::other("the disk is gone")),
    ];
    let mut go_on = |_| ControlFlow::Continue(());
    let report = example::report(Marks::default());
    let result = pdf::write(&FACES, &report, &generated_at(), rows, &mut go_on);
    let Err(PdfError::Rows(cause)) = result else {
        panic!("{result:?}");
    };
    assert_eq!(cause.to_string(), "the disk is gone");
}

/// Anything that could come in a name or a body: every script, marks, controls, noncharacters, directions.
fn anything() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z\u{0}-\u{1f}\u{300}-\u{36f}\u{600}-\u{6ff}\u{200b}-\u{202e}\u{feff}\u{fffe}\u{4e00}-\u{4eff}🎉👧]{0,60}",
        "\\PC{0,80}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_text_makes_a_report_fail(texts in prop::array::uniform6(anything())) {
        let mut report = example::report(BOTH);
        let [organization, subject, body, name, student, address] = texts;
        report.organization = organization;
        report.subject = subject;
        let content = report.body.as_mut().unwrap();
        content.content[1].value = body.clone();
        content.criteria.push((name.clone(), body));
        bytes(&report, vec![row(&name, &student, &address)]);
    }
}
