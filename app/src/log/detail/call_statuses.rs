//! What the call statuses mean: a panel with all of them, opened at one.

use leptos::{html, prelude::*};
use shared::call_status::{CallStatus, DEFINITIONS};

use crate::ui::dialog::Dialog;

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
#[component]
pub fn CallStatuses(
    /// Its state.
    help: CallStatusHelp,
) -> impl IntoView {
    view! {
        <Dialog open=help.open title="Call Statuses" class="call-statuses">
            <List at=help.at.get_untracked()/>
            <div class="dialog-foot">
                <button class="button" type="button" on:click=move |_| help.open.set(false)>"Close"</button>
            </div>
        </Dialog>
    }
}

#[component]
fn List(at: Option<CallStatus>) -> impl IntoView {
    let current = NodeRef::<html::Tr>::new();
    Effect::new(move |_| {
        if let Some(row) = current.get() {
            row.scroll_into_view();
        }
    });
    let rows = DEFINITIONS.iter().map(|definition| {
        let (code, label, note) = (definition.code, definition.label, definition.note);
        let cells =
            view! { <td class="figures">{code.0}</td><th scope="row">{label}</th><td>{note}</td> };
        match at == Some(code) {
            true => view! { <tr node_ref=current aria-current="true">{cells}</tr> }.into_any(),
            false => view! { <tr>{cells}</tr> }.into_any(),
        }
    });
    view! {
        <div class="call-statuses-list" tabindex="0" role="region" aria-label="All call statuses">
            <table>
                <thead><tr><th scope="col">"Code"</th><th scope="col">"Status"</th><th scope="col">"Notes"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}
