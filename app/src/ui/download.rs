//! Handing a file to the browser to save.

use leptos::{prelude::*, web_sys};
use wasm_bindgen::JsCast;

/// Saves bytes as a file; `None` where the browser does not take them.
pub fn save(name: &str, media_type: &str, bytes: &[u8]) -> Option<()> {
    let bytes = js_sys::Uint8Array::from(bytes);
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(media_type);
    let parts = js_sys::Array::of1(&bytes);
    let blob = web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    save_blob(name, &blob)
}

/// Saves what the browser holds already.
pub fn save_blob(name: &str, blob: &web_sys::Blob) -> Option<()> {
    let url = web_sys::Url::create_object_url_with_blob(blob).ok()?;
    let link = document().create_element("a").ok()?;
    let link: web_sys::HtmlAnchorElement = link.dyn_into().ok()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    web_sys::Url::revoke_object_url(&url).ok()
}
