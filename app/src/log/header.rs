//! The table's head: headers that sort, and under each its filter.

use leptos::{ev, html, prelude::*};

use super::{
    columns::{Column, Control, Typed},
    facet::FacetFilter,
    sort::{Direction, Sort},
    state::Log,
    table_focus::TableFocus,
};

/// Two rows: the headers and the filters.
#[component]
pub fn Header() -> impl IntoView {
    view! {
        <tr role="row" aria-rowindex="1" class="heads">
            {Column::ALL.into_iter().zip(1..).map(|(column, number)| view! {
                <ColumnHead column number/>
            }).collect_view()}
        </tr>
        <tr role="row" aria-rowindex="2" class="filters">
            {Column::ALL.into_iter().zip(1..).map(|(column, number): (Column, i32)| view! {
                <td role="gridcell" aria-colindex=number.to_string() class=format!("cell {}", column.key())>
                    <ColumnFilter column place="head"/>
                </td>
            }).collect_view()}
        </tr>
    }
}

#[component]
fn ColumnHead(column: Column, number: i32) -> impl IntoView {
    let log = expect_context::<Log>();
    let direction = Memo::new(move |_| {
        let sort = log.sort.get().filter(|sort| sort.column == column);
        sort.map(|sort| sort.direction)
    });
    let spoken = move || match direction.get() {
        Some(Direction::Ascending) => "ascending",
        Some(Direction::Descending) => "descending",
        None => "none",
    };
    view! {
        <th role="columnheader" scope="col" aria-colindex=number.to_string() aria-sort=spoken
            class=format!("cell {}", column.key())>
            <button type="button" class="head" on:click=move |_| {
                log.sort.update(|sort| *sort = Sort::next(*sort, column));
            }>
                <span class="head-label">{column.label()}</span>
                <svg class="arrow" viewBox="0 0 8 10" width="8" height="10" aria-hidden="true">
                    <path d="M4 9V1M1 4l3-3 3 3" fill="none" stroke="currentColor" stroke-width="1.5"/>
                </svg>
            </button>
        </th>
    }
}

/// The filter of one column.
#[component]
pub fn ColumnFilter(
    /// The column.
    column: Column,
    /// Where it stands in the page; part of its elements' names.
    place: &'static str,
) -> impl IntoView {
    match column.control() {
        Control::Choose(facet) => view! { <FacetFilter facet place/> }.into_any(),
        Control::Type(typed) => view! { <TextFilter typed place/> }.into_any(),
    }
}

#[component]
fn TextFilter(typed: Typed, place: &'static str) -> impl IntoView {
    let log = expect_context::<Log>();
    let table = use_context::<TableFocus>();
    let label = typed.column().label();
    let text = Memo::new(move |_| log.filters.with(|filters| filters.typed(typed).to_owned()));
    // What the person types stands in the field already; only what comes from elsewhere is written into it.
    let own = StoredValue::new(String::new());
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get()
            && text.with(|text| own.with_value(|own| own != text))
        {
            own.set_value(text.get_untracked());
            field.set_value(&text.get_untracked());
        }
    });
    let type_in = move |event: ev::Event| {
        let text = event_target_value(&event);
        own.set_value(text.clone());
        log.filters.update(|filters| filters.set_typed(typed, text));
    };
    let keydown = move |event: ev::KeyboardEvent| match event.key().as_str() {
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
    view! {
        <input class="filter" node_ref=field id=format!("filter-{}-{place}", typed.column().key()) type="text"
            aria-label=format!("Filter {label}") placeholder=typed.hint() autocomplete="off" spellcheck="false"
            on:input=type_in on:keydown=keydown/>
    }
}
