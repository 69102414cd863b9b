//! `bench`: figures, side by side in one run. They judge by ratio, never by the clock, and fail no test.

use clap::Args;

use crate::{
    build,
    command::{Command, say},
    demonstration,
    failure::Failure,
    install,
    workspace::Workspace,
};

/// What to measure.
#[derive(Args)]
pub struct Options {
    /// Only the page.
    #[arg(long, conflicts_with = "server")]
    page: bool,
    /// Only the server.
    #[arg(long)]
    server: bool,
    /// How many times each step of the page's benchmark is measured, after one to warm up.
    #[arg(long, default_value_t = 7)]
    rounds: u32,
}

/// Measures the server and the page.
///
/// # Errors
/// Where building fails, or a step of a benchmark shows what it should not.
pub fn bench(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    if !options.page {
        say("Measuring the server.");
        workspace
            .command("cargo")
            .args(["bench", "--package", "server"])
            .run()?;
    }
    if !options.server {
        page(workspace, options.rounds)?;
    }
    Ok(())
}

fn page(workspace: &Workspace, rounds: u32) -> Result<(), Failure> {
    install::npm(workspace, "end2end")?;
    install::npm(workspace, "bench")?;
    install::chromium(workspace)?;
    let release = build::Options {
        release: true,
        ..build::Options::default()
    };
    build::build(workspace, &release)?;
    say("Measuring the page beside a hand-written table, TanStack Table and AG Grid.");
    Command::new("node")
        .args(["run.mjs", "--rounds", &rounds.to_string(), "--binary"])
        .args([workspace.target("release/sentlog")])
        .args(["--database".into(), demonstration::database(workspace)?])
        .at(&workspace.path("bench"))
        .run()
}
