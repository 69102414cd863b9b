//! What an address that leads nowhere shows.

use leptos::prelude::*;

/// The page at any unknown path.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <main class="plain">
            <h1>"There is no such page"</h1>
            <p>"The address may be mistyped, or the link out of date."</p>
            <p><a href="/">"Go to the Sent Message Log"</a></p>
        </main>
    }
}
