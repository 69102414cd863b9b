//! The size of the pages on the wire, and the most it may be.

use std::{fs, path::Path};

use crate::{
    failure::{AboutFile, Failure},
    page::entries,
    workspace::Workspace,
};

/// The most a page may weigh in brotli, in bytes, with its WebAssembly and all that it shares with the other.
const LIMIT: u64 = 200_000;

/// What the names of the files begin with that only the administration's page asks for.
const ADMINISTRATION: &str = "administration";

/// What the names begin with that only the log's page asks for.
const LOG: [&str; 2] = ["app", "index.html"];

/// Weighs the pages in `dist/` as a browser that takes brotli gets them, and prints the figures.
///
/// # Errors
/// Where one weighs more than it may, or cannot be read.
pub fn check(workspace: &Workspace) -> Result<(), Failure> {
    let mut files = Vec::new();
    weigh(&workspace.path("dist"), &mut files)?;
    for (name, size) in &files {
        println!("{:>9.1} KB  {name}", *size as f64 / 1000.0);
    }
    let [log, administration] = pages(&files);
    page("log’s page", log)?;
    page("administration’s page", administration)
}

/// What the log's page and the administration's weigh, in bytes.
fn pages(files: &[(String, u64)]) -> [u64; 2] {
    let sum = |asks: &dyn Fn(&str) -> bool| {
        let asked = files.iter().filter(|(name, _)| asks(name));
        asked.map(|(_, size)| size).sum()
    };
    [
        sum(&|name| !name.starts_with(ADMINISTRATION)),
        sum(&|name| !LOG.iter().any(|own| name.starts_with(own))),
    ]
}

fn page(name: &str, size: u64) -> Result<(), Failure> {
    let sum = format!("{:.1} KB in brotli", size as f64 / 1000.0);
    println!("The {name} weighs {sum}; it may weigh {} KB.", LIMIT / 1000);
    match size <= LIMIT {
        true => Ok(()),
        false => Err(Failure::new(format!(
            "The {name} weighs {sum}, which is more than the {} KB it may.",
            LIMIT / 1000
        ))),
    }
}

/// Adds the files of a folder and below, each with the size of its brotli twin where it has one.
fn weigh(folder: &Path, files: &mut Vec<(String, u64)>) -> Result<(), Failure> {
    for path in entries(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            weigh(&path, files)?;
        } else if !name.ends_with(".br") && !name.ends_with(".gz") {
            let twin = path.with_file_name(format!("{name}.br"));
            let sent = if twin.exists() { &twin } else { &path };
            let size = fs::metadata(sent).about("weigh", sent)?.len();
            files.push((name.into_owned(), size));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_weighs_what_its_brotli_twin_weighs() {
        let folder = tempfile::tempdir().unwrap();
        for (name, size) in [
            ("a.js", 100),
            ("a.js.br", 10),
            ("a.js.gz", 20),
            ("b.png", 5),
        ] {
            fs::write(folder.path().join(name), vec![0; size]).unwrap();
        }
        let mut files = Vec::new();
        weigh(folder.path(), &mut files).unwrap();
        assert_eq!(files, [("a.js".into(), 10), ("b.png".into(), 5)]);
    }

    #[test]
    fn each_page_weighs_what_it_asks_for() {
        let files = [
            ("administration.html", 1),
            ("administration_bg-00.wasm", 10),
            ("app-boot-00.js", 100),
            ("favicon.svg", 1_000),
            ("index.html", 10_000),
            ("style-00.css", 100_000),
        ];
        let files = files.map(|(name, size)| (name.to_owned(), size));
        assert_eq!(pages(&files), [111_100, 101_011]);
    }
}
