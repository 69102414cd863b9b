//! The page: compiled to WebAssembly, bound to JavaScript, named by content, written to `dist/`.

use std::{fs, path::Path};

use wasm_bindgen_cli_support::Bindgen;

use crate::{
    command::say,
    failure::{AboutFile, Failure},
    install, page, style, twins,
    workspace::Workspace,
};

/// Builds the page into `dist/`, replacing what is there in one step.
///
/// # Errors
/// Where the compiler, or writing a file, fails.
pub fn build(workspace: &Workspace, release: bool) -> Result<(), Failure> {
    install::wasm_target()?;
    compile(workspace, release)?;
    let bound = workspace.target("page");
    bind(workspace, release, &bound)?;

    let (dist, fresh) = (workspace.path("dist"), workspace.path("dist.new"));
    remove(&fresh)?;
    page::Page {
        index: &workspace.path("app/index.html"),
        bound: &bound,
        style: &style::gather(&workspace.path("style"))?,
        public: &workspace.path("public"),
    }
    .write(&fresh)?;
    if release {
        say("Compressing the page (brotli and gzip).");
        twins::write(&fresh)?;
    }
    remove(&dist)?;
    fs::rename(&fresh, &dist).about("write", &dist)?;
    say("The page is in dist/.");
    Ok(())
}

const fn profile(release: bool) -> (&'static str, &'static str) {
    match release {
        true => ("wasm-release", "wasm-release"),
        false => ("dev", "debug"),
    }
}

fn compile(workspace: &Workspace, release: bool) -> Result<(), Failure> {
    let (profile, _) = profile(release);
    say(format!("Compiling the page (profile {profile})."));
    workspace
        .command("cargo")
        .args(["build", "--package", "app", "--lib"])
        .args(["--target", install::WASM, "--profile", profile])
        .run()
}

/// Writes `app.js`, `app_bg.wasm` and the snippets they import to `into`.
fn bind(workspace: &Workspace, release: bool, into: &Path) -> Result<(), Failure> {
    say("Binding WebAssembly to JavaScript.");
    remove(into)?;
    let (_, folder) = profile(release);
    let wasm = workspace.target(format!("{}/{folder}/app.wasm", install::WASM));
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(&wasm)
        .out_name("app")
        .web(true)
        .about("bind", &wasm)?
        .typescript(false)
        .keep_debug(!release)
        .remove_name_section(release)
        .remove_producers_section(release)
        .omit_default_module_path(true);
    bindgen
        .generate(into)
        .map_err(|error| Failure::new(format!("Cannot bind {}: {error:#}", wasm.display())))
}

fn remove(folder: &Path) -> Result<(), Failure> {
    match folder.exists() {
        true => fs::remove_dir_all(folder).about("remove", folder),
        false => Ok(()),
    }
}
