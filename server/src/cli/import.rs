//! `import`: history, or messages made elsewhere, from a file.

use std::{
    fs::File,
    io::{self, BufReader, IsTerminal, Read},
    ops::ControlFlow,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use indicatif::{ProgressBar, ProgressBarIter, ProgressStyle};

use super::{Failure, causes, open, serve::stop_signal};
use crate::{
    clock::Clock,
    entry::{self, ImportError, ImportReport, Progress, trail},
    settings::StoreSettings,
    store::{Database, District},
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
    let done = recorded(&db, &settings.district(), file, &clock).await;
    db.close().await;
    done
}

/// Does so between two lines of the audit trail.
async fn recorded(
    db: &Database,
    district: &District,
    file: &Path,
    clock: &dyn Clock,
) -> Result<(), Failure> {
    let unread = |error: io::Error| {
        Failure::new(format!(
            "{} cannot be read: {error}. Give the name of a file that holds one message a line, or - for \
             standard input.",
            file.display()
        ))
    };
    let stdin = file == Path::new("-");
    let (from, size): (Box<dyn Read>, Option<u64>) = if stdin {
        (Box::new(io::stdin()), None)
    } else {
        let opened = File::open(file).map_err(unread)?;
        let about = opened.metadata().map_err(unread)?;
        if about.is_dir() {
            return Err(unread(io::ErrorKind::IsADirectory.into()));
        }
        (Box::new(opened), Some(about.len()))
    };
    let bar = bar(size)?;
    let begun = trail::begun(db, (!stdin).then_some(file), size, clock.now()).await;
    let begun = begun.map_err(|error| {
        Failure::new(format!(
            "Nothing was taken, for the audit trail would not say so: {}.",
            causes(&error)
        ))
    })?;
    let told = Arc::new(AtomicBool::new(false));
    let stops = tokio::spawn(stop(stop_signal(), told.clone()));
    let mut done = ImportReport::default();
    let mut progress = |now: Progress<'_>| {
        done = now.done;
        bar.set_message(format!("{} messages", done.accepted));
        if let Some(refused) = now.refused {
            bar.suspend(|| eprintln!("{refused}"));
        }
        match told.load(Ordering::Relaxed) {
            false => ControlFlow::Continue(()),
            true => ControlFlow::Break(()),
        }
    };
    let taken = entry::import_while(db, district, clock, watched(&bar, from), &mut progress).await;
    bar.finish_and_clear();
    stops.abort();
    // Whoever wrote to standard input may have been stopped by the same keys.
    let taken = taken.and_then(|report| match told.load(Ordering::Relaxed) {
        false => Ok(report),
        true => Err(ImportError::Stopped),
    });
    let recorded = trail::ended(db, &begun, &done, taken.is_ok(), clock.now()).await;
    summed_up(&done);
    taken.map_err(|error| {
        Failure::new(format!(
            "The import stopped: {}. What was taken before is kept; run it again to take the rest.",
            causes(&error)
        ))
    })?;
    recorded.map_err(|error| {
        Failure::new(format!(
            "The messages are taken, but the audit trail does not say so: {}.",
            causes(&error)
        ))
    })?;
    all_taken(&done)
}

/// Tells the import to stop once it is asked to, and stops it at once where it is asked again.
async fn stop(asked: impl Future<Output = ()>, told: Arc<AtomicBool>) {
    /// What shells make of an interrupted program.
    const INTERRUPTED: i32 = 130;
    asked.await;
    let again = stop_signal();
    told.store(true, Ordering::Relaxed);
    eprintln!("Stopping after the message in hand. Press Ctrl+C again to stop at once.");
    again.await;
    std::process::exit(INTERRUPTED);
}

/// Reads `from`, and moves the bar as it does: a message's line alone may take a while.
fn watched<R: Read>(bar: &ProgressBar, from: R) -> BufReader<ProgressBarIter<R>> {
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

fn summed_up(done: &ImportReport) {
    println!(
        "Taken: {}. Already there: {}. Refused: {}.",
        done.accepted, done.already_there, done.refused
    );
}

/// A refusal makes the command fail, so that scripts notice.
fn all_taken(done: &ImportReport) -> Result<(), Failure> {
    match done.refused {
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
