//! The active filters, cleared one by one or all at once.

use leptos::prelude::*;

use super::{
    columns::{Facet, Typed},
    filter::ColumnFilters,
    state::Log,
};

/// One active filter. What is typed is no part of it, so that a chip stays itself while one types.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Chip {
    Chosen(Facet, String),
    Typed(Typed),
}

impl Chip {
    fn all(filters: &ColumnFilters) -> Vec<Chip> {
        let chosen = Facet::ALL.into_iter().flat_map(|facet| {
            let values = filters.chosen(facet).iter();
            values.map(move |value| Chip::Chosen(facet, value.clone()))
        });
        let typed = Typed::ALL
            .into_iter()
            .filter(|typed| !filters.typed(*typed).trim().is_empty());
        chosen.chain(typed.map(Chip::Typed)).collect()
    }

    const fn label(&self) -> &'static str {
        match self {
            Chip::Chosen(facet, _) => facet.column().label(),
            Chip::Typed(typed) => typed.column().label(),
        }
    }

    fn value(&self, filters: &ColumnFilters) -> String {
        match self {
            Chip::Chosen(_, value) if value.is_empty() => "(empty)".into(),
            Chip::Chosen(_, value) => value.clone(),
            Chip::Typed(typed) => format!("“{}”", filters.typed(*typed).trim()),
        }
    }

    fn remove(&self, filters: &mut ColumnFilters) {
        match self {
            Chip::Chosen(facet, value) => filters.toggle(*facet, value),
            Chip::Typed(typed) => filters.set_typed(*typed, String::new()),
        }
    }
}

/// The line of active filters; nothing while there are none.
#[component]
pub fn Chips() -> impl IntoView {
    let log = expect_context::<Log>();
    let chips = Memo::new(move |_| log.filters.with(Chip::all));
    view! {
        <Show when=move || chips.with(|chips| !chips.is_empty())>
            <div class="chips">
                <ul aria-label="Active filters">
                    <For each=move || chips.get() key=Chip::clone let:chip>
                        <li><ChipView chip/></li>
                    </For>
                </ul>
                <button class="button small quiet-button" type="button"
                    on:click=move |_| log.filters.set(ColumnFilters::default())>"Clear all filters"</button>
            </div>
        </Show>
    }
}

#[component]
fn ChipView(chip: Chip) -> impl IntoView {
    let log = expect_context::<Log>();
    let label = chip.label();
    let value = {
        let chip = chip.clone();
        Memo::new(move |_| log.filters.with(|filters| chip.value(filters)))
    };
    view! {
        <button class="chip" type="button"
            on:click=move |_| log.filters.update(|filters| chip.remove(filters))>
            <span class="unseen">"Remove filter "</span>
            <span class="chip-label">{label}":"</span>" "
            <span class="chip-value" dir="auto">{move || value.get()}</span>
            <svg viewBox="0 0 10 10" width="8" height="8" aria-hidden="true">
                <path d="M1 1l8 8M9 1L1 9" stroke="currentColor" stroke-width="1.5"/>
            </svg>
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_active_filter_has_a_chip_that_removes_it() {
        let mut filters = ColumnFilters::default();
        filters.choose(Facet::Status, "Sent");
        filters.choose(Facet::Status, "Error");
        filters.set_typed(Typed::Subject, " park ".into());
        let chips = Chip::all(&filters);
        let words: Vec<_> = chips
            .iter()
            .map(|c| format!("{}: {}", c.label(), c.value(&filters)))
            .collect();
        assert_eq!(
            words,
            ["Status: Sent", "Status: Error", "Message Subject: “park”"]
        );
        for chip in chips {
            chip.remove(&mut filters);
        }
        assert!(filters.is_empty());
    }
}
