//! The report as DOCX: real headings, a header row that repeats, restyled in Word by its named styles.
//!
//! All but the text comes from a [`Template`]; only `word/document.xml` is written, a row at a time, into a zip
//! stream, so that memory does not grow with the report.

mod markup;
mod template;

use std::io::{self, Write};

use shared::report::{
    DUPLICATE_LEGEND, Field, NOT_CONTACTED_LEGEND, PAPER_COLUMNS, Report, ReportBody, ReportRow,
    sections,
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use markup::{escape, paragraph};
pub use template::Template;

/// The part with title and date.
const CORE: &str = "docProps/core.xml";

/// Stands after the address of a duplicate.
const DUPLICATE: &str = "†";
/// Stands after the name of a person who was not contacted by phone.
const NOT_CONTACTED: &str = "*";

/// Rows in one table: LibreOffice lays out one long table in quadratic time.
const ROWS_PER_TABLE: usize = 500;

/// Widths of the Delivery Detail's columns in twentieths of a point; together the text's width.
const WIDTHS: [u32; 5] = [2050, 1900, 2850, 1500, 1924];

/// Writes `report` and `rows` to `out`, which need not be seekable.
///
/// # Errors
/// What reading the rows or writing to `out` fails with.
pub fn write<E: From<io::Error>>(
    template: &Template,
    report: &Report,
    generated_at: &str,
    rows: impl IntoIterator<Item = Result<Vec<ReportRow>, E>>,
    out: impl Write,
) -> Result<(), E> {
    let mut zip = ZipWriter::new_stream(out);
    // No ZIP64: LibreOffice does not open a streamed package that uses it, and 4 GiB is five million rows.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in template.parts(report) {
        zip.start_file(name, options).map_err(io::Error::from)?;
        match name {
            CORE => zip.write_all(core_properties(report, generated_at).as_bytes())?,
            _ => zip.write_all(&content)?,
        }
    }
    zip.start_file("word/document.xml", options)
        .map_err(io::Error::from)?;
    document(template, report, rows, &mut zip)?;
    zip.finish().map_err(io::Error::from)?;
    Ok(())
}

fn core_properties(report: &Report, generated_at: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
         <cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}: {}</dc:title>\
         <dc:creator>Sentlog</dc:creator><dc:language>en-US</dc:language>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{}</dcterms:created></cp:coreProperties>",
        sections::TITLE,
        escape(&report.subject),
        escape(generated_at),
    )
}

fn document<E: From<io::Error>>(
    template: &Template,
    report: &Report,
    rows: impl IntoIterator<Item = Result<Vec<ReportRow>, E>>,
    out: &mut impl Write,
) -> Result<(), E> {
    out.write_all(template.before(report).as_bytes())?;
    heading(report, out)?;
    summary(report, out)?;
    if let Some(body) = &report.body {
        message(body, out)?;
        out.write_all(paragraph("Heading2", sections::DELIVERY).as_bytes())?;
        legend(body, out)?;
        deliveries(rows, out)?;
    }
    out.write_all(template.after(report).as_bytes())?;
    Ok(())
}

fn heading(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let generated = format!("Generated on {}", report.generated_on);
    let status = format!("Message Status: {}", report.status);
    let left = [&report.organization, &generated, &status]
        .map(|line| paragraph("Normal", line))
        .concat();
    let fields: String = report.heading.iter().map(labelled).collect();
    out.write_all(paragraph("Heading1", sections::TITLE).as_bytes())?;
    open_table("TableNormal", &[4600, 5624], out)?;
    write!(
        out,
        "<w:tr><w:tc><w:tcPr><w:tcW w:w=\"4600\" w:type=\"dxa\"/></w:tcPr>{left}</w:tc>\
         <w:tc><w:tcPr><w:tcW w:w=\"5624\" w:type=\"dxa\"/></w:tcPr>{fields}</w:tc></w:tr></w:tbl>"
    )
}

fn summary(report: &Report, out: &mut impl Write) -> io::Result<()> {
    out.write_all(paragraph("Heading2", sections::SUMMARY).as_bytes())?;
    open_table("TableNormal", &[5112, 5112], out)?;
    for row in report.summary_rows() {
        out.write_all(b"<w:tr><w:trPr><w:cantSplit/></w:trPr>")?;
        let (width, span) = match row.len() {
            1 => (10224, "<w:gridSpan w:val=\"2\"/>"),
            _ => (5112, ""),
        };
        for cell in row {
            let text = cell.map_or_else(|| paragraph("Label", ""), labelled);
            write!(
                out,
                "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>{span}</w:tcPr>{text}</w:tc>"
            )?;
        }
        out.write_all(b"</w:tr>")?;
    }
    out.write_all(b"</w:tbl>")
}

fn message(body: &ReportBody, out: &mut impl Write) -> io::Result<()> {
    if !body.criteria.is_empty() {
        out.write_all(paragraph("Heading2", sections::CRITERIA).as_bytes())?;
    }
    for (label, value) in &body.criteria {
        out.write_all(markup::labelled(label, value).as_bytes())?;
    }
    out.write_all(paragraph("Heading2", sections::MESSAGE).as_bytes())?;
    for field in &body.content {
        out.write_all(labelled(field).as_bytes())?;
    }
    Ok(())
}

fn legend(body: &ReportBody, out: &mut impl Write) -> io::Result<()> {
    if body.marks.duplicates {
        let text = format!("{DUPLICATE} {DUPLICATE_LEGEND}");
        out.write_all(paragraph("Legend", &text).as_bytes())?;
    }
    if body.marks.not_contacted {
        let text = format!("{NOT_CONTACTED} {NOT_CONTACTED_LEGEND}");
        out.write_all(paragraph("Legend", &text).as_bytes())?;
    }
    Ok(())
}

fn deliveries<E: From<io::Error>>(
    rows: impl IntoIterator<Item = Result<Vec<ReportRow>, E>>,
    out: &mut impl Write,
) -> Result<(), E> {
    let mut written = 0;
    for chunk in rows {
        for row in chunk? {
            if written % ROWS_PER_TABLE == 0 {
                if written > 0 {
                    // Two tables in a row would be one: a paragraph of no height keeps them apart.
                    write!(out, "</w:tbl>{}", paragraph("Gap", ""))?;
                }
                open_table("Deliveries", &WIDTHS, out)?;
                table_head(out)?;
            }
            table_row(&row, out)?;
            written += 1;
        }
    }
    match written {
        0 => out.write_all(paragraph("Normal", "No deliveries match these options.").as_bytes())?,
        _ => write!(out, "</w:tbl>{}", paragraph("Gap", ""))?,
    }
    Ok(())
}

fn open_table(style: &str, widths: &[u32], out: &mut impl Write) -> io::Result<()> {
    let total: u32 = widths.iter().sum();
    write!(
        out,
        "<w:tbl><w:tblPr><w:tblStyle w:val=\"{style}\"/><w:tblW w:w=\"{total}\" w:type=\"dxa\"/>\
         <w:tblLayout w:type=\"fixed\"/><w:tblLook w:val=\"0020\" w:firstRow=\"1\" w:lastRow=\"0\" \
         w:firstColumn=\"0\" w:lastColumn=\"0\" w:noHBand=\"1\" w:noVBand=\"1\"/></w:tblPr><w:tblGrid>"
    )?;
    for width in widths {
        write!(out, "<w:gridCol w:w=\"{width}\"/>")?;
    }
    out.write_all(b"</w:tblGrid>")
}

fn table_head(out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>")?;
    for (column, width) in PAPER_COLUMNS.iter().zip(WIDTHS) {
        cell(width, &paragraph("CellHead", column), out)?;
    }
    out.write_all(b"</w:tr>")
}

fn table_row(row: &ReportRow, out: &mut impl Write) -> io::Result<()> {
    let mark = |text: &str, marked: bool, mark: &str| match marked {
        true => format!("{text} {mark}"),
        false => text.to_owned(),
    };
    let cells = [
        mark(&row.recipient, row.not_contacted, NOT_CONTACTED),
        row.student.clone(),
        mark(&row.paper_device(), row.duplicate, DUPLICATE),
        row.status.clone(),
        row.time.clone(),
    ];
    out.write_all(b"<w:tr><w:trPr><w:cantSplit/></w:trPr>")?;
    for (text, width) in cells.iter().zip(WIDTHS) {
        cell(width, &paragraph("Cell", text), out)?;
    }
    out.write_all(b"</w:tr>")
}

fn cell(width: u32, content: &str, out: &mut impl Write) -> io::Result<()> {
    write!(
        out,
        "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>{content}</w:tc>"
    )
}

fn labelled(field: &Field) -> String {
    markup::labelled(field.label, &field.value)
}
