//! `serve --demo`: makes the demonstration district where the database is still empty.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, causes};
use crate::{
    clock::Clock,
    demo::{self, Scale},
    store::{Database, District},
};

/// Fills an empty database, showing how far it is; leaves one that holds messages as it is.
pub async fn fill(db: &Database, district: &District, clock: &dyn Clock) -> Result<(), Failure> {
    let failed = |error: &dyn std::error::Error| {
        Failure::new(format!(
            "The demonstration could not be made: {}. Give it a database of its own: --database-url \
             sqlite:demo.db.",
            causes(error)
        ))
    };
    if !db.is_empty().await.map_err(|error| failed(&error))? {
        return Ok(());
    }
    eprintln!("Making the demonstration district. This happens once.");
    let bar = match io::stderr().is_terminal() {
        true => ProgressBar::new(0),
        false => ProgressBar::hidden(),
    };
    let style = ProgressStyle::with_template("{wide_bar} {pos} of {len} days {eta}");
    bar.set_style(style.map_err(|error| failed(&error))?);
    let mut progress = |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let made = demo::fill(db, district, clock, Scale::FULL, &mut progress)
        .await
        .map_err(|error| failed(&error))?;
    bar.finish_and_clear();
    eprintln!("Made {made} messages.");
    Ok(())
}
