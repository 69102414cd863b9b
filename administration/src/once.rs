//! A link or a token, shown this once.

use app::ui::{
    element::{El, button, el},
    view::{View, words},
};
use leptos::{prelude::*, task::spawn_local, web_sys::HtmlInputElement};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Shows `secret` with a button that copies it; `sentence` says whom to give it to.
pub fn once(
    sentence: String,
    label: &'static str,
    secret: String,
    done: impl Fn() + 'static,
) -> View {
    let said = RwSignal::new("");
    let attributes = [
        ("type", "text"),
        ("readonly", ""),
        ("spellcheck", "false"),
        ("class", "secret"),
        ("aria-describedby", "secret-once"),
    ];
    let field = el("input", &attributes);
    let shown: HtmlInputElement = field.of();
    shown.set_value(&secret);
    let copy = move || {
        shown.select();
        let secret = shown.value();
        spawn_local(async move {
            said.try_set(match copied(&secret).await {
                true => "Copied.",
                false => {
                    "This browser does not let the page copy. It is selected: press Ctrl+C or ⌘C."
                }
            });
        });
    };
    let copy: El = button("button", "Copy").on_click(copy);
    copy.of::<leptos::web_sys::Element>()
        .set_attribute("data-first", "")
        .ok();
    let line = el("div", &[("class", "secret-line")])
        .child(
            el("label", &[("class", "field")])
                .child(el("span", &[]).child(label))
                .child(field),
        )
        .child(copy);
    let said =
        el("p", &[("class", "said"), ("role", "status")]).child(words(move || said.get().into()));
    let once = el("p", &[("id", "secret-once"), ("class", "once")])
        .child("It is shown this once. Copy it now: nobody can look it up later.");
    el("div", &[("class", "sheet-fields")])
        .child(el("p", &[]).child(sentence))
        .child(line)
        .child(said)
        .child(once)
        .child(
            el("div", &[("class", "dialog-foot")])
                .child(button("button primary", "Done").on_click(done)),
        )
        .into()
}

/// Copies, and says whether the browser let it: it does over TLS and on the machine itself only.
async fn copied(secret: &str) -> bool {
    let navigator = window().navigator();
    let clipboard = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard"));
    if !clipboard.is_ok_and(|clipboard| clipboard.is_object()) {
        return false;
    }
    let promise = navigator.clipboard().write_text(secret);
    JsFuture::from(promise).await.is_ok()
}
