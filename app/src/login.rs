//! The sign-in page.

use leptos::{ev, html, prelude::*, task::spawn_local};
use shared::session::{Credentials, SessionInfo};

use crate::{
    api::{self, Answer},
    session::Session,
    ui::theme::ThemeButton,
};

/// The page at `/sign-in`.
#[component]
pub fn SignIn() -> impl IntoView {
    let session = expect_context::<Session>();
    let name = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let refusal = RwSignal::new(None::<String>);
    let first = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = first.get() {
            drop(field.focus());
        }
    });
    document().set_title("Sign in · Sentlog");

    let finish = move |answer: Answer<SessionInfo>| {
        busy.set(false);
        match answer {
            Ok(info) => session.enter(info),
            Err(failure) => refusal.set(Some(failure.sentence())),
        }
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        refusal.set(None);
        let credentials = Credentials {
            name: name.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
        };
        spawn_local(async move { finish(api::sign_in(&credentials).await) });
    };
    let visit = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        refusal.set(None);
        spawn_local(async move { finish(api::sign_in_to_demo().await) });
    };
    let demo = move || session.info().is_some_and(|info| info.demo);

    view! {
        <main class="sign-in">
            <div class="sign-in-top">
                <span class="brand">"Sentlog"</span>
                <ThemeButton/>
            </div>
            <form class="sheet" on:submit=submit>
                <h1>"Sign in to Sentlog"</h1>
                <p class="quiet">"Every message the district sent, in one log."</p>
                {move || refusal.get().map(|sentence| view! {
                    <p class="problem" role="alert">{sentence}</p>
                })}
                <label class="field">
                    <span>"Name"</span>
                    <input type="text" name="name" autocomplete="username" autocapitalize="none"
                        spellcheck="false" required node_ref=first bind:value=name/>
                </label>
                <label class="field">
                    <span>"Password"</span>
                    <input type="password" name="password" autocomplete="current-password" required
                        bind:value=password/>
                </label>
                <button class="button primary" type="submit" aria-busy=move || busy.get().to_string()>
                    "Sign in"
                </button>
                <Show when=demo>
                    <div class="demo">
                        <p>"This is a demonstration. Its district, people and messages are made up."</p>
                        <button class="button" type="button" on:click=visit>
                            "Enter the demonstration"
                        </button>
                    </div>
                </Show>
            </form>
        </main>
    }
}
