//! A filter that offers a column's values with their counts, of which several may be chosen.

use leptos::{prelude::*, web_sys::Event};

use super::{columns::Facet, state::Log};
use crate::{
    figures::grouped,
    ui::{
        dropdown::{Names, dropdown},
        element::{El, button, el, memo},
        view::{View, each, when, words},
    },
};

/// From this many values on, they can be searched.
const MANY: usize = 10;

/// A dropdown of a column's values; `place` is where it stands in the page, part of its elements' names.
pub fn facet_filter(facet: Facet, place: &'static str) -> View {
    let log = expect_context::<Log>();
    let label = facet.column().label();
    let chosen = memo(move || log.filters.with(|filters| filters.chosen(facet).to_vec()));
    let face = words(move || {
        chosen.with(|chosen| match chosen.as_slice() {
            [] => "All".to_owned(),
            [one] => one.clone(),
            several => [&several.len().to_string(), " chosen"].concat(),
        })
    });
    let names = Names {
        id: ["filter-", facet.column().key(), "-", place].concat(),
        label: ["Filter ", label].concat(),
        title: label,
    };
    dropdown(
        names,
        el("span", &[("class", "dropdown-face")]).child(face),
        move || chosen.with(|chosen| !chosen.is_empty()),
        move || choices(facet),
    )
}

fn choices(facet: Facet) -> View {
    let log = expect_context::<Log>();
    let label = facet.column().label();
    let search = RwSignal::new(String::new());
    let choices = memo(move || {
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
            let keyed = found.map(|(value, count)| {
                let key = [&count.to_string(), " ", value].concat();
                (key, (value.clone(), *count))
            });
            keyed.collect::<Vec<_>>()
        })
    };
    let any = move || {
        log.filters
            .with(|filters| !filters.chosen(facet).is_empty())
    };
    let field = move || {
        let attributes = [
            ("class", "filter"),
            ("type", "search"),
            ("aria-label", &*["Search ", label].concat()),
            ("placeholder", "Search…"),
            ("autocomplete", "off"),
        ];
        el("input", &attributes).bind(search)
    };
    let group = [
        ("class", "choices"),
        ("role", "group"),
        ("aria-label", label),
    ];
    let clear = button("button small", "Clear")
        .attr_when("disabled", move || !any())
        .on_click(move || log.filters.update(|filters| filters.clear_chosen(facet)));
    View::Many(vec![
        when(many, field),
        el("div", &group)
            .child(each(offered, move |(value, count)| {
                choice(facet, value, count)
            }))
            .into(),
        when(
            move || offered().is_empty(),
            || el("p", &[("class", "quiet choices-none")]).child("No value matches."),
        ),
        el("div", &[("class", "panel-foot")]).child(clear).into(),
    ])
}

fn choice(facet: Facet, value: Box<str>, count: u32) -> El {
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
    let tick = el("input", &[("type", "checkbox")])
        .checked_when(chosen)
        .on("change", move |_: Event| {
            log.filters.update(|filters| filters.toggle(facet, &value));
        });
    el("label", &[("class", "choice")])
        .child(tick)
        .child(el("span", &[("class", "choice-value"), ("dir", "auto")]).child(shown))
        .child(" ")
        .child(el("span", &[("class", "choice-count")]).child(grouped(count.into())))
}
