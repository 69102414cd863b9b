//! The pages: compiled to WebAssembly, bound to JavaScript, named by content, written to `dist/`.

use std::{fs, path::Path};

use wasm_bindgen_cli_support::Bindgen;

use crate::{
    command::say,
    failure::{AboutFile, Failure},
    install, page, shorten, style, twins,
    workspace::Workspace,
};

/// A page: what its file is called, the package that makes it, and the folders of its style sheets by their names.
struct Source {
    name: &'static str,
    package: &'static str,
    sheets: &'static [(&'static str, &'static str)],
}

/// The log's page, and the administration's, which shares the first one's style.
const PAGES: [Source; 2] = [
    Source {
        name: "index",
        package: "app",
        sheets: &[("style", "style")],
    },
    Source {
        name: "administration",
        package: "administration",
        sheets: &[
            ("style", "style"),
            ("administration", "style/administration"),
        ],
    },
];

/// Builds the pages into `dist/`, replacing what is there in one step.
///
/// # Errors
/// Where the compiler, or writing a file, fails.
pub fn build(workspace: &Workspace, release: bool) -> Result<(), Failure> {
    install::wasm_target()?;
    let (dist, fresh) = (workspace.path("dist"), workspace.path("dist.new"));
    remove(&fresh)?;
    page::copy(&workspace.path("public"), &fresh)?;
    for source in PAGES {
        let package = source.package;
        compile(workspace, package, release)?;
        let bound = workspace.target("page").join(package);
        bind(workspace, package, release, &bound)?;
        let mut sheets = Vec::new();
        for (name, folder) in source.sheets {
            sheets.push((*name, style::gather(&workspace.path(folder))?));
        }
        page::Page {
            name: source.name,
            template: &workspace.path(format!("{package}/index.html")),
            program: package,
            bound: &bound,
            sheets: &sheets,
        }
        .write(&fresh)?;
    }
    if release {
        say("Compressing the pages (brotli and gzip).");
        twins::write(&fresh)?;
    }
    remove(&dist)?;
    fs::rename(&fresh, &dist).about("write", &dist)?;
    say("The pages are in dist/.");
    Ok(())
}

const fn profile(release: bool) -> (&'static str, &'static str) {
    match release {
        true => ("wasm-release", "wasm-release"),
        false => ("dev", "debug"),
    }
}

fn compile(workspace: &Workspace, package: &str, release: bool) -> Result<(), Failure> {
    let (profile, _) = profile(release);
    say(format!(
        "Compiling the page of {package} (profile {profile})."
    ));
    workspace
        .command("cargo")
        .args(["build", "--package", package, "--lib"])
        .args(["--target", install::WASM, "--profile", profile])
        .run()
}

/// Writes `app.js`, `app_bg.wasm`, for a package `app`, and the snippets they import to `into`.
fn bind(workspace: &Workspace, package: &str, release: bool, into: &Path) -> Result<(), Failure> {
    say("Binding WebAssembly to JavaScript.");
    remove(into)?;
    let (_, folder) = profile(release);
    let wasm = workspace.target(format!("{}/{folder}/{package}.wasm", install::WASM));
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(&wasm)
        .out_name(package)
        .web(true)
        .about("bind", &wasm)?
        .typescript(false)
        .keep_debug(!release)
        .remove_name_section(release)
        .remove_producers_section(release)
        .omit_default_module_path(true);
    bindgen
        .generate(into)
        .map_err(|error| Failure::new(format!("Cannot bind {}: {error:#}", wasm.display())))?;
    match release {
        true => shorten::shorten(into, package),
        false => Ok(()),
    }
}

fn remove(folder: &Path) -> Result<(), Failure> {
    match folder.exists() {
        true => fs::remove_dir_all(folder).about("remove", folder),
        false => Ok(()),
    }
}
