//! What is done to somebody's account, after a question.

use app::ui::{toast::Toasts, view::View};
use leptos::prelude::*;
use shared::{
    administration::{PasswordLink, Person},
    datetime,
};

use super::{Open, People};
use crate::{api, confirm::confirm, form::Form, once::once};

/// What is asked about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Another link to choose a password by.
    Link,
    /// The end of every session.
    SignOut,
    /// No more signing in.
    Disable,
}

impl Act {
    /// The dialog's title.
    pub(super) fn title(self, name: &str) -> String {
        match self {
            Act::Link => format!("A password link for {name}"),
            Act::SignOut => format!("Sign {name} out everywhere"),
            Act::Disable => format!("Disable {name}"),
        }
    }

    /// What will happen.
    fn sentence(self, name: &str) -> String {
        match self {
            Act::Link => format!(
                "The password of {name} opens nothing from now on, and they are signed out everywhere. You get a link by which they choose another one."
            ),
            Act::SignOut => format!(
                "{name} is signed out on every browser at once; what is open there closes. They may sign in again."
            ),
            Act::Disable => format!(
                "{name} is signed out at once, open pages end, and nobody can sign in by that name until you enable it again. What they did stays on record."
            ),
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Act::Link => "Make the link",
            Act::SignOut => "Sign out everywhere",
            Act::Disable => "Disable",
        }
    }
}

/// The question, and what follows.
pub(super) fn asking(people: People, act: Act, person: Person) -> View {
    let People { listing, open, .. } = people;
    let toasts = expect_context::<Toasts>();
    let id = person.id;
    let name = person.name.clone();
    let go = move |form: Form| {
        let done = move |words: &'static str| {
            open.set(None);
            toasts.say(words);
            listing.load();
        };
        match act {
            Act::Link => {
                let name = name.clone();
                form.send(api::link(id), move |link| {
                    open.set(Some(Open::Link(name, link)));
                    listing.load();
                });
            }
            Act::SignOut => form.send(api::sign_out_person(id), move |_| {
                done("Every session is ended.")
            }),
            Act::Disable => form.send(api::disable(id, true), move |()| {
                done("They can sign in no more.")
            }),
        }
    };
    let sentence = act.sentence(&person.name);
    confirm(sentence, act.words(), go, move || {
        open.set(Some(Open::Edit(person.clone())))
    })
}

/// The link, shown this once.
pub(super) fn linking(people: People, name: &str, link: PasswordLink) -> View {
    let origin = window().location().origin().unwrap_or_default();
    let sentence = format!(
        "Give this link to {name}. Whoever opens it first chooses the password; it is good once, until {}.",
        datetime::display(&link.expires_at)
    );
    once(sentence, "Link", [origin, link.path].concat(), move || {
        people.open.set(None)
    })
}
