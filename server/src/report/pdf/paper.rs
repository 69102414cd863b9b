//! The paper's measures: everything about the look of the PDF that is a number. Lengths are points.

/// US letter.
pub const WIDTH: f32 = 612.0;
/// US letter.
pub const HEIGHT: f32 = 792.0;
/// White to the left of everything, and to its right.
pub const MARGIN: f32 = 54.0;
/// Where the content of a page begins.
pub const TOP: f32 = 54.0;
/// Where the content of a page ends at the latest.
pub const BOTTOM: f32 = HEIGHT - 64.0;
/// The middle of the footer's first line.
pub const FOOTER: f32 = HEIGHT - 46.0;
/// The width between the margins.
pub const MEASURE: f32 = WIDTH - 2.0 * MARGIN;

/// How a text is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// The size of its letters.
    pub size: f32,
    /// The distance from one line to the next, whatever scripts the lines are in.
    pub leading: f32,
    /// Whether it is bold.
    pub bold: bool,
    /// How dark it is.
    pub ink: Ink,
}

/// The three greys of the paper; the lightest text still has a contrast of 7 to 1 on white.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Text.
    Black,
    /// What accompanies the text: legend and footer.
    Grey,
    /// Hairlines, never text.
    Hairline,
}

const fn style(size: f32, leading: f32, bold: bool, ink: Ink) -> Style {
    Style {
        size,
        leading,
        bold,
        ink,
    }
}

/// The document's name.
pub const TITLE: Style = style(17.0, 22.0, true, Ink::Black);
/// The school or district.
pub const ORGANIZATION: Style = style(12.5, 18.0, true, Ink::Black);
/// A section's heading.
pub const HEADING: Style = style(11.0, 15.0, true, Ink::Black);
/// A label before its value.
pub const LABEL: Style = style(9.0, 13.5, true, Ink::Black);
/// Running text.
pub const TEXT: Style = style(9.0, 13.5, false, Ink::Black);
/// A line that explains a mark.
pub const LEGEND: Style = style(8.0, 11.5, false, Ink::Grey);
/// A column's name.
pub const COLUMN: Style = style(8.25, 11.5, true, Ink::Black);
/// A cell of the Delivery Detail.
pub const CELL: Style = style(8.25, 11.5, false, Ink::Black);
/// The lines at the foot of each page.
pub const FOOT: Style = style(8.0, 11.0, false, Ink::Grey);

/// White above a section's heading, where it is not the first thing on a page.
pub const SECTION_GAP: f32 = 17.0;
/// White between a section's heading line and what it heads.
pub const HEADING_GAP: f32 = 6.0;
/// White between a label and its value.
pub const LABEL_GAP: f32 = 8.0;
/// The most of a grid's width that its labels may take.
pub const LABEL_SHARE: f32 = 0.5;
/// White above and below the text of a cell.
pub const CELL_PADDING: f32 = 2.75;
/// White between two columns of the Delivery Detail.
pub const GUTTER: f32 = 10.0;
/// Widths of the Delivery Detail's columns; with the gutters between them they fill the measure.
pub const COLUMNS: [f32; 5] = [105.0, 96.0, 128.0, 55.0, 80.0];
/// Where the heading's right half begins, from the margin.
pub const RIGHT_HALF: f32 = 190.0;

/// The left edge of each column of the Delivery Detail.
pub fn column_edges() -> [f32; 5] {
    let mut x = MARGIN;
    COLUMNS.map(|width| {
        let edge = x;
        x += width + GUTTER;
        edge
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_gutters_fill_the_measure() {
        let all = COLUMNS.iter().sum::<f32>() + 4.0 * GUTTER;
        assert_eq!(all, MEASURE);
        assert_eq!(column_edges()[4] + COLUMNS[4], WIDTH - MARGIN);
    }
}
