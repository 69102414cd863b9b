//! `session list`, `end`, `end-all`: who is signed in, and where.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::Subcommand;

use super::{Failure, causes, open, printable, user};
use crate::{
    clock::Clock,
    settings::{SessionSettings, StoreSettings},
    store::{
        Database, StoreError,
        audit::Who,
        sessions::{self, Open},
    },
};

/// What to do with sessions.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the sessions that are open, the last used first: what to end it by, whose it is, when it was begun and
    /// last used, from where, and what the browser called itself.
    List {
        #[command(flatten)]
        store: StoreSettings,
        #[command(flatten)]
        sessions: SessionSettings,
    },
    /// End one session; its page is signed out within a second.
    End {
        #[command(flatten)]
        store: StoreSettings,
        /// What `sentlog session list` calls it.
        session: String,
    },
    /// End everybody's sessions.
    EndAll {
        #[command(flatten)]
        store: StoreSettings,
    },
}

/// Does what the command says.
pub async fn run(command: Command, clock: impl Clock) -> Result<(), Failure> {
    let (Command::List { store, .. } | Command::End { store, .. } | Command::EndAll { store }) =
        &command;
    let db = open(store).await?;
    let now = clock.now();
    let done = match &command {
        Command::List {
            store, sessions, ..
        } => list(&db, sessions, store.time_zone, now).await,
        Command::End { session, .. } => end(&db, session, now).await,
        Command::EndAll { .. } => end_all(&db, now).await,
    };
    db.close().await;
    done
}

async fn list(
    db: &Database,
    last: &SessionSettings,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let open = sessions::list(db, now - last.longest(), now - last.idle()).await;
    for session in open.map_err(failed)? {
        println!("{}", line(&session, zone));
    }
    Ok(())
}

fn line(open: &Open, zone: Tz) -> String {
    let time = |at: DateTime<Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
    let known = |text: &Option<String>| printable(text.as_deref().unwrap_or("-"));
    [
        open.id.clone(),
        printable(&open.person),
        time(open.created_at),
        time(open.seen_at),
        known(&open.address),
        known(&open.browser),
    ]
    .join("\t")
}

async fn end(db: &Database, session: &str, now: DateTime<Utc>) -> Result<(), Failure> {
    let ended = sessions::end(db, session, &Who::SHELL, now).await;
    match ended.map_err(failed)? {
        true => {
            println!("Ended the session {session}.");
            Ok(())
        }
        false => Err(Failure::new(format!(
            "There is no open session {session}. `sentlog session list` shows them."
        ))),
    }
}

async fn end_all(db: &Database, now: DateTime<Utc>) -> Result<(), Failure> {
    // No session asks here, and so none is spared.
    let ended = sessions::end_all_but(db, "", &Who::SHELL, now).await;
    println!("Ended {}.", user::sessions_in_words(ended.map_err(failed)?));
    Ok(())
}

fn failed(error: StoreError) -> Failure {
    Failure::new(format!("Nothing was changed: {}.", causes(&error)))
}
