//! What the call statuses mean: a panel with all of them, opened at one.

use leptos::{prelude::*, web_sys::Element};
use shared::call_status::{CallStatus, DEFINITIONS};

use crate::ui::{
    dialog::dialog,
    element::{El, button, effect, el},
    view::many,
};

/// Whether the panel is on screen, and which call status it was opened for.
#[derive(Clone, Copy)]
pub struct CallStatusHelp {
    open: RwSignal<bool>,
    at: RwSignal<Option<CallStatus>>,
}

impl CallStatusHelp {
    /// Closed.
    pub fn new() -> Self {
        CallStatusHelp {
            open: RwSignal::new(false),
            at: RwSignal::new(None),
        }
    }

    /// Opens it, at one call status or at the top.
    pub fn show(self, at: Option<CallStatus>) {
        self.at.set(at);
        self.open.set(true);
    }
}

/// The panel.
pub fn call_statuses(help: CallStatusHelp) -> El {
    dialog(help.open, "Call Statuses", "call-statuses", move || {
        let close = button("button", "Close").on_click(move || help.open.set(false));
        [
            list(help.at.get_untracked()),
            el("div", &[("class", "dialog-foot")]).child(close),
        ]
    })
}

fn list(at: Option<CallStatus>) -> El {
    let rows = DEFINITIONS.iter().map(|definition| {
        let row = match at == Some(definition.code) {
            true => el("tr", &[("aria-current", "true")]),
            false => el("tr", &[]),
        };
        if at == Some(definition.code) {
            let current: Element = row.of();
            effect(move || current.scroll_into_view());
        }
        row.child(el("td", &[("class", "figures")]).child(definition.code.0.to_string()))
            .child(el("th", &[("scope", "row")]).child(definition.label))
            .child(el("td", &[]).child(definition.note))
    });
    let heads = ["Code", "Status", "Notes"];
    let heads = heads.map(|head| el("th", &[("scope", "col")]).child(head));
    let table = el("table", &[])
        .child(el("thead", &[]).child(el("tr", &[]).child(heads)))
        .child(el("tbody", &[]).child(many(rows)));
    let region = [
        ("class", "call-statuses-list"),
        ("tabindex", "0"),
        ("role", "region"),
        ("aria-label", "All call statuses"),
    ];
    el("div", &region).child(table)
}
