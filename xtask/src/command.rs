//! Other programs: started with what they do said aloud, and their failure told as a sentence.

use std::{
    ffi::OsStr,
    path::Path,
    process::{self, Child, ChildStdout, Stdio},
};

use crate::failure::Failure;

/// Says what happens next.
pub fn say(sentence: impl AsRef<str>) {
    println!("\x1b[1m==>\x1b[0m {}", sentence.as_ref());
}

/// A program to run.
pub struct Command {
    inner: process::Command,
    shown: String,
}

impl Command {
    /// The program of this name, looked for on the path.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Command {
            shown: program.as_ref().to_string_lossy().into_owned(),
            inner: process::Command::new(program),
        }
    }

    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        for arg in args {
            self.shown.push(' ');
            self.shown.push_str(&arg.as_ref().to_string_lossy());
            self.inner.arg(arg);
        }
        self
    }

    /// Sets a variable of its environment.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.inner.env(name, value);
        self
    }

    /// Runs it in `folder`.
    pub fn at(mut self, folder: &Path) -> Self {
        self.inner.current_dir(folder);
        self
    }

    /// Runs it, its output going where ours goes.
    ///
    /// # Errors
    /// Where it cannot be started or does not end well.
    pub fn run(mut self) -> Result<(), Failure> {
        let status = self.inner.status().map_err(|e| self.not_started(&e))?;
        match status.success() {
            true => Ok(()),
            false => Err(Failure::new(format!("`{}` failed ({status}).", self.shown))),
        }
    }

    /// Starts it, and hands out what it prints.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start(mut self) -> Result<(Child, ChildStdout), Failure> {
        let begun = self.inner.stdout(Stdio::piped()).spawn();
        let mut child = begun.map_err(|error| self.not_started(&error))?;
        match child.stdout.take() {
            Some(output) => Ok((child, output)),
            None => Err(Failure::new(format!("`{}` prints nowhere.", self.shown))),
        }
    }

    /// Runs it and returns what it printed.
    ///
    /// # Errors
    /// Where it cannot be started or does not end well.
    pub fn output(mut self) -> Result<String, Failure> {
        let output = self
            .inner
            .stderr(Stdio::inherit())
            .output()
            .map_err(|e| self.not_started(&e))?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            false => Err(Failure::new(format!(
                "`{}` failed ({}).",
                self.shown, output.status
            ))),
        }
    }

    /// Runs it in silence and says whether it ended well; a program that is not there did not.
    pub fn succeeds(mut self) -> bool {
        self.inner
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    fn not_started(&self, error: &std::io::Error) -> Failure {
        Failure::new(format!("Cannot start `{}`: {error}", self.shown))
    }
}
