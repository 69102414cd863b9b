//! Light or dark: the system's choice until the person makes one, which is remembered.

use leptos::prelude::*;

use super::{
    element::{El, el},
    view::markup,
};

fn system_is_dark() -> bool {
    let query = window().match_media("(prefers-color-scheme: dark)");
    query.ok().flatten().is_some_and(|list| list.matches())
}

fn chosen() -> Option<String> {
    document().document_element()?.get_attribute("data-theme")
}

fn choose(theme: &str) {
    if let Some(root) = document().document_element() {
        // Neither can fail in a way that matters: the choice then lasts until the page is closed.
        drop(root.set_attribute("data-theme", theme));
        if let Ok(Some(storage)) = window().local_storage() {
            drop(storage.set_item("theme", theme));
        }
    }
}

/// A button that is pressed while the page is dark.
pub fn theme_button() -> El {
    let dark = RwSignal::new(match chosen().as_deref() {
        Some(theme) => theme == "dark",
        None => system_is_dark(),
    });
    let button = [
        ("class", "button icon"),
        ("type", "button"),
        ("aria-label", "Dark mode"),
        ("title", "Dark mode"),
    ];
    el("button", &button)
        .aria("aria-pressed", move || dark.get())
        .on_click(move || {
            dark.update(|dark| *dark = !*dark);
            choose(if dark.get_untracked() {
                "dark"
            } else {
                "light"
            });
        })
        .child(markup(
            r#"<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                <path d="M8 1.5a6.5 6.5 0 1 0 0 13z" fill="currentColor"/>
                <circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" stroke-width="1.5"/>
            </svg>"#,
        ))
}
