//! *Cancel this Message*: the button, disabled with its reason where it cannot be pressed, and the warning.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    message::{CancelRequest, MessageDetail},
    session::Permission,
};

use super::state::Opened;
use crate::{
    api,
    session::Session,
    ui::{dialog::Dialog, toast::Toasts},
};

/// The button and its dialog.
#[component]
pub fn CancelButton() -> impl IntoView {
    let opened = expect_context::<Opened>();
    let session = expect_context::<Session>();
    let open = RwSignal::new(false);
    let refusal = Memo::new(move |_| {
        let may = session.may(Permission::Cancel);
        opened
            .detail
            .with(|detail| detail.as_ref().and_then(|detail| refusal(detail, may)))
    });
    let is_refused = move || refusal.with(Option::is_some);
    // It stays focusable while it is refused, so that its reason can be read.
    let press = move |_| {
        if !is_refused() {
            open.set(true);
        }
    };
    view! {
        <button class="button danger" type="button" aria-haspopup="dialog"
            aria-disabled=move || is_refused().to_string()
            aria-describedby="cancel-refusal" on:click=press>"Cancel this Message"</button>
        <p id="cancel-refusal" class="quiet reason">{move || refusal.get()}</p>
        <Dialog open title="Cancel this Message">
            <Warning open/>
        </Dialog>
    }
}

/// Why a person who `may` cancel, or may not, cannot cancel this message.
fn refusal(detail: &MessageDetail, may: bool) -> Option<&'static str> {
    let status = detail.message.row.status;
    match (status.cancel_refusal(), detail.can_cancel, may) {
        (Some(refusal), _, _) => Some(refusal),
        (None, _, false) => Some("Your account may read the log, not cancel messages."),
        (None, false, true) => Some("This message can no longer be canceled. Refresh its status."),
        (None, true, true) => None,
    }
}

#[component]
fn Warning(open: RwSignal<bool>) -> impl IntoView {
    let opened = expect_context::<Opened>();
    let session = expect_context::<Session>();
    let toasts = expect_context::<Toasts>();
    let reason = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let too_long = move || {
        reason
            .with(|reason| reason.chars().count())
            .saturating_sub(CancelRequest::MAX_REASON)
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let id = opened
            .detail
            .with_untracked(|d| d.as_ref().map(|d| d.message.row.id));
        let Some(id) = id else { return };
        if busy.get_untracked() || too_long() > 0 {
            return;
        }
        busy.set(true);
        problem.set(None);
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
                        problem.try_set(Some(failure.sentence()));
                    }
                }
            }
            busy.try_set(false);
        });
    };
    view! {
        <form on:submit=submit>
            <p>"Deliveries that have not been handed over are stopped for good. What is already on its way \
                arrives, and messages that have been sent stay sent."</p>
            <label class="field">
                <span>"Reason (optional)"</span>
                <textarea rows="3" dir="auto" aria-invalid=move || (too_long() > 0).to_string()
                    aria-describedby="reason-length" bind:value=reason></textarea>
            </label>
            <p id="reason-length" class="problem inline">
                {move || (too_long() > 0).then(|| format!(
                    "At most {} characters; {} too many.", CancelRequest::MAX_REASON, too_long()
                ))}
            </p>
            {move || problem.get().map(|sentence| view! { <p class="problem" role="alert">{sentence}</p> })}
            <div class="dialog-foot">
                <button class="button" type="button" on:click=move |_| open.set(false)>"Go back"</button>
                <button class="button danger solid" type="submit" aria-busy=move || busy.get().to_string()>"OK"</button>
            </div>
        </form>
    }
}
