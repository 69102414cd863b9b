//! Schools: where rights may be granted.

use app::ui::{
    element::{button, el},
    toast::Toasts,
    view::View,
};
use leptos::prelude::*;
use shared::{
    administration::{NewSchool, School},
    paths,
};

use crate::{
    api,
    form::{Form, foot},
    listing::{Item, Listing, Shape, finder, head, table},
    modal::modal,
};

impl Item for School {
    fn key(&self) -> String {
        self.name.clone()
    }
}

/// The section.
pub fn schools() -> View {
    let listing = Listing::<School>::of(paths::SCHOOLS);
    let open = RwSignal::new(None::<()>);
    let sought = RwSignal::new(String::new());
    let add = button("button primary", "Add a school").on_click(move || open.set(Some(())));
    let shape = Shape {
        name: "Schools",
        columns: &["District/School", "Messages"],
        none: "No message was sent yet. Add a school to grant rights at it before its first.",
        cells: |school: &School| {
            let figures = [("class", "figures")];
            vec![
                el("span", &[("dir", "auto")])
                    .child(school.name.clone())
                    .into(),
                el("span", &figures)
                    .child(app::figures::grouped(school.messages))
                    .into(),
            ]
        },
    };
    let wanted = move |school: &School| contains(&school.name, &sought.get());
    [
        head("Schools", listing, add).into(),
        el("p", &[("class", "quiet lead")])
            .child("A school appears by its first message. Rights can be granted at each of them.")
            .into(),
        finder("Find schools", sought).into(),
        listing.standing(),
        table(listing, shape, wanted, |_| View::Nothing),
        modal(open, move |()| {
            ("Add a school".into(), adding(listing, open))
        })
        .into(),
    ]
    .into()
}

/// Whether a name contains what was typed, in whatever case.
pub fn contains(name: &str, typed: &str) -> bool {
    name.to_lowercase().contains(&typed.trim().to_lowercase())
}

fn adding(listing: Listing<School>, open: RwSignal<Option<()>>) -> View {
    let toasts = expect_context::<Toasts>();
    let form = Form::new();
    let name = RwSignal::new(String::new());
    let submit = move || {
        let new = NewSchool {
            name: name.get_untracked().trim().to_owned(),
        };
        form.send(async move { api::add_school(&new).await }, move |school| {
            open.set(None);
            toasts.say(format!("{} is added.", school.name));
            listing.load();
        });
    };
    let field = el(
        "input",
        &[("type", "text"), ("autocomplete", "off"), ("dir", "auto")],
    )
    .bind(name);
    form.element(submit)
        .child(form.field(
            "name",
            "District/School, as the messages will give it",
            field,
        ))
        .child(form.problem_besides(&["name"]))
        .child(foot(
            move || open.set(None),
            form.submit("button primary", "Add"),
        ))
        .into()
}
