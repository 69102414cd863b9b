//! `user add`: an account for somebody.

use std::io::{self, IsTerminal, Read};

use clap::Subcommand;
use shared::session::Role;

use super::{Failure, causes, open};
use crate::{
    auth::password::{self, MAX_LENGTH},
    clock::Clock,
    settings::StoreSettings,
    store::users,
};

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add an account; its password is asked for, or read from standard input where that is no terminal.
    Add {
        #[command(flatten)]
        store: StoreSettings,
        /// The name to sign in with.
        name: String,
        /// What the account may do: viewer reads with addresses masked, operator also cancels and prints, admin everything.
        #[arg(long, value_name = "viewer|operator|admin", value_parser = role)]
        role: Role,
    },
}

/// The longest name, in characters.
const MAX_NAME: usize = 100;

/// Does what the command says.
pub async fn run(command: Command, clock: impl Clock) -> Result<(), Failure> {
    let Command::Add { store, name, role } = command;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.contains(char::is_control) {
        let words = format!("Give a name of 1 to {MAX_NAME} characters, such as “ada”.");
        return Err(Failure::new(words));
    }
    let db = open(&store).await?;
    let password = read_password()?;
    password::check(&password).map_err(|error| Failure::new(format!("Not added: {error}.")))?;
    let hash = password::hash(&password).map_err(|error| Failure::new(error.to_string()))?;
    let added = users::add(&db, name, role, &hash, clock.now()).await;
    db.close().await;
    match added {
        Ok(Some(_)) => {
            println!("Added {name} as {}.", role.as_str());
            Ok(())
        }
        Ok(None) => Err(Failure::new(format!(
            "There is an account {name} already. Choose another name."
        ))),
        Err(error) => Err(Failure::new(format!("Not added: {}.", causes(&error)))),
    }
}

fn role(word: &str) -> Result<Role, String> {
    word.parse()
        .map_err(|error: shared::message::UnknownWord| error.to_string())
}

fn read_password() -> Result<String, Failure> {
    let unread =
        |error: io::Error| Failure::new(format!("The password could not be read: {error}."));
    if io::stdin().is_terminal() {
        let first = rpassword::prompt_password("Password: ").map_err(unread)?;
        password::check(&first).map_err(|error| Failure::new(format!("Not added: {error}.")))?;
        let again = rpassword::prompt_password("Again: ").map_err(unread)?;
        if first != again {
            let words = "Not added: the two passwords differ. Run the command again.";
            return Err(Failure::new(words));
        }
        return Ok(first);
    }
    let mut text = String::new();
    let most = MAX_LENGTH as u64 + 2;
    io::stdin()
        .take(most)
        .read_to_string(&mut text)
        .map_err(unread)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
