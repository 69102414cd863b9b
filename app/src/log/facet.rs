//! A filter that offers a column's values with their counts, of which several may be chosen.

use leptos::prelude::*;

use super::{columns::Facet, state::Log};
use crate::{figures::grouped, ui::dropdown::Dropdown};

/// From this many values on, they can be searched.
const MANY: usize = 10;

/// A dropdown of a column's values.
#[component]
pub fn FacetFilter(
    /// The column.
    facet: Facet,
    /// Where it stands in the page; part of its elements' names.
    place: &'static str,
) -> impl IntoView {
    let log = expect_context::<Log>();
    let label = facet.column().label();
    let chosen = Memo::new(move |_| log.filters.with(|filters| filters.chosen(facet).to_vec()));
    let face = move || {
        let words = move || {
            chosen.with(|chosen| match chosen.as_slice() {
                [] => "All".to_owned(),
                [one] => one.clone(),
                several => format!("{} chosen", several.len()),
            })
        };
        view! { <span class="dropdown-face">{words}</span> }.into_any()
    };
    view! {
        <Dropdown id=format!("filter-{}-{place}", facet.column().key()) label=format!("Filter {label}") title=label
            face active=Signal::derive(move || chosen.with(|chosen| !chosen.is_empty()))>
            <Choices facet/>
        </Dropdown>
    }
}

#[component]
fn Choices(facet: Facet) -> impl IntoView {
    let log = expect_context::<Log>();
    let label = facet.column().label();
    let search = RwSignal::new(String::new());
    let choices = Memo::new(move |_| {
        let mut choices = log.found.with(|found| match found {
            Some(found) => found.rows.choices(facet),
            None => Vec::new(),
        });
        // A chosen value that no loaded row has must still be there to be taken back.
        log.filters.with_untracked(|filters| {
            for value in filters.chosen(facet) {
                if !choices.iter().any(|(other, _)| **other == **value) {
                    choices.push((value.as_str().into(), 0));
                }
            }
        });
        choices
    });
    let many = move || choices.with(Vec::len) >= MANY;
    let offered = move || {
        let part = search.with(|search| search.trim().to_lowercase());
        choices.with(|choices| {
            let found = choices
                .iter()
                .filter(|(value, _)| value.to_lowercase().contains(&part));
            found.cloned().collect::<Vec<_>>()
        })
    };
    let any = move || {
        log.filters
            .with(|filters| !filters.chosen(facet).is_empty())
    };
    view! {
        <Show when=many>
            <input class="filter" type="search" aria-label=format!("Search {label}") placeholder="Search…"
                autocomplete="off" bind:value=search/>
        </Show>
        <div class="choices" role="group" aria-label=label>
            <For each=offered key=|(value, count)| (value.clone(), *count) let:choice>
                <Choice facet value=choice.0 count=choice.1/>
            </For>
        </div>
        <Show when=move || offered().is_empty()>
            <p class="quiet choices-none">"No value matches."</p>
        </Show>
        <div class="panel-foot">
            <button class="button small" type="button" disabled=move || !any()
                on:click=move |_| log.filters.update(|filters| filters.clear_chosen(facet))>"Clear"</button>
        </div>
    }
}

#[component]
fn Choice(facet: Facet, value: Box<str>, count: u32) -> impl IntoView {
    let log = expect_context::<Log>();
    let shown = if value.is_empty() {
        "(empty)".to_owned()
    } else {
        value.to_string()
    };
    let chosen = {
        let value = value.clone();
        move || {
            log.filters
                .with(|filters| filters.chosen(facet).iter().any(|c| **c == *value))
        }
    };
    view! {
        <label class="choice">
            <input type="checkbox" prop:checked=chosen
                on:change=move |_| log.filters.update(|filters| filters.toggle(facet, &value))/>
            <span class="choice-value" dir="auto">{shown}</span>
            " "
            <span class="choice-count">{grouped(count.into())}</span>
        </label>
    }
}
