//! A list of the API as a table: asked for, waited for, shown, and asked for again.

use std::time::Duration;

use app::{
    api,
    ui::{
        element::{El, el, memo},
        problem::failed,
        view::{View, each, live, many, some, when},
    },
};
use gloo_net::http::Request;
use leptos::{prelude::*, task::spawn_local, web_sys::HtmlElement};
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;

use crate::visitor::ended_by;

/// What a list may hold.
pub trait Item: Clone + PartialEq + Send + Sync + DeserializeOwned + 'static {
    /// What tells it from the others.
    fn key(&self) -> String;
}

/// A list as last heard from the server.
pub struct Listing<T: Item> {
    path: &'static str,
    items: RwSignal<Option<Vec<T>>>,
    failure: RwSignal<Option<String>>,
}

impl<T: Item> Clone for Listing<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Item> Copy for Listing<T> {}

impl<T: Item> Listing<T> {
    /// Asks for the list at a path.
    pub fn of(path: &'static str) -> Self {
        let listing = Listing {
            path,
            items: RwSignal::new(None),
            failure: RwSignal::new(None),
        };
        listing.load();
        listing
    }

    /// A list that somebody else asks for, and fills.
    pub fn empty() -> Self {
        Listing {
            path: "",
            items: RwSignal::new(None),
            failure: RwSignal::new(None),
        }
    }

    /// Takes what was answered.
    pub fn fill(self, items: Vec<T>) {
        self.failure.try_set(None);
        self.items.try_set(Some(items));
        set_timeout(keep_the_focus, Duration::ZERO);
    }

    /// Takes that there was no answer.
    pub fn fail(self, sentence: String) {
        self.failure.try_set(Some(sentence));
    }

    /// Asks again; what is known stays until there is an answer.
    pub fn load(self) {
        spawn_local(async move {
            match api::get::<Vec<T>>(Request::get(self.path)).await {
                Ok(items) => self.fill(items),
                Err(failure) => {
                    if !ended_by(&failure) {
                        self.fail(failure.sentence());
                    }
                }
            }
        });
    }

    /// One of them, as it is now.
    pub fn find(self, key: &str) -> Option<T> {
        self.items.with(|items| {
            items
                .iter()
                .flatten()
                .find(|item| item.key() == key)
                .cloned()
        })
    }

    /// Reads all of them; none before there was an answer.
    pub fn with<R>(self, read: impl FnOnce(&[T]) -> R) -> R {
        self.items
            .with(|items| read(items.as_deref().unwrap_or_default()))
    }

    /// How many there are, once that is known.
    pub fn count(self) -> Option<usize> {
        self.items.with(|items| items.as_ref().map(Vec::len))
    }

    /// What went wrong, and a shape of what is to come until it is there.
    pub fn standing(self) -> View {
        self.standing_by(move || self.load())
    }

    /// The same, where `ask` asks again.
    pub fn standing_by(self, ask: impl Fn() + Copy + 'static) -> View {
        let waiting =
            move || self.items.with(Option::is_none) && self.failure.with(Option::is_none);
        [
            some(
                move || self.failure.get(),
                move |sentence| {
                    failed(
                        sentence,
                        Some(move || {
                            self.failure.set(None);
                            ask();
                        }),
                    )
                },
            ),
            when(waiting, || {
                let attributes = [("class", "section-waiting"), ("role", "status")];
                el("div", &attributes).child(el("span", &[("class", "unseen")]).child("Loading…"))
            }),
        ]
        .into()
    }
}

/// Gives the focus to the section's head where the row that had it is gone.
fn keep_the_focus() {
    let focused = document().active_element();
    let lost = focused.is_none_or(|focused| focused.tag_name() == "BODY");
    if lost
        && let Ok(Some(head)) = document().query_selector(".section-head h2")
        && let Ok(head) = head.dyn_into::<HtmlElement>()
    {
        drop(head.focus());
    }
}

/// How a list is shown.
pub struct Shape<T: Item> {
    /// What the table is called.
    pub name: &'static str,
    /// Its columns, but for the last, which has the buttons.
    pub columns: &'static [&'static str],
    /// What to say where there is nothing.
    pub none: &'static str,
    /// What stands in its columns.
    pub cells: fn(&T) -> Vec<View>,
}

/// The table of those that are `wanted`; `act` makes what stands at a row's end.
pub fn table<T: Item>(
    listing: Listing<T>,
    shape: Shape<T>,
    wanted: impl Fn(&T) -> bool + Copy + Send + Sync + 'static,
    act: impl Fn(T) -> View + Copy + 'static,
) -> View {
    let Shape {
        name,
        columns,
        none,
        cells,
    } = shape;
    let keys = move || {
        listing.with(|items| {
            let wanted = items.iter().filter(|item| wanted(item));
            wanted
                .map(|item| (item.key(), item.key()))
                .collect::<Vec<_>>()
        })
    };
    let is_empty =
        move || listing.count().is_some() && listing.with(|items| !items.iter().any(wanted));
    let row = move |key: String| {
        let item = memo(move || listing.find(&key));
        let shown = move |item: &T| {
            let cells = cells(item).into_iter().zip(columns).enumerate();
            many(cells.map(|(at, (cell, label))| match at {
                0 => el("th", &[("scope", "row"), ("role", "rowheader")]).child(cell),
                _ => el("td", &[("data-label", label), ("role", "cell")]).child(cell),
            }))
        };
        // The button at the end stays while its row changes: it may have the focus.
        let last = item.get_untracked().map(act);
        el("tr", &[("role", "row")])
            .child(live(
                move || item.get(),
                move |item| item.map(|item| shown(&item)),
            ))
            .child(el("td", &[("class", "act"), ("role", "cell")]).child(last))
    };
    let table = move || {
        let head = columns
            .iter()
            .map(|column| el("th", &[("scope", "col"), ("role", "columnheader")]).child(*column));
        el(
            "table",
            &[
                ("class", "sections-table"),
                ("role", "table"),
                ("aria-label", name),
            ],
        )
        .child(
            el("thead", &[("role", "rowgroup")]).child(
                el("tr", &[("role", "row")])
                    .child(many(head))
                    .child(el("td", &[("role", "cell")])),
            ),
        )
        .child(el("tbody", &[("role", "rowgroup")]).child(each(keys, row)))
    };
    [
        when(
            move || listing.count().is_some() && !is_empty(),
            move || el("div", &[("class", "sections-table-frame")]).child(table()),
        ),
        when(is_empty, move || {
            let words = match listing.count() {
                Some(0) | None => none,
                Some(_) => "Nothing here matches.",
            };
            el("p", &[("class", "none"), ("role", "status")]).child(words)
        }),
    ]
    .into()
}

/// The head of a section: its name, how many there are, and what to do.
pub fn head<T: Item>(name: &'static str, listing: Listing<T>, act: El) -> El {
    let count = move || {
        listing
            .count()
            .map(|count| count.to_string())
            .unwrap_or_default()
    };
    let title = el("h2", &[("tabindex", "-1")])
        .child(name)
        .child(" ")
        .child(el("span", &[("class", "quiet figures")]).child(app::ui::view::words(count)));
    el("div", &[("class", "section-head")])
        .child(title)
        .child(act)
}

/// A field that finds within a list, as one types.
pub fn finder(label: &'static str, text: RwSignal<String>) -> El {
    let attributes = [
        ("type", "search"),
        ("class", "filter finder"),
        ("aria-label", label),
        ("placeholder", label),
        ("autocomplete", "off"),
        ("spellcheck", "false"),
    ];
    el("input", &attributes).bind(text)
}
