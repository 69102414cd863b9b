//! The second pass: one page after the other, each with its foot.

use krilla::{Document, page::PageSettings, tagging::Node};

use super::{
    PdfError, Progress,
    draw::{Pen, RowsToDraw},
    faces::Faces,
    front::Front,
    paper,
    shape::{Block, Shaper},
    table::Table,
    tags,
};

/// What is to be drawn, and with what.
pub struct Pages<'a> {
    /// Everything before the rows.
    pub front: Front,
    /// The rows, if there are any.
    pub table: Option<Table>,
    /// The lines on the left of every page's foot.
    pub foot: [Block; 2],
    /// The fonts to draw with.
    pub faces: &'a Faces,
    /// Shapes the page numbers.
    pub shaper: &'a mut Shaper,
}

impl Pages<'_> {
    /// Draws every page, and tells what was drawn in reading order. `go_on` is asked after each page.
    ///
    /// # Errors
    /// Where `go_on` refuses.
    pub fn draw<E>(
        self,
        document: &mut Document,
        go_on: &mut impl FnMut(Progress) -> Result<(), PdfError<E>>,
    ) -> Result<Vec<Node>, PdfError<E>> {
        let front = self.front;
        let (mut rows, pages_of_rows) = match self.table.map(RowsToDraw::new) {
            Some((rows, pages)) => (Some(rows), pages),
            None => (None, Vec::new()),
        };
        let first_of_rows = pages_of_rows.first().map_or(0, |p| p.head.page);
        let last = pages_of_rows.last().map(|p| p.head.page);
        let of = last.unwrap_or(front.end.page) + 1;
        let mut drawn = vec![None; front.items.len()];
        let mut pen = Pen::new(self.faces);
        for number in 0..of {
            let letter = PageSettings::from_wh(paper::WIDTH, paper::HEIGHT);
            let mut page = document.start_page_with(letter.expect("letter paper has a size"));
            let mut surface = page.surface();
            if number <= front.end.page {
                pen.front(&mut surface, number, &front.items, &mut drawn);
            }
            let here = number.checked_sub(first_of_rows);
            let here = here.and_then(|index| pages_of_rows.get(index));
            if let (Some(rows), Some(page)) = (&mut rows, here) {
                pen.rows(&mut surface, page, rows);
            }
            let words = format!("Page {} of {of}", number + 1);
            let words = self.shaper.shape(&words, paper::FOOT, paper::MEASURE);
            pen.foot(&mut surface, &self.foot, &words);
            surface.finish();
            page.finish();
            go_on(Progress::Pages {
                done: number + 1,
                of,
            })?;
        }
        let mut nodes = tags::front(front.items, drawn);
        nodes.extend(rows.map(|rows| rows.tags.finish()));
        Ok(nodes)
    }
}
