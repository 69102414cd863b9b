//! The second pass: what the first one laid out is drawn, page by page, and tagged.

use std::{ops::Range, rc::Rc};

use krilla::{
    color::luma,
    geom::{PathBuilder, Point},
    num::NormalizedF32,
    paint::{Fill, FillRule, Stroke},
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Node, SpanTag, Tag, TagGroup, TagKind},
    text::{GlyphId, KrillaGlyph},
};
use shared::report::PAPER_COLUMNS;

use super::{
    faces::Faces,
    flow::Item,
    paper::{self, Ink},
    shape::{Block, Line},
    table::{Cells, PageOfRows, Part, Table, row_height},
    tags::{Deliveries, Drawn},
};

/// Draws on one page after the other.
pub struct Pen<'a> {
    faces: &'a Faces,
    glyphs: Vec<KrillaGlyph>,
}

impl Pen<'_> {
    /// A pen that writes with these fonts.
    pub fn new(faces: &Faces) -> Pen<'_> {
        Pen {
            faces,
            glyphs: Vec::new(),
        }
    }

    /// Draws what of the front stands on `page`.
    pub fn front(&mut self, surface: &mut Surface, page: usize, items: &[Item], drawn: &mut Drawn) {
        for (item, drawn) in items.iter().zip(drawn) {
            match item {
                Item::Text {
                    spot,
                    x,
                    block,
                    lines,
                } if spot.page == page => {
                    *drawn = Some(self.tagged(surface, block, lines.clone(), *x, spot.y));
                }
                Item::Rule {
                    spot,
                    x,
                    weight,
                    ink,
                } if spot.page == page => {
                    rules(surface, *weight, *ink, [(x.clone(), spot.y)]);
                }
                Item::Open(_) | Item::Close | Item::Text { .. } | Item::Rule { .. } => {}
            }
        }
    }

    /// Draws the head and the rows of one page of the table.
    pub fn rows(&mut self, surface: &mut Surface, page: &PageOfRows, rows: &mut RowsToDraw) {
        let edges = paper::column_edges();
        let head_text = page.head.y + paper::CELL_PADDING;
        if rows.first_page {
            for (name, x) in rows.head.clone().iter().zip(edges) {
                let lines = 0..name.lines.len();
                let identifier = self.tagged(surface, name, lines, x, head_text);
                rows.tags.head(identifier);
            }
            rows.first_page = false;
        } else {
            artifact(surface, ArtifactType::PaginationOther);
            for (name, x) in rows.head.iter().zip(edges) {
                self.lines(surface, name, 0..name.lines.len(), x, head_text);
            }
            surface.end_tagged();
        }
        let measure = paper::MARGIN..paper::WIDTH - paper::MARGIN;
        let below_head = page.head.y + row_height(1);
        rules(surface, 0.75, Ink::Black, [(measure.clone(), below_head)]);
        for part in &rows.parts[page.parts.clone()] {
            let Some(cells) = rows.current.take().or_else(|| rows.rest.next()) else {
                continue;
            };
            for (column, (block, x)) in cells.iter().zip(edges).enumerate() {
                let lines = part_of(block, part);
                if !lines.is_empty() {
                    let y = part.y + paper::CELL_PADDING;
                    let identifier = self.tagged(surface, block, lines, x, y);
                    rows.tags.cell(column, identifier);
                }
            }
            if part.last {
                rows.tags.end_row();
            } else {
                rows.current = Some(cells);
            }
        }
        let hairlines = rows.parts[page.parts.clone()].iter().map(|part| {
            let height = row_height(part.lines.end - part.lines.start);
            (measure.clone(), part.y + height)
        });
        rules(surface, 0.35, Ink::Hairline, hairlines);
    }

    /// Draws the lines at the foot of the page: what the document is about, and beside the last which page this is.
    pub fn foot(&mut self, surface: &mut Surface, about: &[Block; 2], number: &Block) {
        let right = paper::WIDTH - paper::MARGIN - number.width();
        let mut top = paper::FOOTER - paper::FOOT.leading / 2.0;
        let measure = paper::MARGIN..paper::WIDTH - paper::MARGIN;
        rules(surface, 0.35, Ink::Hairline, [(measure, top - 5.0)]);
        artifact(surface, ArtifactType::Footer);
        let first = |block: &Block| 0..block.lines.len().min(1);
        let [subject, state] = about;
        self.lines(surface, subject, first(subject), paper::MARGIN, top);
        top += paper::FOOT.leading;
        self.lines(surface, state, first(state), paper::MARGIN, top);
        self.lines(surface, number, first(number), right, top);
        surface.end_tagged();
    }

    /// Draws lines of a text as something that is read.
    fn tagged(
        &mut self,
        surface: &mut Surface,
        block: &Block,
        lines: Range<usize>,
        x: f32,
        y: f32,
    ) -> Node {
        let identifier = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
        self.lines(surface, block, lines.clone(), x, y);
        surface.end_tagged();
        match block.obscured(lines) {
            None => identifier.into(),
            Some(text) => {
                let tag = TagKind::from(Tag::Span).with_actual_text(Some(text.to_owned()));
                TagGroup::with_children(tag, vec![identifier.into()]).into()
            }
        }
    }

    fn lines(&mut self, surface: &mut Surface, block: &Block, lines: Range<usize>, x: f32, y: f32) {
        surface.set_fill(Some(fill(block.style.ink)));
        surface.set_stroke(None);
        let style = block.style;
        // Capitals, 0.71 high, stand in the middle of their line.
        let mut baseline = y + style.leading / 2.0 + style.size * 0.355;
        for line in &block.lines[lines] {
            self.line(surface, block, line, x + line.x, baseline);
            baseline += style.leading;
        }
    }

    /// Draws a line in reading order, whatever its directions, so that whoever reads the file along reads it
    /// right: where the text runs from right to left the pen goes to the left.
    fn line(&mut self, surface: &mut Surface, block: &Block, line: &Line, x: f32, y: f32) {
        for (run, glyphs) in block.runs_of(line) {
            let font = self.faces.font(run.face);
            let units = font.units_per_em();
            self.glyphs.clear();
            self.glyphs.extend(glyphs.iter().map(|g| {
                let start = g.start as usize;
                let (advance, dx) = match run.right_to_left {
                    true => (-g.advance, g.dx - g.advance),
                    false => (g.advance, g.dx),
                };
                KrillaGlyph::new(
                    GlyphId::new(g.id.into()),
                    f32::from(advance) / units,
                    f32::from(dx) / units,
                    f32::from(g.dy) / units,
                    0.0,
                    start..start + g.length as usize,
                    None,
                )
            }));
            surface.draw_glyphs(
                Point::from_xy(x + run.x, y),
                &self.glyphs,
                font.clone(),
                &block.text,
                block.style.size,
                false,
            );
        }
    }
}

/// The rows of a table, forgotten one by one as they are drawn.
pub struct RowsToDraw {
    /// The structure that comes of them.
    pub tags: Deliveries,
    head: Rc<Cells>,
    parts: Vec<Part>,
    rest: std::vec::IntoIter<Cells>,
    current: Option<Cells>,
    first_page: bool,
}

impl RowsToDraw {
    /// All rows of a table, and the pages that they stand on.
    pub fn new(table: Table) -> (RowsToDraw, Vec<PageOfRows>) {
        let rows = RowsToDraw {
            tags: Deliveries::new(table.rows.len(), PAPER_COLUMNS.len()),
            head: Rc::new(table.head),
            parts: table.parts,
            rest: table.rows.into_iter(),
            current: None,
            first_page: true,
        };
        (rows, table.pages)
    }
}

/// Which of the block's lines belong to a part of its row.
fn part_of(block: &Block, part: &Part) -> Range<usize> {
    // An empty text has a line without glyphs.
    let all = if block.glyphs.is_empty() {
        0
    } else {
        block.lines.len()
    };
    let clamp = |line: u32| all.min(line as usize);
    clamp(part.lines.start)..clamp(part.lines.end)
}

/// Begins something that is not read.
fn artifact(surface: &mut Surface, kind: ArtifactType) {
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
}

/// Draws horizontal lines, which say nothing.
fn rules(
    surface: &mut Surface,
    weight: f32,
    ink: Ink,
    all: impl IntoIterator<Item = (Range<f32>, f32)>,
) {
    let mut path = PathBuilder::new();
    for (x, y) in all {
        path.move_to(x.start, y);
        path.line_to(x.end, y);
    }
    let Some(path) = path.finish() else {
        return;
    };
    artifact(surface, ArtifactType::Layout);
    surface.set_fill(None);
    surface.set_stroke(Some(Stroke {
        paint: grey(ink).into(),
        width: weight,
        ..Stroke::default()
    }));
    surface.draw_path(&path);
    surface.end_tagged();
    surface.set_stroke(None);
}

fn fill(ink: Ink) -> Fill {
    Fill {
        paint: grey(ink).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::default(),
    }
}

fn grey(ink: Ink) -> luma::Color {
    luma::Color::new(match ink {
        Ink::Black => 0x1a,
        Ink::Grey => 0x55,
        Ink::Hairline => 0xc4,
    })
}
