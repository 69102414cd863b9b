//! The table's head: headers that sort, and under each its filter.

use leptos::{
    prelude::*,
    web_sys::{HtmlInputElement, KeyboardEvent},
};

use super::{
    columns::{Column, Control, Typed},
    facet::facet_filter,
    sort::{Direction, Sort},
    state::Log,
    table_focus::TableFocus,
};
use crate::ui::{
    element::{El, effect, el, memo},
    view::{View, many, markup},
};

/// Two rows: the headers and the filters.
pub fn header() -> View {
    let columns = || Column::ALL.into_iter().zip(1_u32..);
    let heads = columns().map(|(column, number)| column_head(column, number));
    let filters = columns().map(|(column, number)| {
        let cell = [
            ("role", "gridcell"),
            ("aria-colindex", &*number.to_string()),
            ("class", &["cell ", column.key()].concat()),
        ];
        el("td", &cell).child(column_filter(column, "head"))
    });
    let row = |number, class| {
        let attributes = [("role", "row"), ("aria-rowindex", number), ("class", class)];
        el("tr", &attributes)
    };
    [
        row("1", "heads").child(many(heads)),
        row("2", "filters").child(many(filters)),
    ]
    .into()
}

fn column_head(column: Column, number: u32) -> El {
    let log = expect_context::<Log>();
    let spoken = move || {
        let sort = log.sort.get().filter(|sort| sort.column == column);
        let spoken = match sort.map(|sort| sort.direction) {
            Some(Direction::Ascending) => "ascending",
            Some(Direction::Descending) => "descending",
            None => "none",
        };
        spoken.into()
    };
    let cell = [
        ("role", "columnheader"),
        ("scope", "col"),
        ("aria-colindex", &*number.to_string()),
        ("class", &["cell ", column.key()].concat()),
    ];
    let button = el("button", &[("type", "button"), ("class", "head")])
        .on_click(move || {
            log.sort.update(|sort| *sort = Sort::next(*sort, column));
        })
        .child(el("span", &[("class", "head-label")]).child(column.label()))
        .child(markup(
            r#"<svg class="arrow" viewBox="0 0 8 10" width="8" height="10" aria-hidden="true">
                <path d="M4 9V1M1 4l3-3 3 3" fill="none" stroke="currentColor" stroke-width="1.5"/>
            </svg>"#,
        ));
    el("th", &cell).attr_by("aria-sort", spoken).child(button)
}

/// The filter of one column; `place` is where it stands in the page, part of its elements' names.
pub fn column_filter(column: Column, place: &'static str) -> View {
    match column.control() {
        Control::Choose(facet) => facet_filter(facet, place),
        Control::Type(typed) => text_filter(typed, place).into(),
    }
}

fn text_filter(typed: Typed, place: &'static str) -> El {
    let log = expect_context::<Log>();
    let table = use_context::<TableFocus>();
    let label = typed.column().label();
    let text = memo(move || log.filters.with(|filters| filters.typed(typed).to_owned()));
    let attributes = [
        ("class", "filter"),
        (
            "id",
            &*["filter-", typed.column().key(), "-", place].concat(),
        ),
        ("type", "text"),
        ("aria-label", &["Filter ", label].concat()),
        ("autocomplete", "off"),
        ("spellcheck", "false"),
    ];
    let input = el("input", &attributes);
    // What the person types stands in the field already; only what comes from elsewhere is written into it.
    let own = StoredValue::new(String::new());
    let field: HtmlInputElement = input.of();
    effect(move || {
        if text.with(|text| own.with_value(|own| own != text)) {
            own.set_value(text.get_untracked());
            field.set_value(&text.get_untracked());
        }
    });
    let type_in = move |text: String| {
        own.set_value(text.clone());
        log.filters.update(|filters| filters.set_typed(typed, text));
    };
    let keydown = move |event: KeyboardEvent| match event.key().as_str() {
        "Escape" if !text.get_untracked().is_empty() => {
            event.prevent_default();
            event.stop_propagation();
            log.filters
                .update(|filters| filters.set_typed(typed, String::new()));
        }
        "ArrowDown" => {
            if let Some(table) = table {
                event.prevent_default();
                event.stop_propagation();
                table.enter();
            }
        }
        _ => {}
    };
    // A browser that keeps a hint hidden styles it anew at every key: only an empty field has one.
    input
        .attr_while("placeholder", typed.hint(), move || {
            text.with(String::is_empty)
        })
        .on_value("input", type_in)
        .on("keydown", keydown)
}
