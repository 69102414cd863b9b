//! `run`: Sentlog as a visitor sees it, from a bare clone to an address to open.

use clap::Args;

use crate::{
    build,
    command::{Command, say},
    demonstration,
    failure::Failure,
    workspace::Workspace,
};

/// What the server is told besides.
#[derive(Args)]
pub struct Options {
    /// Passed on to `sentlog serve`, such as `--listen 127.0.0.1:9000`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub serve: Vec<String>,
}

/// Builds Sentlog, and serves the demonstration district until it is interrupted.
///
/// # Errors
/// Where building fails or the server cannot start.
pub fn run(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    let release = build::Options {
        release: true,
        ..build::Options::default()
    };
    build::build(workspace, &release)?;
    server(workspace, options)?.run()
}

/// The server with the demonstration district, ready to be started.
///
/// # Errors
/// Where there is no place for the district.
pub fn server(workspace: &Workspace, options: &Options) -> Result<Command, Failure> {
    let database = demonstration::database(workspace)?;
    if database.exists() {
        say("Serving today's demonstration district. Stop with Ctrl+C.");
    } else {
        say("Making the demonstration district, then serving it. Stop with Ctrl+C.");
    }
    Ok(workspace
        .command(&workspace.target("release/sentlog").to_string_lossy())
        .args(["serve", "--demo", "--database-url"])
        .args([format!("sqlite:{}", database.display())])
        .args(&options.serve))
}
