//! `school list`, `add`: where rights may be granted.

use clap::Subcommand;
use shared::administration::{LONGEST_NAME, fit_name};

use super::{Failure, causes, open, printable};
use crate::{
    clock::Clock,
    settings::StoreSettings,
    store::{StoreError, audit::Who, organizations},
};

/// What to do with schools.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the schools that a message was sent for or that were added, with how many messages each has.
    List {
        #[command(flatten)]
        store: StoreSettings,
    },
    /// Add a school ahead of its first message, so that rights can be granted there.
    Add {
        #[command(flatten)]
        store: StoreSettings,
        /// Its name, as the messages will give it.
        name: String,
    },
}

/// Does what the command says.
pub async fn run(command: Command, clock: impl Clock) -> Result<(), Failure> {
    match command {
        Command::List { store } => list(&store).await,
        Command::Add { store, name } => add(&store, &name, &clock).await,
    }
}

async fn list(store: &StoreSettings) -> Result<(), Failure> {
    let db = open(store).await?;
    let listed = organizations::list(&db).await;
    db.close().await;
    for school in listed.map_err(failed)? {
        let messages = match school.messages {
            1 => "1 message".to_owned(),
            messages => format!("{messages} messages"),
        };
        println!("{}\t{messages}", printable(&school.name));
    }
    Ok(())
}

async fn add(store: &StoreSettings, name: &str, clock: &impl Clock) -> Result<(), Failure> {
    let name = fit_name(name).ok_or_else(|| {
        Failure::new(format!(
            "Give a name of 1 to {LONGEST_NAME} characters, such as “High School”."
        ))
    })?;
    let db = open(store).await?;
    let added = organizations::add(&db, name, &Who::SHELL, clock.now()).await;
    db.close().await;
    match added.map_err(failed)? {
        true => {
            println!("Added {name}.");
            Ok(())
        }
        false => Err(Failure::new(format!(
            "There is a school {name} already. `sentlog school list` shows them."
        ))),
    }
}

fn failed(error: StoreError) -> Failure {
    Failure::new(format!("Nothing was changed: {}.", causes(&error)))
}
