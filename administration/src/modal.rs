//! A modal dialog whose content may become another while it is open: a form, a question, a secret.

use app::ui::{
    element::{El, effect, el},
    view::{View, some},
};
use leptos::{
    prelude::*,
    web_sys::{Event, HtmlDialogElement, HtmlElement},
};
use wasm_bindgen::JsCast;

/// A dialog that is on screen while `open` says what is in it; `view` gives its title and content. Closing it by any
/// way empties `open`, and the focus goes back to what opened it.
pub fn modal<T: Clone + Send + Sync + 'static>(
    open: RwSignal<Option<T>>,
    view: impl Fn(T) -> (String, View) + 'static,
) -> El {
    let attributes = [("class", "dialog"), ("aria-labelledby", "dialog-title")];
    let dialog = el("dialog", &attributes).on("close", move |_: Event| open.set(None));
    let shown: HtmlDialogElement = dialog.of();
    let dialog = dialog.child(some(
        move || open.get(),
        move |content| {
            let (title, content) = view(content);
            let title = el("h2", &[("id", "dialog-title"), ("dir", "auto")]).child(title);
            [title.into(), content] as [View; 2]
        },
    ));
    effect(move || match (open.with(Option::is_some), shown.open()) {
        (true, is_open) => {
            if !is_open {
                // It can only refuse where it has left the page, and then there is nothing to show.
                drop(shown.show_modal());
            }
            focus_first(&shown);
        }
        (false, true) => shown.close(),
        (false, false) => {}
    });
    dialog
}

/// Gives the focus to the first field, or else the first button: of a question, the one that does nothing.
fn focus_first(dialog: &HtmlDialogElement) {
    let fields = "[data-first], input:not([readonly]), select, textarea";
    let found = [fields, "button"]
        .into_iter()
        .find_map(|kind| dialog.query_selector(kind).ok().flatten());
    if let Some(first) = found.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
        drop(first.focus());
    }
}
