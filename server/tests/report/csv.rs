//! The CSV, read by Python's `csv`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    io::Write,
    process::{Command, Stdio},
};

use server::report::csv;
use shared::report::{CSV_COLUMNS, Marks, Report, ReportRow};

use crate::example;

fn written(report: &Report, rows: Vec<ReportRow>) -> String {
    let mut out = Vec::new();
    csv::write(report, [Ok::<_, std::io::Error>(rows)], &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The file as another implementation reads it.
fn read_by_python(file: &str) -> Vec<Vec<String>> {
    let script = "import csv,json,sys,io; t=io.TextIOWrapper(sys.stdin.buffer,encoding='utf-8-sig',newline=''); \
                  print(json.dumps(list(csv.reader(t,strict=True))))";
    let mut python = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test reads the CSV with python3; install it");
    let mut input = python.stdin.take().unwrap();
    input.write_all(file.as_bytes()).unwrap();
    drop(input);
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_manuals_example_is_read_back_field_by_field() {
    let file = written(&example::report(Marks::default()), example::rows());
    assert!(file.starts_with('\u{feff}'));
    assert!(file.contains("\r\n\r\nRecipient,Student,"));
    let lines = read_by_python(&file);
    let cells: Vec<Vec<&str>> = lines.iter().map(|line| told(line)).collect();
    let expected: [&[&str]; 34] = [
        &["Sent Message Report"],
        &["District/School", "High School"],
        &["Generated on", "12/02/2019 08:55:18 AM (America/Chicago)"],
        &["Message Status", "In-Progress"],
        &["Subject", "School is Cancelled"],
        &["Type", "Message Builder - General Notification"],
        &["Sender", "Administrator, System"],
        &["Date Created", "12/02/2019 8:33 AM"],
        &["Include Recipient Devices", "Email"],
        &["Start Time", "12/02/2019 08:54 AM"],
        &["Total Inbox", "93"],
        &["End Time", "12/02/2019 08:54 AM"],
        &["Total Emails", "3"],
        &["Duration", "0 minutes"],
        &["Total Voice", "0"],
        &["Total Recipients", "127"],
        &["Total Text", "0"],
        &["Total Voice Attempted", "0"],
        &["Total No Device", "34"],
        &["Total Text Messages Attempted", "0"],
        &["Recipients contacted successfully by phone", "0"],
        &["Recipients not contacted by phone", "127"],
        &[
            "Deliver To",
            "Student Messenger Contacts; Message For Each Student",
        ],
        &["Enrollment Filter", "Message Only Active Students"],
        &["Filter Operation", "Union"],
        &["Calendar", "2019-20 High School"],
        &[
            "Limit delivery to contacts that speak",
            "No Language Preference",
        ],
        &["Reply To Email", "sysadmin@nomail.com"],
        &["Message Body", "School is cancelled due to weather."],
        &[],
        &CSV_COLUMNS,
        &[
            "Parent, Heather",
            "Student, Calvin",
            "Email",
            "heather@nomail.com",
            "In-Progress",
        ],
        &[
            "Parent, Tad",
            "Student, Karen",
            "Email",
            "tad@nomail.com",
            "In-Progress",
        ],
        &[
            "Parent, Kris",
            "Student, Lauren",
            "Email",
            "kris@nomail.com",
            "In-Progress",
        ],
    ];
    assert_eq!(cells, expected);
}

/// A line without the empty cells at its end.
fn told(line: &[String]) -> Vec<&str> {
    let end = line.iter().rposition(|cell| !cell.is_empty());
    let cells = &line[..end.map_or(0, |end| end + 1)];
    cells.iter().map(String::as_str).collect()
}

#[test]
fn every_line_is_as_wide_as_the_table() {
    let marks = Marks {
        duplicates: true,
        not_contacted: true,
    };
    let lines = read_by_python(&written(&example::report(marks), example::many_scripts()));
    let widths: Vec<usize> = lines.iter().map(Vec::len).filter(|w| *w != 0).collect();
    assert!(widths.iter().all(|w| *w == CSV_COLUMNS.len()), "{widths:?}");
    assert_eq!(lines.iter().filter(|l| l.is_empty()).count(), 1);
}

#[test]
fn marks_stand_behind_names_and_addresses_with_a_legend() {
    let marks = Marks {
        duplicates: true,
        not_contacted: true,
    };
    let lines = read_by_python(&written(&example::report(marks), example::many_scripts()));
    let arabic = lines
        .iter()
        .find(|l| l.first().is_some_and(|c| c == "محمد علي *"))
        .unwrap();
    assert_eq!(arabic[3], "'+16125550100 &");
    assert_eq!(arabic[4..6], ["Busy", "1"]);
    assert!(lines.iter().any(|l| l.first().is_some_and(|c| c == "&")));
    let plain = read_by_python(&written(
        &example::report(Marks::default()),
        example::rows(),
    ));
    assert!(
        !plain
            .iter()
            .any(|l| l.first().is_some_and(|c| c == "&" || c == "*"))
    );
}

#[test]
fn a_formula_in_any_cell_is_only_text() {
    let formulas = [
        "=HYPERLINK(\"http://x\")",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "＝1+1",
        "＋1+1",
        "－1+1",
        "＠SUM(A1)",
    ];
    let rows = formulas.map(|formula| ReportRow {
        status: formula.into(),
        ..example::row(formula, formula, formula)
    });
    let mut report = example::report(Marks::default());
    let [formula, ..] = formulas;
    report.organization = formula.into();
    let body = report.body.as_mut().unwrap();
    body.criteria = formulas.map(|f| (f.into(), f.into())).to_vec();
    body.content[0].value = formula.into();
    let lines = read_by_python(&written(&report, rows.to_vec()));
    let cells = || lines.iter().flatten();
    for formula in formulas {
        let shown = format!("'{formula}");
        // Two in its criterion, and four in its row.
        assert!(
            cells().filter(|cell| **cell == shown).count() >= 6,
            "{formula:?}"
        );
        assert!(cells().all(|cell| cell != formula), "{formula:?}");
    }
    let starts = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    let runs: Vec<_> = cells().filter(|cell| cell.starts_with(starts)).collect();
    assert!(runs.is_empty(), "{runs:?}");
}

#[test]
fn quotes_commas_and_lines_inside_a_cell_are_read_back() {
    let cell = "Muñoz, \"Ana\"\r\nand\nBo";
    let rows = vec![example::row(cell, "", cell)];
    let file = written(&example::report(Marks::default()), rows);
    let lines = read_by_python(&file);
    let last = lines.last().unwrap();
    assert_eq!(
        (last[0].as_str(), last[1].as_str(), last[3].as_str()),
        (cell, "", cell)
    );
    assert!(file.ends_with("\r\n") && !file.ends_with("\r\n\r\n"));
}

#[test]
fn a_summary_ends_after_its_totals() {
    let mut report = example::report(Marks::default());
    report.body = None;
    let lines = read_by_python(&written(&report, Vec::new()));
    assert_eq!(
        lines.last().unwrap()[0],
        "Recipients not contacted by phone"
    );
}
