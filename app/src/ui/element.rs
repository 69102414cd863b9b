//! Elements of the page: a thin layer between the browser's own and Leptos' signals.
//!
//! Whatever changes by itself (a text, an attribute, a part of the page) is one boxed closure run by one kind
//! of effect, and elements are made by calls rather than by a type for each. That keeps the page small: the
//! same views as types of their own weighed a third more. Effects and listeners belong to the part of the
//! page that made them, and end with it.

use leptos::{
    prelude::*,
    reactive::effect::RenderEffect,
    web_sys::{self, Element, Event, EventTarget, HtmlInputElement},
};
use wasm_bindgen::{JsCast, closure::Closure};

use super::view::{View, put};

/// An element of the page.
#[derive(Clone)]
pub struct El(Element);

/// Makes an element with attributes that stay as they are.
pub fn el(tag: &str, attributes: &[(&str, &str)]) -> El {
    let element = document().create_element(tag);
    let element = element.expect("the names of elements are valid");
    for (name, value) in attributes {
        set_attribute(&element, name, value);
    }
    El(element)
}

/// Makes a button that shows `words`.
pub fn button(class: &str, words: &'static str) -> El {
    el("button", &[("class", class), ("type", "button")]).child(words)
}

impl El {
    /// The browser's element, as what it is known to be.
    pub fn of<T: JsCast>(&self) -> T {
        self.0.clone().unchecked_into()
    }

    /// Puts something at the end of it.
    pub fn child(self, view: impl Into<View>) -> Self {
        put(view.into(), &self.0, None);
        self
    }

    /// Gives it a style of its own: attributes called `style` are refused by the page's security policy.
    pub fn style(self, property: &str, value: &str) -> Self {
        set_style(self.0.unchecked_ref(), property, value);
        self
    }

    /// Keeps an attribute at what `value` says.
    pub fn attr_by(self, name: &'static str, value: impl Fn() -> String + 'static) -> Self {
        let element = self.0.clone();
        follow_text(
            Box::new(value),
            Box::new(move |value| set_attribute(&element, name, value)),
        );
        self
    }

    /// Keeps an attribute such as `aria-busy` at *true* or *false*.
    pub fn aria(self, name: &'static str, is: impl Fn() -> bool + 'static) -> Self {
        self.tie(Box::new(is), move |element, is| {
            set_attribute(element, name, if is { "true" } else { "false" });
        })
    }

    /// Has an attribute such as `disabled` while `is`.
    pub fn attr_when(self, name: &'static str, is: impl Fn() -> bool + 'static) -> Self {
        self.attr_while(name, "", is)
    }

    /// Has an attribute of that value while `is`.
    pub fn attr_while(
        self,
        name: &'static str,
        value: &'static str,
        is: impl Fn() -> bool + 'static,
    ) -> Self {
        self.tie(Box::new(is), move |element, is| match is {
            true => set_attribute(element, name, value),
            // An attribute whose name is valid can be removed.
            false => drop(element.remove_attribute(name)),
        })
    }

    /// Has a class while `is`.
    pub fn class_when(self, class: &'static str, is: impl Fn() -> bool + 'static) -> Self {
        self.tie(Box::new(is), move |element, is| {
            drop(element.class_list().toggle_with_force(class, is));
        })
    }

    /// Keeps a box ticked while `is`.
    pub fn checked_when(self, is: impl Fn() -> bool + 'static) -> Self {
        self.tie(Box::new(is), |element, is| {
            let field: &HtmlInputElement = element.unchecked_ref();
            field.set_checked(is);
        })
    }

    /// Keeps what stands in a field at what `value` says.
    pub fn value_by(self, value: impl Fn() -> String + 'static) -> Self {
        let field: HtmlInputElement = self.of();
        follow(Box::new(move || {
            let value = value();
            if field.value() != value {
                field.set_value(&value);
            }
        }));
        self
    }

    /// Keeps a field and a text at the same.
    pub fn bind(self, text: RwSignal<String>) -> Self {
        self.value_by(move || text.get())
            .on_value("input", move |value| text.set(value))
    }

    /// Hears an event.
    pub fn on<E: JsCast>(self, event: &'static str, mut heard: impl FnMut(E) + 'static) -> Self {
        hear(
            self.0.as_ref(),
            event,
            Box::new(move |event| heard(event.unchecked_into())),
        );
        self
    }

    /// Hears a press, by whatever means.
    pub fn on_click(self, mut pressed: impl FnMut() + 'static) -> Self {
        hear(self.0.as_ref(), "click", Box::new(move |_| pressed()));
        self
    }

    /// Hears an event of a field or a choice, and reads what stands in it.
    pub fn on_value(self, event: &'static str, mut heard: impl FnMut(String) + 'static) -> Self {
        // Fields, choices and text areas name it alike.
        let field: HtmlInputElement = self.of();
        hear(
            self.0.as_ref(),
            event,
            Box::new(move |_| heard(field.value())),
        );
        self
    }

    fn tie(self, is: Box<dyn Fn() -> bool>, set: impl Fn(&Element, bool) + 'static) -> Self {
        let element = self.0.clone();
        let mut before = None;
        follow(Box::new(move || {
            let now = is();
            if before != Some(now) {
                before = Some(now);
                set(&element, now);
            }
        }));
        self
    }
}

impl From<El> for View {
    fn from(element: El) -> Self {
        View::Node(element.0.into())
    }
}

/// Hears an event of the window while this part of the page is there.
pub fn on_window<E: JsCast>(event: &'static str, mut heard: impl FnMut(E) + 'static) {
    hear(
        window().as_ref(),
        event,
        Box::new(move |event| heard(event.unchecked_into())),
    );
}

struct Listener {
    target: EventTarget,
    event: &'static str,
    heard: Closure<dyn FnMut(Event)>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let heard = self.heard.as_ref().unchecked_ref();
        drop(
            self.target
                .remove_event_listener_with_callback(self.event, heard),
        );
    }
}

fn hear(target: &EventTarget, event: &'static str, heard: Box<dyn FnMut(Event)>) {
    let heard = Closure::wrap(heard);
    drop(target.add_event_listener_with_callback(event, heard.as_ref().unchecked_ref()));
    keep(Listener {
        target: target.clone(),
        event,
        heard,
    });
}

/// Keeps a value until this part of the page ends.
fn keep<T: 'static>(value: T) {
    StoredValue::new_local(value);
}

/// Runs `run` now, and again whenever what it has read changes.
pub(super) fn follow(mut run: Box<dyn FnMut()>) {
    keep(RenderEffect::new(move |_: Option<()>| run()));
}

/// Hands a text to `set` now, and again whenever it becomes another.
pub(super) fn follow_text(text: Box<dyn Fn() -> String>, set: Box<dyn Fn(&str)>) {
    let mut before = None;
    follow(Box::new(move || {
        let now = text();
        if before.as_ref() != Some(&now) {
            set(&now);
            before = Some(now);
        }
    }));
}

/// Runs `run` once this part of the page is on screen, and again whenever what it has read changes.
pub fn effect(run: impl FnMut() + 'static) {
    fn later(mut run: Box<dyn FnMut()>) {
        Effect::new(move |_: Option<()>| run());
    }
    later(Box::new(run));
}

/// A value made of others, which tells of a change only where it is another.
pub fn memo<T: PartialEq + Send + Sync + 'static>(
    value: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    fn of<T: PartialEq + Send + Sync + 'static>(
        value: Box<dyn Fn() -> T + Send + Sync>,
    ) -> Memo<T> {
        Memo::new(move |_| value())
    }
    of(Box::new(value))
}

/// Sets an attribute whose name is known to be valid, which cannot fail.
pub fn set_attribute(element: &Element, name: &str, value: &str) {
    drop(element.set_attribute(name, value));
}

/// Sets a style property that is known to be valid, which cannot fail.
pub fn set_style(element: &web_sys::HtmlElement, property: &str, value: &str) {
    drop(element.style().set_property(property, value));
}
