//! Why a verb stopped: one sentence for the person at the terminal.

use std::{fmt, path::Path};

/// A sentence that says what failed and, where there is something to do about it, what.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// The failure that this sentence tells.
    pub fn new(sentence: impl Into<String>) -> Self {
        Failure(sentence.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Turns an error about a file into a sentence that names the file.
pub trait AboutFile<T> {
    /// Adds what was being done, such as `read`, and to which file.
    ///
    /// # Errors
    /// The error it was called on, as a sentence.
    fn about(self, doing: &str, path: &Path) -> Result<T, Failure>;
}

impl<T, E: fmt::Display> AboutFile<T> for Result<T, E> {
    fn about(self, doing: &str, path: &Path) -> Result<T, Failure> {
        self.map_err(|error| Failure(format!("Cannot {doing} {}: {error}", path.display())))
    }
}
