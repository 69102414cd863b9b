//! The active filters, cleared one by one or all at once.

use leptos::prelude::*;

use super::{
    columns::{Facet, Typed},
    filter::ColumnFilters,
    state::Log,
};
use crate::ui::{
    element::{El, button, el, memo},
    view::{View, each, markup, when, words},
};

/// One active filter. What is typed is no part of it, so that a chip stays itself while one types.
#[derive(Clone, Debug, PartialEq, Eq)]
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

    /// Which filter it is, among those of other columns and values.
    fn key(&self) -> String {
        match self {
            Chip::Chosen(_, value) => [self.label(), " ", value].concat(),
            Chip::Typed(_) => self.label().into(),
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
pub fn chips() -> View {
    let log = expect_context::<Log>();
    let chips = memo(move || log.filters.with(Chip::all));
    let keyed = move || {
        let chips = chips.get().into_iter();
        chips.map(|chip| (chip.key(), chip)).collect()
    };
    when(
        move || chips.with(|chips| !chips.is_empty()),
        move || {
            let clear = button("button small quiet-button", "Clear all filters");
            el("div", &[("class", "chips")])
                .child(
                    el("ul", &[("aria-label", "Active filters")])
                        .child(each(keyed, |chip| el("li", &[]).child(chip_view(chip)))),
                )
                .child(clear.on_click(move || log.filters.set(ColumnFilters::default())))
        },
    )
}

fn chip_view(chip: Chip) -> El {
    let log = expect_context::<Log>();
    let label = [chip.label(), ":"].concat();
    let value = {
        let chip = chip.clone();
        move || log.filters.with(|filters| chip.value(filters))
    };
    el("button", &[("class", "chip"), ("type", "button")])
        .on_click(move || log.filters.update(|filters| chip.remove(filters)))
        .child(el("span", &[("class", "unseen")]).child("Remove filter "))
        .child(el("span", &[("class", "chip-label")]).child(label))
        .child(" ")
        .child(el("span", &[("class", "chip-value"), ("dir", "auto")]).child(words(value)))
        .child(markup(
            r#"<svg viewBox="0 0 10 10" width="8" height="8" aria-hidden="true">
                <path d="M1 1l8 8M9 1L1 9" stroke="currentColor" stroke-width="1.5"/>
            </svg>"#,
        ))
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
