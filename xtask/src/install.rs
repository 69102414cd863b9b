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
             system's package manager (Debian: nodejs npm), then try again.",
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

/// Makes sure that there is a Chromium: Playwright's own, or the system's. The npm packages come first.
///
/// # Errors
/// Where there is none and none can be installed.
pub fn chromium(workspace: &Workspace) -> Result<(), Failure> {
    const SYSTEM: [&str; 4] = [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ];
    if has_browser(workspace, "chromium", &SYSTEM)
        || playwright_browser(workspace, "chromium")
        || apt(&["chromium"])
    {
        return Ok(());
    }
    Err(Failure::new(
        "The browser stories need a Chromium, and none could be installed. Install one by `npx playwright install \
         --with-deps chromium` in end2end/, or with your system's package manager (Debian: chromium), then try again.",
    ))
}

/// Makes sure that there is a Firefox where one can be had; the stories do without where not.
pub fn firefox(workspace: &Workspace) {
    const SYSTEM: [&str; 1] = ["/usr/bin/firefox-esr"];
    if !(has_browser(workspace, "firefox", &SYSTEM)
        || playwright_browser(workspace, "firefox")
        || apt(&["firefox-esr"]))
    {
        say(
            "There is no Firefox, and none could be installed: the stories are told in Chromium only.",
        );
    }
}

/// Makes sure that there are Postgres server binaries, of which the tests start one of their own.
///
/// # Errors
/// Where there are none and none can be installed.
pub fn postgres() -> Result<(), Failure> {
    let there = || {
        let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
        debian
            .flatten()
            .any(|version| version.path().join("bin/initdb").exists())
            || Command::new("initdb").args(["--version"]).succeeds()
    };
    if there() || (apt(&["postgresql"]) && there()) {
        return Ok(());
    }
    Err(Failure::new(
        "The store's tests need Postgres's server programs (they start a throwaway server of their own). Install \
         them: on Debian by `sudo apt-get install postgresql`, on macOS by `brew install postgresql`, so that \
         `initdb` is found, then try again.",
    ))
}

/// Makes sure that there is the mail server that the providers' tests hand letters to.
///
/// # Errors
/// Where it is missing and cannot be installed.
pub fn mail_server() -> Result<(), Failure> {
    let there = || {
        let mut pythons = ["/usr/bin/python3", "python3"].into_iter();
        pythons.any(|python| {
            Command::new(python)
                .args(["-c", "import aiosmtpd"])
                .succeeds()
        })
    };
    if there() || (apt(&["python3-aiosmtpd"]) && there()) {
        return Ok(());
    }
    Err(Failure::new(
        "The tests of email need Python's aiosmtpd (they start a mail server of their own). Install it: on Debian by \
         `sudo apt-get install python3-aiosmtpd`, elsewhere by `pip install aiosmtpd`, then try again.",
    ))
}

/// Makes sure that there is schemathesis, in an environment of its own below the target folder; answers where it is.
///
/// # Errors
/// Where there is no Python with venv, or the package cannot be installed.
pub fn schemathesis(workspace: &Workspace) -> Result<PathBuf, Failure> {
    const VERSION: &str = "4.32.5";
    let folder = workspace.target("schemathesis");
    let program = folder.join("bin/schemathesis");
    let there = || {
        Command::new(&program)
            .args(["--version"])
            .output()
            .is_ok_and(|said| said.contains(VERSION))
    };
    if program.exists() && there() {
        return Ok(program);
    }
    say(format!("Installing schemathesis {VERSION} from PyPI."));
    let make = || {
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .args([&folder])
            .run()
    };
    if make().is_err() && !(apt(&["python3", "python3-venv"]) && make().is_ok()) {
        return Err(Failure::new(
            "The API is fuzzed with schemathesis, which needs Python 3.10 or newer with venv. Install it: on Debian by \
             `sudo apt-get install python3-venv`, then try again.",
        ));
    }
    Command::new(folder.join("bin/pip"))
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .args([format!("schemathesis=={VERSION}")])
        .run()?;
    Ok(program)
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

fn has_browser(workspace: &Workspace, name: &str, system: &[&str]) -> bool {
    if system.iter().any(|path| Path::new(path).exists()) {
        return true;
    }
    let path = format!("process.stdout.write(require('@playwright/test').{name}.executablePath())");
    Command::new("node")
        .args(["-e", &path])
        .at(&workspace.path("end2end"))
        .output()
        .is_ok_and(|path| PathBuf::from(path).exists())
}

/// Lets Playwright fetch a browser; as root also the libraries it needs.
fn playwright_browser(workspace: &Workspace, name: &str) -> bool {
    say(format!("Fetching Playwright's {name}."));
    let deps = (is_root() && has_apt()).then_some("--with-deps");
    Command::new("npx")
        .args(["playwright", "install"])
        .args(deps)
        .args([name])
        .env("PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT", "20000")
        .at(&workspace.path("end2end"))
        .run()
        .is_ok()
}

/// Installs Debian packages where we may; says why not where we may not.
fn apt(packages: &[&str]) -> bool {
    if !has_apt() {
        return false;
    }
    if !is_root() {
        say(format!(
            "Installing {} takes root, which we are not.",
            packages.join(" ")
        ));
        return false;
    }
    say(format!("Installing {} with apt.", packages.join(" ")));
    let apt = || {
        Command::new("apt-get")
            .args(["-o", "DPkg::Lock::Timeout=300", "-q", "-y"])
            .env("DEBIAN_FRONTEND", "noninteractive")
    };
    apt().args(["update"]).run().is_ok()
        && apt()
            .args(["install", "--no-install-recommends"])
            .args(packages)
            .run()
            .is_ok()
}

fn has_apt() -> bool {
    Path::new("/usr/bin/apt-get").exists()
}

fn is_root() -> bool {
    Command::new("id")
        .args(["-u"])
        .output()
        .is_ok_and(|id| id.trim() == "0")
}
