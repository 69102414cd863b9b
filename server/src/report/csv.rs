//! The report as CSV: RFC 4180, UTF-8 with a byte order mark, nothing that a spreadsheet would run.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use csv::{ByteRecord, Terminator, WriterBuilder};
use shared::report::{
    CSV_COLUMNS, DUPLICATE_LEGEND, NOT_CONTACTED_LEGEND, Report, ReportRow, sections,
};

/// Stands after the address of a duplicate.
const DUPLICATE: &str = "&";
/// Stands after the name of a person who was not contacted by phone.
const NOT_CONTACTED: &str = "*";

/// Writes `report` and `rows` to `out`, a row at a time.
///
/// # Errors
/// What reading the rows or writing to `out` fails with.
pub fn write<E: From<io::Error>>(
    report: &Report,
    rows: impl IntoIterator<Item = Result<Vec<ReportRow>, E>>,
    mut out: impl Write,
) -> Result<(), E> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut head = Table::new(&mut out);
    head.head(report)?;
    head.finish()?;
    if report.body.is_some() {
        // An empty line, which the csv crate cannot write: its empty record is a quoted empty cell.
        out.write_all(b"\r\n")?;
        let mut table = Table::new(out);
        table.line(&CSV_COLUMNS)?;
        for chunk in rows {
            for row in chunk? {
                table.row(&row)?;
            }
        }
        table.finish()?;
    }
    Ok(())
}

/// A CSV file in which every line is as wide as the Delivery Detail.
struct Table<W: Write> {
    csv: csv::Writer<W>,
    record: ByteRecord,
}

impl<W: Write> Table<W> {
    fn new(out: W) -> Self {
        let csv = WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .flexible(true)
            .from_writer(out);
        Table {
            csv,
            record: ByteRecord::new(),
        }
    }

    fn head(&mut self, report: &Report) -> io::Result<()> {
        self.line(&[sections::TITLE])?;
        self.line(&["District/School", &report.organization])?;
        self.line(&["Generated on", &report.generated_on])?;
        self.line(&["Message Status", report.status])?;
        for field in report.heading.iter().chain(&report.summary) {
            self.line(&[field.label, &field.value])?;
        }
        let Some(body) = &report.body else {
            return Ok(());
        };
        for (label, value) in &body.criteria {
            self.line(&[label, value])?;
        }
        for field in &body.content {
            self.line(&[field.label, &field.value])?;
        }
        if body.marks.duplicates {
            self.line(&[DUPLICATE, DUPLICATE_LEGEND])?;
        }
        if body.marks.not_contacted {
            self.line(&[NOT_CONTACTED, NOT_CONTACTED_LEGEND])?;
        }
        Ok(())
    }

    fn row(&mut self, row: &ReportRow) -> io::Result<()> {
        let recipient = marked(&row.recipient, row.not_contacted, NOT_CONTACTED);
        let address = marked(&row.address, row.duplicate, DUPLICATE);
        let call_status = row.call_status.map(|c| c.to_string()).unwrap_or_default();
        self.line(&[
            &*recipient,
            &row.student,
            row.csv_device(),
            &*address,
            &row.status,
            &call_status,
            &row.time,
        ])
    }

    fn line(&mut self, cells: &[&str]) -> io::Result<()> {
        self.record.clear();
        for cell in cells {
            self.record.push_field(inert(cell).as_bytes());
        }
        for _ in cells.len()..CSV_COLUMNS.len() {
            self.record.push_field(b"");
        }
        self.csv.write_byte_record(&self.record)?;
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        self.csv.flush()
    }
}

fn marked<'a>(text: &'a str, marked: bool, mark: &str) -> Cow<'a, str> {
    match marked {
        true => Cow::Owned(format!("{text} {mark}")),
        false => Cow::Borrowed(text),
    }
}

/// A cell that a spreadsheet shows instead of running it: an apostrophe goes before what would start a
/// formula. Negative whole numbers, such as call statuses, are numbers to every spreadsheet and stay.
pub fn inert(cell: &str) -> Cow<'_, str> {
    let number = cell
        .strip_prefix('-')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
    let starts_a_formula =
        cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    match starts_a_formula && !number {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_shown_instead() {
        for formula in [
            "=1+1",
            "+16125550100",
            "-cmd|' /C calc'!A0",
            "@SUM(A1)",
            "\t=1",
            "＝1+1",
        ] {
            assert_eq!(inert(formula), format!("'{formula}"));
        }
    }

    #[test]
    fn names_addresses_and_call_statuses_stay_as_they_are() {
        for cell in [
            "Parent, Heather",
            "a=b@nomail.com",
            "-27",
            "5",
            "",
            "O'Neil",
        ] {
            assert_eq!(inert(cell), cell);
        }
    }
}
