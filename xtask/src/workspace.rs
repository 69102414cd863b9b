//! Where things are: the root of the repository and the folder cargo builds into.

use std::path::{Path, PathBuf};

use crate::{command::Command, failure::Failure};

/// The repository this program was started in.
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Asks cargo, so that `CARGO_TARGET_DIR` and the like are heeded.
    ///
    /// # Errors
    /// Where cargo does not answer.
    pub fn find() -> Result<Self, Failure> {
        let answer = Command::new("cargo")
            .args(["metadata", "--format-version=1", "--no-deps"])
            .output()?;
        let metadata: serde_json::Value = serde_json::from_str(&answer)
            .map_err(|error| Failure::new(format!("Cannot read cargo's metadata: {error}")))?;
        let folder = |name: &str| {
            metadata[name]
                .as_str()
                .map(PathBuf::from)
                .ok_or_else(|| Failure::new(format!("Cargo's metadata has no {name}.")))
        };
        Ok(Workspace {
            root: folder("workspace_root")?,
            target: folder("target_directory")?,
        })
    }

    /// A path below the root of the repository.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// A path below cargo's target folder.
    pub fn target(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.target.join(relative)
    }

    /// A command that runs at the root of the repository.
    pub fn command(&self, program: &str) -> Command {
        Command::new(program).at(&self.root)
    }
}
