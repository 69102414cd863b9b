//! Short notices at the foot of the page that go by themselves, and are read out.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    element::{El, el},
    view::each,
};

const STAYS: Duration = Duration::from_secs(6);

/// The notices on screen.
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<(u32, String)>>,
    next: StoredValue<u32>,
}

/// None yet.
impl Default for Toasts {
    fn default() -> Self {
        Toasts {
            list: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
        }
    }
}

impl Toasts {
    /// Shows a notice for a while.
    pub fn say(&self, sentence: impl Into<String>) {
        let Toasts { list, next } = *self;
        let number = next.get_value();
        next.set_value(number + 1);
        list.update(|list| list.push((number, sentence.into())));
        set_timeout(
            move || list.update(|list| list.retain(|(n, _)| *n != number)),
            STAYS,
        );
    }
}

/// Where notices appear.
pub fn toasts() -> El {
    let list = expect_context::<Toasts>().list;
    let attributes = [
        ("class", "toasts"),
        ("role", "log"),
        ("aria-live", "polite"),
        ("aria-label", "Notices"),
    ];
    let keyed = move || {
        let list = list.get().into_iter();
        list.map(|(number, words)| (number.to_string(), words))
            .collect()
    };
    el("div", &attributes).child(each(keyed, |words| {
        el("p", &[("class", "toast")]).child(words)
    }))
}
