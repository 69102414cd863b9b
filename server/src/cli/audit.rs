//! `audit list`, `verify`: what the audit trail says, and whether it is whole.

use std::io::{self, Write};

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use shared::audit::{AuditAction, AuditLine};

use super::{Failure, causes, open, printable};
use crate::{
    settings::StoreSettings,
    store::{
        Database, StoreError,
        audit::{
            read::{self, PAGE, Wanted},
            verify::{self, Verdict},
        },
    },
    wording,
};

/// What to do with the audit trail.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List who did what, the newest first: when, who, from where, and what, with tabs between.
    List {
        #[command(flatten)]
        store: StoreSettings,
        #[command(flatten)]
        filter: Filter,
    },
    /// Check every line, and print how many there are and the last one's hash. Note both elsewhere: given
    /// again as --expect, they show that no line was cut off the end since.
    Verify {
        #[command(flatten)]
        store: StoreSettings,
        /// The hash that an earlier run printed; some line must have it.
        #[arg(long, value_name = "HASH")]
        expect: Option<String>,
    },
}

/// Which lines to list, and how.
#[derive(Args, Debug)]
pub struct Filter {
    /// The first day, such as 2020-01-31, by the district's clock.
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,
    /// The last day, included.
    #[arg(long, value_name = "DAY")]
    to: Option<NaiveDate>,
    /// Contained in the name of who did it or to whom it was done, ignoring case.
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
    /// Only what was done, such as canceled or signed_in.
    #[arg(long)]
    action: Option<AuditAction>,
    /// Only what was done to this message; the newest two hundred lines.
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["from", "to", "who", "action"])]
    message: Option<i64>,
    /// Each line as a JSON object, as from the API.
    #[arg(long)]
    json: bool,
}

/// Does what the command says.
pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::List { store, filter } => list(&store, &filter).await,
        Command::Verify { store, expect } => verify(&store, expect).await,
    }
}

async fn list(settings: &StoreSettings, filter: &Filter) -> Result<(), Failure> {
    let db = open(settings).await?;
    let zone = settings.district().time_zone;
    let mut out = io::stdout().lock();
    let told = tell(&db, filter, zone, &mut out).await;
    db.close().await;
    told.map_err(|error| {
        Failure(format!(
            "The audit trail could not be read: {}.",
            causes(&error)
        ))
    })
}

/// Writes the lines page by page, until there are no more or nobody reads on.
async fn tell(
    db: &Database,
    filter: &Filter,
    zone: chrono_tz::Tz,
    out: &mut impl Write,
) -> Result<(), StoreError> {
    let mut wanted = Wanted {
        action: filter.action,
        who: filter.who.clone().unwrap_or_default(),
        ..Wanted::of_days(filter.from, filter.to, zone)
    };
    loop {
        let mut kept = match filter.message {
            Some(message) => read::of_message(db, message, wanted.before).await?,
            None => read::find(db, &wanted).await?,
        };
        let more = kept.len() > PAGE;
        kept.truncate(PAGE);
        for kept in &kept {
            let line = wording::line(kept, zone);
            let text = match filter.json {
                true => serde_json::to_string(&line).unwrap_or_default(),
                false => plain(&line),
            };
            if writeln!(out, "{text}").is_err() {
                return Ok(());
            }
        }
        match kept.last().filter(|_| more) {
            Some(last) => wanted.before = Some(last.seq),
            None => return Ok(()),
        }
    }
}

/// A line for a terminal, which names may not write to otherwise.
fn plain(line: &AuditLine) -> String {
    let address = line.address.as_deref().unwrap_or("-");
    let cells = [&line.at.to_rfc3339(), &line.who, address, &line.what];
    cells.map(printable).join("\t")
}

async fn verify(store: &StoreSettings, expect: Option<String>) -> Result<(), Failure> {
    let db = open(store).await?;
    let noted = expect.map(|hash| hash.trim().to_ascii_lowercase());
    let verdict = verify::verify(&db, noted.as_deref()).await;
    db.close().await;
    let verdict = verdict.map_err(|error| {
        Failure(format!(
            "The audit trail could not be read: {}.",
            causes(&error)
        ))
    })?;
    match verdict {
        Verdict::Whole { lines, head } => {
            println!("{lines}\t{head}");
            Ok(())
        }
        Verdict::Missing(line) => Err(Failure(format!(
            "Line {line} of the audit trail is missing. Restore the database from a backup made before that \
             and compare."
        ))),
        Verdict::Altered(line) => Err(Failure(format!(
            "Line {line} of the audit trail is not as it was written. Compare it with a backup."
        ))),
        Verdict::NotFound { lines } => Err(Failure(format!(
            "None of the {lines} lines of the audit trail has the expected hash: lines were cut off the end, or \
             all of it was written anew. Compare it with a backup."
        ))),
    }
}
