//! Reads a PDF with poppler's programs, an implementation that is not ours.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{io::Write, process::Command};

use tempfile::NamedTempFile;

/// A PDF on disk, for poppler to read.
pub struct Pdf(NamedTempFile);

impl Pdf {
    /// Keeps the file until it has been read.
    pub fn new(bytes: &[u8]) -> Pdf {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        Pdf(file)
    }

    /// The text of each page, line by line as it stands on the paper, with single blanks.
    pub fn pages(&self) -> Vec<Vec<String>> {
        let text = self.run("pdftotext", &["-layout"], &["-"]);
        let pages = text.split_terminator('\u{c}');
        pages
            .map(|page| page.lines().map(plain).filter(|l| !l.is_empty()).collect())
            .collect()
    }

    /// All lines of all pages.
    pub fn lines(&self) -> Vec<String> {
        self.pages().concat()
    }

    /// The structure tree with its texts, each line without its indent.
    pub fn structure(&self) -> Vec<String> {
        let text = self.run("pdfinfo", &["-struct-text"], &[]);
        text.lines().map(plain).filter(|l| !l.is_empty()).collect()
    }

    /// A line of `pdfinfo`, without its label.
    pub fn info(&self, label: &str) -> String {
        let text = self.run("pdfinfo", &["-isodates"], &[]);
        let found = text
            .lines()
            .find_map(|l| l.strip_prefix(&format!("{label}:")));
        found
            .unwrap_or_else(|| panic!("no {label} in {text}"))
            .trim()
            .to_owned()
    }

    /// The XMP metadata.
    pub fn metadata(&self) -> String {
        self.run("pdfinfo", &["-meta"], &[])
    }

    /// For each font: its name, and whether it is embedded, a subset, and readable as Unicode.
    pub fn fonts(&self) -> Vec<(String, [bool; 3])> {
        let text = self.run("pdffonts", &[], &[]);
        let font = |line: &str| {
            let words: Vec<_> = line.split_whitespace().collect();
            let from_the_right = |n: usize| words[words.len() - n] == "yes";
            (words[0].to_owned(), [5, 4, 3].map(from_the_right))
        };
        text.lines().skip(2).map(font).collect()
    }

    fn run(&self, program: &str, before: &[&str], after: &[&str]) -> String {
        let output = Command::new(program)
            .args(before)
            .arg(self.0.path())
            .args(after)
            .env("TZ", "UTC")
            .output()
            .unwrap_or_else(|e| panic!("{program} cannot run ({e}): install poppler-utils"));
        assert!(output.status.success(), "{program} failed: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// A line with single blanks and without the marks that poppler puts around right-to-left text.
fn plain(line: &str) -> String {
    let letters: String = line
        .chars()
        .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}'))
        .collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}
