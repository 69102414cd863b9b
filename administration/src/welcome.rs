//! Where a link leads: its owner chooses a password, and is signed in.

use app::{
    api::Failure,
    ui::{
        element::{El, el},
        problem::failed,
        theme::theme_button,
        view::{View, some},
    },
};
use leptos::{prelude::*, task::spawn_local};
use shared::administration::{Invited, Welcome};

use crate::{api, form::Form, password::new_password, place::out};

/// The page at `/welcome`; the key stands behind the `#`, which browsers send to nobody.
pub fn welcome() -> View {
    let hash = window().location().hash().unwrap_or_default();
    let key = hash.trim_start_matches('#').to_owned();
    let answer = RwSignal::new(None::<Result<Invited, Failure>>);
    let ask = {
        let key = key.clone();
        move || {
            let key = key.clone();
            spawn_local(async move { answer.set(Some(api::invited(key).await)) });
        }
    };
    ask();
    let top = el("div", &[("class", "sign-in-top")])
        .child(el("span", &[("class", "brand")]).child("Sentlog"))
        .child(theme_button());
    let sheet = some(
        move || answer.get(),
        move |answer| match answer {
            Ok(invited) => choose(key.clone(), invited),
            Err(failure) => refused(&failure, ask.clone()),
        },
    );
    el("main", &[("class", "sign-in")])
        .child(top)
        .child(sheet)
        .into()
}

fn refused(failure: &Failure, again: impl Fn() + 'static) -> El {
    let retry = matches!(failure, Failure::Offline).then_some(again);
    el("div", &[("class", "sheet")])
        .child(el("h1", &[]).child("Choose a password"))
        .child(failed(failure.sentence(), retry))
        .child(el("p", &[]).child(out("/sign-in", &[]).child("Go to the sign-in page")))
}

fn choose(key: String, invited: Invited) -> El {
    let form = Form::new();
    let first = invited.name.is_none();
    let name = RwSignal::new(invited.name.unwrap_or_default());
    let password = RwSignal::new(String::new());
    let submit = move || {
        let chosen = Welcome {
            key: key.clone(),
            name: first.then(|| name.get_untracked().trim().to_owned()),
            password: password.get_untracked(),
        };
        form.send(async move { api::welcome(&chosen).await }, |_| {
            // The link, used up, leaves the browser's history.
            drop(window().location().replace("/"));
        });
    };
    let attributes = [
        ("type", "text"),
        ("name", "name"),
        ("autocomplete", "username"),
        ("autocapitalize", "none"),
        ("spellcheck", "false"),
    ];
    let field = el("input", &attributes)
        .bind(name)
        .attr_when("readonly", move || !first);
    let sentence = match first {
        true => {
            "Nobody administers this Sentlog yet. Choose the name and the password by which you will."
        }
        false => {
            "It is yours alone: whoever sent you the link does not learn it. The link is good this once."
        }
    };
    form.element(submit)
        .class_when("sheet", || true)
        .child(el("h1", &[]).child("Choose a password"))
        .child(el("p", &[("class", "quiet")]).child(sentence))
        .child(form.field("name", "Name", field))
        .child(new_password(form, "password", "Password", password))
        .child(form.problem_besides(&["name", "password"]))
        .child(form.submit("button primary", "Sign in"))
}
