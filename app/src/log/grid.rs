//! The table's moving parts: what is on screen, what the keyboard is at, and where the focus is.

use std::ops::Range;

use leptos::{prelude::*, web_sys};
use shared::message::MessageId;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{
    pool::{Marks, Pool},
    shown::Shown,
    window::Viewport,
};
use crate::ui::element::{set_attribute, set_style};

/// The rows of the table's head: the headers, and the filters.
const HEAD_ROWS: usize = 2;

/// The elements that the table is made of.
pub struct Elements {
    /// What scrolls.
    pub scroller: HtmlElement,
    /// The table.
    pub table: HtmlElement,
    /// Its head, where it has one.
    pub head: Option<HtmlElement>,
    /// Its body.
    pub body: HtmlElement,
}

/// The table on screen.
pub struct Grid {
    elements: Elements,
    pool: Pool,
    shown: Option<Shown>,
    marks: Marks,
    viewport: Viewport,
    head_height: f64,
    count: Option<usize>,
    focused: bool,
}

/// Where the keyboard goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// One screen up.
    PageUp,
    /// One screen down.
    PageDown,
    /// The first row.
    First,
    /// The last row.
    Last,
}

impl Step {
    /// What a key stands for.
    pub fn of_key(key: &str) -> Option<Self> {
        match key {
            "ArrowUp" => Some(Step::Up),
            "ArrowDown" => Some(Step::Down),
            "PageUp" => Some(Step::PageUp),
            "PageDown" => Some(Step::PageDown),
            "Home" => Some(Step::First),
            "End" => Some(Step::Last),
            _ => None,
        }
    }

    /// Where it leads from `place`, among `count` rows of which a screen has `page`.
    pub fn from(self, place: usize, page: usize, count: usize) -> usize {
        let last = count.saturating_sub(1);
        match self {
            Step::Up => place.saturating_sub(1),
            Step::Down => (place + 1).min(last),
            Step::PageUp => place.saturating_sub(page),
            Step::PageDown => (place + page).min(last),
            Step::First => 0,
            Step::Last => last,
        }
    }
}

impl Grid {
    /// A table without rows.
    pub fn new(elements: Elements) -> Option<Self> {
        let pool = Pool::new(elements.body.clone())?;
        let mut grid = Grid {
            elements,
            pool,
            shown: None,
            marks: Marks::default(),
            viewport: Viewport::default(),
            head_height: 0.0,
            count: None,
            focused: false,
        };
        grid.pool.set_head_rows(grid.head_rows());
        grid.measure();
        Some(grid)
    }

    /// Reads how large everything is, after the window or the layout has changed.
    pub fn measure(&mut self) {
        let Elements {
            scroller,
            table,
            head,
            ..
        } = &self.elements;
        self.head_height = head
            .as_ref()
            .map_or(0.0, |head| f64::from(head.offset_height()));
        let style = window().get_computed_style(table).ok().flatten();
        let row = style.and_then(|style| style.get_property_value("--row-height").ok());
        let row = row.and_then(|row| row.trim().strip_suffix("px")?.parse::<u16>().ok());
        self.viewport = Viewport {
            top: f64::from(scroller.scroll_top()),
            height: (f64::from(scroller.client_height()) - self.head_height).max(0.0),
            row: f64::from(row.unwrap_or(36)),
        };
        self.count = None;
        self.draw();
    }

    /// Goes on with another head, or without one, after the layout has changed.
    pub fn rebuild(&mut self, head: Option<HtmlElement>) {
        self.elements.head = head;
        self.pool.set_head_rows(self.head_rows());
        self.measure();
    }

    fn head_rows(&self) -> usize {
        self.elements.head.as_ref().map_or(0, |_| HEAD_ROWS)
    }

    /// Draws what has scrolled into view.
    pub fn scrolled(&mut self) {
        self.viewport.top = f64::from(self.elements.scroller.scroll_top());
        self.draw();
    }

    /// Shows other rows, or the same in another order, from the top unless only a row has changed. Only those on
    /// screen are drawn at once; [`Grid::complete`] draws those around them.
    pub fn show(&mut self, shown: Option<Shown>) {
        if let (Some(before), Some(now)) = (&self.shown, &shown)
            && now.is_news_of(before)
        {
            return self.take_news(shown);
        }
        let stays = match (&self.shown, &shown) {
            (Some(before), Some(now)) => before.list == now.list,
            _ => false,
        };
        self.shown = shown;
        if !stays {
            let selected = self.marks.selected.and_then(|id| self.place_of(id));
            self.marks.active = selected.unwrap_or(0);
            if self.viewport.top != 0.0 {
                self.viewport.top = 0.0;
                self.elements.scroller.set_scroll_top(0);
            }
        }
        self.draw_seen();
    }

    /// Shows the same with news in it: the row at the top of the screen stays where it is, and the keyboard where
    /// it was.
    fn take_news(&mut self, shown: Option<Shown>) {
        let Viewport { top, row, .. } = self.viewport;
        let first = self.id_at((top / row) as usize);
        let active = self.id_at(self.marks.active);
        self.shown = shown;
        let place = |id: Option<MessageId>| id.and_then(|id| self.place_of(id));
        let (first, active) = (place(first), place(active));
        self.marks.active = active.unwrap_or(0);
        let moved = first.map(|place| place as f64 * row + top % row);
        match moved.filter(|moved| top > 0.0 && *moved != top) {
            Some(moved) => {
                self.viewport.top = moved;
                // The table is as high as its rows before it is scrolled.
                self.draw_seen();
                self.elements.scroller.set_scroll_top(moved as i32);
            }
            None => self.draw_seen(),
        }
    }

    /// Draws the rows around those on screen.
    pub fn complete(&mut self) {
        self.draw();
    }

    /// Marks the open message, and brings it into view where it is not.
    pub fn select(&mut self, selected: Option<MessageId>, reveal: bool) {
        self.marks.selected = selected;
        if let Some(place) = selected.and_then(|id| self.place_of(id)) {
            self.marks.active = place;
            if reveal {
                self.reveal(place);
            }
        }
        self.draw();
    }

    fn draw(&mut self) {
        self.draw_part(Viewport::window);
    }

    fn draw_seen(&mut self) {
        self.draw_part(Viewport::seen);
    }

    fn draw_part(&mut self, part: impl Fn(&Viewport, usize) -> Range<usize>) {
        let Some(shown) = &self.shown else { return };
        let count = shown.list.len();
        if self.count != Some(count) {
            self.count = Some(count);
            let height = (self.head_height + count as f64 * self.viewport.row) as i64;
            set_style(&self.elements.table, "height", &format!("{height}px"));
            set_attribute(
                &self.elements.table,
                "aria-rowcount",
                &(count + self.head_rows()).to_string(),
            );
        }
        let window = self.viewport.window(count);
        let now = part(&self.viewport, count);
        let mut marks = self.marks;
        if !window.contains(&marks.active) {
            // Tab leads to the first row on screen, once the keyboard's is scrolled out of reach.
            marks.active = (self.viewport.top / self.viewport.row).ceil() as usize;
        }
        self.pool
            .draw(shown, window, &now, self.viewport.row, marks);
        if self.focused {
            self.focus();
        }
    }

    /// Gives the focus to the row the keyboard is at; to the table, while that row is out of view.
    pub fn focus(&mut self) {
        let target = self
            .pool
            .element(self.marks.active)
            .unwrap_or(&self.elements.table);
        let focused = document().active_element();
        if !focused.is_some_and(|focused| focused.is_same_node(Some(target))) {
            let options = web_sys::FocusOptions::new();
            options.set_prevent_scroll(true);
            drop(target.focus_with_options(&options));
        }
        self.focused = true;
    }

    /// Notes whether the focus is on a row or on the table; the keyboard goes on from that row.
    pub fn focus_moved(&mut self, target: Option<&Element>) {
        if let Some(place) = target.and_then(|target| self.pool.place_of(target))
            && self.marks.active != place
        {
            self.marks.active = place;
            self.draw();
        }
        self.focused = target.is_some_and(|target| {
            target.is_same_node(Some(&self.elements.table))
                || target
                    .parent_node()
                    .is_some_and(|parent| parent.is_same_node(Some(&self.elements.body)))
        });
    }

    /// Whether the focus is on a row, so that keys move among rows.
    pub const fn has_focus(&self) -> bool {
        self.focused
    }

    /// Moves the keyboard's row.
    pub fn step(&mut self, step: Step) {
        let count = self.shown.as_ref().map_or(0, |shown| shown.list.len());
        self.go(step.from(self.marks.active, self.viewport.page(), count));
    }

    /// Puts the keyboard at the row at `place`.
    pub fn go(&mut self, place: usize) {
        self.marks.active = place;
        self.reveal(place);
        self.draw();
        self.focus();
    }

    /// Puts the keyboard where it was last.
    pub fn enter(&mut self) {
        self.go(self.marks.active);
    }

    fn reveal(&mut self, place: usize) {
        if let Some(top) = self.viewport.reveal(place) {
            self.elements.scroller.set_scroll_top(top as i32);
            self.viewport.top = f64::from(self.elements.scroller.scroll_top());
        }
    }

    /// The message that the keyboard is at.
    pub fn active(&self) -> Option<MessageId> {
        self.id_at(self.marks.active)
    }

    /// The message whose row an event happened in.
    pub fn message_at(&self, target: &Element) -> Option<MessageId> {
        self.id_at(self.pool.place_of(target)?)
    }

    fn id_at(&self, place: usize) -> Option<MessageId> {
        let shown = self.shown.as_ref()?;
        let number = *shown.list.get(place)?;
        Some(shown.rows.list[number as usize].id)
    }

    fn place_of(&self, id: MessageId) -> Option<usize> {
        let shown = self.shown.as_ref()?;
        let is = |number: &u32| shown.rows.list[*number as usize].id == id;
        shown.list.iter().position(is)
    }
}

/// The element that an event happened at.
pub fn target(event: &web_sys::Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_move_by_rows_and_screens_and_stop_at_the_ends() {
        let to = |key: &str, place| Step::of_key(key).unwrap().from(place, 20, 100);
        assert_eq!(to("ArrowDown", 0), 1);
        assert_eq!(to("ArrowUp", 0), 0);
        assert_eq!(to("ArrowDown", 99), 99);
        assert_eq!(to("PageDown", 90), 99);
        assert_eq!(to("PageUp", 30), 10);
        assert_eq!(to("Home", 50), 0);
        assert_eq!(to("End", 50), 99);
        assert_eq!(Step::of_key("a"), None);
    }

    #[test]
    fn keys_in_an_empty_table_stay_at_its_start() {
        for key in ["ArrowDown", "PageDown", "End"] {
            assert_eq!(Step::of_key(key).unwrap().from(0, 20, 0), 0);
        }
    }
}
