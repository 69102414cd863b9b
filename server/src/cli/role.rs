//! `role list`, `add`, `remove`: the named sets of permissions that people may have.

use chrono::{DateTime, Utc};
use clap::Subcommand;
use shared::{
    administration::{LONGEST_NAME, RolePermissions, UnfitRole, fit_name},
    session::Permission,
};

use super::{Failure, causes, open};
use crate::{
    clock::Clock,
    settings::StoreSettings,
    store::{
        Database, StoreError,
        audit::Who,
        roles::{self, RoleChange},
    },
};

/// What to do with roles.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the roles, what each may do, and how many people have it.
    List {
        #[command(flatten)]
        store: StoreSettings,
    },
    /// Make a role, or change what one may do for everybody who has it.
    Add {
        #[command(flatten)]
        store: StoreSettings,
        /// The role's name.
        name: String,
        /// One thing that it may do; given again, another.
        #[arg(
            long = "may",
            value_name = "view|cancel|report|see_addresses|administer",
            required = true
        )]
        permissions: Vec<Permission>,
    },
    /// Delete a role that nobody has.
    Remove {
        #[command(flatten)]
        store: StoreSettings,
        /// The role's name.
        name: String,
    },
}

/// Does what the command says.
pub async fn run(command: Command, clock: impl Clock) -> Result<(), Failure> {
    let (Command::List { store } | Command::Add { store, .. } | Command::Remove { store, .. }) =
        &command;
    let db = open(store).await?;
    let now = clock.now();
    let done = match &command {
        Command::List { .. } => list(&db).await,
        Command::Add {
            name, permissions, ..
        } => add(&db, name, permissions, now).await,
        Command::Remove { name, .. } => remove(&db, name, now).await,
    };
    db.close().await;
    done
}

async fn list(db: &Database) -> Result<(), Failure> {
    for role in roles::list(db).await.map_err(failed)? {
        let people = match role.people {
            1 => "1 person".to_owned(),
            people => format!("{people} people"),
        };
        let built_in = if role.built_in { "\tbuilt in" } else { "" };
        let may = words(&role.permissions);
        println!("{}\t{may}\t{people}{built_in}", role.name);
    }
    Ok(())
}

async fn add(
    db: &Database,
    name: &str,
    permissions: &[Permission],
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let name = fit_name(name).ok_or_else(|| {
        Failure::new(format!(
            "Give a name of 1 to {LONGEST_NAME} characters, such as “printer”."
        ))
    })?;
    let mut asked = RolePermissions {
        permissions: permissions.to_vec(),
    };
    asked.permissions.sort();
    asked.permissions.dedup();
    asked.check().map_err(|unfit| {
        Failure::new(match unfit {
            UnfitRole::Empty => "A role has to let somebody do something. Add --may view.",
            UnfitRole::Submits => {
                "Messages are submitted by programs. Make a token for one with `sentlog token add`."
            }
            UnfitRole::Blind => {
                "Whoever may do something with messages has to see them. Add --may view."
            }
        })
    })?;
    let done = roles::put(db, name, &asked.permissions, &Who::SHELL, now).await;
    told(name, done)?;
    println!("{name} may now {}.", words(&asked.permissions));
    Ok(())
}

async fn remove(db: &Database, name: &str, now: DateTime<Utc>) -> Result<(), Failure> {
    told(name, roles::remove(db, name, &Who::SHELL, now).await)?;
    println!("Deleted the role {name}.");
    Ok(())
}

/// What came of a change, in words.
fn told(name: &str, change: Result<RoleChange, StoreError>) -> Result<(), Failure> {
    let words = match change.map_err(failed)? {
        RoleChange::Done => return Ok(()),
        RoleChange::NoSuchRole => {
            format!("There is no role {name}. `sentlog role list` shows them.")
        }
        RoleChange::BuiltIn => format!(
            "The role {name} came with Sentlog and stays as it is. Make one of another name."
        ),
        RoleChange::InUse => format!(
            "Somebody has the role {name}. Give them another one first: `sentlog user list` shows who."
        ),
        RoleChange::LastAdministrator => {
            "Nothing was changed: nobody would be left to administer Sentlog. Make another account \
            an admin first."
                .to_owned()
        }
    };
    Err(Failure::new(words))
}

fn words(permissions: &[Permission]) -> String {
    let words = permissions.iter().map(|permission| permission.as_str());
    words.collect::<Vec<_>>().join(", ")
}

fn failed(error: StoreError) -> Failure {
    Failure::new(format!("Nothing was changed: {}.", causes(&error)))
}
