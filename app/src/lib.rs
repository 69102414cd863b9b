//! Sentlog's page: finds messages, filters and sorts them at every keystroke, shows one in full.

mod api;
mod app;
mod figures;
mod json;
mod location;
mod log;
mod login;
mod not_found;
mod session;
mod ui;

/// Puts the page in place of the waiting screen that `index.html` shows.
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
    let document = leptos::prelude::document();
    if let Some(before) = document.get_element_by_id("before") {
        before.remove();
    }
    leptos::mount::mount_to_body(move || {
        if let Some(body) = document.body() {
            ui::view::put(app::app(), &body, None);
        }
    });
}
