//! The bar at the top: what this is, who is signed in.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api,
    app::{Place, go},
    location,
    session::Session,
    ui::{theme::ThemeButton, toast::Toasts},
};

/// The bar.
#[component]
pub fn TopBar(
    /// Where the page is.
    place: RwSignal<Place>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let toasts = expect_context::<Toasts>();
    let sign_out = move |_| {
        spawn_local(async move {
            match api::sign_out().await {
                Ok(()) => {
                    if let Some(mut info) = session.info() {
                        info.user = None;
                        session.set(info);
                    }
                    location::push("/sign-in");
                    go(place);
                }
                Err(failure) => {
                    if !session.ended_by(&failure) {
                        toasts.say(failure.sentence());
                    }
                }
            }
        })
    };
    view! {
        <header class="top">
            <span class="brand">"Sentlog"</span>
            <h1>"Sent Message Log"</h1>
            <div class="top-end">
                {move || session.user().map(|user| view! { <span class="user" dir="auto">{user.name}</span> })}
                <ThemeButton/>
                <button class="button small quiet-button" type="button" on:click=sign_out>"Sign out"</button>
            </div>
        </header>
    }
}
