//! What went wrong, in words that are read out.

use leptos::prelude::*;

use super::{
    element::{El, button, el},
    view::{View, some},
};

/// A sentence, while there is one.
pub fn problem(sentence: RwSignal<Option<String>>) -> View {
    some(
        move || sentence.get(),
        |sentence| el("p", &[("class", "problem"), ("role", "alert")]).child(sentence),
    )
}

/// A request that failed, and *Try again* where that may help.
pub fn failed(sentence: String, again: Option<impl Fn() + 'static>) -> El {
    let again = again.map(|again| button("button small", "Try again").on_click(again));
    el("div", &[("class", "failed"), ("role", "alert")])
        .child(el("p", &[]).child(sentence))
        .child(again)
}
