//! The report as a tagged PDF (PDF/UA-1) on letter paper.
//!
//! Two passes: the first shapes every text once and gives it its page, so that each page can say how many
//! there are; the second draws the pages, forgets the rows as it goes, and tags what it draws. The same report
//! with the same rows gives the same bytes.

mod draw;
mod faces;
mod flow;
mod front;
mod pages;
mod paper;
mod shape;
mod table;
mod tags;

use std::{collections::BTreeSet, ops::ControlFlow};

use chrono::{DateTime, Datelike, FixedOffset, Timelike};
use krilla::{
    Document, SerializeSettings,
    configure::{Accessibility, ConfigurationBuilder},
    error::KrillaError,
    metadata::{self, Metadata},
    tagging::TagTree,
};
use shared::report::{Report, ReportRow, sections};

pub use faces::Faces;
use flow::Spot;
use pages::Pages;
use shape::{Block, Shaper};
use table::Table;

/// Stands after the address of a duplicate.
const DUPLICATE: &str = "†";
/// Stands after the name of a person who was not contacted by phone.
const NOT_CONTACTED: &str = "*";
/// Stands where the rows would.
const NO_ROWS: &str = "No deliveries match these options.";

/// How far a report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The first pass: so many rows have their page.
    Rows(usize),
    /// The second pass: so many of the pages are drawn.
    Pages {
        /// Those that are done.
        done: usize,
        /// All that there will be.
        of: usize,
    },
}

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError<E> {
    /// The rows could not be read.
    #[error("the rows of the report could not be read")]
    Rows(#[source] E),
    /// Nobody wants it any more.
    #[error("the report was abandoned")]
    Abandoned,
    /// The pages could not be made a file. The words name no text of the report.
    #[error("the report could not be written as PDF: {0}")]
    Write(String),
}

/// Writes a report, made at `generated_at`, as PDF.
///
/// `progress` is asked after each chunk of rows and after each page whether to go on.
///
/// # Errors
/// [`PdfError`]: what reading the rows fails with; where `progress` breaks; where the file cannot be made.
pub fn write<E>(
    faces: &Faces,
    report: &Report,
    generated_at: &DateTime<FixedOffset>,
    rows: impl IntoIterator<Item = Result<Vec<ReportRow>, E>>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Vec<u8>, PdfError<E>> {
    let mut go_on = |at| match progress(at) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(PdfError::Abandoned),
    };
    let mut shaper = Shaper::new(faces);
    let mut front = front::lay_out(report, &mut shaper);
    let table = match report.body {
        None => None,
        Some(_) => {
            let table = lay_out_rows(rows, front.end, &mut shaper, &mut go_on)?;
            if table.is_none() {
                front.say(NO_ROWS, &mut shaper);
            }
            table
        }
    };
    let mut document = Document::new_with(settings());
    document.set_metadata(about(report, generated_at));
    document.set_outline(tags::outline(&front.sections));
    let pages = Pages {
        front,
        table,
        foot: foot(report, &mut shaper),
        faces,
        shaper: &mut shaper,
    };
    let nodes = pages.draw(&mut document, &mut go_on)?;
    document.set_tag_tree(TagTree::from(nodes));
    document
        .finish()
        .map_err(|error| PdfError::Write(told(&error)))
}

/// The first pass over the rows.
fn lay_out_rows<E>(
    chunks: impl IntoIterator<Item = Result<Vec<ReportRow>, E>>,
    start: Spot,
    shaper: &mut Shaper,
    go_on: &mut impl FnMut(Progress) -> Result<(), PdfError<E>>,
) -> Result<Option<Table>, PdfError<E>> {
    let mut rows = table::Rows::new(shaper, start);
    let mut count = 0;
    for chunk in chunks {
        let chunk = chunk.map_err(PdfError::Rows)?;
        count += chunk.len();
        chunk.iter().for_each(|row| rows.push(row));
        go_on(Progress::Rows(count))?;
    }
    Ok(rows.finish())
}

/// What failed, without the texts that it failed for.
fn told(error: &KrillaError) -> String {
    let KrillaError::Validation(errors) = error else {
        return error.to_string();
    };
    let kinds = errors.iter().map(|(error, _)| {
        let all = format!("{error:?}");
        let end = all.find('(').unwrap_or(all.len());
        all[..end].to_owned()
    });
    kinds
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect::<Vec<_>>()
        .join(", ")
}

fn settings() -> SerializeSettings {
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .expect("PDF/UA-1 has a PDF version");
    SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    }
}

fn about(report: &Report, generated_at: &DateTime<FixedOffset>) -> Metadata {
    let offset = generated_at.offset().local_minus_utc() / 60;
    let date = metadata::DateTime::new(u16::try_from(generated_at.year()).unwrap_or_default())
        .month(generated_at.month() as u8)
        .day(generated_at.day() as u8)
        .hour(generated_at.hour() as u8)
        .minute(generated_at.minute() as u8)
        .second(generated_at.second() as u8)
        .utc_offset_hour((offset / 60) as i8)
        .utc_offset_minute((offset % 60).unsigned_abs() as u8);
    let title = format!("{}: {}", sections::TITLE, report.subject);
    Metadata::new()
        .title(shape::printable(&title).into_owned())
        .authors(vec![shape::printable(&report.organization).into_owned()])
        .creator("Sentlog".to_owned())
        .language("en-US".to_owned())
        .creation_date(date)
}

/// The left part of the foot, so that a page alone says of what it is, and as of when: school and subject, and below
/// them how far the message was and when the report was made.
fn foot(report: &Report, shaper: &mut Shaper) -> [Block; 2] {
    [
        format!("{} · {}", report.organization, report.subject),
        format!(
            "Message Status: {} · Generated on {}",
            report.status, report.generated_on
        ),
    ]
    .map(|line| cut(&line, shaper))
}

/// A line that is cut where it would touch the page number.
fn cut(all: &str, shaper: &mut Shaper) -> Block {
    let width = paper::MEASURE - 90.0;
    let whole = shaper.shape(all, paper::FOOT, width);
    if whole.lines.len() <= 1 {
        return whole;
    }
    let mut kept: Vec<char> = whole.text.chars().take(200).collect();
    loop {
        kept.pop();
        let cut: String = kept.iter().collect();
        let cut = shaper.shape(&format!("{}…", cut.trim_end()), paper::FOOT, width);
        if cut.lines.len() <= 1 || kept.is_empty() {
            return cut;
        }
    }
}
