//! A message's words as plain text, for what shows or speaks no HTML.

use shared::{
    delivery::Device,
    message::{Body, BodyFormat},
};

use super::Content;
use crate::{html, report};

/// The words for a device, with the addresses that links lead to.
pub(super) fn words(content: &Content, device: Device) -> String {
    let body = content.body(device);
    if !html::is_html(body) {
        return body.to_owned();
    }
    let mut tamed = Body {
        device: Device::Email,
        format: BodyFormat::Html,
        content: body.to_owned(),
    };
    html::tame(&mut tamed);
    report::text::of_html(&tamed.content)
}
