//! A fixed set of row elements that is filled anew as one scrolls, filters and sorts. Only texts and attributes
//! that differ from what an element shows are touched.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use leptos::{prelude::*, web_sys};
use shared::message::{MessageId, MessageStatus};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    cell_words::{CellText, CellWords},
    columns::Column,
    rows::{Row, Rows},
    shown::Shown,
};
use crate::ui::element::{set_attribute, set_style};

/// What is marked among the rows.
#[derive(Clone, Copy, Default)]
pub struct Marks {
    /// The place of the row that the keyboard is at.
    pub active: usize,
    /// The open message.
    pub selected: Option<MessageId>,
}

/// The row elements.
pub struct Pool {
    body: HtmlElement,
    pattern: HtmlElement,
    slots: VecDeque<Slot>,
    words: CellWords,
    window: Range<usize>,
    offset: f64,
    head_rows: usize,
}

/// One row element and what it shows.
struct Slot {
    row: HtmlElement,
    status: HtmlElement,
    texts: [CellText; 8],
    shows: Option<(Arc<Rows>, u32)>,
    place: usize,
    selected: bool,
    active: bool,
    hidden: bool,
}

impl Pool {
    /// An empty pool in a table's body.
    pub fn new(body: HtmlElement) -> Option<Self> {
        let pattern = pattern()?;
        Some(Pool {
            body,
            pattern,
            slots: VecDeque::new(),
            words: CellWords::default(),
            window: 0..0,
            offset: f64::NAN,
            head_rows: 0,
        })
    }

    /// Goes on under a head of so many rows; with none, rows are cards. What is drawn is written anew.
    pub fn set_head_rows(&mut self, count: usize) {
        self.head_rows = count;
        for slot in &mut self.slots {
            slot.shows = None;
            slot.place = usize::MAX;
        }
    }

    /// Shows the rows at the places of `window`, each `height` pixels high. Those outside of `now` may say for
    /// a while what they said before, if they are drawn already.
    pub fn draw(
        &mut self,
        shown: &Shown,
        window: Range<usize>,
        now: &Range<usize>,
        height: f64,
        marks: Marks,
    ) {
        while self.slots.len() < window.len() {
            let Some(slot) = Slot::new(&self.pattern, &self.body) else {
                return;
            };
            self.slots.push_back(slot);
        }
        self.turn(window.start);
        let head_rows = self.head_rows;
        let offset = window.start as f64 * height;
        if offset != self.offset {
            self.offset = offset;
            // Whole pixels, as rows are: printing fractions would cost the page 15 KB of code.
            let offset = offset as i64;
            set_style(&self.body, "transform", &format!("translateY({offset}px)"));
        }
        for (at, slot) in self.slots.iter_mut().enumerate() {
            let place = window.start + at;
            match window.contains(&place) {
                true if now.contains(&place) || slot.is_empty() => {
                    slot.show(&mut self.words, shown, place, marks, head_rows);
                }
                true => {}
                false => slot.hide(),
            }
        }
        self.window = window;
    }

    /// Moves the elements that scrolled out at one end to the other, so that those still on screen, and the
    /// focus among them, stay what they are.
    fn turn(&mut self, first: usize) {
        let (length, before) = (self.slots.len(), self.window.start);
        if first > before && first - before < length {
            for _ in before..first {
                if let Some(slot) = self.slots.pop_front() {
                    drop(self.body.append_child(&slot.row));
                    self.slots.push_back(slot);
                }
            }
        } else if first < before && before - first < length {
            for _ in first..before {
                if let Some(slot) = self.slots.pop_back() {
                    drop(
                        self.body
                            .insert_before(&slot.row, self.body.first_child().as_ref()),
                    );
                    self.slots.push_front(slot);
                }
            }
        }
    }

    /// The element of the row at `place`, where it is drawn.
    pub fn element(&self, place: usize) -> Option<&HtmlElement> {
        let at = place.checked_sub(self.window.start)?;
        let slot = self.slots.get(at)?;
        (!slot.hidden).then_some(&slot.row)
    }

    /// The place of the row that an event happened in.
    pub fn place_of(&self, target: &web_sys::Element) -> Option<usize> {
        let row = target.closest("tr").ok()??;
        let slot = self
            .slots
            .iter()
            .find(|slot| slot.row.is_same_node(Some(&row)))?;
        Some(slot.place)
    }
}

impl Slot {
    fn new(pattern: &HtmlElement, body: &HtmlElement) -> Option<Self> {
        let row: HtmlElement = pattern.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
        body.append_child(&row).ok()?;
        let cells = row.children();
        let status = cells.item(Column::Status as u32)?.dyn_into().ok()?;
        let mut texts = Vec::with_capacity(Column::ALL.len());
        for at in 0..cells.length() {
            texts.push(cells.item(at)?.first_child()?.dyn_into().ok()?);
        }
        Some(Slot {
            row,
            status,
            texts: texts.try_into().ok()?,
            shows: None,
            place: usize::MAX,
            selected: false,
            active: false,
            hidden: false,
        })
    }

    fn is_empty(&self) -> bool {
        self.shows.is_none()
    }

    fn hide(&mut self) {
        if !self.hidden {
            self.hidden = true;
            self.row.set_hidden(true);
        }
    }

    fn show(
        &mut self,
        words: &mut CellWords,
        shown: &Shown,
        place: usize,
        marks: Marks,
        head_rows: usize,
    ) {
        let number = shown.list[place];
        let row = &shown.rows.list[number as usize];
        if self.hidden {
            self.hidden = false;
            self.row.set_hidden(false);
        }
        let before = self.shows.take();
        let same_rows = before
            .as_ref()
            .filter(|(rows, _)| Arc::ptr_eq(rows, &shown.rows));
        match same_rows {
            Some((_, old)) if *old == number => self.shows = before,
            _ => {
                let old = same_rows.map(|(rows, old)| &rows.list[*old as usize]);
                self.write(words, &shown.rows, row, old);
                if head_rows == 0 {
                    let at_once = row.created.millis == row.scheduled.millis;
                    self.row
                        .set_class_name(if at_once { "at-once" } else { "" });
                }
                self.shows = Some((shown.rows.clone(), number));
            }
        }
        if self.place != place {
            self.place = place;
            set_attribute(
                &self.row,
                "aria-rowindex",
                &(place + head_rows + 1).to_string(),
            );
        }
        let selected = marks.selected == Some(row.id);
        if self.selected != selected {
            self.selected = selected;
            set_attribute(
                &self.row,
                "aria-selected",
                if selected { "true" } else { "false" },
            );
        }
        let active = marks.active == place;
        if self.active != active {
            self.active = active;
            self.row.set_tab_index(if active { 0 } else { -1 });
        }
    }

    /// Writes what differs from `old`, a row of the same rows.
    fn write(&self, words: &mut CellWords, rows: &Arc<Rows>, row: &Row, old: Option<&Row>) {
        if old.is_none_or(|old| old.status != row.status) {
            self.status
                .set_class_name(&["cell status ", shape(row.status)].concat());
        }
        for column in Column::ALL {
            if old.is_none_or(|old| old.number(column) != row.number(column)) {
                self.texts[column as usize].set_data(words.of(rows, row, column));
            }
        }
    }
}

/// The class of the shape that stands before a status.
pub const fn shape(status: MessageStatus) -> &'static str {
    match status {
        MessageStatus::Waiting => "waiting",
        MessageStatus::InProgress => "in-progress",
        MessageStatus::Sent => "sent",
        MessageStatus::Error => "error",
        MessageStatus::Canceled => "canceled",
    }
}

/// A row without texts, to be copied.
fn pattern() -> Option<HtmlElement> {
    let document = document();
    let row: HtmlElement = document.create_element("tr").ok()?.dyn_into().ok()?;
    for (name, value) in [
        ("role", "row"),
        ("aria-selected", "false"),
        ("tabindex", "-1"),
    ] {
        set_attribute(&row, name, value);
    }
    for (column, number) in Column::ALL.into_iter().zip(1..) {
        let cell = document.create_element("td").ok()?;
        set_attribute(&cell, "role", "gridcell");
        set_attribute(&cell, "aria-colindex", &i32::to_string(&number));
        set_attribute(&cell, "class", &format!("cell {}", column.key()));
        match column {
            Column::MessageType | Column::Organization | Column::Subject | Column::Sender => {
                set_attribute(&cell, "dir", "auto");
            }
            Column::Status | Column::Created | Column::Scheduled | Column::ScheduleId => {}
        }
        cell.append_child(&document.create_text_node("")).ok()?;
        row.append_child(&cell).ok()?;
    }
    Some(row)
}
