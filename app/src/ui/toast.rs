//! Short notices at the foot of the page that go by themselves, and are read out.

use std::time::Duration;

use leptos::prelude::*;

const STAYS: Duration = Duration::from_secs(6);

/// The notices on screen.
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<(u32, String)>>,
    next: StoredValue<u32>,
}

impl Toasts {
    /// None yet.
    pub fn new() -> Self {
        Toasts {
            list: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
        }
    }

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
#[component]
pub fn Toasts() -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    view! {
        <div class="toasts" role="log" aria-live="polite" aria-label="Notices">
            <For each=move || toasts.list.get() key=|(number, _)| *number let:toast>
                <p class="toast">{toast.1}</p>
            </For>
        </div>
    }
}
