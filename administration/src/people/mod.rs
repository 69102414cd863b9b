//! People: who may sign in, and what they may do.

mod acts;
mod editing;
mod grants;

use app::ui::{
    element::{button, el},
    view::{View, many},
};
use leptos::prelude::*;
use shared::{
    administration::{PasswordLink, Person, PersonGrant, RoleOffered, School, SignsIn},
    paths,
};

use crate::{
    instant::{instant_or, state},
    listing::{Item, Listing, Shape, finder, head, table},
    modal::modal,
    schools::contains,
};
use acts::Act;

impl Item for Person {
    fn key(&self) -> String {
        self.id.to_string()
    }
}

/// What is open.
#[derive(Clone)]
enum Open {
    Add,
    Edit(Person),
    Ask(Act, Person),
    Link(String, PasswordLink),
}

/// What the section works with.
#[derive(Clone, Copy)]
struct People {
    listing: Listing<Person>,
    roles: Listing<RoleOffered>,
    schools: Listing<School>,
    open: RwSignal<Option<Open>>,
}

/// The section.
pub fn people() -> View {
    let people = People {
        listing: Listing::of(paths::PEOPLE),
        roles: Listing::of(paths::ROLES),
        schools: Listing::of(paths::SCHOOLS),
        open: RwSignal::new(None),
    };
    let People { listing, open, .. } = people;
    let sought = RwSignal::new(String::new());
    let add = button("button primary", "Add a person").on_click(move || open.set(Some(Open::Add)));
    let shape = Shape {
        name: "People",
        columns: &[
            "Name",
            "Roles and schools",
            "State",
            "Signs in",
            "Last seen",
            "Signed in on",
        ],
        none: "Nobody may sign in yet.",
        cells: |person: &Person| {
            vec![
                el("span", &[("dir", "auto")])
                    .child(person.name.clone())
                    .into(),
                grants_of(&person.grants),
                standing(person),
                signs_in(person.signs_in).into(),
                instant_or(person.seen_at.as_ref(), "Not lately"),
                sessions_of(person.sessions),
            ]
        },
    };
    let wanted = move |person: &Person| {
        let sought = sought.get();
        let grant = |grant: &PersonGrant| contains(&words_of(grant), &sought);
        contains(&person.name, &sought) || person.grants.iter().any(grant)
    };
    let act = move |person: Person| -> View {
        let label = ["Edit ", &person.name].concat();
        let edit = [
            ("class", "button small"),
            ("type", "button"),
            ("aria-label", label.as_str()),
        ];
        let key = person.key();
        el("button", &edit)
            .child("Edit")
            .on_click(move || open.set(listing.find(&key).map(Open::Edit)))
            .into()
    };
    let view = move |shown: Open| match shown {
        Open::Add => ("Add a person".to_owned(), editing::adding(people)),
        Open::Edit(person) => (person.name.clone(), editing::editing(people, person)),
        Open::Ask(act, person) => (act.title(&person.name), acts::asking(people, act, person)),
        Open::Link(name, link) => (name.clone(), acts::linking(people, &name, link)),
    };
    [
        head("People", listing, add).into(),
        finder("Find people", sought).into(),
        listing.standing(),
        table(listing, shape, wanted, act),
        modal(open, view).into(),
    ]
    .into()
}

/// A grant in words.
fn words_of(grant: &PersonGrant) -> String {
    let place = grant.organization.as_deref().unwrap_or("all schools");
    format!("{} at {place}", grant.role)
}

fn grants_of(grants: &[PersonGrant]) -> View {
    if grants.is_empty() {
        return el("span", &[("class", "quiet")]).child("None").into();
    }
    let line = |grant| el("li", &[("dir", "auto")]).child(words_of(grant));
    el("ul", &[("class", "grants-of")])
        .child(many(grants.iter().map(line)))
        .into()
}

fn standing(person: &Person) -> View {
    match (person.disabled_at, person.signs_in) {
        (Some(_), _) => state("canceled", "Disabled").into(),
        (None, SignsIn::NotYet) => state("waiting", "Link not used").into(),
        (None, SignsIn::Password | SignsIn::Provider) => state("sent", "May sign in").into(),
    }
}

const fn signs_in(how: SignsIn) -> &'static str {
    match how {
        SignsIn::Password => "By a password",
        SignsIn::Provider => "At the provider",
        SignsIn::NotYet => "Not yet",
    }
}

fn sessions_of(sessions: u32) -> View {
    match sessions {
        0 => el("span", &[("class", "quiet")]).child("Nowhere").into(),
        some => el("span", &[("class", "figures")])
            .child(app::figures::counted(some.into(), "browser", "browsers"))
            .into(),
    }
}
