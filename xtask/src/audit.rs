//! `audit`: what Sentlog is built from: licences, sources, and what is known to be wrong with it. The list of
//! advisories is fetched from GitHub; where that cannot be reached, the audit says so and goes without.

use std::path::PathBuf;

use crate::{command::Command, failure::Failure, install, layers::Layers, workspace::Workspace};

/// The list of advisories of the Rust ecosystem.
const ADVISORIES: &str = "https://github.com/RustSec/advisory-db";

/// Audits what Sentlog is built from.
///
/// # Errors
/// Where a tool cannot be installed, or an audit does not pass.
pub fn audit(workspace: &Workspace) -> Result<(), Failure> {
    let mut layers = Layers::default();
    add(workspace, &mut layers);
    layers.sum_up()
}

/// Runs the audits as layers. Installing a tool is one, too: where it fails, the others run all the same.
pub fn add(workspace: &Workspace, layers: &mut Layers) {
    let deny = layers.get("cargo-deny is there", || {
        install::tool(workspace, "cargo-deny", "0.20.2")
    });
    let check = |deny: &PathBuf, what: &[&str]| {
        Command::new(deny)
            .args(["check"])
            .args(what)
            .at(&workspace.path("."))
            .run()
    };
    layers.run_with(deny.as_ref(), "licences, bans, sources", |deny| {
        check(deny, &["licenses", "bans", "sources"])
    });
    if !is_reachable() {
        return layers.cannot(
            "advisories, cargo-deny and cargo-audit",
            "their list cannot be fetched from GitHub; run `cargo xtask audit` where it can",
        );
    }
    layers.run_with(deny.as_ref(), "advisories, cargo-deny", |deny| {
        check(deny, &["advisories"])
    });
    let audit = layers.get("cargo-audit is there", || {
        install::tool(workspace, "cargo-audit", "0.22.2")
    });
    layers.run_with(audit.as_ref(), "advisories, cargo-audit", |audit| {
        Command::new(audit)
            // The same exception as in deny.toml, and for the same reason.
            .args(["audit", "--ignore", "RUSTSEC-2023-0071"])
            .at(&workspace.path("."))
            .run()
    });
}

/// Whether the list of advisories can be fetched.
fn is_reachable() -> bool {
    Command::new("git")
        .args(["-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=20"])
        .args(["ls-remote", "--quiet", ADVISORIES, "HEAD"])
        .env("GIT_TERMINAL_PROMPT", "0")
        .succeeds()
}
