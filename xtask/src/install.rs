//! What the other verbs need on a bare machine, fetched where we may and asked for where we may not.

use std::path::Path;

use crate::{
    command::{Command, say},
    failure::Failure,
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
