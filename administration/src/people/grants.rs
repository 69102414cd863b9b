//! What somebody may do: a list of roles, each at all schools or at one.

use app::ui::{
    element::{El, button, el},
    view::{View, each, many, when},
};
use leptos::prelude::*;
use shared::{administration::PersonGrant, session::Permission};

use super::People;

/// One line of the list, while it is edited.
#[derive(Clone, Copy)]
struct Line {
    role: RwSignal<String>,
    /// Empty for all of them.
    school: RwSignal<String>,
}

/// The list, while it is edited.
#[derive(Clone, Copy)]
pub(super) struct Lines {
    people: People,
    lines: RwSignal<Vec<(u32, Line)>>,
    next: StoredValue<u32>,
}

impl Lines {
    /// What somebody has now.
    pub(super) fn of(people: People, grants: &[PersonGrant]) -> Self {
        let lines = Lines {
            people,
            lines: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
        };
        for grant in grants {
            lines.add(
                &grant.role,
                grant.organization.as_deref().unwrap_or_default(),
            );
        }
        lines
    }

    fn add(self, role: &str, school: &str) {
        let number = self.next.get_value();
        self.next.set_value(number + 1);
        let line = Line {
            role: RwSignal::new(role.to_owned()),
            school: RwSignal::new(school.to_owned()),
        };
        self.lines.update(|lines| lines.push((number, line)));
    }

    /// What it says now.
    pub(super) fn grants(self) -> Vec<PersonGrant> {
        let grant = |(_, line): &(u32, Line)| PersonGrant {
            role: line.role.get_untracked(),
            organization: Some(line.school.get_untracked()).filter(|school| !school.is_empty()),
        };
        self.lines
            .with_untracked(|lines| lines.iter().map(grant).collect())
    }

    /// The list, with what adds to it.
    pub(super) fn view(self) -> El {
        let keyed = move || {
            let lines = self.lines.get().into_iter();
            lines
                .map(|(number, line)| (number.to_string(), (number, line)))
                .collect()
        };
        let add = move || {
            self.add("viewer", "");
            // The new line is the last; one goes on there.
            set_timeout(focus_last, std::time::Duration::ZERO);
        };
        let none = move || self.lines.with(Vec::is_empty);
        el("fieldset", &[("class", "boxes")])
            .child(el("legend", &[]).child("Roles and schools"))
            .child(
                el(
                    "ul",
                    &[
                        ("class", "grant-lines"),
                        ("aria-label", "Roles and schools"),
                    ],
                )
                .child(each(keyed, move |line| self.line(line))),
            )
            .child(when(none, || {
                el("p", &[("class", "quiet")]).child("Without a role one sees nothing.")
            }))
            .child(
                el("div", &[("class", "actions")])
                    .child(button("button small", "Add another role").on_click(add)),
            )
    }

    fn line(self, (number, line): (u32, Line)) -> El {
        let People { roles, schools, .. } = self.people;
        let Line { role, school } = line;
        let remove = move || {
            self.lines
                .update(|lines| lines.retain(|(other, _)| *other != number));
            set_timeout(focus_add, std::time::Duration::ZERO);
        };
        // What somebody has is offered even before the lists are there.
        let role_names = move || {
            let mut names =
                roles.with(|all| all.iter().map(|role| role.name.clone()).collect::<Vec<_>>());
            offer(&mut names, role.get());
            names.into_iter().map(|name| (name.clone(), name)).collect()
        };
        let school_names = move || {
            let mut names = schools.with(|all| {
                all.iter()
                    .map(|school| school.name.clone())
                    .collect::<Vec<_>>()
            });
            offer(&mut names, school.get());
            let all = (String::new(), "All schools".to_owned());
            std::iter::once(all)
                .chain(names.into_iter().map(|name| (name.clone(), name)))
                .collect()
        };
        let idle = move || {
            let administers = roles
                .find(&role.get())
                .is_some_and(|role| role.permissions.contains(&Permission::Administer));
            administers && !school.with(String::is_empty)
        };
        let hint = when(idle, || {
            el("p", &[("class", "quiet hint")]).child(
                "Administering counts at all schools only; the rest of the role holds at this one.",
            )
        });
        el("li", &[("class", "grant-line")])
            .child(choice("Role", role, role_names))
            .child(el("span", &[("class", "quiet")]).child("at"))
            .child(choice("School", school, school_names))
            .child(button("button small quiet-button", "Remove").on_click(remove))
            .child(hint)
    }
}

/// Adds a name that is missing.
fn offer(names: &mut Vec<String>, name: String) {
    if !name.is_empty() && !names.contains(&name) {
        names.push(name);
    }
}

/// A choice of one of some names.
fn choice(
    label: &'static str,
    value: RwSignal<String>,
    names: impl Fn() -> Vec<(String, String)> + 'static,
) -> El {
    let options = app::ui::view::live(names, move |names| -> View {
        many(names.into_iter().map(|(name, words)| {
            let option = el("option", &[("value", &name)]).child(words);
            let is_chosen = value.with_untracked(|value| *value == name);
            option
                .of::<leptos::web_sys::Element>()
                .toggle_attribute_with_force("selected", is_chosen)
                .ok();
            option
        }))
    });
    el(
        "select",
        &[("aria-label", label), ("class", "choice-field")],
    )
    .child(options)
    .on_value("change", move |chosen| value.set(chosen))
}

fn focus_last() {
    focus(".grant-line:last-child select");
}

fn focus_add() {
    focus(".grant-lines ~ .actions button");
}

fn focus(selector: &str) {
    use wasm_bindgen::JsCast;
    if let Ok(Some(found)) = document().query_selector(selector)
        && let Ok(found) = found.dyn_into::<leptos::web_sys::HtmlElement>()
    {
        drop(found.focus());
    }
}
