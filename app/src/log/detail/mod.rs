//! One message in full, in the order of spec section 4.

mod call_statuses;
mod cancel;
mod content;
mod criteria;
mod failures;
mod history;
mod printing;
mod prints;
mod recipients;
mod report;
mod resend;
mod state;
mod summary;

use leptos::{prelude::*, web_sys::HtmlElement};
use shared::problem::ProblemType;

pub use self::printing::Printing;
use self::{
    content::message_content,
    criteria::filter_criteria,
    failures::failure_view,
    history::history,
    recipients::recipients,
    report::report_options,
    resend::{Resending, resend_dialog},
    state::Opened,
    summary::summary,
};
use super::state::Log;
use crate::ui::{
    element::{El, effect, el, memo},
    problem::failed,
    view::{View, markup, some, when, words},
};

/// The open message; `close` closes it and puts the focus back on the list.
pub fn detail(close: impl Fn() + 'static) -> El {
    let log = expect_context::<Log>();
    let opened = Opened::follow(log);
    provide_context(opened);
    provide_context(Resending::new());
    let attributes = [
        ("class", "detail"),
        ("aria-label", "Selected message"),
        ("tabindex", "-1"),
    ];
    let section = el("section", &attributes).aria("aria-busy", move || opened.loading.get());
    // Whoever opens a message reads it next; a new message starts at its top.
    let region: HtmlElement = section.of();
    effect(move || {
        log.selected.track();
        region.set_scroll_top(0);
        drop(region.focus());
    });
    let id = memo(move || opened.detail.with(|d| d.as_ref().map(|d| d.message.row.id)));
    let title = words(move || {
        opened.detail.with(|detail| match detail {
            Some(detail) => subject(&detail.message.row.subject),
            None => "Message".into(),
        })
    });
    let close_button = [
        ("class", "button icon"),
        ("type", "button"),
        ("aria-label", "Close"),
        ("title", "Close (Esc)"),
    ];
    let close_button = el("button", &close_button).on_click(close).child(markup(
        r#"<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                <path d="M3 3l10 10M13 3L3 13" stroke="currentColor" stroke-width="1.5"/>
            </svg>"#,
    ));
    let failure = some(
        move || opened.failure.get(),
        move |failure| {
            let again = !failure.is(ProblemType::NotFound);
            failed(
                failure.sentence(),
                again.then_some(move || opened.refresh()),
            )
        },
    );
    let waiting = when(
        move || opened.loading.get() && id.get().is_none(),
        || {
            el(
                "div",
                &[("class", "detail-waiting"), ("aria-hidden", "true")],
            )
        },
    );
    let parts = some(
        move || id.get(),
        |id| {
            View::Many(vec![
                summary().into(),
                report_options(id).into(),
                filter_criteria().into(),
                message_content().into(),
                failure_view(id),
                recipients(id).into(),
                history(id).into(),
            ])
        },
    );
    let resend_dialog = resend_dialog();
    section
        .child(
            el("header", &[("class", "detail-head")])
                .child(el("h2", &[("dir", "auto")]).child(title))
                .child(close_button),
        )
        .child(failure)
        .child(waiting)
        .child(parts)
        .child(resend_dialog)
}

/// A part of the detail, under its heading.
fn part(id: &str, title: &'static str) -> El {
    el("section", &[("class", "part"), ("aria-labelledby", id)])
        .child(el("h3", &[("id", id)]).child(title))
}

/// The same, with something beside the heading.
fn part_with(id: &str, title: &'static str, beside: impl Into<View>) -> El {
    let head = el("div", &[("class", "part-head")])
        .child(el("h3", &[("id", id)]).child(title))
        .child(beside);
    el("section", &[("class", "part"), ("aria-labelledby", id)]).child(head)
}

/// A subject, or what stands for none.
fn subject(subject: &str) -> String {
    match subject.trim() {
        "" => "(no subject)".into(),
        subject => subject.into(),
    }
}
