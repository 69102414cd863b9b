//! `build`: the page, then the server that carries it.

use clap::Args;

use crate::{client, command::say, failure::Failure, workspace::Workspace};

/// What to build, and how.
#[derive(Args, Default)]
pub struct Options {
    /// Small and fast code, compressed twins, and the page inside the server's binary.
    #[arg(long)]
    pub release: bool,
    /// Only the page, not the server.
    #[arg(long)]
    pub client: bool,
}

/// Builds the page into `dist/`, and the server.
///
/// # Errors
/// Where the compiler, or writing a file, fails.
pub fn build(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    client::build(workspace, options.release)?;
    if !options.client {
        server(workspace, options.release)?;
    }
    Ok(())
}

/// Builds the server alone. A release carries `dist/` as it is now; a debug build reads it from disk.
///
/// # Errors
/// Where the compiler fails.
pub fn server(workspace: &Workspace, release: bool) -> Result<(), Failure> {
    say(match release {
        true => "Building the server with the page inside.",
        false => "Building the server for development.",
    });
    workspace
        .command("cargo")
        .args(["build", "--package", "server"])
        .args(release.then_some("--release"))
        .run()
}
