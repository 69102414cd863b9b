//! One's own account, for everybody: the password, and the sessions elsewhere.

use app::ui::{
    element::{El, button, el},
    toast::Toasts,
    view::View,
};
use leptos::prelude::*;
use shared::{administration::NewPassword, session::CurrentUser};

use crate::{
    api,
    confirm::confirm,
    form::Form,
    modal::modal,
    password::{new_password, password},
};

/// The section.
pub fn account(user: &CurrentUser) -> View {
    let fact = |term: &'static str, value: String| {
        el("div", &[])
            .child(el("dt", &[]).child(term))
            .child(el("dd", &[("dir", "auto")]).child(value))
    };
    let facts = el("dl", &[("class", "pairs")])
        .child(fact("Name", user.name.clone()))
        .child(fact("Role", user.role.clone()));
    [
        card("You").child(facts),
        change_password(&user.name),
        elsewhere(),
    ]
    .into()
}

fn card(title: &'static str) -> El {
    el("section", &[("class", "card"), ("aria-label", title)]).child(el("h2", &[]).child(title))
}

fn change_password(name: &str) -> El {
    let toasts = expect_context::<Toasts>();
    let form = Form::new();
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move || {
        let asked = NewPassword {
            current: current.get_untracked(),
            new: new.get_untracked(),
        };
        form.send(
            async move { api::change_password(&asked).await },
            move |()| {
                current.set(String::new());
                new.set(String::new());
                toasts.say("The password is changed. Other browsers are signed out.");
            },
        );
    };
    // Password managers look for the name that goes with it.
    let whose = [
        ("type", "text"),
        ("autocomplete", "username"),
        ("value", name),
        ("hidden", ""),
        ("readonly", ""),
    ];
    let fields = form
        .element(submit)
        .child(el("input", &whose))
        .child(form.field(
            "current",
            "Current password",
            password("current", "current-password", current),
        ))
        .child(new_password(form, "new", "New password", new))
        .child(form.problem_besides(&["current", "new"]))
        .child(
            el("div", &[("class", "actions")])
                .child(form.submit("button primary", "Change the password")),
        );
    card("Password").child(fields)
}

fn elsewhere() -> El {
    let toasts = expect_context::<Toasts>();
    let open = RwSignal::new(None::<()>);
    let go = move |form: Form| {
        form.send(api::end_own_sessions(), move |ended| {
            open.set(None);
            toasts.say(match ended.sessions {
                0 => "You are signed in nowhere else.".to_owned(),
                1 => "One other session is ended.".to_owned(),
                many => format!("{many} other sessions are ended."),
            });
        });
    };
    let question = move |()| {
        let sentence = "You are signed out on every other browser at once, whoever sits before it. You stay signed in here.";
        let content = confirm(sentence.into(), "Sign out everywhere else", go, move || {
            open.set(None)
        });
        ("Sign out everywhere else".to_owned(), content)
    };
    card("Other browsers")
        .child(el("p", &[]).child(
            "If you forgot to sign out somewhere, or lost a device, end your sessions there.",
        ))
        .child(
            el("div", &[("class", "actions")]).child(
                button("button danger", "Sign out everywhere else")
                    .on_click(move || open.set(Some(()))),
            ),
        )
        .child(modal(open, question))
}
