//! The way for other parts of the page to put the focus on the table's rows.

use leptos::prelude::*;

/// Asks the table to take the focus.
#[derive(Clone, Copy)]
pub struct TableFocus(pub RwSignal<u32>);

impl TableFocus {
    /// Puts the focus on the row that the keyboard was last at.
    pub fn enter(self) {
        self.0.update(|asked| *asked += 1);
    }
}
