//! What cells say, as the browser's own strings: words that were on screen once are not read out of the program's
//! memory again.

use std::sync::Arc;

use js_sys::JsString;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{
    columns::Column,
    rows::{Row, Rows},
};

#[wasm_bindgen]
extern "C" {
    /// The text of a cell, which takes the browser's strings.
    #[wasm_bindgen(js_name = Text, extends = web_sys::Text)]
    pub type CellText;

    /// Has it say something else.
    #[wasm_bindgen(method, setter)]
    pub fn set_data(this: &CellText, words: &JsString);
}

/// The strings of some rows, made when they are first asked for.
#[derive(Default)]
pub struct CellWords {
    rows: Option<Arc<Rows>>,
    /// By column, then by the number that a row has there.
    made: [Vec<Option<JsString>>; Column::ALL.len()],
}

impl CellWords {
    /// What `row` of `rows` says in `column`.
    pub fn of(&mut self, rows: &Arc<Rows>, row: &Row, column: Column) -> &JsString {
        if self
            .rows
            .as_ref()
            .is_none_or(|known| !Arc::ptr_eq(known, rows))
        {
            *self = CellWords {
                rows: Some(rows.clone()),
                ..CellWords::default()
            };
        }
        let made = &mut self.made[column as usize];
        let number = row.number(column) as usize;
        if made.len() <= number {
            made.resize(number + 1, None);
        }
        made[number].get_or_insert_with(|| rows.text(row, column).into())
    }
}
