//! The recipients with their deliveries: searched, and read a page at a time.

mod filters;
mod line;
mod lines;

use leptos::{prelude::*, web_sys::Event};
use shared::{
    call_status::CallStatus, delivery::Recipient, message::MessageId, report::ReportDevice,
};

use super::{
    call_statuses::{CallStatusHelp, call_statuses},
    part_with,
    state::Opened,
};
use crate::{
    figures::{counted, grouped},
    log::{grid::target, state::Log},
    ui::{
        element::{El, button, effect, el},
        problem::failed,
        view::{each, many, some, when, words},
    },
};
use filters::filters;
use line::line;
use lines::Lines;

/// The section.
pub fn recipients(id: MessageId) -> El {
    let opened = expect_context::<Opened>();
    let log = expect_context::<Log>();
    let lines = Lines::new(id);
    effect(move || {
        log.recipients.track();
        opened.refreshed.track();
        lines.load(None);
    });
    effect(move || {
        if opened.renewed.get() > 0 {
            lines.renew();
        }
    });
    let help = CallStatusHelp::new();
    let uses_phone = opened.part(|detail| detail.report.devices.contains(&ReportDevice::VoiceText));
    // One for all lines: a call status on any of them opens the panel at itself.
    let explain = move |event: Event| {
        let code = target(&event).and_then(|target| target.get_attribute("data-code"));
        if let Some(code) = code.and_then(|code| code.parse().ok()) {
            help.show(Some(CallStatus(code)));
        }
    };
    // A person may stand in several lines: *Total Recipients* counts people.
    let counts = words(move || {
        let mut words = match (lines.total.get(), lines.shown()) {
            (None, _) => String::new(),
            (Some(total), shown) if shown as u32 == total => counted(total.into(), "line", "lines"),
            (Some(total), shown) => {
                let (shown, total) = (grouped(shown as u64), grouped(total.into()));
                [&shown, " of ", &total, " lines"].concat()
            }
        };
        if let Some(at) = lines.as_of.get() {
            words.push_str(" · as of ");
            words.push_str(&at);
        }
        words
    });
    let statuses = [
        ("class", "button small quiet-button"),
        ("type", "button"),
        ("aria-haspopup", "dialog"),
    ];
    let statuses = when(
        move || uses_phone.get().unwrap_or_default(),
        move || {
            el("button", &statuses)
                .on_click(move || help.show(None))
                .child("Call statuses")
        },
    );
    let counts = el("p", &[("class", "as-of quiet figures"), ("role", "status")]).child(counts);
    let failure = some(
        move || lines.failure.get(),
        move |failure| failed(failure.sentence(), Some(move || lines.load(None))),
    );
    let pages = move || {
        let pages = lines.pages.get().into_iter();
        pages
            .map(|(search, page)| (search.to_string(), page))
            .collect()
    };
    let page = |page: Vec<Recipient>| {
        let attributes = [("role", "rowgroup"), ("class", "lines-page")];
        el("div", &attributes).child(many(page.into_iter().map(line)))
    };
    let table = [
        ("class", "lines"),
        ("role", "table"),
        ("aria-label", "Recipients"),
    ];
    let table = el("div", &table)
        .on("click", explain)
        .aria("aria-busy", move || lines.loading.get())
        .child(head())
        .child(each(pages, page));
    let more = when(
        move || lines.next.get().is_some(),
        move || {
            button("button wide", "Show more recipients")
                .aria("aria-busy", move || lines.loading.get())
                .on_click(move || lines.load(lines.next.get_untracked()))
        },
    );
    let removed = opened.part(|detail| detail.personal_data_removed_at.is_some());
    let none = move || match removed.get() {
        Some(true) => "Names and addresses were removed for their age.".into(),
        _ => "No recipient matches.".into(),
    };
    part_with("recipients", "Recipients", [statuses, counts.into()])
        .child(filters())
        .child(failure)
        .child(when(
            move || lines.total.get() == Some(0),
            move || el("p", &[("class", "quiet")]).child(words(none)),
        ))
        .child(call_statuses(help))
        .child(table)
        .child(more)
}

fn head() -> El {
    let columns = [
        ("Recipient", "line-name"),
        ("Delivery Device", "line-device"),
        ("Status", "line-status"),
        ("Time", "line-time"),
    ];
    let heads = columns.map(|(label, class)| {
        el("span", &[("role", "columnheader"), ("class", class)]).child(label)
    });
    el("div", &[("role", "rowgroup"), ("class", "lines-head")])
        .child(el("div", &[("role", "row"), ("class", "line")]).child(heads))
}
