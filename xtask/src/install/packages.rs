//! What is needed of the system: the one list, with what each thing is called by whom.

use std::{fs, path::Path};

use crate::{
    command::{Command, say},
    failure::Failure,
};

/// Something of the system's, and how it is had.
pub struct Package {
    /// What it is for, as a sentence.
    purpose: &'static str,
    /// Whether it is there.
    there: fn() -> bool,
    /// Debian's and Ubuntu's packages.
    debian: &'static [&'static str],
    /// The command that installs it on Fedora.
    fedora: &'static str,
    /// The command that installs it on macOS.
    mac: &'static str,
}

/// A browser, where it is none of Playwright's own.
pub const CHROMIUM: Package = Package {
    purpose: "The browser stories need a Chromium (`npx playwright install --with-deps chromium` in end2end/ fetches \
              one, too).",
    there: || {
        let paths = [
            "/usr/bin/chromium",
            "/usr/bin/chromium-browser",
            "/usr/bin/google-chrome",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        ];
        paths.iter().any(|path| Path::new(path).exists())
    },
    debian: &["chromium"],
    fedora: "sudo dnf install chromium",
    mac: "brew install --cask google-chrome",
};

/// The other browser, which the stories can do without.
pub const FIREFOX: Package = Package {
    purpose: "The browser stories are told in Firefox, too, where there is one.",
    there: || Path::new("/usr/bin/firefox-esr").exists(),
    debian: &["firefox-esr"],
    fedora: "sudo dnf install firefox",
    mac: "brew install --cask firefox",
};

const POSTGRES: Package = Package {
    purpose: "The store's tests start a throwaway Postgres of their own, by its `initdb` and `postgres`.",
    there: || {
        let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
        debian
            .flatten()
            .any(|version| version.path().join("bin/initdb").exists())
            || answers("initdb", "--version")
    },
    debian: &["postgresql"],
    fedora: "sudo dnf install postgresql-server",
    mac: "brew install postgresql",
};

const PYTHON: Package = Package {
    purpose: "The tests read reports back with Python 3.10 or newer, and fuzz the API with a program of Python's, in a \
              venv.",
    there: || {
        Command::new("python3")
            .args(["-c", "import ensurepip, venv"])
            .succeeds()
    },
    debian: &["python3", "python3-venv"],
    fedora: "sudo dnf install python3",
    mac: "brew install python",
};

const MAIL_SERVER: Package = Package {
    purpose: "The tests of email start a mail server of their own, Python's aiosmtpd.",
    there: || {
        ["/usr/bin/python3", "python3"].into_iter().any(|python| {
            Command::new(python)
                .args(["-c", "import aiosmtpd"])
                .succeeds()
        })
    },
    debian: &["python3-aiosmtpd"],
    fedora: "sudo dnf install python3-aiosmtpd",
    mac: "pip3 install aiosmtpd",
};

const POPPLER: Package = Package {
    purpose: "The tests read printed reports with poppler's `pdftotext`, `pdfinfo` and `pdffonts`.",
    there: || {
        ["pdftotext", "pdfinfo", "pdffonts"]
            .into_iter()
            .all(|program| answers(program, "-v"))
    },
    debian: &["poppler-utils"],
    fedora: "sudo dnf install poppler-utils",
    mac: "brew install poppler",
};

/// What the tests need besides browsers.
pub const OF_TESTS: [&Package; 4] = [&POSTGRES, &PYTHON, &MAIL_SERVER, &POPPLER];

impl Package {
    /// Whether it is there.
    pub fn is_there(&self) -> bool {
        (self.there)()
    }

    /// What it is for, and what to do to have it.
    fn advice(&self) -> String {
        format!(
            "{} Install it: on Debian by `sudo apt-get install {}`, on Fedora by `{}`, on macOS by `{}`. Then try again.",
            self.purpose,
            self.debian.join(" "),
            self.fedora,
            self.mac
        )
    }
}

/// Makes sure that all of `wanted` is there, at one go.
///
/// # Errors
/// Where something is missing and cannot be installed: a line for each of what is.
pub fn ensure(wanted: &[&Package]) -> Result<(), Failure> {
    let missing = still_missing(wanted);
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing
        .iter()
        .flat_map(|package| package.debian)
        .copied()
        .collect();
    if apt(&names) && still_missing(&missing).is_empty() {
        return Ok(());
    }
    let advice = still_missing(&missing).into_iter().map(Package::advice);
    Err(Failure::new(advice.collect::<Vec<_>>().join("\n")))
}

fn still_missing<'a>(wanted: &[&'a Package]) -> Vec<&'a Package> {
    wanted
        .iter()
        .copied()
        .filter(|package| !package.is_there())
        .collect()
}

/// Whether we may install Debian's packages. Ubuntu's browsers are snaps, which few machines without a screen can run.
pub fn is_root_on_debian() -> bool {
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    has_apt() && is_root() && system.lines().any(|line| line == "ID=debian")
}

/// Whether Playwright may install what its browsers need.
pub fn may_use_apt() -> bool {
    has_apt() && is_root()
}

/// Installs Debian packages where we may; says why not where we may not.
fn apt(packages: &[&str]) -> bool {
    let names = packages.join(" ");
    if !has_apt() {
        say(format!(
            "Installing {names} is left to you: there is no apt here."
        ));
        return false;
    }
    if !is_root() {
        say(format!(
            "Installing {names} is left to you: it takes root, which we are not."
        ));
        return false;
    }
    say(format!("Installing {names} with apt."));
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

fn answers(program: &str, argument: &str) -> bool {
    Command::new(program).args([argument]).succeeds()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Package = Package {
        there: || true,
        ..NOWHERE
    };

    const NOWHERE: Package = Package {
        purpose: "The moon is needed.",
        there: || false,
        debian: &["moon", "moon-dark-side"],
        fedora: "sudo dnf install moon",
        mac: "brew install moon",
    };

    #[test]
    fn what_is_there_is_not_installed() {
        assert!(ensure(&[&HERE, &HERE]).is_ok());
        assert_eq!(still_missing(&[&HERE, &NOWHERE]).len(), 1);
    }

    #[test]
    fn what_is_missing_is_named_with_its_purpose_and_a_command_for_each_system() {
        let advice = NOWHERE.advice();
        for part in [
            "The moon is needed.",
            "`sudo apt-get install moon moon-dark-side`",
            "`sudo dnf install moon`",
            "`brew install moon`",
        ] {
            assert!(advice.contains(part), "{advice}");
        }
    }
}
