//! One message in full, in the order of spec section 4.

mod call_statuses;
mod cancel;
mod content;
mod criteria;
mod failures;
mod printing;
mod prints;
mod recipients;
mod report;
mod state;
mod summary;

use leptos::{html, prelude::*};
use shared::problem::ProblemType;

pub use self::printing::Printing;
use self::{
    content::MessageContent, criteria::FilterCriteria, failures::FailureView,
    recipients::Recipients, report::ReportOptions, state::Opened, summary::Summary,
};
use super::state::Log;
use crate::api::Failure;

/// The open message.
#[component]
pub fn Detail(
    /// Closes it and puts the focus back on the list.
    close: Callback<()>,
) -> impl IntoView {
    let log = expect_context::<Log>();
    let opened = Opened::follow(log);
    provide_context(opened);
    let region = NodeRef::<html::Section>::new();
    // Whoever opens a message reads it next; a new message starts at its top.
    Effect::new(move |_| {
        log.selected.track();
        if let Some(region) = region.get() {
            region.set_scroll_top(0);
            drop(region.focus());
        }
    });
    let id = Memo::new(move |_| opened.detail.with(|d| d.as_ref().map(|d| d.message.row.id)));
    view! {
        <section class="detail" aria-label="Selected message" tabindex="-1" node_ref=region
            aria-busy=move || opened.loading.get().to_string()>
            <header class="detail-head">
                <h2 dir="auto">
                    {move || opened.detail.with(|detail| match detail {
                        Some(detail) => subject(&detail.message.row.subject),
                        None => "Message".into(),
                    })}
                </h2>
                <button class="button icon" type="button" aria-label="Close" title="Close (Esc)"
                    on:click=move |_| close.run(())>
                    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                        <path d="M3 3l10 10M13 3L3 13" stroke="currentColor" stroke-width="1.5"/>
                    </svg>
                </button>
            </header>
            {move || opened.failure.get().map(|failure| view! { <Failed failure/> })}
            <Show when=move || opened.loading.get() && id.get().is_none()>
                <div class="detail-waiting" aria-hidden="true"></div>
            </Show>
            {move || id.get().map(|id| view! {
                <Summary/>
                <ReportOptions id/>
                <FilterCriteria/>
                <MessageContent/>
                <FailureView id/>
                <Recipients id/>
            })}
        </section>
    }
}

/// A subject, or what stands for none.
fn subject(subject: &str) -> String {
    match subject.trim() {
        "" => "(no subject)".into(),
        subject => subject.into(),
    }
}

#[component]
fn Failed(failure: Failure) -> impl IntoView {
    let opened = expect_context::<Opened>();
    let again = !failure.is(ProblemType::NotFound);
    view! {
        <div class="failed" role="alert">
            <p>{failure.sentence()}</p>
            <Show when=move || again>
                <button class="button small" type="button" on:click=move |_| opened.refresh()>"Try again"</button>
            </Show>
        </div>
    }
}
