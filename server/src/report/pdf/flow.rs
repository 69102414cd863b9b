//! The first pass over everything but the rows: where each piece stands, on which page, and in which tags.

use std::ops::Range;

use krilla::tagging::TagKind;

use super::{
    paper::{self, Ink, Style},
    shape::{Block, Shaper},
};

/// A place on the paper.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Spot {
    /// The page, from 0.
    pub page: usize,
    /// The distance from its top.
    pub y: f32,
}

/// What stands before the Delivery Detail's rows, in reading order.
#[derive(Debug)]
pub enum Item {
    /// A structure element begins.
    Open(TagKind),
    /// The innermost open structure element ends.
    Close,
    /// Lines of a text, on one page.
    Text {
        /// Where the first of the lines begins.
        spot: Spot,
        /// The left edge of the block.
        x: f32,
        /// The text.
        block: std::rc::Rc<Block>,
        /// Which of its lines.
        lines: Range<usize>,
    },
    /// A horizontal line, which says nothing.
    Rule {
        /// Where.
        spot: Spot,
        /// From the left edge to the right one.
        x: Range<f32>,
        /// How thick.
        weight: f32,
        /// How dark.
        ink: Ink,
    },
}

/// Lays out pieces from the top to the bottom of the pages.
pub struct Flow<'a> {
    /// Shapes the texts.
    pub shaper: &'a mut Shaper,
    /// Everything that has its place.
    pub items: Vec<Item>,
    /// Where the next piece goes.
    pub spot: Spot,
}

impl Flow<'_> {
    /// Starts at the top of the first page.
    pub fn new(shaper: &mut Shaper) -> Flow<'_> {
        Flow {
            shaper,
            items: Vec::new(),
            spot: Spot {
                page: 0,
                y: paper::TOP,
            },
        }
    }

    /// Opens a structure element, fills it and closes it.
    pub fn tagged(&mut self, tag: impl Into<TagKind>, fill: impl FnOnce(&mut Self)) {
        self.items.push(Item::Open(tag.into()));
        fill(self);
        self.items.push(Item::Close);
    }

    /// Leaves white, unless the page ends here anyway.
    pub fn gap(&mut self, height: f32) {
        if self.spot.y > paper::TOP {
            self.spot.y += height;
        }
    }

    /// Goes on on the next page where less than `height` is left on this one.
    pub fn need(&mut self, height: f32) {
        if self.spot.y > paper::TOP && self.spot.y + height > paper::BOTTOM {
            self.spot = next_page(self.spot);
        }
    }

    /// Sets a text at `x`, on as many pages as it takes.
    pub fn text(&mut self, text: &str, style: Style, x: f32, width: f32) {
        let block = self.shaper.shape(text, style, width);
        self.block(block, x);
    }

    /// Sets a text of several paragraphs; of empty lines in a row the first two stay.
    pub fn paragraphs(&mut self, text: &str, style: Style, x: f32, width: f32, tag: &TagKind) {
        let mut blanks = 0;
        for line in text.split('\n') {
            if line.trim().is_empty() {
                blanks += 1;
                if blanks <= 2 {
                    self.gap(style.leading * 0.6);
                }
                continue;
            }
            blanks = 0;
            self.tagged(tag.clone(), |flow| flow.text(line, style, x, width));
        }
    }

    /// Sets a shaped text at `x`, on as many pages as it takes.
    pub fn block(&mut self, block: Block, x: f32) {
        let block = std::rc::Rc::new(block);
        let leading = block.style.leading;
        let all = block.lines.len();
        let mut done = 0;
        while done < all {
            self.need(leading);
            let room = ((paper::BOTTOM - self.spot.y) / leading).floor().max(1.0) as usize;
            let lines = done..all.min(done + room);
            done = lines.end;
            let height = lines.len() as f32 * leading;
            self.items.push(Item::Text {
                spot: self.spot,
                x,
                block: block.clone(),
                lines,
            });
            self.spot.y += height;
        }
    }

    /// Draws a line across the measure.
    pub fn rule(&mut self, weight: f32, ink: Ink) {
        self.items.push(Item::Rule {
            spot: self.spot,
            x: paper::MARGIN..paper::WIDTH - paper::MARGIN,
            weight,
            ink,
        });
    }

    /// Sets two pieces beside each other: both begin here, and what follows begins below the longer one.
    pub fn beside(&mut self, left: impl FnOnce(&mut Self), right: impl FnOnce(&mut Self)) {
        let start = self.spot;
        left(self);
        let after_left = std::mem::replace(&mut self.spot, start);
        right(self);
        if after_left > self.spot {
            self.spot = after_left;
        }
    }
}

/// The top of the page after `spot`.
pub fn next_page(spot: Spot) -> Spot {
    Spot {
        page: spot.page + 1,
        y: paper::TOP,
    }
}
