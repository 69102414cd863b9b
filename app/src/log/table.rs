//! The table: real markup around row elements that [`Grid`] fills.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use leptos::{
    leptos_dom::helpers::debounce,
    prelude::*,
    web_sys::{self, Event, FocusEvent, HtmlElement, KeyboardEvent},
};
use wasm_bindgen::{JsCast, closure::Closure};

use super::{
    grid::{Elements, Grid, Step, target},
    header::header,
    layout::Layout,
    state::Log,
};
use crate::ui::{
    element::{El, effect, el, set_attribute},
    view::when,
};

/// While one types only the rows on screen are drawn; those around them follow once typing pauses.
const REST: Duration = Duration::from_millis(100);

/// The table of messages: on a phone, by `layout`, a list of cards without a head. `entered` counts requests to
/// put the focus on its rows.
pub fn table(layout: Layout, entered: RwSignal<u32>) -> El {
    let log = expect_context::<Log>();
    let attributes = [
        ("class", "log"),
        ("role", "grid"),
        ("aria-label", "Sent Message Log"),
        ("aria-colcount", "8"),
        ("tabindex", "-1"),
    ];
    let table = el("table", &attributes);
    let body = el("tbody", &[("role", "rowgroup")]);
    let scroller = el("div", &[("class", "scroller")]);
    let head = RwSignal::new_local(None::<HtmlElement>);
    let grid: Rc<RefCell<Option<Grid>>> = Rc::default();
    let cards = layout.cards;

    // Built once; when the head comes or goes with the layout, everything is measured anew.
    effect({
        let grid = grid.clone();
        let (scroller, table, body): (HtmlElement, HtmlElement, HtmlElement) =
            (scroller.of(), table.of(), body.of());
        move || {
            let head = head.get().filter(|_| !cards.get());
            let mut grid = grid.borrow_mut();
            match grid.as_mut() {
                Some(grid) => grid.rebuild(head),
                None => {
                    *grid = Grid::new(Elements {
                        scroller: scroller.clone(),
                        table: table.clone(),
                        head,
                        body: body.clone(),
                    });
                }
            }
        }
    });
    effect({
        let grid = grid.clone();
        let mut complete = debounce(REST, {
            let grid = grid.clone();
            move |()| {
                if let Some(grid) = grid.borrow_mut().as_mut() {
                    grid.complete();
                }
            }
        });
        move || {
            let shown = log.shown.get();
            if let Some(grid) = grid.borrow_mut().as_mut() {
                grid.show(shown);
            }
            complete(());
        }
    });
    effect({
        let grid = grid.clone();
        let mut before = None;
        move || {
            let selected = log.selected.get();
            // A link's message is brought into view once its row is there; news of it do not move the list.
            let search = log
                .found
                .with(|found| found.as_ref().map(|found| found.search));
            let now = Some((selected, search));
            let reveal = now != before;
            before = now;
            if let Some(grid) = grid.borrow_mut().as_mut() {
                grid.select(selected, reveal);
            }
        }
    });
    effect({
        let grid = grid.clone();
        move || {
            if entered.get() > 0
                && let Some(grid) = grid.borrow_mut().as_mut()
            {
                grid.enter();
            }
        }
    });
    watch_size(scroller.of(), grid.clone());

    let scroll = {
        let grid = grid.clone();
        let asked = Rc::new(Cell::new(false));
        move |_: Event| {
            if asked.replace(true) {
                return;
            }
            let (grid, asked) = (grid.clone(), asked.clone());
            request_animation_frame(move || {
                asked.replace(false);
                if let Some(grid) = grid.borrow_mut().as_mut() {
                    grid.scrolled();
                }
            });
        }
    };
    let click = {
        let grid = grid.clone();
        move |event: Event| {
            let row = target(&event).and_then(|target| grid.borrow().as_ref()?.message_at(&target));
            if let Some(id) = row {
                log.select(id);
            }
        }
    };
    let keydown = {
        let grid = grid.clone();
        move |event: KeyboardEvent| {
            let opens = {
                let mut grid = grid.borrow_mut();
                let Some(grid) = grid.as_mut().filter(|grid| grid.has_focus()) else {
                    return;
                };
                if event.alt_key() || event.ctrl_key() || event.meta_key() {
                    return;
                }
                let key = event.key();
                if let Some(step) = Step::of_key(&key) {
                    event.prevent_default();
                    grid.step(step);
                    return;
                }
                match key.as_str() {
                    "Enter" | " " => grid.active(),
                    _ => return,
                }
            };
            event.prevent_default();
            if let Some(id) = opens {
                log.select(id);
            }
        }
    };
    let focus = {
        let grid = grid.clone();
        move |event: FocusEvent| {
            // A focus that the table itself moves comes while it is borrowed, and is known.
            if let Ok(mut grid) = grid.try_borrow_mut()
                && let Some(grid) = grid.as_mut()
            {
                grid.focus_moved(target(event.as_ref()).as_ref());
            }
        }
    };
    let blur = move |event: FocusEvent| {
        if let Ok(mut grid) = grid.try_borrow_mut()
            && let Some(grid) = grid.as_mut()
        {
            let next = event.related_target().and_then(|next| next.dyn_into().ok());
            grid.focus_moved(next.as_ref());
        }
    };

    let table = table
        .aria("aria-busy", move || log.finding.get())
        .on("pointerover", show_whole)
        .on("pointerout", hide_whole)
        .on("click", click)
        .on("keydown", keydown)
        .on("focusin", focus)
        .on("focusout", blur)
        .child(when(
            move || !cards.get(),
            move || {
                let rows = el("thead", &[("role", "rowgroup")]).child(header());
                head.set(Some(rows.of()));
                rows
            },
        ))
        .child(body);
    scroller.on("scroll", scroll).child(table)
}

/// Measures anew whenever the list gets another size.
fn watch_size(scroller: HtmlElement, grid: Rc<RefCell<Option<Grid>>>) {
    let measure = Closure::<dyn FnMut()>::new(move || {
        if let Some(grid) = grid.borrow_mut().as_mut() {
            grid.measure();
        }
    });
    if let Ok(observer) = web_sys::ResizeObserver::new(measure.as_ref().unchecked_ref()) {
        observer.observe(&scroller);
        let keep = StoredValue::new_local((observer, measure));
        on_cleanup(move || keep.with_value(|(observer, _)| observer.disconnect()));
    }
}

/// A cell whose text is cut off shows it whole while the pointer is on it.
fn show_whole(event: Event) {
    let Some(cell) = cell_of(&event) else { return };
    if cell.scroll_width() > cell.client_width() {
        set_attribute(&cell, "title", &cell.text_content().unwrap_or_default());
    }
}

fn hide_whole(event: Event) {
    if let Some(cell) = cell_of(&event) {
        drop(cell.remove_attribute("title"));
    }
}

fn cell_of(event: &Event) -> Option<web_sys::Element> {
    target(event)?.closest("tbody td").ok()?
}
