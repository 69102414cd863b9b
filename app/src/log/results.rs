//! What stands where the rows are: the table, or why there is nothing in it and the way out.

use leptos::prelude::*;

use super::{
    filter::ColumnFilters, layout::Layout, state::Log, table::table, table_focus::TableFocus,
};
use crate::ui::{
    element::{El, button, el},
    problem::failed,
    view::{markup, some, when},
};

/// The table and whatever is to be said instead of rows, in the shape of `layout`.
pub fn results(layout: Layout) -> El {
    let log = expect_context::<Log>();
    let focus = expect_context::<TableFocus>();
    let nothing_found = move || {
        !log.finding.get()
            && log
                .found
                .with(|f| f.as_ref().is_some_and(|f| f.rows.list.is_empty()))
    };
    let nothing_passes = move || {
        log.shown.with(|shown| {
            shown
                .as_ref()
                .is_some_and(|s| s.list.is_empty() && !s.rows.list.is_empty())
        })
    };
    let first_load = move || log.finding.get() && log.found.with(Option::is_none);
    let failure = some(
        move || log.failure.get(),
        move |failure| failed(failure.sentence(), Some(move || log.try_again())),
    );
    el("div", &[("class", "results")])
        .class_when("busy", move || log.finding.get())
        .child(failure)
        .child(table(layout, focus.0))
        .child(when(first_load, || {
            el(
                "div",
                &[("class", "overlay waiting-rows"), ("aria-hidden", "true")],
            )
        }))
        .child(when(
            move || nothing_found() && log.failure.with(Option::is_none),
            || {
                markup(
                    r#"<div class="overlay nothing">
                        <p class="nothing-title">No messages were created between these days.</p>
                        <p class="quiet">Choose other days above, then Find Messages.</p>
                    </div>"#,
                )
            },
        ))
        .child(when(nothing_passes, move || {
            let title = el("p", &[("class", "nothing-title")]);
            el("div", &[("class", "overlay nothing")])
                .child(title.child("No message matches the filters."))
                .child(
                    button("button", "Clear the filters")
                        .on_click(move || log.filters.set(ColumnFilters::default())),
                )
        }))
}
