//! Which recipients are shown: a search, a device, a status, a cause of failure.

use std::time::Duration;

use leptos::{leptos_dom::helpers::debounce, prelude::*};
use shared::delivery::{DeliveryStatus, DeviceFilter};

use crate::{
    log::{address::RecipientFilter, state::Log},
    ui::{
        element::{El, button, el},
        view::when,
    },
};

/// Recipients are searched once typing has paused; every search is a request.
const PAUSE: Duration = Duration::from_millis(250);

/// The line of filters above the recipients.
pub fn filters() -> El {
    let log = expect_context::<Log>();
    let search = debounce(PAUSE, move |text: String| {
        log.recipients.update(|filter| filter.search = text);
    });
    let field = [
        ("class", "filter"),
        ("type", "search"),
        ("aria-label", "Search recipients"),
        ("placeholder", "Name, student or address"),
        ("autocomplete", "off"),
        ("spellcheck", "false"),
    ];
    let field = el("input", &field)
        .value_by(move || log.recipients.with(|f| f.search.clone()))
        .on_value("input", search);
    let devices = DeviceFilter::ALL.map(|device| {
        choice(device.as_str(), device.label(), move |f| {
            f.device == Some(device)
        })
    });
    let devices = el("select", &[("aria-label", "Delivery Device")])
        .child(choice("", "Any device", |f| f.device.is_none()))
        .child(devices)
        .on_value("change", move |device| {
            log.recipients
                .update(|filter| filter.device = device.parse().ok());
        });
    let statuses = DeliveryStatus::ALL.map(|status| {
        choice(status.as_str(), status.label(), move |f| {
            f.status == Some(status)
        })
    });
    let statuses = el("select", &[("aria-label", "Delivery Status")])
        .child(choice("", "Any status", |f| f.status.is_none()))
        .child(statuses)
        .on_value("change", move |status| {
            log.recipients
                .update(|filter| filter.status = status.parse().ok());
        });
    let one_cause = when(
        move || log.recipients.with(|filter| filter.failure.is_some()),
        move || {
            let all = button("button small", "Show all")
                .on_click(move || log.recipients.update(|filter| filter.failure = None));
            el("p", &[("class", "one-cause")])
                .child("Only one cause of failure. ")
                .child(all)
        },
    );
    let attributes = [
        ("class", "recipient-filters"),
        ("role", "search"),
        ("aria-label", "Search recipients"),
    ];
    el("div", &attributes)
        .child(field)
        .child(devices)
        .child(statuses)
        .child(one_cause)
}

fn choice(value: &str, label: &'static str, is: impl Fn(&RecipientFilter) -> bool + 'static) -> El {
    let log = expect_context::<Log>();
    el("option", &[("value", value)])
        .attr_when("selected", move || log.recipients.with(&is))
        .child(label)
}
