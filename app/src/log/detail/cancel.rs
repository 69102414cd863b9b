//! *Cancel this Message*: the button, disabled with its reason where it cannot be pressed, and the warning.

use leptos::{prelude::*, task::spawn_local, web_sys::Event};
use shared::{
    message::{CancelRequest, MessageDetail},
    session::Permission,
};

use super::state::Opened;
use crate::{
    api,
    session::Session,
    ui::{
        dialog::dialog,
        element::{El, button, el, memo},
        problem::problem,
        toast::Toasts,
        view::{View, words},
    },
};

/// The button and its dialog.
pub fn cancel_button() -> View {
    let opened = expect_context::<Opened>();
    let session = expect_context::<Session>();
    let open = RwSignal::new(false);
    let refusal = memo(move || {
        let may = session.may(Permission::Cancel);
        opened
            .detail
            .with(|detail| detail.as_ref().and_then(|detail| refusal(detail, may)))
    });
    let is_refused = move || refusal.with(Option::is_some);
    // It stays focusable while it is refused, so that its reason can be read.
    let press = move || {
        if !is_refused() {
            open.set(true);
        }
    };
    let attributes = [
        ("class", "button danger"),
        ("type", "button"),
        ("aria-haspopup", "dialog"),
        ("aria-describedby", "cancel-refusal"),
    ];
    let opener = el("button", &attributes)
        .aria("aria-disabled", is_refused)
        .on_click(press)
        .child("Cancel this Message");
    let reason = words(move || refusal.get().unwrap_or_default().into());
    [
        opener,
        el("p", &[("id", "cancel-refusal"), ("class", "quiet reason")]).child(reason),
        dialog(open, "Cancel this Message", "", move || warning(open)),
    ]
    .into()
}

/// Why a person who `may` cancel, or may not, cannot cancel this message.
fn refusal(detail: &MessageDetail, may: bool) -> Option<&'static str> {
    let status = detail.message.row.status;
    match (status.cancel_refusal(), detail.can_cancel, may) {
        (Some(refusal), _, _) => Some(refusal),
        (None, _, false) => Some("Your account may read the log, not cancel messages."),
        (None, false, true) => {
            Some("This message is not yours to cancel, or it is too late. Refresh its status.")
        }
        (None, true, true) => None,
    }
}

fn warning(open: RwSignal<bool>) -> El {
    let opened = expect_context::<Opened>();
    let session = expect_context::<Session>();
    let toasts = expect_context::<Toasts>();
    let reason = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let refused = RwSignal::new(None::<String>);
    let too_long = move || {
        reason
            .with(|reason| reason.chars().count())
            .saturating_sub(CancelRequest::MAX_REASON)
    };
    let submit = move |event: Event| {
        event.prevent_default();
        let id = opened
            .detail
            .with_untracked(|d| d.as_ref().map(|d| d.message.row.id));
        let Some(id) = id else { return };
        if busy.get_untracked() || too_long() > 0 {
            return;
        }
        busy.set(true);
        refused.set(None);
        let reason = reason.with_untracked(|reason| reason.trim().to_owned());
        let request = CancelRequest {
            reason: (!reason.is_empty()).then_some(reason),
        };
        spawn_local(async move {
            match api::cancel(id, &request).await {
                Ok(detail) => {
                    opened.take(id, Ok(detail));
                    opened.refreshed.update(|count| *count += 1);
                    open.try_set(false);
                    toasts.say("The message is canceled. Nothing more of it is handed over.");
                }
                Err(failure) => {
                    if !session.ended_by(&failure) {
                        refused.try_set(Some(failure.sentence()));
                    }
                }
            }
            busy.try_set(false);
        });
    };
    let field = [
        ("rows", "3"),
        ("dir", "auto"),
        ("aria-describedby", "reason-length"),
    ];
    let field = el("label", &[("class", "field")])
        .child(el("span", &[]).child("Reason (optional)"))
        .child(
            el("textarea", &field)
                .aria("aria-invalid", move || too_long() > 0)
                .bind(reason),
        );
    let length = words(move || match too_long() {
        0 => String::new(),
        over => format!(
            "At most {} characters; {over} too many.",
            CancelRequest::MAX_REASON
        ),
    });
    let ok = [("class", "button danger solid"), ("type", "submit")];
    let foot = el("div", &[("class", "dialog-foot")])
        .child(button("button", "Go back").on_click(move || open.set(false)))
        .child(
            el("button", &ok)
                .aria("aria-busy", move || busy.get())
                .child("OK"),
        );
    el("form", &[])
        .on("submit", submit)
        .child(el("p", &[]).child(
            "Deliveries that have not been handed over are stopped for good. What is already on its way \
             arrives, and messages that have been sent stay sent.",
        ))
        .child(field)
        .child(el("p", &[("id", "reason-length"), ("class", "problem inline")]).child(length))
        .child(problem(refused))
        .child(foot)
}
