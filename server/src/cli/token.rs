//! `token add`: the right to submit messages, for a program.

use clap::Subcommand;

use super::{Failure, causes, open};
use crate::{auth::token, clock::Clock, settings::StoreSettings, store::tokens};

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print a new token, once: it lets its bearer submit messages, and do nothing else.
    Add {
        #[command(flatten)]
        store: StoreSettings,
        /// What the program is called.
        name: String,
    },
}

/// The longest name, in characters.
const MAX_NAME: usize = 100;

/// Does what the command says.
pub async fn run(command: Command, clock: impl Clock) -> Result<(), Failure> {
    let Command::Add { store, name } = command;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.contains(char::is_control) {
        let words = format!("Give a name of 1 to {MAX_NAME} characters, such as “portal”.");
        return Err(Failure::new(words));
    }
    let db = open(&store).await?;
    let token = token::make();
    let added = tokens::add(&db, name, &token::key(&token), clock.now()).await;
    db.close().await;
    match added {
        Ok(true) => {
            eprintln!(
                "The token of {name}. It is shown this once; keep it where secrets are kept."
            );
            println!("{token}");
            Ok(())
        }
        Ok(false) => Err(Failure::new(format!(
            "There is a token {name} already. Choose another name."
        ))),
        Err(error) => Err(Failure::new(format!("Not added: {}.", causes(&error)))),
    }
}
