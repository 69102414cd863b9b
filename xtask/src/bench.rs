//! `bench`: figures, side by side in one run. They judge by ratio, never by the clock, and fail no test.

use std::path::PathBuf;

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
        server(workspace)?;
    }
    if !options.server {
        page(workspace, options.rounds)?;
    }
    Ok(())
}

/// Measures the server. The report's peers are measured beside it where they can be had.
fn server(workspace: &Workspace) -> Result<(), Failure> {
    let (python, docx) = (install::reportlab(workspace), docx_peers(workspace));
    say("Measuring the server.");
    let mut bench = workspace
        .command("cargo")
        .args(["bench", "--package", "server"]);
    for (name, peer) in [("PEERS_PYTHON", python), ("PEERS_DOCX", docx)] {
        match peer {
            Ok(path) => bench = bench.env(name, path),
            Err(failure) => say(format!("The report stands beside fewer peers: {failure}")),
        }
    }
    bench.run()
}

/// Compiles the libraries that write a DOCX as the report's peers do, which are part of no other build.
fn docx_peers(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let folder = workspace.target("docx-peers");
    workspace
        .command("cargo")
        .args(["build", "--release", "--locked", "--manifest-path"])
        .args(["server/benches/peers/docx/Cargo.toml"])
        .env("CARGO_TARGET_DIR", &folder)
        .run()?;
    Ok(folder.join("release/docx-peers"))
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
