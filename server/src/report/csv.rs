//! The report as CSV: RFC 4180, UTF-8 with a byte order mark, nothing that a spreadsheet would run.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use csv::{Terminator, Writer, WriterBuilder};
use shared::{
    csv::{BYTE_ORDER_MARK, inert},
    report::{CSV_COLUMNS, DUPLICATE_LEGEND, NOT_CONTACTED_LEGEND, Report, ReportRow, sections},
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
    write!(out, "{BYTE_ORDER_MARK}")?;
    let mut table = Table::new(&mut out);
    table.head(report)?;
    table.end()?;
    if report.body.is_some() {
        // A line with nothing in it is no line of a table, so that what reads one finds the other.
        out.write_all(b"\r\n")?;
        let mut table = Table::new(&mut out);
        table.line(&CSV_COLUMNS)?;
        for chunk in rows {
            for row in chunk? {
                table.row(&row)?;
            }
        }
        table.end()?;
    }
    Ok(())
}

/// A table in which every line is as wide as the Delivery Detail: the writer refuses any other.
struct Table<W: Write>(Writer<W>);

impl<W: Write> Table<W> {
    fn new(out: W) -> Self {
        let mut writer = WriterBuilder::new();
        Table(writer.terminator(Terminator::CRLF).from_writer(out))
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
        for cell in cells {
            self.0.write_field(&*inert(cell))?;
        }
        let blank = CSV_COLUMNS.len().saturating_sub(cells.len());
        for _ in 0..blank {
            self.0.write_field("")?;
        }
        Ok(self.0.write_record(None::<&[u8]>)?)
    }

    fn end(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn marked<'a>(text: &'a str, marked: bool, mark: &str) -> Cow<'a, str> {
    match marked {
        true => Cow::Owned(format!("{text} {mark}")),
        false => Cow::Borrowed(text),
    }
}
