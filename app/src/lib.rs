//! Sentlog's page: finds messages, filters and sorts them at every keystroke, shows one in full.

mod log;

/// Puts the page in place of the waiting screen that `index.html` shows.
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(log::LogPage);
}
