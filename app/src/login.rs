//! The sign-in page.

use leptos::{
    prelude::*,
    task::spawn_local,
    web_sys::{Event, HtmlElement},
};
use shared::{
    paths,
    session::{Credentials, SessionInfo},
};

use crate::{
    api::{self, Answer},
    location,
    session::Session,
    ui::{
        element::{El, button, effect, el},
        problem::problem,
        theme::theme_button,
        view::when,
    },
};

/// The page at `/sign-in`.
pub fn sign_in() -> El {
    let session = expect_context::<Session>();
    let name = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let refusal = RwSignal::new(None::<String>);
    document().set_title("Sign in · Sentlog");

    let finish = move |answer: Answer<SessionInfo>| {
        busy.set(false);
        match answer {
            Ok(info) => session.enter(info),
            Err(failure) => refusal.set(Some(failure.sentence())),
        }
    };
    let submit = move |event: Event| {
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
    let visit = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        refusal.set(None);
        spawn_local(async move { finish(api::sign_in_to_demo().await) });
    };
    let demo = move || session.info().is_some_and(|info| info.demo);
    let offer = move || session.info().and_then(|info| info.sign_on);
    let alone = move || offer().is_some_and(|offer| offer.alone);
    effect(move || {
        if let Some(offer) = offer() {
            refusal.set(offer.refusal);
        }
    });

    let name_field = el(
        "input",
        &[
            ("type", "text"),
            ("name", "name"),
            ("autocomplete", "username"),
            ("autocapitalize", "none"),
            ("spellcheck", "false"),
            ("required", ""),
        ],
    );
    let password_field = el(
        "input",
        &[
            ("type", "password"),
            ("name", "password"),
            ("autocomplete", "current-password"),
            ("required", ""),
        ],
    );
    let first: HtmlElement = name_field.of();
    effect(move || drop(first.focus()));
    let field = |label: &'static str, field: El, text| {
        el("label", &[("class", "field")])
            .child(el("span", &[]).child(label))
            .child(field.bind(text))
            .attr_when("hidden", alone)
    };
    let top = el("div", &[("class", "sign-in-top")])
        .child(el("span", &[("class", "brand")]).child("Sentlog"))
        .child(theme_button());
    let form = el("form", &[("class", "sheet")])
        .on("submit", submit)
        .child(el("h1", &[]).child("Sign in to Sentlog"))
        .child(el("p", &[("class", "quiet")]).child("Every message the district sent, in one log."))
        .child(problem(refusal))
        .child(field("Name", name_field, name))
        .child(field("Password", password_field, password))
        .child(
            el("button", &[("class", "button primary"), ("type", "submit")])
                .aria("aria-busy", move || busy.get())
                .attr_when("hidden", alone)
                .child("Sign in"),
        )
        .child(when(
            move || offer().is_some(),
            move || {
                // The query says where to go on to, as it does for the form.
                let address = [paths::SIGN_ON, &location::query()].concat();
                let name = offer().map(|offer| offer.name).unwrap_or_default();
                el("a", &[("class", "button"), ("href", &address)])
                    .child(["Sign in with ", &name].concat())
            },
        ))
        .child(when(demo, move || {
            el("div", &[("class", "demo")])
                .child(el("p", &[]).child(
                    "This is a demonstration. Its district, people and messages are made up.",
                ))
                .child(button("button", "Enter the demonstration").on_click(visit))
        }));
    el("main", &[("class", "sign-in")]).child(top).child(form)
}
