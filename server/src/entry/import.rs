//! Imports a file of messages, one JSON object a line.

use std::{
    io::{self, BufRead},
    ops::ControlFlow,
};

use super::{Refusal, json, lines::LineReader};
use crate::{
    clock::Clock,
    store::{
        Database, District, StoreError,
        submit::{Submitted, submit},
    },
};

/// Why a line is refused whose id is another message's.
const TAKEN: &str = "is that of a message of another school; give each message an id of its own";

/// What an import has done so far. Told after each line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// What it has done.
    pub done: ImportReport,
    /// The line just refused, if it was.
    pub refused: Option<&'a RefusedLine>,
}

/// A line that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {refusal}")]
pub struct RefusedLine {
    /// Its number in the file, from 1.
    pub line: u64,
    /// Where and why.
    pub refusal: Refusal,
}

/// What an import has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Messages taken.
    pub accepted: u64,
    /// Messages the log already had.
    pub already_there: u64,
    /// Lines that were not taken.
    pub refused: u64,
}

/// Why an import stopped half-way. What was taken before stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file could not be read on.
    #[error("the file could not be read")]
    Read(#[from] io::Error),
    /// The log could not keep a message.
    #[error("the log could not keep a message")]
    Store(#[from] StoreError),
    /// Somebody stopped it, between two messages.
    #[error("it was told to stop")]
    Stopped,
}

/// Takes every message that `reader` holds, each whole or not at all, and goes on after one that is refused.
///
/// Reading and storing take turns, so that never more than one message is in memory; the reading blocks,
/// which is right for a command that does nothing else, and wrong inside a server.
///
/// # Errors
/// Where reading or the database fails; a refused message is none.
pub async fn import(
    db: &Database,
    district: &District,
    clock: &dyn Clock,
    reader: impl BufRead,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<ImportReport, ImportError> {
    let mut go_on = |now: Progress<'_>| {
        progress(now);
        ControlFlow::Continue(())
    };
    import_while(db, district, clock, reader, &mut go_on).await
}

/// The same for as long as `progress` wants, which is asked after each message.
///
/// # Errors
/// As [`import`], and where it is stopped.
pub async fn import_while(
    db: &Database,
    district: &District,
    clock: &dyn Clock,
    reader: impl BufRead,
    progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
) -> Result<ImportReport, ImportError> {
    let mut lines = LineReader::new(reader);
    let mut report = ImportReport::default();
    let mut going = ControlFlow::Continue(());
    while going.is_continue()
        && let Some(mut line) = lines.next()?
    {
        let read = json::read(&mut line, district);
        line.skip()?;
        let refusal = match read {
            Ok(message) => match submit(db, &message, None, clock).await? {
                Submitted::Accepted(_) => {
                    report.accepted += 1;
                    None
                }
                Submitted::AlreadyThere(_) => {
                    report.already_there += 1;
                    None
                }
                Submitted::Taken => Some(Refusal::new("external_id", TAKEN)),
            },
            Err(refusal) => Some(refusal),
        };
        report.refused += u64::from(refusal.is_some());
        let refused = refusal.map(|refusal| RefusedLine {
            line: lines.line,
            refusal,
        });
        going = progress(Progress {
            done: report,
            refused: refused.as_ref(),
        });
    }
    if report.accepted > 0 {
        db.take_stock().await?;
    }
    match going {
        ControlFlow::Continue(()) => Ok(report),
        ControlFlow::Break(()) => Err(ImportError::Stopped),
    }
}
