//! A field for a password that somebody chooses.

use app::ui::{
    element::{El, el, set_attribute},
    view::View,
};
use leptos::prelude::*;

use crate::form::Form;

/// The field, what is asked of a password, and a box that shows what was typed.
pub fn new_password(
    form: Form,
    name: &'static str,
    label: &'static str,
    text: RwSignal<String>,
) -> View {
    let shown = RwSignal::new(false);
    let field = password(name, "new-password", text).attr_by("type", move || {
        if shown.get() { "text" } else { "password" }.into()
    });
    let described = [name, "-rule ", name, "-problem"].concat();
    let element = field.clone();
    let field = form.field(name, label, field);
    set_attribute(&element.of(), "aria-describedby", &described);
    let show = el("label", &[("class", "option")])
        .child(
            el("input", &[("type", "checkbox")])
                .checked_when(move || shown.get())
                .on("change", move |_: leptos::web_sys::Event| {
                    shown.update(|shown| *shown = !*shown)
                }),
        )
        .child(el("span", &[]).child("Show it"));
    let rule = el(
        "p",
        &[("class", "quiet"), ("id", &[name, "-rule"].concat())],
    )
    .child("12 characters at least. A few words that do not belong together are best.");
    [field, rule, show].into()
}

/// A field for a password, as browsers know it by.
pub fn password(name: &str, kind: &str, text: RwSignal<String>) -> El {
    let attributes = [
        ("type", "password"),
        ("name", name),
        ("autocomplete", kind),
        ("autocapitalize", "none"),
        ("spellcheck", "false"),
    ];
    el("input", &attributes).bind(text)
}
