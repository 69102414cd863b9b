//! The size of the page on the wire, and the most it may be.

use std::{fs, path::Path};

use crate::{
    failure::{AboutFile, Failure},
    page::entries,
    workspace::Workspace,
};

/// The most the whole page may weigh in brotli, WebAssembly included.
const LIMIT: u64 = 200 * 1024;

/// Weighs `dist/` as a browser that takes brotli gets it, and prints the figures.
///
/// # Errors
/// Where it weighs more than it may, or cannot be read.
pub fn check(workspace: &Workspace) -> Result<(), Failure> {
    let mut files = Vec::new();
    weigh(&workspace.path("dist"), &mut files)?;
    let total: u64 = files.iter().map(|(_, size)| size).sum();
    for (name, size) in &files {
        println!("{:>9.1} KB  {name}", *size as f64 / 1024.0);
    }
    let sum = format!("{:.1} KB in brotli", total as f64 / 1024.0);
    println!("The page weighs {sum}; it may weigh {} KB.", LIMIT / 1024);
    match total <= LIMIT {
        true => Ok(()),
        false => Err(Failure::new(format!(
            "The page weighs {sum}, which is more than the {} KB it may.",
            LIMIT / 1024
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
}
