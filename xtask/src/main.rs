//! `cargo xtask`: builds, runs, tests and measures Sentlog, and says what it is doing.

mod build;
mod client;
mod command;
mod failure;
mod install;
mod page;
mod style;
mod twins;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{failure::Failure, workspace::Workspace};

/// Builds, runs, tests and measures Sentlog.
#[derive(Parser)]
#[command(name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Builds the page into `dist/`, then the server.
    Build(build::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match Workspace::find().and_then(|workspace| dispatch(cli.verb, &workspace)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(verb: Verb, workspace: &Workspace) -> Result<(), Failure> {
    match verb {
        Verb::Build(options) => build::build(workspace, options),
    }
}
