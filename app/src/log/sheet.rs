//! On a phone: the column filters and the sort, in a sheet.

use leptos::prelude::*;

use super::{
    columns::Column,
    header::ColumnFilter,
    sort::{Direction, Sort},
    state::Log,
};
use crate::{figures::counted, ui::dialog::Dialog};

/// The button that opens the sheet, and the sheet.
#[component]
pub fn FilterSheet() -> impl IntoView {
    let log = expect_context::<Log>();
    let open = RwSignal::new(false);
    let active = move || log.filters.with(|filters| !filters.is_empty());
    let count = move || {
        log.shown
            .with(|shown| shown.as_ref().map_or(0, |shown| shown.list.len()))
    };
    view! {
        <button class="button" class:active=active type="button" aria-haspopup="dialog"
            on:click=move |_| open.set(true)>"Filters"</button>
        <Dialog open title="Filters" class="filter-sheet">
            <div class="sheet-fields">
                <label class="field"><span>"Sort by"</span><SortChoice/></label>
                {Column::ALL.map(|column| view! {
                    <div class="field">
                        <span aria-hidden="true">{column.label()}</span>
                        <ColumnFilter column place="sheet"/>
                    </div>
                }).collect_view()}
            </div>
            <button class="button primary wide" type="button" on:click=move |_| open.set(false)>
                {move || format!("Show {}", counted(count() as u64, "message", "messages"))}
            </button>
        </Dialog>
    }
}

#[component]
fn SortChoice() -> impl IntoView {
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
    let options = choices
        .iter()
        .map(|&(sort, word)| {
            view! {
                <option value=value(sort) selected=move || log.sort.get() == Some(sort)>
                    {sort.column.label()}", "{word}
                </option>
            }
        })
        .collect_view();
    let choose = move |event| {
        let chosen = event_target_value(&event);
        let found = choices.iter().find(|(sort, _)| value(*sort) == chosen);
        log.sort.set(found.map(|(sort, _)| *sort));
    };
    view! {
        <select on:change=choose>
            <option value="" selected=move || log.sort.get().is_none()>"Newest first"</option>
            {options}
        </select>
    }
}
