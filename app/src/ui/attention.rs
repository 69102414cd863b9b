//! Attention: whether somebody is at the page, or it asks by itself.

use std::cell::Cell;

use leptos::web_sys::Event;

use super::element::on_window;

/// How long what the page asks still counts as asked by whoever touched it last, in milliseconds.
const LASTS: f64 = 60_000.0;

thread_local! {
    static TOUCHED: Cell<f64> = const { Cell::new(0.0) };
}

/// Notes from now on when somebody touches the page: by pointer, key or wheel.
pub fn watch() {
    let touched = || TOUCHED.set(js_sys::Date::now());
    touched();
    for event in ["pointerdown", "keydown", "wheel"] {
        on_window(event, move |_: Event| touched());
    }
}

/// Whether nobody has touched the page for a while.
pub fn is_away() -> bool {
    js_sys::Date::now() - TOUCHED.get() > LASTS
}
