//! Browsers for the stories: the system's own, or Playwright's.

use std::path::PathBuf;

use super::packages::{self, CHROMIUM, FIREFOX, Package};
use crate::{
    command::{Command, say},
    failure::Failure,
    workspace::Workspace,
};

/// Makes sure that there is a Chromium: Playwright's own, or the system's. The npm packages come first.
///
/// # Errors
/// Where there is none and none can be installed.
pub fn chromium(workspace: &Workspace) -> Result<(), Failure> {
    ensure(workspace, "chromium", &CHROMIUM)
}

/// Makes sure that there is a Firefox where one can be had; the stories do without where not.
pub fn firefox(workspace: &Workspace) {
    if let Err(failure) = ensure(workspace, "firefox", &FIREFOX) {
        say(format!(
            "{failure}\nUntil then the stories are told in Chromium only."
        ));
    }
}

fn ensure(workspace: &Workspace, name: &str, package: &Package) -> Result<(), Failure> {
    if package.is_there() || is_playwrights(workspace, name) {
        return Ok(());
    }
    // Where we may, the system's: it comes from where everything else comes from, and brings what it needs.
    if packages::is_root_on_debian() && packages::ensure(&[package]).is_ok() {
        return Ok(());
    }
    if fetch(workspace, name) {
        return Ok(());
    }
    packages::ensure(&[package])
}

fn is_playwrights(workspace: &Workspace, name: &str) -> bool {
    let path = format!("process.stdout.write(require('@playwright/test').{name}.executablePath())");
    Command::new("node")
        .args(["-e", &path])
        .at(&workspace.path("end2end"))
        .output()
        .is_ok_and(|path| PathBuf::from(path).exists())
}

/// Lets Playwright fetch a browser; as root also the libraries it needs.
fn fetch(workspace: &Workspace, name: &str) -> bool {
    say(format!("Fetching Playwright's {name}."));
    let deps = packages::may_use_apt().then_some("--with-deps");
    Command::new("npx")
        .args(["playwright", "install"])
        .args(deps)
        .args([name])
        .env("PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT", "20000")
        .at(&workspace.path("end2end"))
        .run()
        .is_ok()
}
