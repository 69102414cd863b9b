//! What the other verbs need on a bare machine, fetched where we may and asked for where we may not.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    command::{Command, say},
    failure::Failure,
    workspace::Workspace,
};

mod browsers;
mod packages;

pub use browsers::{chromium, firefox};

/// The target the page is compiled for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Makes sure that the page can be compiled.
///
/// # Errors
/// Where the target is missing and rustup cannot add it.
pub fn wasm_target() -> Result<(), Failure> {
    let folder = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", WASM])
        .output()?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    say(format!("Adding the compile target {WASM} with rustup."));
    Command::new("rustup")
        .args(["target", "add", WASM])
        .run()
        .map_err(|failure| {
            Failure::new(format!(
                "{failure}\nThe page is compiled for {WASM}. Install that target: with rustup by `rustup target add \
                 {WASM}`, or with your system's package manager (Debian: libstd-rust-dev-wasm32)."
            ))
        })
}

/// Makes sure that `folder` has the npm packages of its lock file.
///
/// # Errors
/// Where node is missing or npm cannot install them.
pub fn npm(workspace: &Workspace, folder: &str) -> Result<(), Failure> {
    if !Command::new("npm").args(["--version"]).succeeds() {
        return Err(Failure::new(
            "The browser stories need node 20 or newer, with npm. Install it from https://nodejs.org or with your \
             system's package manager (on Debian `sudo apt-get install nodejs npm`, on Fedora `sudo dnf install nodejs`, \
             on macOS `brew install node`), then try again.",
        ));
    }
    let changed = |path: &str| {
        let path = workspace.path(folder).join(path);
        fs::metadata(path).and_then(|file| file.modified()).ok()
    };
    // npm writes the second file when it has installed what the first one says.
    let (wanted, installed) = (
        changed("package-lock.json"),
        changed("node_modules/.package-lock.json"),
    );
    if installed.is_some() && installed >= wanted {
        return Ok(());
    }
    say(format!("Installing the npm packages of {folder}/."));
    Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund"])
        .at(&workspace.path(folder))
        .run()
}

/// Makes sure that the tests find what they need of the system: Postgres's programs, Python, a mail server, poppler.
///
/// # Errors
/// Where something is missing and cannot be installed, with what to do about it.
pub fn for_tests() -> Result<(), Failure> {
    packages::ensure(&packages::OF_TESTS)
}

/// Makes sure that there is schemathesis, in an environment of its own below the target folder; answers where it is.
///
/// # Errors
/// Where there is no Python with venv, or the package cannot be fetched.
pub fn schemathesis(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let folder = python_package(workspace, "schemathesis", "4.32.5")?;
    Ok(folder.join("bin/schemathesis"))
}

/// Makes sure that there is reportlab, which reports are measured beside; answers which Python has it.
///
/// # Errors
/// Where there is no Python with venv, or the package cannot be installed.
pub fn reportlab(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let folder = python_package(workspace, "reportlab", "4.4.4")?;
    Ok(folder.join("bin/python3"))
}

/// Makes sure that there is a package of PyPI's, in an environment of its own below the target folder; answers where
/// that is.
fn python_package(workspace: &Workspace, package: &str, version: &str) -> Result<PathBuf, Failure> {
    let folder = workspace.target(package);
    let python = folder.join("bin/python3");
    let ask = format!("import importlib.metadata as m; print(m.version('{package}'))");
    let there = || {
        Command::new(&python)
            .args(["-c", &ask])
            .output()
            .is_ok_and(|said| said.trim() == version)
    };
    if python.exists() && there() {
        return Ok(folder);
    }
    say(format!("Installing {package} {version} from PyPI."));
    Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .args([&folder])
        .run()?;
    Command::new(folder.join("bin/pip"))
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .args([format!("{package}=={version}")])
        .run()?;
    Ok(folder)
}

/// Makes sure that there is a tool of cargo's, compiled below the target folder; answers where it is.
///
/// # Errors
/// Where it cannot be compiled.
pub fn tool(workspace: &Workspace, name: &str, version: &str) -> Result<PathBuf, Failure> {
    let folder = workspace.target("tools");
    let program = folder.join("bin").join(name);
    let there = || {
        Command::new(&program)
            .args(["--version"])
            .output()
            .is_ok_and(|said| said.contains(version))
    };
    if program.exists() && there() {
        return Ok(program);
    }
    say(format!(
        "Compiling {name} {version}. This takes some minutes, once."
    ));
    Command::new("cargo")
        // They are small jobs: compiling them unoptimised is what saves time.
        .args(["install", "--locked", "--debug", "--force", name])
        .args(["--version", version, "--root"])
        .args([&folder])
        .env("CARGO_TARGET_DIR", workspace.target("tools/target"))
        .run()?;
    Ok(program)
}
