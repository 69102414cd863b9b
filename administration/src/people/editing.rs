//! Adding somebody, and changing what somebody may do.

use app::ui::{
    element::{El, button, el},
    toast::Toasts,
    view::View,
};
use leptos::prelude::*;
use shared::{
    administration::{NewPerson, Person, SignsIn},
    datetime,
};

use super::{Open, People, acts::Act, grants::Lines};
use crate::{
    api,
    form::{Form, foot},
};

/// The form that makes an account.
pub(super) fn adding(people: People) -> View {
    let People { listing, open, .. } = people;
    let form = Form::new();
    let name = RwSignal::new(String::new());
    let viewer = shared::administration::PersonGrant {
        role: "viewer".into(),
        organization: None,
    };
    let lines = Lines::of(people, &[viewer]);
    let submit = move || {
        let new = NewPerson {
            name: name.with_untracked(|name| name.trim().to_owned()),
            grants: lines.grants(),
        };
        let called = new.name.clone();
        form.send(async move { api::add_person(&new).await }, move |made| {
            open.set(Some(Open::Link(called, made.link)));
            listing.load();
        });
    };
    let attributes = [
        ("type", "text"),
        ("autocomplete", "off"),
        ("autocapitalize", "none"),
        ("spellcheck", "false"),
        ("dir", "auto"),
    ];
    let field = el("input", &attributes).bind(name);
    form.element(submit)
        .child(form.field("name", "Name to sign in with", field))
        .child(lines.view())
        .child(
            el("p", &[("class", "quiet")])
                .child("You get a link by which they choose their password."),
        )
        .child(form.problem_besides(&["name"]))
        .child(foot(
            move || open.set(None),
            form.submit("button primary", "Add"),
        ))
        .into()
}

/// What somebody may do, and what can be done about their account.
pub(super) fn editing(people: People, person: Person) -> View {
    let People { listing, open, .. } = people;
    let toasts = expect_context::<Toasts>();
    let form = Form::new();
    let id = person.id;
    let by_provider = person.signs_in == SignsIn::Provider;
    let lines = Lines::of(people, &person.grants);
    let submit = move || {
        form.send(api::grant(id, lines.grants()), move |()| {
            open.set(None);
            toasts.say("Saved. It holds from their next step on, also on pages that are open.");
            listing.load();
        });
    };
    let facts = [
        Some(format!("Made {}.", datetime::display(&person.created_at))),
        person
            .disabled_at
            .map(|at| format!("Disabled {}.", datetime::display(&at))),
        (person.signs_in == SignsIn::NotYet)
            .then(|| "Has not used the link to choose a password.".into()),
    ];
    let facts: Vec<_> = facts.into_iter().flatten().collect();
    let roles = match by_provider {
        true => el("p", &[]).child(format!(
            "The district’s provider says at each sign-in what they may do: {}.",
            person
                .grants
                .iter()
                .map(super::words_of)
                .collect::<Vec<_>>()
                .join("; ")
        )),
        false => lines.view(),
    };
    let onward = match by_provider {
        true => el("span", &[]),
        false => form.submit("button primary", "Save"),
    };
    form.element(submit)
        .child(el("p", &[("class", "quiet figures")]).child(facts.join(" ")))
        .child(roles)
        .child(form.problem_besides(&[]))
        .child(foot(move || open.set(None), onward))
        .child(account_acts(people, person))
        .into()
}

/// Buttons for the account itself.
fn account_acts(people: People, person: Person) -> El {
    let People { listing, open, .. } = people;
    let toasts = expect_context::<Toasts>();
    let form = Form::new();
    let id = person.id;
    let ask = |class: &'static str, words: &'static str, act: Act| {
        let person = person.clone();
        button(class, words).on_click(move || open.set(Some(Open::Ask(act, person.clone()))))
    };
    let enable = move || {
        form.send(api::disable(id, false), move |()| {
            open.set(None);
            toasts.say("They may sign in again.");
            listing.load();
        });
    };
    let is_disabled = person.disabled_at.is_some();
    let link = (person.signs_in != SignsIn::Provider && !is_disabled)
        .then(|| ask("button", "Make a password link", Act::Link));
    let sign_out =
        (person.sessions > 0).then(|| ask("button danger", "Sign out everywhere", Act::SignOut));
    let disable = match is_disabled {
        true => button("button", "Enable").on_click(enable),
        false => ask("button danger", "Disable", Act::Disable),
    };
    el("div", &[("class", "acts")])
        .child(link)
        .child(sign_out)
        .child(disable)
        .child(form.problem_besides(&[]))
}
