//! From the store to a file: rows are read on the async side and written on a thread of its own.
//!
//! Both sides meet in channels of a few chunks, so that a slow reader slows the writer and memory does not
//! grow. Whoever goes away ends it: a client that hangs up fails the writer's next write, and a writer that
//! has stopped fails the reader's next chunk.

use std::{
    error::Error as _,
    fs::File,
    io::{self, Seek, Write as _},
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::body::{Body, Bytes};
use chrono::{DateTime, FixedOffset};
use futures_util::stream;
use shared::report::{JobState, Report, ReportFormat, ReportOptions, ReportRow, rows};
use tokio::{
    runtime::Handle,
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

/// Bytes gathered before they go to the client.
const PIECE: usize = 64 * 1024;

/// How long a client may leave a piece lying before its report is given up.
const STALLED: Duration = Duration::from_secs(60);

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
    /// Its turn among the reports that are made at once, given back when the last byte is written.
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
            pdf::Progress::Pages { done, of } => tell(JobState::Drawing, count(done), count(of)),
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

/// Why a report could not be printed.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The store failed while the rows were read.
    #[error("the rows of the report could not be read")]
    Store(#[from] StoreError),
    /// The file could not be written, or nobody took it.
    #[error("the report could not be written")]
    Write(#[from] io::Error),
    /// The PDF could not be made.
    #[error("the report could not be made a PDF: {0}")]
    Pdf(String),
    /// Nobody wants it any more.
    #[error("the report was abandoned")]
    Abandoned,
}

impl PrintError {
    /// Writes it to the log, unless it is nobody's fault.
    pub fn log(&self) {
        if !matches!(self, PrintError::Abandoned) {
            let cause = self.source().map(tracing::field::display);
            tracing::error!(error = %self, cause, "a report broke off");
        }
    }
}

type Rows = Result<Vec<ReportRow>, PrintError>;

impl Printing {
    /// The file, as the body of an answer. CSV and DOCX go out while they are written; a PDF when it is done.
    ///
    /// # Errors
    /// Where a PDF cannot be made. The others break off in the middle where the store fails.
    pub async fn body(self, paper: Paper) -> Result<Body, PrintError> {
        match self.options.format {
            ReportFormat::Csv => {
                Ok(self.stream(|report, _, rows, out| csv::write(report, rows, out)))
            }
            ReportFormat::Docx => Ok(self.stream(move |report, at, rows, out| {
                docx::write(&paper.template, report, &at.to_rfc3339(), rows, out)
            })),
            ReportFormat::Pdf => self.pdf(paper.faces).await,
        }
    }

    fn stream<Write>(self, write: Write) -> Body
    where
        Write: FnOnce(&Report, &DateTime<FixedOffset>, Chunks, Pieces) -> Result<(), PrintError>
            + Send
            + 'static,
    {
        let Begun {
            report,
            generated_at,
            chunks,
            turn,
            ..
        } = self.read();
        let (pieces, mut taken) = mpsc::channel::<io::Result<Bytes>>(WAITING);
        task::spawn_blocking(move || {
            let out = Pieces::new(pieces.clone());
            if let Err(error) = write(&report, &generated_at, chunks, out)
                && !pieces.is_closed()
            {
                error.log();
                // An error in the body breaks the connection: half a file is never taken for a whole one.
                let _ = pieces.blocking_send(Err(io::Error::other("the report broke off")));
            }
            drop(turn);
        });
        Body::from_stream(stream::poll_fn(move |context| taken.poll_recv(context)))
    }

    async fn pdf(self, faces: pdf::Faces) -> Result<Body, PrintError> {
        // Dropped with the request, which is how the writer learns that nobody waits any more.
        let (waiting, gone) = mpsc::channel::<()>(1);
        let mut go_on = move |_, _, _| match waiting.is_closed() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let begun = self.read();
        let written = task::spawn_blocking(move || begun.pdf(&faces, &mut go_on)).await;
        drop(gone);
        Ok(Body::from(written.map_err(io::Error::other)??))
    }

    /// The PDF in a file without a name; whoever watches is told how far it is.
    ///
    /// # Errors
    /// Where it cannot be made, or was abandoned.
    pub async fn file(self, faces: pdf::Faces, watched: Watched) -> Result<File, PrintError> {
        let begun = self.read();
        let mut tell = move |state, done, of| watched.tell(state, done, of);
        let written = task::spawn_blocking(move || {
            let pdf = begun.pdf(&faces, &mut tell)?;
            let mut file = tempfile::tempfile()?;
            file.write_all(&pdf)?;
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
                            let rows = chunk.into_iter().flat_map(|(mut line, contacted)| {
                                if masked {
                                    masking::line(&mut line);
                                }
                                rows(&line, contacted, &options)
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

/// The file on the writer's side: what is written goes to the client piece by piece.
struct Pieces {
    sender: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
    runtime: Handle,
}

impl Pieces {
    fn new(sender: mpsc::Sender<io::Result<Bytes>>) -> Self {
        Pieces {
            sender,
            piece: Vec::with_capacity(PIECE),
            runtime: Handle::current(),
        }
    }

    fn send(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        let sent = self.sender.send_timeout(Ok(piece.into()), STALLED);
        self.runtime
            .block_on(sent)
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl io::Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    /// Keeps what is short of a piece: writers flush more often than it pays to send.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        let _ = self.send();
    }
}
