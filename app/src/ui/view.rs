//! What can stand in an element: elements, texts, and parts that are drawn anew when what they show changes.

use std::{borrow::Cow, rc::Rc};

use leptos::{
    prelude::*,
    web_sys::{Element, Node, Text},
};

use super::element::{El, follow, follow_text, memo};

/// Something to put in an element.
pub enum View {
    /// Nothing.
    Nothing,
    /// A node as it is.
    Node(Node),
    /// A text that stays as it is.
    Text(Cow<'static, str>),
    /// One after the other.
    Many(Vec<View>),
    /// A text that changes; see [`words`].
    Words(Box<dyn Fn() -> String>),
    /// A part that is drawn anew; see [`live`].
    Live(Box<dyn Fn() -> View>),
    /// A list whose elements stay; see [`each`].
    Each(Box<dyn Fn() -> Vec<Item>>),
}

/// An item of a list: its key, and how to make its element.
pub struct Item {
    key: String,
    make: Box<dyn FnOnce() -> El>,
}

impl From<&'static str> for View {
    fn from(text: &'static str) -> Self {
        View::Text(text.into())
    }
}

impl From<String> for View {
    fn from(text: String) -> Self {
        View::Text(text.into())
    }
}

impl From<Cow<'static, str>> for View {
    fn from(text: Cow<'static, str>) -> Self {
        View::Text(text)
    }
}

impl<V: Into<View>> From<Option<V>> for View {
    fn from(view: Option<V>) -> Self {
        view.map_or(View::Nothing, Into::into)
    }
}

impl<V: Into<View>, const N: usize> From<[V; N]> for View {
    fn from(views: [V; N]) -> Self {
        many(views)
    }
}

impl<V: Into<View>> From<Vec<V>> for View {
    fn from(views: Vec<V>) -> Self {
        many(views)
    }
}

/// One after the other.
pub fn many<V: Into<View>>(views: impl IntoIterator<Item = V>) -> View {
    View::Many(views.into_iter().map(Into::into).collect())
}

/// A text that follows what it is made of.
pub fn words(words: impl Fn() -> String + 'static) -> View {
    View::Words(Box::new(words))
}

/// A part that is drawn anew whenever `value`, or what it is made of, changes.
pub fn live<T, V: Into<View>>(
    value: impl Fn() -> T + 'static,
    view: impl Fn(T) -> V + 'static,
) -> View {
    View::Live(Box::new(move || {
        let value = value();
        untrack(|| view(value).into())
    }))
}

/// A part that is there while there is something to show in it.
pub fn some<T, V: Into<View>>(
    value: impl Fn() -> Option<T> + 'static,
    view: impl Fn(T) -> V + 'static,
) -> View {
    live(value, move |value| value.map(&view))
}

/// A part that is there while `is`; it stays what it is for as long.
pub fn when<V: Into<View>>(
    is: impl Fn() -> bool + Send + Sync + 'static,
    view: impl Fn() -> V + 'static,
) -> View {
    let is = memo(is);
    live(move || is.get(), move |is| is.then(&view))
}

/// A list by keys: an element stays, with the focus in it, for as long as its key is listed.
pub fn each<T: 'static>(
    list: impl Fn() -> Vec<(String, T)> + 'static,
    view: impl Fn(T) -> El + 'static,
) -> View {
    let view = Rc::new(view);
    View::Each(Box::new(move || {
        let item = |(key, value)| {
            let view = view.clone();
            Item {
                key,
                make: Box::new(move || view(value)),
            }
        };
        list().into_iter().map(item).collect()
    }))
}

/// Markup of this page's own, never of anybody's data.
pub fn markup(html: &'static str) -> View {
    let Ok(holder) = document().create_element("div") else {
        return View::Nothing;
    };
    holder.set_inner_html(html);
    View::Many(std::iter::from_fn(|| take_first(&holder)).collect())
}

fn take_first(holder: &Element) -> Option<View> {
    let node = holder.first_child()?;
    holder.remove_child(&node).ok().map(View::Node)
}

/// Puts a view into `parent`, before `next` or at the end.
pub fn put(view: View, parent: &Node, next: Option<&Node>) {
    match view {
        View::Nothing => {}
        View::Node(node) => insert(&node, parent, next),
        View::Text(text) => insert(&text_node(&text), parent, next),
        View::Many(views) => {
            for view in views {
                put(view, parent, next);
            }
        }
        View::Words(words) => {
            let text = text_node("");
            insert(&text, parent, next);
            follow_text(words, Box::new(move |words| text.set_data(words)));
        }
        View::Live(view) => {
            let place = Place::new(parent, next);
            follow(Box::new(move || place.fill(view())));
        }
        View::Each(list) => {
            let mut keyed = Keyed {
                place: Place::new(parent, next),
                owner: Owner::current().unwrap_or_default(),
                entries: Vec::new(),
            };
            follow(Box::new(move || {
                let list = list();
                untrack(|| keyed.show(list));
            }));
        }
    }
}

/// Where something that changes stands: between two empty texts.
struct Place {
    start: Text,
    end: Text,
}

impl Place {
    fn new(parent: &Node, next: Option<&Node>) -> Self {
        let place = Place {
            start: text_node(""),
            end: text_node(""),
        };
        insert(&place.start, parent, next);
        insert(&place.end, parent, next);
        place
    }

    fn fill(&self, view: View) {
        let Some(parent) = self.end.parent_node() else {
            return;
        };
        while let Some(node) = self.start.next_sibling()
            && !node.is_same_node(Some(&self.end))
        {
            remove(&node);
        }
        put(view, &parent, Some(&self.end));
    }
}

struct Keyed {
    place: Place,
    owner: Owner,
    entries: Vec<Entry>,
}

struct Entry {
    key: String,
    node: Node,
    owner: Owner,
}

impl Keyed {
    fn show(&mut self, list: Vec<Item>) {
        let Some(parent) = self.place.end.parent_node() else {
            return;
        };
        self.entries.retain(|entry| {
            let stays = list.iter().any(|item| item.key == entry.key);
            if !stays {
                entry.owner.cleanup();
                remove(&entry.node);
            }
            stays
        });
        let mut before = std::mem::take(&mut self.entries);
        let mut next = self.place.start.next_sibling();
        for Item { key, make } in list {
            let known = before.iter().position(|entry| entry.key == key);
            let entry = match known {
                Some(at) => before.remove(at),
                None => {
                    let owner = self.owner.child();
                    let View::Node(node) = owner.with(make).into() else {
                        continue;
                    };
                    Entry { key, node, owner }
                }
            };
            // What stands in its place already is not touched: it may have the focus.
            match &next {
                Some(there) if there.is_same_node(Some(&entry.node)) => next = there.next_sibling(),
                _ => insert(&entry.node, &parent, next.as_ref()),
            }
            self.entries.push(entry);
        }
    }
}

fn text_node(text: &str) -> Text {
    document().create_text_node(text)
}

fn insert(node: &Node, parent: &Node, next: Option<&Node>) {
    // Neither it nor its place can be unfit: both are this page's own.
    drop(parent.insert_before(node, next));
}

fn remove(node: &Node) {
    if let Some(parent) = node.parent_node() {
        drop(parent.remove_child(node));
    }
}
