//! What stands before the rows: the heading, the summary, the criteria, the message, the legend.

use std::num::NonZeroU16;

use krilla::tagging::{ListNumbering, Tag, TagKind};
use shared::report::{DUPLICATE_LEGEND, Field, NOT_CONTACTED_LEGEND, Report, ReportBody, sections};

use super::{
    DUPLICATE, NOT_CONTACTED,
    flow::{Flow, Item, Spot},
    paper::{self, Ink},
    shape::{Block, Shaper},
    table::row_height,
};

/// Everything before the rows.
pub struct Front {
    /// The pieces, in reading order.
    pub items: Vec<Item>,
    /// The document's sections and where they begin, for the outline.
    pub sections: Vec<(&'static str, Spot)>,
    /// Where the rows begin.
    pub end: Spot,
}

/// Lays out everything before the rows.
pub fn lay_out(report: &Report, shaper: &mut Shaper) -> Front {
    let mut front = Writer {
        flow: Flow::new(shaper),
        sections: Vec::new(),
    };
    front.heading(report);
    front.summary(report);
    if let Some(body) = &report.body {
        front.message(body);
        front.legend(body);
    }
    Front {
        items: front.flow.items,
        sections: front.sections,
        end: front.flow.spot,
    }
}

struct Writer<'a> {
    flow: Flow<'a>,
    sections: Vec<(&'static str, Spot)>,
}

/// The level of the document's name.
const FIRST: NonZeroU16 = NonZeroU16::MIN;
/// The level of a section.
const SECOND: NonZeroU16 = NonZeroU16::MIN.saturating_add(1);

fn list() -> TagKind {
    Tag::L(ListNumbering::None).into()
}

impl Writer<'_> {
    /// The school and the state of its message on the left, what the message is on the right. The name of
    /// the document is read first.
    fn heading(&mut self, report: &Report) {
        let top = self.flow.spot;
        let right = paper::MARGIN + paper::RIGHT_HALF;
        let right_width = paper::MEASURE - paper::RIGHT_HALF;
        self.sections.push((sections::TITLE, top));
        let title = Some(sections::TITLE.to_owned());
        self.flow.tagged(Tag::Hn(FIRST, title), |flow| {
            flow.text(sections::TITLE, paper::TITLE, right, right_width);
        });
        let mut below_title = self.flow.spot;
        below_title.y += 5.0;
        self.flow.spot = top;
        self.sender(report);
        let below_left = self.flow.spot;
        self.flow.spot = below_title;
        let fields: Vec<_> = report.heading.iter().map(as_pair).collect();
        self.grid(&fields, right, right_width);
        if below_left > self.flow.spot {
            self.flow.spot = below_left;
        }
    }

    /// The left half of the heading: the school, when the report was made, how far its message is.
    fn sender(&mut self, report: &Report) {
        let x = paper::MARGIN;
        let width = paper::RIGHT_HALF - 2.0 * paper::GUTTER;
        let flow = &mut self.flow;
        // The school's name stands on the title's line.
        flow.spot.y += (paper::TITLE.leading - paper::ORGANIZATION.leading) / 2.0 + 1.0;
        flow.tagged(Tag::P, |flow| {
            flow.text(&report.organization, paper::ORGANIZATION, x, width);
        });
        flow.spot.y += 6.0;
        let generated = format!("Generated on {}", report.generated_on);
        flow.tagged(Tag::P, |flow| {
            let line = flow.shaper.shape(&generated, paper::TEXT, paper::MEASURE);
            match generated.split_once(" (") {
                // The zone goes to a line of its own rather than break inside its name.
                Some((time, zone)) if line.width() > width => {
                    flow.text(&format!("{time} "), paper::TEXT, x, width);
                    flow.text(&format!("({zone}"), paper::TEXT, x, width);
                }
                _ => flow.text(&generated, paper::TEXT, x, width),
            }
        });
        let status = format!("Message Status: {}", report.status);
        flow.tagged(Tag::P, |flow| flow.text(&status, paper::TEXT, x, width));
    }

    /// The totals in two columns, read across, then those that take a whole line.
    fn summary(&mut self, report: &Report) {
        self.section(sections::SUMMARY, 3.0 * paper::TEXT.leading);
        let rows = report.summary_rows();
        let half = paper::MEASURE / 2.0;
        let mut columns = [0.0_f32; 2];
        let mut whole = 0.0_f32;
        let mut shaped = Vec::new();
        for row in &rows {
            let mut cells = Vec::new();
            for (column, field) in row.iter().enumerate() {
                let label = field.map(|f| self.label(f.label, paper::MEASURE));
                let width = label.as_ref().map_or(0.0, Block::width);
                match row.len() {
                    1 => whole = whole.max(width),
                    _ => columns[column] = columns[column].max(width),
                }
                cells.push(label.zip(*field));
            }
            shaped.push(cells);
        }
        let mut paired = false;
        self.flow.tagged(list(), |flow| {
            for cells in shaped {
                let alone = cells.len() == 1;
                flow.need(paper::LABEL.leading);
                if alone && paired {
                    flow.gap(paper::LABEL.leading / 3.0);
                }
                paired = !alone;
                let top = flow.spot;
                let mut below = top;
                for (column, cell) in cells.into_iter().enumerate() {
                    let Some((label, field)) = cell else {
                        continue;
                    };
                    let x = paper::MARGIN + column as f32 * half;
                    let indent = if alone { whole } else { columns[column] } + paper::LABEL_GAP;
                    let width = if alone {
                        paper::MEASURE
                    } else {
                        half - paper::GUTTER
                    } - indent;
                    flow.spot = top;
                    pair(flow, label, &field.value, x, indent, width);
                    if flow.spot > below {
                        below = flow.spot;
                    }
                }
                flow.spot = below;
            }
        });
    }

    fn message(&mut self, body: &ReportBody) {
        let measure = paper::MEASURE;
        if !body.criteria.is_empty() {
            self.section(sections::CRITERIA, 2.0 * paper::TEXT.leading);
            let criteria = body.criteria.iter();
            let pairs: Vec<_> = criteria.map(|(l, v)| (l.as_str(), v.as_str())).collect();
            self.grid(&pairs, paper::MARGIN, measure);
        }
        self.section(sections::MESSAGE, 2.0 * paper::TEXT.leading);
        let content: Vec<_> = body.content.iter().map(as_pair).collect();
        self.grid(&content, paper::MARGIN, measure);
    }

    /// The heading of the rows, and what their marks mean. The heading stays with the first rows.
    fn legend(&mut self, body: &ReportBody) {
        let lines = [
            (body.marks.duplicates, DUPLICATE, DUPLICATE_LEGEND),
            (
                body.marks.not_contacted,
                NOT_CONTACTED,
                NOT_CONTACTED_LEGEND,
            ),
        ];
        let legend = lines.len() as f32 * paper::LEGEND.leading;
        self.section(sections::DELIVERY, legend + 4.0 * row_height(1));
        for (_, mark, meaning) in lines.iter().filter(|(occurs, ..)| *occurs) {
            let line = format!("{mark} {meaning}");
            self.flow.tagged(Tag::P, |flow| {
                flow.text(&line, paper::LEGEND, paper::MARGIN, paper::MEASURE);
            });
        }
        if body.marks.duplicates || body.marks.not_contacted {
            self.flow.spot.y += 4.0;
        }
    }

    /// A section's heading over a hairline, on the same page as the beginning of what it heads.
    fn section(&mut self, name: &'static str, beginning: f32) {
        let flow = &mut self.flow;
        flow.gap(paper::SECTION_GAP);
        flow.need(paper::HEADING.leading + paper::HEADING_GAP + beginning);
        self.sections.push((name, flow.spot));
        flow.tagged(Tag::Hn(SECOND, Some(name.to_owned())), |flow| {
            flow.text(name, paper::HEADING, paper::MARGIN, paper::MEASURE);
        });
        flow.spot.y += 2.0;
        flow.rule(0.5, Ink::Hairline);
        flow.spot.y += paper::HEADING_GAP - 2.0;
    }

    /// Labels and values in two columns; the labels' is as wide as the widest of them, within reason.
    fn grid(&mut self, pairs: &[(&str, &str)], x: f32, width: f32) {
        let most = width * paper::LABEL_SHARE;
        let labels: Vec<_> = pairs.iter().map(|(l, _)| self.label(l, most)).collect();
        let widest = labels.iter().map(Block::width).fold(0.0, f32::max);
        let indent = widest + paper::LABEL_GAP;
        self.flow.tagged(list(), |flow| {
            for (label, (_, value)) in labels.into_iter().zip(pairs) {
                pair(flow, label, value, x, indent, width - indent);
            }
        });
    }

    fn label(&mut self, label: &str, width: f32) -> Block {
        let text = format!("{label}:");
        self.flow.shaper.shape(&text, paper::LABEL, width)
    }
}

fn as_pair(field: &Field) -> (&str, &str) {
    (field.label, &field.value)
}

/// A label and its value as an entry of a list.
fn pair(flow: &mut Flow, label: Block, value: &str, x: f32, indent: f32, width: f32) {
    flow.need(label.height());
    flow.tagged(Tag::LI, |flow| {
        flow.items.push(Item::Open(Tag::Lbl.into()));
        flow.beside(
            |flow| {
                flow.block(label, x);
                flow.items.push(Item::Close);
            },
            |flow| {
                flow.tagged(Tag::LBody, |flow| match value.contains('\n') {
                    true => {
                        let paragraph = Tag::P.into();
                        flow.paragraphs(value, paper::TEXT, x + indent, width, &paragraph);
                    }
                    false => flow.text(value, paper::TEXT, x + indent, width),
                });
            },
        );
    });
}

impl Front {
    /// Adds a line where the rows would begin.
    pub fn say(&mut self, words: &str, shaper: &mut Shaper) {
        let mut flow = Flow::new(shaper);
        flow.spot = self.end;
        flow.need(paper::TEXT.leading);
        flow.tagged(Tag::P, |flow| {
            flow.text(words, paper::TEXT, paper::MARGIN, paper::MEASURE);
        });
        self.end = flow.spot;
        self.items.append(&mut flow.items);
    }
}
