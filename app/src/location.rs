//! The address bar: where the page is, and how it says that it has gone elsewhere.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// The address up to its host: path and query.
pub fn here() -> String {
    format!("{}{}", path(), query())
}

/// The path.
pub fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// The query with its question mark; empty without one.
pub fn query() -> String {
    window().location().search().unwrap_or_default()
}

/// Goes to `address` as a step that *Back* undoes.
pub fn push(address: &str) {
    if address != here()
        && let Ok(history) = window().history()
    {
        // A browser that refuses (it limits how often a page may) leaves the address as it was.
        drop(history.push_state_with_url(&JsValue::NULL, "", Some(address)));
    }
}

/// Corrects the current step to `address`.
pub fn replace(address: &str) {
    if address != here()
        && let Ok(history) = window().history()
    {
        drop(history.replace_state_with_url(&JsValue::NULL, "", Some(address)));
    }
}
