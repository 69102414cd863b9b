//! Which rows are on screen, and where to scroll so that one is.

use std::ops::Range;

/// Rows drawn above and below what is on screen, so that a fast scroll shows no gap.
const OVERSCAN: usize = 6;

/// What is seen of the list, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Viewport {
    /// How far it is scrolled.
    pub top: f64,
    /// The height of what shows rows.
    pub height: f64,
    /// The height of one row.
    pub row: f64,
}

impl Viewport {
    /// The places of the rows on screen, of `count` in all.
    pub fn seen(&self, count: usize) -> Range<usize> {
        if self.row <= 0.0 {
            return 0..0;
        }
        let first = ((self.top / self.row).max(0.0) as usize).min(count);
        let end = ((self.top + self.height) / self.row).ceil().max(0.0) as usize;
        first..end.clamp(first, count)
    }

    /// The places of the rows to draw: those on screen and some more on either side.
    pub fn window(&self, count: usize) -> Range<usize> {
        let seen = self.seen(count);
        if self.row <= 0.0 {
            return seen;
        }
        seen.start.saturating_sub(OVERSCAN)..(seen.end + OVERSCAN).min(count)
    }

    /// How many rows a page of the keyboard moves by.
    pub fn page(&self) -> usize {
        match self.row > 0.0 {
            true => ((self.height / self.row) as usize).saturating_sub(1).max(1),
            false => 1,
        }
    }

    /// Where to scroll so that the row at `place` is whole on screen; `None` where it is.
    pub fn reveal(&self, place: usize) -> Option<f64> {
        let top = place as f64 * self.row;
        if top < self.top {
            Some(top)
        } else if top + self.row > self.top + self.height {
            Some(top + self.row - self.height)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SCREEN: Viewport = Viewport {
        top: 0.0,
        height: 700.0,
        row: 36.0,
    };

    #[test]
    fn the_first_rows_are_drawn_before_anything_is_scrolled() {
        assert_eq!(SCREEN.seen(4000), 0..20);
        assert_eq!(SCREEN.window(4000), 0..26);
    }

    #[test]
    fn a_short_list_is_drawn_whole() {
        assert_eq!(SCREEN.window(3), 0..3);
        assert_eq!(SCREEN.window(0), 0..0);
    }

    #[test]
    fn a_screen_without_height_draws_nothing_and_breaks_nothing() {
        let nothing = Viewport::default();
        assert_eq!(nothing.window(4000), 0..0);
        assert_eq!(nothing.page(), 1);
    }

    #[test]
    fn a_row_on_screen_needs_no_scroll() {
        assert_eq!(SCREEN.reveal(5), None);
        assert_eq!(SCREEN.reveal(100), Some(101.0 * 36.0 - 700.0));
        let down = Viewport {
            top: 900.0,
            ..SCREEN
        };
        assert_eq!(down.reveal(3), Some(108.0));
    }

    proptest! {
        #[test]
        fn every_row_on_screen_is_drawn(count in 0usize..9000, at in 0.0f64..1.0, height in 1.0f64..3000.0, row in 20.0f64..120.0) {
            let top = at * (count as f64 * row - height).max(0.0);
            let viewport = Viewport { top, height, row };
            let window = viewport.window(count);
            prop_assert!(window.end <= count);
            let seen = viewport.seen(count);
            prop_assert!(window.start <= seen.start && seen.end <= window.end);
            prop_assert!(window.len() <= (height / row).ceil() as usize + 1 + 2 * OVERSCAN);
            let first = (top / row) as usize;
            let last = (((top + height) / row).ceil() as usize).min(count);
            prop_assert!(window.start <= first.min(count));
            prop_assert!(window.end >= last);
        }

        #[test]
        fn a_revealed_row_is_whole_on_screen(place in 0usize..4000, top in 0.0f64..144_000.0) {
            let viewport = Viewport { top, ..SCREEN };
            let top = viewport.reveal(place).unwrap_or(top);
            let row = place as f64 * SCREEN.row;
            prop_assert!(row >= top - 0.001 && row + SCREEN.row <= top + SCREEN.height + 0.001);
        }
    }
}
