//! The table: real markup around row elements that [`Grid`] fills.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use leptos::{ev, html, prelude::*, web_sys};
use wasm_bindgen::{JsCast, closure::Closure};

use super::{
    grid::{Elements, Grid, Step, target},
    header::Header,
    layout::Layout,
    pool::set_attribute,
    state::Log,
};

/// While one types only the rows on screen are drawn; those around them follow after this pause.
const REST_FOLLOWS: Duration = Duration::from_millis(60);

/// The table of messages. `entered` is a request to move the focus into it.
#[component]
pub fn Table(
    /// Whether it is a phone's list of cards, without a head.
    layout: Layout,
    /// Counts requests to put the focus on the table's rows.
    entered: RwSignal<u32>,
) -> impl IntoView {
    let log = expect_context::<Log>();
    let scroller = NodeRef::<html::Div>::new();
    let table = NodeRef::<html::Table>::new();
    let head = NodeRef::<html::Thead>::new();
    let body = NodeRef::<html::Tbody>::new();
    let grid: Rc<RefCell<Option<Grid>>> = Rc::default();
    let cards = layout.cards;

    // Built once; when the head comes or goes with the layout, everything is measured anew.
    Effect::new({
        let grid = grid.clone();
        move |_| {
            let (Some(scroller), Some(table), Some(body)) =
                (scroller.get(), table.get(), body.get())
            else {
                return;
            };
            let head = head.get().filter(|_| !cards.get()).map(Into::into);
            let mut grid = grid.borrow_mut();
            match grid.as_mut() {
                Some(grid) => grid.rebuild(head),
                None => {
                    *grid = Grid::new(Elements {
                        scroller: scroller.into(),
                        table: table.into(),
                        head,
                        body: body.into(),
                    });
                }
            }
        }
    });
    Effect::new({
        let grid = grid.clone();
        let rest = Rc::new(Cell::new(false));
        move |_| {
            let shown = log.shown.get();
            table.track();
            if let Some(grid) = grid.borrow_mut().as_mut() {
                grid.show(shown);
            }
            if rest.replace(true) {
                return;
            }
            let (grid, rest) = (grid.clone(), rest.clone());
            let complete = move || {
                rest.replace(false);
                if let Some(grid) = grid.borrow_mut().as_mut() {
                    grid.complete();
                }
            };
            set_timeout(complete, REST_FOLLOWS);
        }
    });
    Effect::new({
        let grid = grid.clone();
        move |_| {
            let selected = log.selected.get();
            // A link's message is brought into view once its row is there.
            log.found.track();
            if let Some(grid) = grid.borrow_mut().as_mut() {
                grid.select(selected, true);
            }
        }
    });
    Effect::new({
        let grid = grid.clone();
        move |_| {
            if entered.get() > 0
                && let Some(grid) = grid.borrow_mut().as_mut()
            {
                grid.enter();
            }
        }
    });
    Effect::new({
        let grid = grid.clone();
        move |_| {
            if let Some(scroller) = scroller.get() {
                watch_size(&scroller, grid.clone());
            }
        }
    });

    let scroll = {
        let grid = grid.clone();
        let asked = Rc::new(Cell::new(false));
        move |_| {
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
        move |event: ev::MouseEvent| {
            let row = target(event.as_ref())
                .and_then(|target| grid.borrow().as_ref()?.message_at(&target));
            if let Some(id) = row {
                log.select(id);
            }
        }
    };
    let keydown = {
        let grid = grid.clone();
        move |event: ev::KeyboardEvent| {
            if event.alt_key() || event.ctrl_key() || event.meta_key() {
                return;
            }
            let opens = {
                let mut grid = grid.borrow_mut();
                let Some(grid) = grid.as_mut().filter(|grid| grid.has_focus()) else {
                    return;
                };
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
        move |event: ev::FocusEvent| {
            // A focus that the table itself moves comes while it is borrowed, and is known.
            if let Ok(mut grid) = grid.try_borrow_mut()
                && let Some(grid) = grid.as_mut()
            {
                grid.focus_moved(target(event.as_ref()).as_ref());
            }
        }
    };
    let blur = move |event: ev::FocusEvent| {
        if let Ok(mut grid) = grid.try_borrow_mut()
            && let Some(grid) = grid.as_mut()
        {
            let next = event.related_target().and_then(|next| next.dyn_into().ok());
            grid.focus_moved(next.as_ref());
        }
    };

    view! {
        <div class="scroller" node_ref=scroller on:scroll=scroll>
            <table class="log" node_ref=table role="grid" aria-label="Sent Message Log" aria-colcount="8"
                aria-busy=move || log.finding.get().to_string() tabindex="-1"
                on:pointerover=show_whole on:pointerout=hide_whole on:click=click on:keydown=keydown on:focusin=focus on:focusout=blur>
                <Show when=move || !cards.get()>
                    <thead role="rowgroup" node_ref=head><Header/></thead>
                </Show>
                <tbody role="rowgroup" node_ref=body></tbody>
            </table>
        </div>
    }
}

/// Measures anew whenever the list gets another size.
fn watch_size(scroller: &web_sys::HtmlElement, grid: Rc<RefCell<Option<Grid>>>) {
    let measure = Closure::<dyn FnMut()>::new(move || {
        if let Some(grid) = grid.borrow_mut().as_mut() {
            grid.measure();
        }
    });
    if let Ok(observer) = web_sys::ResizeObserver::new(measure.as_ref().unchecked_ref()) {
        observer.observe(scroller);
        let keep = StoredValue::new_local((observer, measure));
        on_cleanup(move || keep.with_value(|(observer, _)| observer.disconnect()));
    }
}

/// A cell whose text is cut off shows it whole while the pointer is on it.
fn show_whole(event: ev::PointerEvent) {
    let Some(cell) = cell_of(&event) else { return };
    if cell.scroll_width() > cell.client_width() {
        set_attribute(&cell, "title", &cell.text_content().unwrap_or_default());
    }
}

fn hide_whole(event: ev::PointerEvent) {
    if let Some(cell) = cell_of(&event) {
        drop(cell.remove_attribute("title"));
    }
}

fn cell_of(event: &ev::PointerEvent) -> Option<web_sys::Element> {
    target(event.as_ref())?.closest("tbody td").ok()?
}
