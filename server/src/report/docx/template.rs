//! What a DOCX looks like: a document made in a word processor, into which the report is written.
//!
//! The report takes the place of the paragraph that says `{report}`, in the template's own styles (*Heading 1*,
//! *Heading 2*, *Cell*, *Cell Head*, *Label*, *Legend*, the table style *Deliveries*, …). What stands around it, such as a
//! letterhead, stays, and so do header and footer; there `{organization}`, `{subject}`, `{status}` and
//! `{generated_on}` are filled in.

use std::{
    fs,
    io::{self, Cursor, Read},
    path::Path,
    sync::Arc,
};

use shared::report::Report;
use zip::ZipArchive;

use super::markup::escape;

const DOCUMENT: &str = "word/document.xml";
const HOLE: &str = "{report}";
const NAMESPACE: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";

/// The most bytes that a part may have: a template is no archive.
const LARGEST_PART: u64 = 16 << 20;

/// A template; cheap to clone.
#[derive(Clone, Debug)]
pub struct Template(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    others: Vec<(String, Vec<u8>)>,
    before: String,
    after: String,
}

impl Template {
    /// The one in the binary.
    ///
    /// # Panics
    /// Never: a test reads it.
    pub fn embedded() -> Template {
        Template::read(include_bytes!("report.docx")).expect("a test reads it")
    }

    /// The one in a file.
    ///
    /// # Errors
    /// Where the file cannot be read, or is no template; the words say why.
    pub fn open(path: &Path) -> io::Result<Template> {
        Template::read(&fs::read(path)?)
    }

    fn read(file: &[u8]) -> io::Result<Template> {
        let mut archive = ZipArchive::new(Cursor::new(file))
            .map_err(|_| refused("it is not a DOCX file; save it as one in a word processor"))?;
        let (mut others, mut document) = (Vec::new(), None);
        for number in 0..archive.len() {
            let mut part = archive.by_index(number).map_err(io::Error::from)?;
            let name = part.name().map_err(io::Error::from)?.into_owned();
            let mut content = Vec::new();
            (&mut part)
                .take(LARGEST_PART + 1)
                .read_to_end(&mut content)?;
            if content.len() as u64 > LARGEST_PART {
                return Err(refused("a part of it is larger than 16 MB"));
            }
            match name.as_str() {
                DOCUMENT => document = String::from_utf8(content).ok(),
                name if name.ends_with('/') => {}
                _ => others.push((name, content)),
            }
        }
        let document = document.ok_or_else(|| refused("it holds no text document"))?;
        let (start, end) = hole(&document).ok_or_else(|| {
            refused("no paragraph of it says {report}; write that where the report is to stand")
        })?;
        if !document[..start].contains(NAMESPACE) {
            return Err(refused(
                "it is saved as Strict Open XML; save it as plain DOCX",
            ));
        }
        Ok(Template(Arc::new(Parts {
            others,
            before: document[..start].to_owned(),
            after: document[end..].to_owned(),
        })))
    }

    /// Every part but the document: its name and what is in it, filled in for `report`.
    pub(super) fn parts(&self, report: &Report) -> impl Iterator<Item = (&str, Vec<u8>)> {
        self.0.others.iter().map(move |(name, content)| {
            let filled = name.starts_with("word/header") || name.starts_with("word/footer");
            let content = match std::str::from_utf8(content) {
                Ok(text) if filled => fill(text, report).into_bytes(),
                _ => content.clone(),
            };
            (name.as_str(), content)
        })
    }

    /// The document before the report.
    pub(super) fn before(&self, report: &Report) -> String {
        fill(&self.0.before, report)
    }

    /// The document after the report.
    pub(super) fn after(&self, report: &Report) -> String {
        fill(&self.0.after, report)
    }
}

fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Where the paragraph begins and ends that says nothing but `{report}`, in however many pieces.
fn hole(document: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(found) = document[from..].find("<w:p") {
        let start = from + found;
        from = start + 4;
        // Not a paragraph but its properties, a picture, …
        if !document[from..].starts_with(['>', ' ']) {
            continue;
        }
        let end = from + document[from..].find("</w:p>")? + "</w:p>".len();
        if text_of(&document[start..end]).trim() == HOLE {
            return Some((start, end));
        }
    }
    None
}

/// The characters of a piece of markup.
fn text_of(markup: &str) -> String {
    let mut pieces = markup.split('<');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |mut text, piece| {
        text.push_str(piece.split_once('>').map_or("", |(_, text)| text));
        text
    })
}

fn fill(markup: &str, report: &Report) -> String {
    [
        ("{organization}", report.organization.as_str()),
        ("{subject}", &report.subject),
        ("{status}", report.status),
        ("{generated_on}", &report.generated_on),
    ]
    .iter()
    .fold(markup.to_owned(), |filled, (hole, value)| {
        match filled.contains(hole) {
            true => filled.replace(hole, &escape(value)),
            false => filled,
        }
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn docx(document: &str) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(DOCUMENT, SimpleFileOptions::default())
            .unwrap();
        zip.write_all(document.as_bytes()).unwrap();
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn the_template_in_the_binary_is_one() {
        let template = Template::embedded();
        assert!(template.0.before.ends_with("<w:body>"));
        assert!(template.0.after.starts_with("<w:sectPr>"));
    }

    #[test]
    fn the_hole_is_found_in_however_many_pieces_a_word_processor_leaves_it() {
        let document = format!(
            "<w:document {NAMESPACE}><w:body><w:p><w:r><w:t>Plainview</w:t></w:r></w:p>\
             <w:p w:rsidR=\"1\"><w:pPr><w:pStyle w:val=\"A\"/></w:pPr><w:r><w:t>{{</w:t></w:r>\
             <w:proofErr/><w:r><w:t>report</w:t></w:r><w:r><w:t>}}</w:t></w:r></w:p><w:p/></w:body></w:document>"
        );
        let template = Template::read(&docx(&document)).unwrap();
        assert!(template.0.before.ends_with("Plainview</w:t></w:r></w:p>"));
        assert_eq!(template.0.after, "<w:p/></w:body></w:document>");
    }

    #[test]
    fn what_is_no_template_is_refused_in_words() {
        for (file, words) in [
            (b"PK? no".to_vec(), "not a DOCX file"),
            (
                docx("<w:document><w:body/></w:document>"),
                "no paragraph of it says {report}",
            ),
            (
                docx("<w:document><w:p><w:t>{report}</w:t></w:p></w:document>"),
                "Strict",
            ),
        ] {
            let refusal = Template::read(&file).unwrap_err().to_string();
            assert!(refusal.contains(words), "{refusal}");
        }
    }
}
