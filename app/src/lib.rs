//! Sentlog's page: finds messages, filters and sorts them at every keystroke, shows one in full.

pub mod api;
pub mod app;
pub mod figures;
mod json;
pub mod location;
mod log;
mod login;
mod not_found;
mod place;
mod session;
pub mod ui;

/// Shows the log's page.
#[cfg(feature = "start")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    show(app::app);
}

/// Puts a page in place of the waiting screen that its HTML shows.
pub fn show(page: fn() -> ui::view::View) {
    console_error_panic_hook::set_once();
    let document = leptos::prelude::document();
    if let Some(before) = document.get_element_by_id("before") {
        before.remove();
    }
    leptos::mount::mount_to_body(move || {
        ui::attention::watch();
        if let Some(body) = document.body() {
            ui::view::put(page(), &body, None);
        }
    });
}
