//! `serve --demo`: makes the demonstration district where the database is still empty, and no demonstration of any other.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, causes};
use crate::{
    clock::Clock,
    demo::{self, Scale},
    store::{
        Database, District, demonstration,
        making::{self, Standing},
    },
};

/// Fills an empty database, showing how far it is, also where that was interrupted; leaves one that was filled before as
/// it is, and refuses any other.
pub async fn fill(db: &Database, district: &District, clock: &dyn Clock) -> Result<(), Failure> {
    let failed = |error: &dyn std::error::Error| {
        Failure::new(format!(
            "The demonstration could not be made: {}. Give it a database of its own: --database-url \
             sqlite:demo.db.",
            causes(error)
        ))
    };
    let ours = demonstration::begin(db, clock.now()).await;
    if !ours.map_err(|error| failed(&error))? {
        return Err(Failure::new(
            "A demonstration lets anybody in as an administrator, and this database holds messages or people that are none \
             of it, or has been served without --demo. Give the demonstration a database of its own: --database-url \
             sqlite:demo.db.",
        ));
    }
    let standing = making::standing(db).await;
    match standing.map_err(|error| failed(&error))? {
        Standing::Nothing => eprintln!("Making the demonstration district. This happens once."),
        Standing::Part => eprintln!(
            "The demonstration district is not whole: its making was interrupted. It is made anew."
        ),
        Standing::Whole | Standing::Other => return Ok(()),
    }
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
