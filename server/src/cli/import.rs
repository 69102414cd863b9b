//! `import`: history, or messages made elsewhere, from a file.

use std::{
    fs::File,
    io::{self, BufReader, IsTerminal},
    path::Path,
    time::Duration,
};

use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressBarIter, ProgressStyle};
use serde_json::json;
use shared::audit::AuditAction;

use super::{Failure, causes, open};
use crate::{
    clock::Clock,
    entry::{self, ImportReport, Progress},
    settings::StoreSettings,
    store::{
        Database, StoreError,
        audit::{self, Who},
    },
};

/// Bytes read from the file at a time.
const BUFFER: usize = 1 << 20;

/// How often the bar shows that work goes on, whatever has been read.
const TICK: Duration = Duration::from_millis(200);

/// Takes in the messages of `file`, and says what was refused and why.
pub async fn import(
    settings: &StoreSettings,
    file: &Path,
    clock: impl Clock,
) -> Result<(), Failure> {
    let db = open(settings).await?;
    let district = settings.district();
    let unread = |error: io::Error| {
        Failure::new(format!(
            "{} cannot be read: {error}. Give the name of a file that holds one message a line, or - for \
             standard input.",
            file.display()
        ))
    };
    let stdin = file == Path::new("-");
    let size = match stdin {
        true => None,
        false => {
            let about = std::fs::metadata(file).map_err(unread)?;
            if about.is_dir() {
                return Err(unread(io::ErrorKind::IsADirectory.into()));
            }
            Some(about.len())
        }
    };
    let bar = bar(size)?;
    let mut progress = |now: Progress<'_>| {
        bar.set_message(format!("{} messages", now.accepted));
        if let Some(refused) = now.refused {
            bar.suspend(|| eprintln!("{refused}"));
        }
    };
    let taken = if stdin {
        let reader = watched(&bar, io::stdin());
        entry::import(&db, &district, &clock, reader, &mut progress).await
    } else {
        let reader = watched(&bar, File::open(file).map_err(unread)?);
        entry::import(&db, &district, &clock, reader, &mut progress).await
    };
    bar.finish_and_clear();
    let recorded = match &taken {
        Ok(report) => record(&db, report.accepted, clock.now()).await,
        Err(_) => Ok(()),
    };
    db.close().await;
    let report = taken.map_err(|error| {
        Failure::new(format!(
            "The import stopped: {}. What was taken before is kept; run it again to take the rest.",
            causes(&error)
        ))
    })?;
    told(&report)?;
    recorded.map_err(|error| {
        Failure::new(format!(
            "The messages are taken, but the audit trail does not say so: {}.",
            causes(&error)
        ))
    })
}

async fn record(db: &Database, messages: u64, now: DateTime<Utc>) -> Result<(), StoreError> {
    if messages > 0 {
        let act = Who::SHELL.does(AuditAction::Imported, now);
        audit::append(db, &act.with(json!({"messages": messages}))).await?;
    }
    Ok(())
}

/// Reads `from`, and moves the bar as it does: a message's line alone may take a while.
fn watched<R: io::Read>(bar: &ProgressBar, from: R) -> BufReader<ProgressBarIter<R>> {
    BufReader::with_capacity(BUFFER, bar.wrap_read(from))
}

fn bar(size: Option<u64>) -> Result<ProgressBar, Failure> {
    let (bar, template) = match size {
        Some(size) => (
            ProgressBar::new(size),
            "{spinner} {wide_bar} {bytes}/{total_bytes} {msg} {eta}",
        ),
        None => (ProgressBar::new_spinner(), "{spinner} {bytes} {msg}"),
    };
    if !io::stderr().is_terminal() {
        return Ok(ProgressBar::hidden());
    }
    let style = ProgressStyle::with_template(template);
    // Read to its end, a large message is still to be kept.
    bar.enable_steady_tick(TICK);
    Ok(bar.with_style(style.map_err(|error| Failure::new(error.to_string()))?))
}

/// Says what was done. A refusal makes the command fail, so that scripts notice.
fn told(report: &ImportReport) -> Result<(), Failure> {
    println!(
        "Taken: {}. Already there: {}. Refused: {}.",
        report.accepted, report.already_there, report.refused
    );
    match report.refused {
        0 => Ok(()),
        1 => Err(Failure::new(
            "One line was refused. Correct it and run the import again.",
        )),
        lines => Err(Failure::new(format!(
            "{lines} lines were refused. Correct them and run the import again."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufRead;

    use super::*;

    #[test]
    fn the_bar_moves_within_a_line() {
        let bar = ProgressBar::hidden();
        let line = vec![b'x'; 3 * BUFFER];
        let mut reader = watched(&bar, &line[..]);
        for part in 1..=3 {
            let read = reader.fill_buf().unwrap().len();
            reader.consume(read);
            assert_eq!(bar.position(), (part * BUFFER) as u64);
        }
    }
}
