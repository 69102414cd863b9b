//! `audit`: what Sentlog is built from: licences, sources, and what is known to be wrong with it. The list of
//! advisories is fetched from GitHub; where that cannot be reached, the audit says so and goes without.

use crate::{
    command::{Command, say},
    failure::Failure,
    install,
    layers::Layers,
    workspace::Workspace,
};

/// The list of advisories of the Rust ecosystem.
const ADVISORIES: &str = "https://github.com/RustSec/advisory-db";

/// Audits what Sentlog is built from.
///
/// # Errors
/// Where the tools cannot be installed, or an audit does not pass.
pub fn audit(workspace: &Workspace) -> Result<(), Failure> {
    let mut layers = Layers::default();
    add(workspace, &mut layers)?;
    layers.sum_up()
}

/// Runs the audits as layers, after installing what they need.
///
/// # Errors
/// Where a tool cannot be installed.
pub fn add(workspace: &Workspace, layers: &mut Layers) -> Result<(), Failure> {
    let deny = install::tool(workspace, "cargo-deny", "0.20.2")?;
    layers.run("licences, bans, sources", || {
        Command::new(&deny)
            .args(["check", "licenses", "bans", "sources"])
            .at(&workspace.path("."))
            .run()
    });
    if !is_reachable() {
        say(format!(
            "NOT AUDITED for advisories: their list cannot be fetched from {ADVISORIES}. Run this again where it can."
        ));
        return Ok(());
    }
    layers.run("advisories, cargo-deny", || {
        Command::new(&deny)
            .args(["check", "advisories"])
            .at(&workspace.path("."))
            .run()
    });
    let audit = install::tool(workspace, "cargo-audit", "0.22.2")?;
    layers.run("advisories, cargo-audit", || {
        Command::new(&audit)
            // The same exception as in deny.toml, and for the same reason.
            .args(["audit", "--ignore", "RUSTSEC-2023-0071"])
            .at(&workspace.path("."))
            .run()
    });
    Ok(())
}

/// Whether the list of advisories can be fetched.
fn is_reachable() -> bool {
    Command::new("git")
        .args(["-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=20"])
        .args(["ls-remote", "--quiet", ADVISORIES, "HEAD"])
        .env("GIT_TERMINAL_PROMPT", "0")
        .succeeds()
}
