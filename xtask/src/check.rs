//! `check`: what can be said of the code without running it.

use crate::{command::Command, failure::Failure, install, layers::Layers, workspace::Workspace};

/// Runs the static layers alone.
///
/// # Errors
/// Where something is missing, or a layer does not pass.
pub fn check(workspace: &Workspace) -> Result<(), Failure> {
    install::wasm_target()?;
    install::npm(workspace, "end2end")?;
    let mut layers = Layers::default();
    add(workspace, &mut layers);
    layers.sum_up()
}

/// Runs the static layers: format, lints on both targets, documentation, types of the stories.
pub fn add(workspace: &Workspace, layers: &mut Layers) {
    let cargo = || workspace.command("cargo");
    layers.run("format", || cargo().args(["fmt", "--all", "--check"]).run());
    layers.run("lints, host", || {
        cargo()
            .args(["clippy", "--workspace", "--all-targets", "--"])
            .args(["-D", "warnings"])
            .run()
    });
    layers.run("lints, WebAssembly", || {
        cargo()
            .args(["clippy", "--package", "app", "--package", "administration"])
            .args(["--target", install::WASM])
            .args(["--", "-D", "warnings"])
            .run()
    });
    layers.run("documentation", || {
        cargo()
            .args(["doc", "--workspace", "--no-deps"])
            .env("RUSTDOCFLAGS", "-D warnings")
            .run()
    });
    layers.run("types of the stories", || {
        Command::new("npm")
            .args(["run", "--silent", "check"])
            .at(&workspace.path("end2end"))
            .run()
    });
}
