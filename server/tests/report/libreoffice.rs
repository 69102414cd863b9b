//! The DOCX, laid out by LibreOffice: what a word processor makes of it, and not only what stands in its XML.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    fs,
    io::{ErrorKind, Write},
    process::{Command, Stdio},
};

use server::report::docx::{self, Template};
use shared::report::{Marks, Report, ReportRow};

use crate::{
    example::{self, generated_at, row},
    poppler::Pdf,
};

const HEAD: &str = "Recipient Student Delivery Device Status Time";

/// The report as LibreOffice lays it out; `None`, said out loud, where this machine has no LibreOffice.
///
/// # Panics
/// Where it is missing although `REQUIRE_LIBREOFFICE=1` asks for it, or cannot open the file.
fn laid_out(report: &Report, rows: Vec<ReportRow>) -> Option<Pdf> {
    let folder = tempfile::tempdir().unwrap();
    let mut file = Vec::new();
    let rows = [Ok::<_, std::io::Error>(rows)];
    let at = generated_at().to_rfc3339();
    docx::write(&Template::embedded(), report, &at, rows, &mut file).unwrap();
    fs::write(folder.path().join("report.docx"), file).unwrap();
    let profile = folder.path().join("profile");
    let run = Command::new("soffice")
        .arg(format!(
            "-env:UserInstallation=file://{}",
            profile.display()
        ))
        .args([
            "--headless",
            "--norestore",
            "--convert-to",
            "pdf",
            "report.docx",
        ])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output();
    let output = match run {
        Err(error) if error.kind() == ErrorKind::NotFound => return skipped(),
        run => run.unwrap(),
    };
    let pdf = fs::read(folder.path().join("report.pdf"));
    let pdf = pdf.unwrap_or_else(|error| panic!("{error}: {output:?}"));
    Some(Pdf::new(&pdf))
}

fn skipped() -> Option<Pdf> {
    let required = std::env::var_os("REQUIRE_LIBREOFFICE").is_some_and(|value| value == "1");
    assert!(
        !required,
        "REQUIRE_LIBREOFFICE is set, and soffice is missing"
    );
    // Not `eprintln!`, which the test harness would swallow.
    let line = b"SKIPPED on LibreOffice: soffice is not installed\n";
    std::io::stderr().write_all(line).unwrap();
    None
}

#[test]
fn the_manuals_example_stands_on_the_page_in_its_order() {
    let Some(pdf) = laid_out(&example::report(Marks::default()), example::rows()) else {
        return;
    };
    let expected = [
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
    let lines = pdf.lines();
    assert_eq!(lines[0], "Sent Message Report");
    // Where the lines of the heading's two halves break depends on the fonts that there are.
    let below = lines.iter().position(|line| line == expected[0]).unwrap();
    assert_eq!(lines[below..], expected);
    let heading = lines[..below].join(" ");
    for part in [
        "High School",
        "Generated on 12/02/2019 08:55:18 AM",
        "Message Status: In-Progress",
        "Subject: School is Cancelled",
        "Type: Message Builder - General Notification",
        "Sender: Administrator, System",
        "Date Created: 12/02/2019 8:33 AM",
        "Include Recipient Devices: Email",
    ] {
        assert!(heading.contains(part), "{part} in {heading}");
    }
}

#[test]
fn each_page_repeats_the_header_row_and_says_of_what_it_is() {
    let rows = (0..150).map(|n| row(&format!("Parent {n}"), "Student", "p@nomail.com"));
    let Some(pdf) = laid_out(&example::report(Marks::default()), rows.collect()) else {
        return;
    };
    let pages = pdf.pages();
    assert!(pages.len() > 2, "{}", pages.len());
    let mut next = 0;
    for (number, page) in pages.iter().enumerate() {
        if number > 0 {
            assert_eq!(page[0], HEAD);
        }
        assert_eq!(page.iter().filter(|line| *line == HEAD).count(), 1);
        assert_eq!(page[page.len() - 2], "High School · School is Cancelled");
        let foot = format!("Page {} of {}", number + 1, pages.len());
        assert!(page.last().unwrap().ends_with(&foot), "{:?}", page.last());
        for line in page.iter().filter(|line| line.contains("p@nomail.com")) {
            assert!(line.starts_with(&format!("Parent {next} ")), "{line}");
            next += 1;
        }
    }
    assert_eq!(next, 150);
}
