//! On a phone: the column filters and the sort, in a sheet.

use leptos::prelude::*;

use super::{
    columns::Column,
    header::column_filter,
    sort::{Direction, Sort},
    state::Log,
};
use crate::{
    figures::counted,
    ui::{
        dialog::dialog,
        element::{El, button, el},
        view::{View, many, words},
    },
};

/// The button that opens the sheet, and the sheet.
pub fn filter_sheet() -> View {
    let log = expect_context::<Log>();
    let open = RwSignal::new(false);
    let active = move || log.filters.with(|filters| !filters.is_empty());
    let count = move || {
        log.shown
            .with(|shown| shown.as_ref().map_or(0, |shown| shown.list.len()))
    };
    let opener = [
        ("class", "button"),
        ("type", "button"),
        ("aria-haspopup", "dialog"),
    ];
    let opener = el("button", &opener)
        .class_when("active", active)
        .on_click(move || open.set(true))
        .child("Filters");
    let fields = move || {
        let sort = el("label", &[("class", "field")])
            .child(el("span", &[]).child("Sort by"))
            .child(sort_choice());
        let filters = Column::ALL.map(|column| {
            el("div", &[("class", "field")])
                .child(el("span", &[("aria-hidden", "true")]).child(column.label()))
                .child(column_filter(column, "sheet"))
        });
        let shown = move || {
            let count = counted(count() as u64, "message", "messages");
            ["Show ", &count].concat()
        };
        [
            el("div", &[("class", "sheet-fields")])
                .child(sort)
                .child(many(filters)),
            button("button primary wide", "")
                .on_click(move || open.set(false))
                .child(words(shown)),
        ]
    };
    [opener, dialog(open, "Filters", "filter-sheet", fields)].into()
}

fn sort_choice() -> El {
    let log = expect_context::<Log>();
    let choices = Column::ALL.into_iter().flat_map(|column| {
        [
            (Direction::Ascending, "ascending"),
            (Direction::Descending, "descending"),
        ]
        .map(|(direction, word)| (Sort { column, direction }, word))
    });
    let choices: Vec<(Sort, &str)> = choices.collect();
    let value = |sort: Sort| {
        format!(
            "{}{}",
            sort.column.key(),
            if sort.direction == Direction::Descending {
                "-"
            } else {
                ""
            }
        )
    };
    let option = |words: String, value: &str, sort: Option<Sort>| {
        el("option", &[("value", value)])
            .attr_when("selected", move || log.sort.get() == sort)
            .child(words)
    };
    let options = many(choices.iter().map(|&(sort, word)| {
        let words = [sort.column.label(), ", ", word].concat();
        option(words, &value(sort), Some(sort))
    }));
    el("select", &[])
        .child(option("Newest first".into(), "", None))
        .child(options)
        .on_value("change", move |chosen| {
            let found = choices.iter().find(|(sort, _)| value(*sort) == chosen);
            log.sort.set(found.map(|(sort, _)| *sort));
        })
}
