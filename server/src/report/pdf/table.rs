//! The first pass over the rows of the Delivery Detail: their cells are shaped, and each row gets its page.

use std::{collections::HashMap, ops::Range, rc::Rc};

use shared::report::{PAPER_COLUMNS, ReportRow};

use super::{
    DUPLICATE, NOT_CONTACTED,
    flow::{Spot, next_page},
    paper,
    shape::{Block, Shaper},
};

/// Shaped cells that are kept for the next row that says the same, in each column.
const CACHED: usize = 4096;

/// The cells of a row.
pub type Cells = [Rc<Block>; PAPER_COLUMNS.len()];

/// The Delivery Detail, laid out.
pub struct Table {
    /// The names of the columns.
    pub head: Cells,
    /// The cells of each row.
    pub rows: Vec<Cells>,
    /// Where the rows stand, from the first page of the table to its last.
    pub parts: Vec<Part>,
    /// The parts on each page, and where the head stands on it.
    pub pages: Vec<PageOfRows>,
}

/// A row on a page; a row that is taller than a page has several.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The upper edge.
    pub y: f32,
    /// Which lines of its cells stand here.
    pub lines: Range<u32>,
    /// Whether the row ends here.
    pub last: bool,
}

/// What a page has of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct PageOfRows {
    /// Where the head begins.
    pub head: Spot,
    /// Which parts of rows stand below it.
    pub parts: Range<usize>,
}

/// The height of a row of so many lines.
pub fn row_height(lines: u32) -> f32 {
    lines as f32 * paper::CELL.leading + 2.0 * paper::CELL_PADDING
}

/// Lays out rows as they come.
pub struct Rows<'a> {
    shaper: &'a mut Shaper,
    cache: [HashMap<Box<str>, Rc<Block>>; PAPER_COLUMNS.len()],
    table: Table,
    spot: Spot,
}

impl Rows<'_> {
    /// The table begins at `start`, or on the next page where its head and a row do not fit there.
    pub fn new(shaper: &mut Shaper, start: Spot) -> Rows<'_> {
        let mut column = 0..;
        let head = PAPER_COLUMNS.map(|name| {
            let width = paper::COLUMNS[column.next().unwrap_or_default()];
            Rc::new(shaper.shape(name, paper::COLUMN, width))
        });
        let fits = start.y + 2.0 * row_height(1) <= paper::BOTTOM;
        let head_spot = if fits { start } else { next_page(start) };
        let mut rows = Rows {
            shaper,
            cache: Default::default(),
            table: Table {
                head,
                rows: Vec::new(),
                parts: Vec::new(),
                pages: Vec::new(),
            },
            spot: head_spot,
        };
        rows.head();
        rows
    }

    /// Adds a row. It stands on one page if any page can hold it.
    pub fn push(&mut self, row: &ReportRow) {
        let texts = [
            marked(&row.recipient, row.not_contacted, NOT_CONTACTED),
            row.student.clone(),
            marked(&row.paper_device(), row.duplicate, DUPLICATE),
            row.status.clone(),
            row.time.clone(),
        ];
        let mut column = 0..;
        let cells = texts.map(|text| self.cell(column.next().unwrap_or_default(), &text));
        let lines = cells.iter().map(|c| c.lines.len() as u32).max();
        let lines = lines.unwrap_or_default().max(1);
        let whole_page = paper::BOTTOM - paper::TOP - row_height(1);
        if row_height(lines) <= whole_page && !self.fits(lines) {
            self.next_page();
        }
        let mut done = 0;
        while done < lines {
            if !self.fits(1) {
                self.next_page();
            }
            let room = paper::BOTTOM - self.spot.y - 2.0 * paper::CELL_PADDING;
            let room = ((room / paper::CELL.leading).floor() as u32).max(1);
            let part = done..lines.min(done + room);
            done = part.end;
            let height = row_height(part.end - part.start);
            self.table.parts.push(Part {
                y: self.spot.y,
                lines: part,
                last: done == lines,
            });
            self.spot.y += height;
            if let Some(page) = self.table.pages.last_mut() {
                page.parts.end = self.table.parts.len();
            }
        }
        self.table.rows.push(cells);
    }

    /// The table, once all rows are in it; `None` where there was none.
    pub fn finish(self) -> Option<Table> {
        (!self.table.rows.is_empty()).then_some(self.table)
    }

    fn fits(&self, lines: u32) -> bool {
        self.spot.y + row_height(lines) <= paper::BOTTOM
    }

    fn next_page(&mut self) {
        self.spot = next_page(self.spot);
        self.head();
    }

    /// The head of the table on this page.
    fn head(&mut self) {
        let first = self.table.parts.len();
        self.table.pages.push(PageOfRows {
            head: self.spot,
            parts: first..first,
        });
        self.spot.y += row_height(1);
    }

    fn cell(&mut self, column: usize, text: &str) -> Rc<Block> {
        let cache = &mut self.cache[column];
        if let Some(block) = cache.get(text) {
            return block.clone();
        }
        let block = self.shaper.shape(text, paper::CELL, paper::COLUMNS[column]);
        let block = Rc::new(block);
        if cache.len() == CACHED {
            cache.clear();
        }
        cache.insert(text.into(), block.clone());
        block
    }
}

/// The text with a mark behind it that no line break parts from it.
fn marked(text: &str, marked: bool, mark: &str) -> String {
    match marked {
        true => format!("{text}\u{a0}{mark}"),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
