//! A message's HTML as the plain text that a report prints, a mail carries beside it, and a call speaks.

use std::{borrow::Cow, collections::HashSet};

/// Elements that stand on lines of their own.
const BLOCKS: [&str; 25] = [
    "address",
    "blockquote",
    "br",
    "caption",
    "dd",
    "div",
    "dl",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];

/// Elements that stand beside each other on a line.
const CELLS: [&str; 2] = ["td", "th"];

/// The words of `html`, a line for each block, the cells of a row with bars between them, a bullet or a number before
/// the entry of a list. What is no text (scripts, styles, comments) is left out.
pub fn of_html(html: &str) -> String {
    of_html_with(html, "• ")
}

/// The same with another bullet.
pub fn of_html_with(html: &str, bullet: &'static str) -> String {
    let blocks = ammonia::Builder::default()
        .tags(BLOCKS.into_iter().chain(CELLS).collect())
        .generic_attributes(HashSet::new())
        .tag_attributes([("ol", ["start"].into())].into())
        .attribute_filter(|_, _, value| {
            value.parse::<i32>().is_ok().then_some(Cow::Borrowed(value))
        })
        .clean(html)
        .to_string();
    let mut writer = Writer {
        bullet,
        ..Writer::default()
    };
    let mut rest = blocks.as_str();
    while let Some(start) = rest.find('<') {
        writer.words(&rest[..start]);
        let Some(length) = rest[start..].find('>') else {
            break;
        };
        let tag = &rest[start + 1..start + length];
        match tag.strip_prefix('/') {
            Some(name) => writer.close(name),
            None => writer.open(tag),
        }
        rest = &rest[start + length + 1..];
    }
    writer.words(rest);
    // The cleaner writes no other entities than these.
    (writer.text.trim_end())
        .replace("&nbsp;", "\u{a0}")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// What stands between the words so far and the next ones. A greater one takes the place of a lesser one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    /// They are one word.
    #[default]
    None,
    /// A blank.
    Blank,
    /// The border of a cell.
    Cell,
    /// The end of a line.
    Line,
}

/// Writes text as it comes; what parts it from the text before is written only once there is some.
#[derive(Default)]
struct Writer {
    text: String,
    gap: Gap,
    /// What stands before an entry of a list that is not numbered.
    bullet: &'static str,
    /// The bullet or number of an entry that has no text yet.
    marker: String,
    /// The lists that are open: the number of the next entry, where they are numbered.
    lists: Vec<Option<i32>>,
    /// Where each row that is open begins.
    rows: Vec<usize>,
    /// Whether a cell is open that has no text yet: blocks in it begin on the line of the cell.
    fresh: bool,
    /// How many elements are open that keep their lines and blanks.
    kept: usize,
}

impl Writer {
    fn open(&mut self, tag: &str) {
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        if CELLS.contains(&name) {
            return self.cell();
        }
        self.line();
        match name {
            "ul" => self.lists.push(None),
            "ol" => {
                let start = attributes.split('"').nth(1).and_then(|n| n.parse().ok());
                self.lists.push(Some(start.unwrap_or(1)));
            }
            "li" => self.entry(),
            "tr" => self.rows.push(self.text.len()),
            "pre" => self.kept += 1,
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if CELLS.contains(&name) {
            // Whatever comes next is no part of this cell's last word.
            self.gap = self.gap.max(Gap::Blank);
            self.fresh = false;
            return;
        }
        self.line();
        match name {
            "ul" | "ol" => drop(self.lists.pop()),
            "li" => self.marker.clear(),
            "tr" => drop(self.rows.pop()),
            "pre" => self.kept = self.kept.saturating_sub(1),
            _ => {}
        }
    }

    /// What comes next stands on a line of its own.
    fn line(&mut self) {
        if !self.fresh {
            self.gap = Gap::Line;
        }
    }

    /// The next cell stands on the line of the one before, unless that took several.
    fn cell(&mut self) {
        let row = self.rows.last().map_or("", |start| &self.text[*start..]);
        let row = row.trim_start_matches('\n');
        self.gap = match row.contains('\n') || row.is_empty() {
            true => Gap::Line,
            false => Gap::Cell,
        };
        self.fresh = true;
    }

    fn entry(&mut self) {
        let depth = self.lists.len().saturating_sub(1);
        self.marker = "  ".repeat(depth);
        match self.lists.last_mut() {
            Some(Some(number)) => {
                self.marker.push_str(&format!("{number}. "));
                *number = number.saturating_add(1);
            }
            Some(None) | None => self.marker.push_str(self.bullet),
        }
    }

    /// Adds words with one blank between them, as a browser would show them.
    fn words(&mut self, words: &str) {
        if self.kept > 0 {
            return self.kept(words);
        }
        let blank = |c: char| c.is_ascii_whitespace();
        for (number, word) in words.split(blank).enumerate() {
            if number > 0 {
                self.gap = self.gap.max(Gap::Blank);
            }
            self.piece(word);
        }
    }

    /// Adds text with its lines and blanks as they are, without the empty lines.
    fn kept(&mut self, text: &str) {
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.gap = Gap::Line;
            }
            self.piece(line.trim_end());
        }
    }

    fn piece(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str(match self.gap {
                Gap::None => "",
                Gap::Blank => " ",
                Gap::Cell => " | ",
                Gap::Line => "\n",
            });
        }
        self.gap = Gap::None;
        self.fresh = false;
        self.text.push_str(&self.marker);
        self.marker.clear();
        self.text.push_str(piece);
    }
}

#[cfg(test)]
mod tests;
