//! `audit verify`: whether the audit trail is whole.

use clap::Subcommand;

use super::{Failure, causes, open};
use crate::{
    settings::StoreSettings,
    store::audit::verify::{self, Verdict},
};

/// What to do with the audit trail.
#[derive(Debug, Subcommand)]
pub enum Command {
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

/// Does what the command says.
pub async fn run(command: Command) -> Result<(), Failure> {
    let Command::Verify { store, expect } = command;
    let db = open(&store).await?;
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
