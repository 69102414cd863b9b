//! A button that opens a panel beneath it, above everything else, until one clicks elsewhere or presses Escape.

use leptos::{
    prelude::*,
    web_sys::{self, Element, Event, HtmlElement},
};
use wasm_bindgen::JsCast;

use super::{
    element::{el, set_style},
    view::{View, markup, when},
};

/// Keeps clear of the window's edges by this many pixels.
const MARGIN: f64 = 8.0;

/// What tells a dropdown from another.
pub struct Names {
    /// Unique in the page.
    pub id: String,
    /// What the button is called.
    pub label: String,
    /// What the panel is called.
    pub title: &'static str,
}

/// A button that shows `face` and is marked while `active`, and its panel, whose `children` are made anew each
/// time it opens.
pub fn dropdown<V: Into<View>>(
    names: Names,
    face: impl Into<View>,
    active: impl Fn() -> bool + 'static,
    children: impl Fn() -> V + 'static,
) -> View {
    let open = RwSignal::new(false);
    let button = [
        ("class", "dropdown"),
        ("type", "button"),
        ("aria-label", names.label.as_str()),
        ("aria-haspopup", "dialog"),
        ("popovertarget", &names.id),
    ];
    let button = el("button", &button)
        .class_when("active", active)
        .aria("aria-expanded", move || open.get())
        .child(face)
        .child(markup(
            r#"<svg class="caret" viewBox="0 0 10 6" width="10" height="6" aria-hidden="true">
                <path d="M1 1l4 4 4-4" fill="none" stroke="currentColor" stroke-width="1.5"/>
            </svg>"#,
        ));
    let panel = [
        ("class", "panel"),
        ("id", &names.id),
        ("popover", "auto"),
        ("role", "dialog"),
        ("aria-label", names.title),
    ];
    let panel = el("div", &panel);
    let (opener, opened): (Element, HtmlElement) = (button.of(), panel.of());
    let button = button.on_click({
        let opened = opened.clone();
        move || {
            open.set(true);
            place(&opened, &opener.get_bounding_client_rect());
        }
    });
    let panel = panel
        .on("toggle", move |_: Event| {
            let is_open = opened.matches(":popover-open").unwrap_or(false);
            open.set(is_open);
            if is_open {
                focus_first(&opened);
            }
        })
        .on("keydown", walk)
        .child(when(move || open.get(), children));
    [button, panel].into()
}

/// Puts the panel under the button, within the window.
fn place(panel: &web_sys::HtmlElement, button: &web_sys::DomRect) {
    let size = |value: Result<wasm_bindgen::JsValue, _>| {
        value.ok().and_then(|v| v.as_f64()).unwrap_or_default()
    };
    let (width, height) = (size(window().inner_width()), size(window().inner_height()));
    let panel_width = 288.0_f64.min(width - 2.0 * MARGIN);
    let left = button.left().min(width - panel_width - MARGIN).max(MARGIN);
    // Where there is little room beneath, it may cover the button.
    let top = (button.bottom() + 4.0).min((height - 320.0).max(MARGIN));
    for (property, value) in [
        ("left", left),
        ("top", top),
        ("width", panel_width),
        ("max-height", height - top - MARGIN),
    ] {
        set_style(panel, property, &format!("{}px", value as i32));
    }
}

fn fields(panel: &web_sys::Element) -> Vec<web_sys::HtmlElement> {
    let Ok(list) = panel.query_selector_all("input") else {
        return Vec::new();
    };
    (0..list.length())
        .filter_map(|at| list.get(at)?.dyn_into().ok())
        .collect()
}

fn focus_first(panel: &web_sys::Element) {
    if let Some(first) = fields(panel).first() {
        drop(first.focus());
    }
}

/// Up and down walk from field to field.
fn walk(event: web_sys::KeyboardEvent) {
    let step: isize = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        _ => return,
    };
    let panel = event
        .current_target()
        .and_then(|t| t.dyn_into::<web_sys::Element>().ok());
    let Some(panel) = panel else { return };
    let fields = fields(&panel);
    let focused = document().active_element();
    let at = fields.iter().position(|field| {
        focused
            .as_ref()
            .is_some_and(|f| f.is_same_node(Some(field)))
    });
    let next = at.map_or(0, |at| at as isize + step);
    if let Some(field) = usize::try_from(next).ok().and_then(|next| fields.get(next)) {
        event.prevent_default();
        drop(field.focus());
    }
}
