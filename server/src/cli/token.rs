//! `token add`, `list`, `revoke`: the right to submit messages, for a program.

use chrono::{DateTime, TimeDelta, Utc};
use clap::Subcommand;
use shared::administration::{LONGEST_NAME, fit_name};

use super::{Failure, causes, open};
use crate::{
    auth::token,
    clock::Clock,
    settings::StoreSettings,
    store::{
        audit::Who,
        tokens::{self, Limits, NoSuchSchool, Token},
    },
};

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print a new token, once: it lets its bearer submit messages, and do nothing else.
    Add {
        #[command(flatten)]
        store: StoreSettings,
        /// What the program is called.
        name: String,
        /// A school that it may submit for; given again, another. Without it: every one.
        #[arg(long = "school", value_name = "NAME")]
        schools: Vec<String>,
        /// After how many days it ends by itself.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..))]
        expires: Option<u16>,
    },
    /// List the tokens, without what they are.
    List {
        #[command(flatten)]
        store: StoreSettings,
    },
    /// Take a token back: it is worth nothing from now on.
    Revoke {
        #[command(flatten)]
        store: StoreSettings,
        /// What the program is called.
        name: String,
    },
}

/// Does what the command says.
pub async fn run(command: Command, clock: impl Clock) -> Result<(), Failure> {
    match command {
        Command::Add {
            store,
            name,
            schools,
            expires,
        } => add(&store, name.trim(), &schools, expires, clock.now()).await,
        Command::List { store } => list(&store, clock.now()).await,
        Command::Revoke { store, name } => revoke(&store, &name, clock.now()).await,
    }
}

async fn add(
    store: &StoreSettings,
    name: &str,
    schools: &[String],
    expires: Option<u16>,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    if fit_name(name).is_none() {
        let words = format!("Give a name of 1 to {LONGEST_NAME} characters, such as “portal”.");
        return Err(Failure::new(words));
    }
    let db = open(store).await?;
    let token = token::make();
    let key = token::key(&token);
    let limits = Limits {
        schools: (!schools.is_empty()).then_some(schools),
        expires_at: expires.map(|days| now + TimeDelta::days(i64::from(days))),
    };
    let added = tokens::add(&db, name, &key, limits, &Who::SHELL, now).await;
    db.close().await;
    match added {
        Ok(Ok(true)) => {
            eprintln!(
                "The token of {name}. It is shown this once; keep it where secrets are kept."
            );
            println!("{token}");
            Ok(())
        }
        Ok(Ok(false)) => Err(Failure::new(format!(
            "There is or was a token {name} already. Choose another name."
        ))),
        Ok(Err(NoSuchSchool(school))) => Err(Failure::new(format!(
            "There is no school “{school}”. Write its name as the messages do."
        ))),
        Err(error) => Err(Failure::new(format!("Not added: {}.", causes(&error)))),
    }
}

async fn list(store: &StoreSettings, now: DateTime<Utc>) -> Result<(), Failure> {
    let db = open(store).await?;
    let listed = tokens::list(&db).await;
    db.close().await;
    let listed =
        listed.map_err(|error| Failure::new(format!("Not listed: {}.", causes(&error))))?;
    for token in listed {
        println!("{}\t{}\t{}", token.name, state(&token, now), used(&token));
    }
    Ok(())
}

fn state(token: &Token, now: DateTime<Utc>) -> String {
    match (token.revoked_at, token.expires_at) {
        (Some(at), _) => format!("revoked {}", at.format("%Y-%m-%d")),
        (None, Some(at)) if at <= now => format!("expired {}", at.format("%Y-%m-%d")),
        (None, Some(at)) => format!("until {}", at.format("%Y-%m-%d")),
        (None, None) => "valid".to_owned(),
    }
}

fn used(token: &Token) -> String {
    token.last_used_at.map_or_else(
        || "never used".to_owned(),
        |at| format!("last used {}", at.format("%Y-%m-%d %H:%M UTC")),
    )
}

async fn revoke(store: &StoreSettings, name: &str, now: DateTime<Utc>) -> Result<(), Failure> {
    let db = open(store).await?;
    let revoked = tokens::revoke(&db, name, &Who::SHELL, now).await;
    db.close().await;
    match revoked {
        Ok(true) => {
            println!("Revoked the token of {name}.");
            Ok(())
        }
        Ok(false) => Err(Failure::new(format!(
            "There is no token {name} that still holds. `sentlog token list` shows them."
        ))),
        Err(error) => Err(Failure::new(format!("Not revoked: {}.", causes(&error)))),
    }
}
