//! The page at `/`: search, list and detail, and the keys that work everywhere on it.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use super::{
    detail::{Detail, Printing},
    layout::Layout,
    results::Results,
    search_form::SearchForm,
    sheet::FilterSheet,
    state::Log,
    status_line::StatusLine,
    table_focus::TableFocus,
    top_bar::TopBar,
};
use crate::session::Session;

/// The page.
#[component]
pub fn LogPage() -> impl IntoView {
    let session = expect_context::<Session>();
    let log = Log::open(session);
    let layout = Layout::new();
    let focus = TableFocus(RwSignal::new(0));
    provide_context(log);
    provide_context(focus);
    provide_context(Printing::new());
    document().set_title("Sent Message Log · Sentlog");

    let close = move || {
        log.close();
        focus.enter();
    };
    let keys = window_event_listener(ev::keydown, move |event| {
        if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        match event.key().as_str() {
            "/" if !is_typing(&event) && !something_is_open() => {
                if let Some(field) = document().get_element_by_id("filter-subject-head")
                    && let Ok(field) = field.dyn_into::<leptos::web_sys::HtmlInputElement>()
                {
                    event.prevent_default();
                    drop(field.focus());
                    field.select();
                }
            }
            "Escape" if log.selected.get_untracked().is_some() && !something_is_open() => close(),
            _ => {}
        }
    });
    on_cleanup(move || keys.remove());
    let is_open = Memo::new(move |_| log.selected.get().is_some());
    let covered = move || is_open.get() && layout.covers.get();

    view! {
        <div class="page" class:open=is_open>
            <div class="page-top" inert=covered>
                <TopBar place=session.place()/>
            </div>
            <main class="workspace">
                <section class="list" aria-label="Messages" inert=covered>
                    <SearchForm/>
                    <div class="list-head">
                        <Show when=move || layout.cards.get()><FilterSheet/></Show>
                        <StatusLine/>
                    </div>
                    <Results layout/>
                </section>
                <Show when=move || is_open.get()>
                    <Detail close=Callback::new(move |()| close())/>
                </Show>
            </main>
        </div>
    }
}

/// Whether a key belongs to a field.
fn is_typing(event: &ev::KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|t| t.dyn_into::<leptos::web_sys::Element>().ok());
    target
        .is_some_and(|target| matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// Whether a dialog or a panel is open, which a key then belongs to.
fn something_is_open() -> bool {
    let found = document().query_selector("dialog[open], [popover]:popover-open");
    found.ok().flatten().is_some()
}
