//! *Filter Criteria Detail*: who the message was sent to.

use leptos::prelude::*;

use super::state::Opened;

/// The section.
#[component]
pub fn FilterCriteria() -> impl IntoView {
    let opened = expect_context::<Opened>();
    let criteria = opened.part(|detail| detail.criteria.clone());
    let none = move || criteria.with(|criteria| criteria.as_ref().is_some_and(Vec::is_empty));
    view! {
        <section class="part" aria-labelledby="filter-criteria">
            <h3 id="filter-criteria">"Filter Criteria Detail"</h3>
            <Show when=none><p class="quiet">"None were kept with this message."</p></Show>
            <dl class="pairs">
                {move || criteria.get().unwrap_or_default().into_iter().map(|criterion| view! {
                    <div><dt dir="auto">{criterion.label}</dt><dd dir="auto">{criterion.value}</dd></div>
                }).collect_view()}
            </dl>
        </section>
    }
}
