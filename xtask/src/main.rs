//! `cargo xtask`: builds, runs, tests and measures Sentlog, and says what it is doing.

mod arrange;
mod audit;
mod bench;
mod build;
mod check;
mod client;
mod command;
mod demonstration;
mod failure;
mod install;
mod layers;
mod page;
mod run;
mod shorten;
mod size;
mod style;
mod test;
mod twins;
mod visit;
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
    /// Builds Sentlog, makes the demonstration district, and serves it.
    Run(run::Options),
    /// Runs every test of every layer, after installing what they need.
    Test,
    /// Runs the static part of `test`: format, lints, documentation, types.
    Check,
    /// Audits what Sentlog is built from: licences, sources, advisories. Compiles its tools at first.
    Audit,
    /// Measures the server, and the page beside other tables of the same rows.
    Bench(bench::Options),
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
        Verb::Build(options) => build::build(workspace, &options),
        Verb::Run(options) => run::run(workspace, &options),
        Verb::Test => test::test(workspace),
        Verb::Check => check::check(workspace),
        Verb::Audit => audit::audit(workspace),
        Verb::Bench(options) => bench::bench(workspace, &options),
    }
}
