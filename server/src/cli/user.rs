//! `user add`, `grant`, `ungrant`, `disable`, `enable`, `password`, `link`, `list`: the accounts that may sign in.

use std::io::{self, IsTerminal, Read};

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use shared::administration::{LONGEST_NAME, fit_name};

use super::{Failure, causes, open};
use crate::{
    auth::password::{self, MAX_LENGTH},
    clock::Clock,
    routes::administration::{self, LINK_DAYS},
    settings::StoreSettings,
    store::{
        Database, StoreError,
        audit::Who,
        grants::{self, Grant, Granted},
        links::{self, Link, Linked},
        sessions,
        users::{self, Added, User},
    },
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
        #[command(flatten)]
        role: At,
    },
    /// Give an account another role, or a role at more schools.
    Grant {
        #[command(flatten)]
        store: StoreSettings,
        /// The account's name.
        name: String,
        #[command(flatten)]
        role: At,
    },
    /// Take a role away from an account: at these schools, or without one, the role that it has at all schools.
    Ungrant {
        #[command(flatten)]
        store: StoreSettings,
        /// The account's name.
        name: String,
        #[command(flatten)]
        role: At,
    },
    /// Let an account sign in no more; its sessions end at once.
    Disable {
        #[command(flatten)]
        store: StoreSettings,
        /// The account's name.
        name: String,
    },
    /// Let an account sign in again.
    Enable {
        #[command(flatten)]
        store: StoreSettings,
        /// The account's name.
        name: String,
    },
    /// Sign an account out on every browser.
    SignOut {
        #[command(flatten)]
        store: StoreSettings,
        /// The account's name.
        name: String,
    },
    /// Give an account another password, asked for like a new account's; its sessions end.
    Password {
        #[command(flatten)]
        store: StoreSettings,
        /// The account's name.
        name: String,
    },
    /// Print a link by which an account's owner chooses another password; the old one opens nothing from now on.
    Link {
        #[command(flatten)]
        store: StoreSettings,
        /// The account's name.
        name: String,
    },
    /// List the accounts and what they may do.
    List {
        #[command(flatten)]
        store: StoreSettings,
    },
}

/// A role, and where.
#[derive(Debug, Args)]
pub struct At {
    /// What the account may do: viewer reads with addresses masked, operator also cancels and prints, admin everything;
    /// or a role that administrators made.
    #[arg(long, value_name = "viewer|operator|admin|…")]
    role: String,
    /// A school where it holds; given again, another. Without it: every one.
    #[arg(long = "school", value_name = "NAME")]
    schools: Vec<String>,
}

impl At {
    fn grants(&self) -> Vec<Grant> {
        if self.schools.is_empty() {
            return vec![Grant::everywhere(&self.role)];
        }
        let schools = self.schools.iter();
        let grant = |school: &String| Grant {
            role: self.role.clone(),
            organization: Some(school.clone()),
        };
        schools.map(grant).collect()
    }
}

/// Does what the command says.
pub async fn run(command: Command, clock: impl Clock) -> Result<(), Failure> {
    let (Command::Add { store, .. }
    | Command::Grant { store, .. }
    | Command::Ungrant { store, .. }
    | Command::Disable { store, .. }
    | Command::Enable { store, .. }
    | Command::SignOut { store, .. }
    | Command::Password { store, .. }
    | Command::Link { store, .. }
    | Command::List { store }) = &command;
    let db = open(store).await?;
    let done = carry_out(&db, &command, clock.now()).await;
    db.close().await;
    done
}

async fn carry_out(db: &Database, command: &Command, now: DateTime<Utc>) -> Result<(), Failure> {
    match command {
        Command::Add { name, role, .. } => add(db, name.trim(), &role.grants(), now).await,
        Command::Grant { name, role, .. } => {
            change(db, name, now, |grants| {
                let more = role.grants().into_iter();
                let more: Vec<_> = more.filter(|grant| !grants.contains(grant)).collect();
                grants.extend(more);
            })
            .await
        }
        Command::Ungrant { name, role, .. } => {
            let less = role.grants();
            change(db, name, now, |grants| {
                grants.retain(|grant| !less.contains(grant));
            })
            .await
        }
        Command::Disable { name, .. } => {
            let user = find(db, name).await?;
            told(users::disable(db, user.id, true, &Who::SHELL, now).await)?;
            println!(
                "Disabled {}. Whoever is signed in with it is not any more.",
                user.name
            );
            Ok(())
        }
        Command::Enable { name, .. } => {
            let user = find(db, name).await?;
            told(users::disable(db, user.id, false, &Who::SHELL, now).await)?;
            println!("Enabled {}.", user.name);
            Ok(())
        }
        Command::SignOut { name, .. } => {
            let user = find(db, name).await?;
            let ended = sessions::end_of(db, user.id, None, &Who::SHELL, now).await;
            println!(
                "Ended {} of {}.",
                sessions_in_words(ended.map_err(failed)?),
                user.name
            );
            Ok(())
        }
        Command::Password { name, .. } => {
            let user = find(db, name).await?;
            let hash = new_password(&user.name)?;
            users::set_password(db, user.id, &hash, &Who::SHELL, now)
                .await
                .map_err(failed)?;
            println!("{} has another password.", user.name);
            Ok(())
        }
        Command::Link { name, .. } => link(db, &find(db, name).await?, now).await,
        Command::List { .. } => list(db).await,
    }
}

/// So many sessions, in words.
pub(super) fn sessions_in_words(count: u64) -> String {
    match count {
        1 => "1 session".to_owned(),
        count => format!("{count} sessions"),
    }
}

async fn link(db: &Database, user: &User, now: DateTime<Utc>) -> Result<(), Failure> {
    let (path, key) = administration::path();
    let expires_at = now + TimeDelta::days(LINK_DAYS);
    let link = Link {
        key,
        now,
        expires_at,
    };
    match links::reset(db, user.id, &link, &Who::SHELL)
        .await
        .map_err(failed)?
    {
        Linked::Done => {
            eprintln!(
                "{} chooses another password, once and within {LINK_DAYS} days, at the address of Sentlog followed by",
                user.name
            );
            println!("{path}");
            Ok(())
        }
        Linked::NoSuchUser => told(Ok(Granted::NoSuchUser)),
        Linked::Provider => Err(Failure::new(format!(
            "{} signs in at the district’s provider, where the password is kept.",
            user.name
        ))),
    }
}

async fn add(
    db: &Database,
    name: &str,
    grants: &[Grant],
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    if fit_name(name).is_none() {
        let words = format!("Give a name of 1 to {LONGEST_NAME} characters, such as “ada”.");
        return Err(Failure::new(words));
    }
    let hash = new_password(name)?;
    match users::add_with(db, name, grants, &hash, &Who::SHELL, now)
        .await
        .map_err(failed)?
    {
        Added::Done(_) => {
            println!("Added {name} as {}.", in_words(grants));
            Ok(())
        }
        Added::NameTaken => Err(Failure::new(format!(
            "There is an account {name} already. Choose another name."
        ))),
        Added::Refused(refused) => told(Ok(refused)),
    }
}

/// Changes an account's grants.
async fn change(
    db: &Database,
    name: &str,
    now: DateTime<Utc>,
    change: impl FnOnce(&mut Vec<Grant>),
) -> Result<(), Failure> {
    let user = find(db, name).await?;
    let mut grants = grants::of(db, user.id).await.map_err(failed)?;
    change(&mut grants);
    told(grants::set(db, user.id, &grants, &Who::SHELL, now).await)?;
    println!("{} is now {}.", user.name, in_words(&grants));
    Ok(())
}

async fn list(db: &Database) -> Result<(), Failure> {
    for user in users::all(db).await.map_err(failed)? {
        let grants = grants::of(db, user.id).await.map_err(failed)?;
        let disabled = match user.disabled_at {
            Some(at) => format!("\tdisabled {}", at.format("%Y-%m-%d")),
            None => String::new(),
        };
        println!("{}\t{}{disabled}", user.name, in_words(&grants));
    }
    Ok(())
}

async fn find(db: &Database, name: &str) -> Result<User, Failure> {
    let user = users::by_name(db, name).await.map_err(failed)?;
    user.ok_or_else(|| {
        Failure::new(format!(
            "There is no account {name}. `sentlog user list` shows them."
        ))
    })
}

/// What came of a change, in words.
fn told(granted: Result<Granted, StoreError>) -> Result<(), Failure> {
    let words = match granted.map_err(failed)? {
        Granted::Done => return Ok(()),
        Granted::NoSuchUser => "There is no such account any more.".to_owned(),
        Granted::NoSuchRole(role) => format!(
            "There is no role “{role}”. Use viewer, operator, admin, or one that an administrator made."
        ),
        Granted::NoSuchSchool(school) => {
            format!("There is no school “{school}”. Write its name as the messages do.")
        }
        Granted::LastAdministrator => {
            "Nothing was changed: nobody would be left to administer Sentlog. Make \
            another account an admin first."
                .to_owned()
        }
    };
    Err(Failure::new(words))
}

fn failed(error: StoreError) -> Failure {
    Failure::new(format!("Nothing was changed: {}.", causes(&error)))
}

fn in_words(grants: &[Grant]) -> String {
    let words = grants.iter().map(|grant| match &grant.organization {
        None => grant.role.clone(),
        Some(school) => format!("{} at {school}", grant.role),
    });
    match words.collect::<Vec<_>>().join(", ") {
        words if words.is_empty() => "without any role".to_owned(),
        words => words,
    }
}

/// Asks for a password of the account `name`, and hashes it.
fn new_password(name: &str) -> Result<String, Failure> {
    let password = read_password(name)?;
    fit(&password, name)?;
    password::hash(&password).map_err(|error| Failure::new(error.to_string()))
}

fn fit(password: &str, name: &str) -> Result<(), Failure> {
    password::check(password, name)
        .map_err(|error| Failure::new(format!("Nothing was changed: {error}.")))
}

fn read_password(name: &str) -> Result<String, Failure> {
    let unread =
        |error: io::Error| Failure::new(format!("The password could not be read: {error}."));
    if io::stdin().is_terminal() {
        let first = rpassword::prompt_password("Password: ").map_err(unread)?;
        fit(&first, name)?;
        let again = rpassword::prompt_password("Again: ").map_err(unread)?;
        if first != again {
            let words = "Nothing was changed: the two passwords differ. Run the command again.";
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
