//! A button that opens a panel beneath it, above everything else, until one clicks elsewhere or presses Escape.

use leptos::{html, prelude::*, web_sys};
use wasm_bindgen::JsCast;

/// Keeps clear of the window's edges by this many pixels.
const MARGIN: f64 = 8.0;

/// A button and its panel.
#[component]
pub fn Dropdown(
    /// Unique in the page.
    id: String,
    /// What the button is called.
    label: String,
    /// What the panel is called.
    title: &'static str,
    /// What the button shows.
    face: impl Fn() -> AnyView + Send + 'static,
    /// Whether the button is marked as doing something.
    active: Signal<bool>,
    /// What the panel holds, made anew each time it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    let panel = NodeRef::<html::Div>::new();
    let children = StoredValue::new(children);
    let settle = move |_| {
        let is_open = panel
            .get_untracked()
            .is_some_and(|panel| panel.matches(":popover-open").unwrap_or(false));
        open.set(is_open);
        if is_open && let Some(panel) = panel.get_untracked() {
            focus_first(&panel);
        }
    };
    let press = move |_| {
        open.set(true);
        if let (Some(button), Some(panel)) = (button.get_untracked(), panel.get_untracked()) {
            place(&panel, &button.get_bounding_client_rect());
        }
    };
    view! {
        <button class="dropdown" class:active=active type="button" node_ref=button aria-label=label
            aria-haspopup="dialog" aria-expanded=move || open.get().to_string() popovertarget=id.clone()
            on:click=press>
            {face()}
            <svg class="caret" viewBox="0 0 10 6" width="10" height="6" aria-hidden="true">
                <path d="M1 1l4 4 4-4" fill="none" stroke="currentColor" stroke-width="1.5"/>
            </svg>
        </button>
        <div class="panel" id=id popover="auto" role="dialog" aria-label=title node_ref=panel on:toggle=settle
            on:keydown=walk>
            <Show when=move || open.get()>{children.with_value(|children| children())}</Show>
        </div>
    }
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
    let style = panel.style();
    for (property, value) in [
        ("left", left),
        ("top", top),
        ("width", panel_width),
        ("max-height", height - top - MARGIN),
    ] {
        // Setting a length cannot fail.
        drop(style.set_property(property, &format!("{}px", value as i32)));
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
