//! A modal dialog: the browser's own, which keeps the focus inside and closes on Escape.

use leptos::{
    prelude::*,
    web_sys::{Event, HtmlDialogElement},
};

use super::{
    element::{El, effect, el},
    view::{View, when},
};

/// A dialog that is on screen while `open`, which closing it by any way sets back; `children` are made anew
/// each time it opens.
pub fn dialog<V: Into<View>>(
    open: RwSignal<bool>,
    title: &'static str,
    class: &str,
    children: impl Fn() -> V + 'static,
) -> El {
    let class = ["dialog ", class].concat();
    let dialog = el("dialog", &[("class", &class), ("aria-label", title)])
        .on("close", move |_: Event| open.set(false));
    let shown: HtmlDialogElement = dialog.of();
    effect(move || {
        match (open.get(), shown.open()) {
            // It can only refuse where it has left the page, and then there is nothing to show.
            (true, false) => drop(shown.show_modal()),
            (false, true) => shown.close(),
            _ => {}
        }
    });
    dialog.child(when(
        move || open.get(),
        move || [el("h2", &[]).child(title).into(), children().into()] as [View; 2],
    ))
}
