//! The command line: one file a verb.

use std::fmt;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::{
    clock::SystemClock,
    openapi,
    settings::{ServeSettings, StoreSettings},
    store::{Database, StoreError},
    telemetry,
};

mod audit;
pub mod deliver;
mod demo;
mod import;
mod providers;
mod purge;
mod role;
mod school;
mod serve;
mod session;
mod sign_on;
mod suppression;
mod token;
mod user;

/// Sentlog: every message a school district sent, in one log.
#[derive(Debug, Parser)]
#[command(name = "sentlog", version)]
pub struct Cli {
    /// What to write to the server's own log, such as info, debug or sqlx=debug.
    #[arg(
        long,
        env = "SENTLOG_LOG",
        default_value = "warn,server=info,tower_sessions_core=error",
        global = true,
        value_name = "FILTER"
    )]
    log: EnvFilter,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the page and the API.
    Serve {
        #[command(flatten)]
        store: StoreSettings,
        #[command(flatten)]
        serve: ServeSettings,
        #[command(flatten)]
        delivery: deliver::DeliverySettings,
        #[command(flatten)]
        providers: Box<providers::ProviderSettings>,
        #[command(flatten)]
        sign_on: Box<sign_on::SignOnSettings>,
        #[command(flatten)]
        keep: purge::KeepSettings,
    },
    /// Take in messages from a file, one JSON object a line.
    Import {
        #[command(flatten)]
        store: StoreSettings,
        /// The file; - for standard input.
        file: std::path::PathBuf,
    },
    /// Manage the people who may sign in.
    #[command(subcommand)]
    User(user::Command),
    /// Manage the programs that may submit messages.
    #[command(subcommand)]
    Token(token::Command),
    /// Manage what the people of a role may do.
    #[command(subcommand)]
    Role(role::Command),
    /// Manage the schools where rights may be granted.
    #[command(subcommand)]
    School(school::Command),
    /// See who is signed in, and sign them out.
    #[command(subcommand)]
    Session(session::Command),
    /// See which addresses are reached no more, and reach them again.
    #[command(subcommand)]
    Suppression(suppression::Command),
    /// Remove what has been kept long enough.
    Purge {
        #[command(flatten)]
        store: StoreSettings,
        #[command(flatten)]
        keep: purge::KeepSettings,
        /// Say what would go, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Check the audit trail, or list it.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Print the API's description (OpenAPI).
    Openapi,
}

/// Why a command could not do its work: what went wrong, and what to do about it.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// With these words.
    pub fn new(words: impl Into<String>) -> Self {
        Failure(words.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// Does what the command line says.
///
/// # Errors
/// With words for the person at the terminal.
pub async fn run(cli: Cli) -> Result<(), Failure> {
    telemetry::start(cli.log);
    match cli.command {
        Command::Serve {
            store,
            serve,
            delivery,
            providers,
            sign_on,
            keep,
        } => {
            serve::serve(
                &store,
                &serve,
                &delivery,
                &providers,
                &sign_on,
                &keep,
                SystemClock,
            )
            .await
        }
        Command::Import { store, file } => import::import(&store, &file, SystemClock).await,
        Command::User(command) => user::run(command, SystemClock).await,
        Command::Token(command) => token::run(command, SystemClock).await,
        Command::Role(command) => role::run(command, SystemClock).await,
        Command::School(command) => school::run(command, SystemClock).await,
        Command::Session(command) => session::run(command, SystemClock).await,
        Command::Suppression(command) => suppression::run(command, SystemClock).await,
        Command::Purge {
            store,
            keep,
            dry_run,
        } => purge::purge(&store, &keep, dry_run, SystemClock).await,
        Command::Audit(command) => audit::run(command).await,
        Command::Openapi => {
            let text = openapi::text().map_err(|error| Failure(error.to_string()))?;
            print!("{text}");
            Ok(())
        }
    }
}

/// Opens the database and brings its tables up to date.
async fn open(settings: &StoreSettings) -> Result<Database, Failure> {
    let url = settings.database().map_err(Failure)?;
    let db = Database::connect(url.expose())
        .await
        .map_err(|error| match error {
            StoreError::UnknownDatabase => Failure::new(
                "The database URL is of no kind Sentlog knows. Give --database-url sqlite:FILE or \
                 postgres://USER@HOST/NAME.",
            ),
            error => Failure(format!(
                "The database cannot be opened: {}. Check --database-url (SENTLOG_DATABASE_URL), that the \
                 database is running, and that this account may use it.",
                causes(&error)
            )),
        })?;
    db.migrate().await.map_err(|error| {
        Failure(format!(
            "The database's tables cannot be brought up to date: {}. If a newer Sentlog has used this \
             database, run that one.",
            causes(&error)
        ))
    })?;
    Ok(db)
}

/// For a terminal, without what would move its cursor: people and browsers call themselves what they like.
fn printable(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

/// An error with what led to it.
fn causes(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = error.source();
    }
    words
}
