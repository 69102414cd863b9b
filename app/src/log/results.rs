//! What stands where the rows are: the table, or why there is nothing in it and the way out.

use leptos::prelude::*;

use super::{
    filter::ColumnFilters, layout::Layout, state::Log, table::Table, table_focus::TableFocus,
};
use crate::api::Failure;

/// The table and whatever is to be said instead of rows.
#[component]
pub fn Results(
    /// The shape of the page.
    layout: Layout,
) -> impl IntoView {
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
    view! {
        <div class="results" class:busy=move || log.finding.get()>
            {move || log.failure.get().map(|failure| view! { <Failed failure/> })}
            <Table layout entered=focus.0/>
            <Show when=first_load>
                <div class="overlay waiting-rows" aria-hidden="true"></div>
            </Show>
            <Show when=move || nothing_found() && log.failure.with(Option::is_none)>
                <div class="overlay nothing">
                    <p class="nothing-title">"No messages were created between these days."</p>
                    <p class="quiet">"Choose other days above, then Find Messages."</p>
                </div>
            </Show>
            <Show when=nothing_passes>
                <div class="overlay nothing">
                    <p class="nothing-title">"No message matches the filters."</p>
                    <button class="button" type="button"
                        on:click=move |_| log.filters.set(ColumnFilters::default())>"Clear the filters"</button>
                </div>
            </Show>
        </div>
    }
}

#[component]
fn Failed(failure: Failure) -> impl IntoView {
    let log = expect_context::<Log>();
    view! {
        <div class="failed" role="alert">
            <p>{failure.sentence()}</p>
            <button class="button small" type="button" on:click=move |_| log.reload()>"Try again"</button>
        </div>
    }
}
