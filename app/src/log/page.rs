//! The page at `/`: search, list and detail, and the keys that work everywhere on it.

use leptos::{
    prelude::*,
    web_sys::{Element, HtmlInputElement, KeyboardEvent},
};
use wasm_bindgen::JsCast;

use super::{
    detail::{Printing, detail},
    layout::Layout,
    live::Live,
    results::results,
    search_form::search_form,
    sheet::filter_sheet,
    state::Log,
    status_line::status_line,
    table_focus::TableFocus,
    top_bar::top_bar,
};
use crate::{
    session::Session,
    ui::{
        element::{El, el, memo, on_window},
        view::{live, markup, when},
    },
};

/// The page. It searches at once, and is drawn once it is known who asks: nobody sees an empty log before the
/// sign-in page.
pub fn log_page() -> El {
    let session = expect_context::<Session>();
    let log = Log::open(session);
    provide_context(log);
    document().set_title("Sent Message Log · Sentlog");
    let asked = memo(move || session.was_asked());
    let there = live(
        move || asked.get(),
        move |asked| match asked {
            true => page(log, session),
            false => waiting(),
        },
    );
    el("div", &[]).child(there)
}

/// What stands in the page's HTML before the program runs.
fn waiting() -> El {
    el("div", &[("class", "before"), ("aria-hidden", "true")]).child(markup(
        r#"<div class="before-bar"></div><div class="before-form"></div><div class="before-rows"></div>"#,
    ))
}

fn page(log: Log, session: Session) -> El {
    let layout = Layout::new();
    let focus = TableFocus(RwSignal::new(0));
    provide_context(Live::follow(log, session));
    provide_context(focus);
    provide_context(Printing::new(session));

    let close = move || {
        log.close();
        focus.enter();
    };
    on_window("keydown", move |event: KeyboardEvent| {
        if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        match event.key().as_str() {
            "/" if !is_typing(&event) && !something_is_open() => {
                if let Some(field) = document().get_element_by_id("filter-subject-head")
                    && let Ok(field) = field.dyn_into::<HtmlInputElement>()
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
    let is_open = memo(move || log.selected.get().is_some());
    let covered = move || is_open.get() && layout.covers.get();

    let list = el("section", &[("class", "list"), ("aria-label", "Messages")])
        .attr_when("inert", covered)
        .child(search_form())
        .child(
            el("div", &[("class", "list-head")])
                .child(when(move || layout.cards.get(), filter_sheet))
                .child(status_line()),
        )
        .child(results(layout));
    let top = el("div", &[("class", "page-top")]).child(top_bar(session.place(), covered));
    let workspace = el("main", &[("class", "workspace")])
        .child(list)
        .child(when(move || is_open.get(), move || detail(close)));
    el("div", &[("class", "page")])
        .class_when("open", move || is_open.get())
        .child(top)
        .child(workspace)
}

/// Whether a key belongs to a field.
fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
    target
        .is_some_and(|target| matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// Whether a dialog or a panel is open, which a key then belongs to.
fn something_is_open() -> bool {
    let found = document().query_selector("dialog[open], [popover]:popover-open");
    found.ok().flatten().is_some()
}
