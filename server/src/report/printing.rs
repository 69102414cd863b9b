//! From the store to a file: rows are read on the async side and written on a thread of its own.
//!
//! Both sides meet in a channel of a few chunks, so that memory does not grow. What is written goes to a file without a
//! name, and to the client only when it is whole: a client on a slow line holds up nobody who prints after it, and
//! what fails half-way is answered as a failure and never taken for a report. Whoever goes away ends it at the
//! next chunk of rows.

use std::{
    error::Error as _,
    fs::File,
    io::{self, BufWriter, IntoInnerError, Seek, Write as _},
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::body::{Body, Bytes};
use chrono::{DateTime, FixedOffset};
use futures_util::stream;
use shared::report::{JobState, Report, ReportFormat, ReportOptions, ReportRow, rows};
use tokio::{
    io::AsyncReadExt,
    sync::{OwnedSemaphorePermit, mpsc},
    task,
};

use super::{Paper, csv, docx, jobs::Watched, pdf};
use crate::{
    masking,
    store::{StoreError, report::Lines},
};

/// Chunks that wait in a channel at most.
const WAITING: usize = 4;

/// Bytes of a file that go to the client at once.
const PIECE: usize = 64 * 1024;

/// A report that is about to be printed.
pub struct Printing {
    /// All of it but the rows.
    pub report: Report,
    /// What was asked for.
    pub options: ReportOptions,
    /// Where the rows come from.
    pub lines: Lines,
    /// When it is made.
    pub generated_at: DateTime<FixedOffset>,
    /// Whether to mask the addresses, for who may not see them.
    pub masked: bool,
    /// Its turn among the reports that are made at once, given back when the file is whole.
    pub turn: OwnedSemaphorePermit,
}

/// What the writer's thread holds.
struct Begun {
    report: Report,
    generated_at: DateTime<FixedOffset>,
    chunks: Chunks,
    /// Lines that have been read so far.
    read: Arc<AtomicU32>,
    /// Lines that there are.
    of: u32,
    turn: OwnedSemaphorePermit,
}

impl Begun {
    /// `tell` hears how far it is, and says whether to go on.
    fn pdf(
        self,
        faces: &pdf::Faces,
        tell: &mut dyn FnMut(JobState, u32, u32) -> ControlFlow<()>,
    ) -> Result<Vec<u8>, PrintError> {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let mut go_on = |step| match step {
            pdf::Progress::Rows(_) => tell(
                JobState::Reading,
                self.read.load(Ordering::Relaxed),
                self.of,
            ),
            pdf::Progress::Pages { done, of } => {
                let state = match done < of {
                    true => JobState::Drawing,
                    false => JobState::Finishing,
                };
                tell(state, count(done), count(of))
            }
        };
        let (report, at) = (&self.report, &self.generated_at);
        let written = pdf::write(faces, report, at, self.chunks, &mut go_on);
        drop(self.turn);
        written.map_err(|error| match error {
            pdf::PdfError::Rows(error) => error,
            pdf::PdfError::Abandoned => PrintError::Abandoned,
            pdf::PdfError::Write(_) => PrintError::Pdf(error.to_string()),
        })
    }
}

impl Begun {
    /// What lists rows as they come. `tell` hears how far it is, and says whether to go on.
    fn rows(
        self,
        tell: &mut dyn FnMut(JobState, u32, u32) -> ControlFlow<()>,
        write: impl FnOnce(
            &Report,
            &DateTime<FixedOffset>,
            &mut dyn Iterator<Item = Rows>,
        ) -> Result<(), PrintError>,
    ) -> Result<(), PrintError> {
        let mut rows = self.chunks.map(|chunk| {
            let read = self.read.load(Ordering::Relaxed);
            match tell(JobState::Reading, read, self.of) {
                ControlFlow::Continue(()) => chunk,
                ControlFlow::Break(()) => Err(PrintError::Abandoned),
            }
        });
        let written = write(&self.report, &self.generated_at, &mut rows);
        drop(self.turn);
        written
    }
}

/// Why a report could not be printed.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The store failed while the rows were read.
    #[error("the rows of the report could not be read")]
    Store(#[from] StoreError),
    /// The file could not be written.
    #[error("the report could not be written")]
    Write(#[from] io::Error),
    /// The PDF could not be made.
    #[error("the report could not be made a PDF: {0}")]
    Pdf(String),
    /// It could not be begun, by a fault of ours; the words are for the log.
    #[error("the report could not be begun: {0}")]
    Begin(String),
    /// There is nothing to print any more, or nobody who may have it.
    #[error("there is nothing to print any more")]
    Refused,
    /// Nobody wants it any more.
    #[error("the report was abandoned")]
    Abandoned,
}

impl PrintError {
    /// Writes it to the log, unless it is nobody's fault.
    pub fn log(&self) {
        match self {
            PrintError::Store(_)
            | PrintError::Write(_)
            | PrintError::Pdf(_)
            | PrintError::Begin(_) => {
                let cause = self.source().map(tracing::field::display);
                tracing::error!(error = %self, cause, "a report broke off");
            }
            PrintError::Refused | PrintError::Abandoned => {}
        }
    }
}

type Rows = Result<Vec<ReportRow>, PrintError>;

impl Printing {
    /// The report in a file without a name, for who waits for it: dropping this ends it.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub async fn file(self, paper: Paper) -> Result<File, PrintError> {
        let (waiting, gone) = mpsc::channel::<()>(1);
        let go_on = move |_, _, _| match waiting.is_closed() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let file = self.written(paper, go_on).await;
        drop(gone);
        file
    }

    /// The same, while whoever watches is told how far it is.
    ///
    /// # Errors
    /// Where it cannot be made, or was abandoned.
    pub async fn watched(self, paper: Paper, watched: Watched) -> Result<File, PrintError> {
        self.written(paper, move |state, done, of| watched.tell(state, done, of))
            .await
    }

    async fn written(
        self,
        paper: Paper,
        mut tell: impl FnMut(JobState, u32, u32) -> ControlFlow<()> + Send + 'static,
    ) -> Result<File, PrintError> {
        let format = self.options.format;
        let begun = self.read();
        let written = task::spawn_blocking(move || {
            let mut file = BufWriter::new(tempfile::tempfile()?);
            match format {
                ReportFormat::Pdf => file.write_all(&begun.pdf(&paper.faces, &mut tell)?)?,
                ReportFormat::Csv => begun.rows(&mut tell, |report, _, rows| {
                    csv::write(report, rows, &mut file)
                })?,
                ReportFormat::Docx => begun.rows(&mut tell, |report, at, rows| {
                    docx::write(&paper.template, report, &at.to_rfc3339(), rows, &mut file)
                })?,
            }
            let mut file = file.into_inner().map_err(IntoInnerError::into_error)?;
            file.rewind()?;
            Ok(file)
        });
        written.await.map_err(io::Error::other)?
    }

    /// Begins to read the rows.
    fn read(self) -> Begun {
        let (sender, receiver) = mpsc::channel(WAITING);
        let Printing {
            report,
            options,
            mut lines,
            generated_at,
            masked,
            turn,
        } = self;
        let of = lines.count();
        let read = Arc::new(AtomicU32::new(0));
        let reading = read.clone();
        if report.body.is_some() {
            task::spawn(async move {
                loop {
                    let chunk = match lines.next().await {
                        Ok(chunk) if chunk.is_empty() => return,
                        Ok(chunk) => {
                            reading.fetch_add(chunk.len() as u32, Ordering::Relaxed);
                            let rows = chunk.into_iter().flat_map(|(mut line, person)| {
                                if masked {
                                    masking::line(&mut line);
                                }
                                rows(&line, person, &options)
                            });
                            Ok(rows.collect())
                        }
                        Err(error) => Err(PrintError::from(error)),
                    };
                    let failed = chunk.is_err();
                    if sender.send(chunk).await.is_err() || failed {
                        return;
                    }
                }
            });
        }
        Begun {
            report,
            generated_at,
            chunks: Chunks(receiver),
            read,
            of,
            turn,
        }
    }
}

/// The rows on the writer's side.
struct Chunks(mpsc::Receiver<Rows>);

impl Iterator for Chunks {
    type Item = Rows;

    fn next(&mut self) -> Option<Rows> {
        self.0.blocking_recv()
    }
}

/// A finished file as the body of an answer, and how long it is.
///
/// # Errors
/// Where the file cannot be read.
pub fn body(file: File) -> io::Result<(u64, Body)> {
    let length = file.metadata()?.len();
    let file = tokio::fs::File::from_std(file);
    let pieces = stream::try_unfold(file, |mut file| async move {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, io::Error>((read > 0).then(|| (Bytes::from(piece), file)))
    });
    Ok((length, Body::from_stream(pieces)))
}
