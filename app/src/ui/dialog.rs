//! A modal dialog: the browser's own, which keeps the focus inside and closes on Escape.

use leptos::{html, prelude::*};

/// A dialog that is on screen while `open`.
#[component]
pub fn Dialog(
    /// Whether it is on screen; closing it by any way sets this back.
    open: RwSignal<bool>,
    /// Its title.
    title: &'static str,
    /// A class of its own.
    #[prop(default = "")]
    class: &'static str,
    /// What it holds, made anew each time it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let children = StoredValue::new(children);
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (open.get(), dialog.open()) {
            // It can only refuse where it has left the page, and then there is nothing to show.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog class=format!("dialog {class}") node_ref=dialog aria-label=title on:close=move |_| open.set(false)>
            <Show when=move || open.get()>
                <h2>{title}</h2>
                {children.with_value(|children| children())}
            </Show>
        </dialog>
    }
}
