//! Which of the page's three shapes the window asks for. The style sheet has the same widths.

use leptos::{prelude::*, web_sys};
use wasm_bindgen::{JsCast, closure::Closure};

/// The shape of the page, as it changes with the window.
#[derive(Clone, Copy)]
pub struct Layout {
    /// A phone: rows are cards, filters are in a sheet.
    pub cards: Signal<bool>,
    /// An open message covers the list.
    pub covers: Signal<bool>,
}

impl Layout {
    /// Follows the window.
    pub fn new() -> Self {
        Layout {
            cards: matches("(max-width: 767.98px)"),
            covers: matches("(max-width: 1279.98px)"),
        }
    }
}

fn matches(query: &str) -> Signal<bool> {
    let Some(list) = window().match_media(query).ok().flatten() else {
        return Signal::derive(|| false);
    };
    let state = RwSignal::new(list.matches());
    let changed = Closure::<dyn FnMut(web_sys::MediaQueryListEvent)>::new(
        move |event: web_sys::MediaQueryListEvent| state.set(event.matches()),
    );
    list.set_onchange(Some(changed.as_ref().unchecked_ref()));
    let keep = StoredValue::new_local((list, changed));
    on_cleanup(move || keep.with_value(|(list, _)| list.set_onchange(None)));
    state.into()
}
