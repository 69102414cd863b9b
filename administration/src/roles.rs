//! Roles: named sets of permissions.

use app::ui::{
    element::{El, button, el},
    toast::Toasts,
    view::{View, many, words},
};
use leptos::{prelude::*, web_sys::Event};
use shared::{administration::RoleOffered, paths, session::Permission};

use crate::{
    api,
    confirm::confirm,
    form::{Form, foot},
    listing::{Item, Listing, Shape, head, table},
    modal::modal,
    permissions,
};

impl Item for RoleOffered {
    fn key(&self) -> String {
        self.name.clone()
    }
}

/// What is open.
#[derive(Clone)]
enum Open {
    Add,
    Edit(RoleOffered),
    Delete(RoleOffered),
}

/// The section.
pub fn roles() -> View {
    let listing = Listing::<RoleOffered>::of(paths::ROLES);
    let open = RwSignal::new(None::<Open>);
    let add = button("button primary", "Add a role").on_click(move || open.set(Some(Open::Add)));
    let shape = Shape {
        name: "Roles",
        columns: &[
            "Role",
            "See messages",
            "Cancel and resend",
            "Print reports",
            "See addresses",
            "Administer",
            "People",
        ],
        none: "There are no roles.",
        cells: |role: &RoleOffered| {
            let mut cells = vec![
                el("span", &[("dir", "auto")])
                    .child(role.name.clone())
                    .into(),
            ];
            for permission in permissions::OF_PEOPLE {
                cells.push(match role.permissions.contains(&permission) {
                    true => el("span", &[("class", "yes")]).child("Yes").into(),
                    false => el("span", &[("class", "quiet")]).child("No").into(),
                });
            }
            cells.push(
                el("span", &[("class", "figures")])
                    .child(app::figures::grouped(role.people))
                    .into(),
            );
            cells
        },
    };
    let act = move |role: RoleOffered| -> View {
        if role.built_in {
            return el("span", &[("class", "tag")]).child("Built in").into();
        }
        let label = ["Edit ", &role.name].concat();
        let edit = [
            ("class", "button small"),
            ("type", "button"),
            ("aria-label", label.as_str()),
        ];
        el("button", &edit)
            .child("Edit")
            .on_click(move || open.set(listing.find(&role.name).map(Open::Edit)))
            .into()
    };
    let view = move |shown: Open| match shown {
        Open::Add => ("Add a role".to_owned(), editing(listing, open, None)),
        Open::Edit(role) => (role.name.clone(), editing(listing, open, Some(role))),
        Open::Delete(role) => (
            format!("Delete {}", role.name),
            deleting(listing, open, role),
        ),
    };
    [
        head("Roles", listing, add).into(),
        el("p", &[("class", "quiet lead")])
            .child(
                "A role is what somebody may do. People are given roles at all schools, or at one.",
            )
            .into(),
        listing.standing(),
        table(listing, shape, |_| true, act),
        modal(open, view).into(),
    ]
    .into()
}

fn editing(
    listing: Listing<RoleOffered>,
    open: RwSignal<Option<Open>>,
    role: Option<RoleOffered>,
) -> View {
    let toasts = expect_context::<Toasts>();
    let form = Form::new();
    let is_new = role.is_none();
    let name = RwSignal::new(
        role.as_ref()
            .map(|role| role.name.clone())
            .unwrap_or_default(),
    );
    let chosen = match &role {
        Some(role) => role.permissions.clone(),
        None => vec![Permission::View],
    };
    let chosen = RwSignal::new(chosen);
    let submit = move || {
        let role = name.with_untracked(|name| name.trim().to_owned());
        if role.is_empty() {
            return form.refuse("role", "Give the role a name.");
        }
        // To write over another by accident would change what its people may do.
        if is_new && listing.find(&role).is_some() {
            return form.refuse(
                "role",
                "There is a role of this name already. Choose another name.",
            );
        }
        let permissions = chosen.get_untracked();
        let request = async move { api::put_role(&role, permissions).await };
        form.send(request, move |()| {
            open.set(None);
            toasts.say("The role is saved. It holds at once for everybody who has it.");
            listing.load();
        });
    };
    let field = is_new.then(|| {
        let field = [("type", "text"), ("autocomplete", "off"), ("dir", "auto")];
        form.field("role", "Name", el("input", &field).bind(name))
    });
    let boxes = el(
        "fieldset",
        &[
            ("class", "boxes"),
            ("aria-describedby", "permissions-problem"),
        ],
    )
    .child(el("legend", &[]).child("What it may do"))
    .child(many(
        permissions::OF_PEOPLE.map(|permission| permission_box(permission, chosen)),
    ))
    .child(form.problem_at("permissions"));
    let affected = role.as_ref().map_or(0, |role| role.people);
    let note = (affected > 0).then(|| {
        let whom = app::figures::counted(affected, "person has", "people have");
        el("p", &[("class", "quiet")])
            .child(format!("{whom} this role; it changes for them at once."))
    });
    let delete = role.map(|role| {
        let used = role.people > 0;
        let reason = if used {
            "Somebody has this role. Give them another one before it is deleted."
        } else {
            ""
        };
        let delete = [
            ("class", "button danger"),
            ("type", "button"),
            ("aria-describedby", "delete-reason"),
        ];
        let press = move || {
            if !used {
                open.set(Some(Open::Delete(role.clone())));
            }
        };
        el("div", &[("class", "acts")])
            .child(
                el("button", &delete)
                    .aria("aria-disabled", move || used)
                    .child("Delete")
                    .on_click(press),
            )
            .child(el("p", &[("class", "quiet reason"), ("id", "delete-reason")]).child(reason))
    });
    form.element(submit)
        .child(field)
        .child(boxes)
        .child(note)
        .child(form.problem_besides(&["role", "permissions"]))
        .child(foot(
            move || open.set(None),
            form.submit("button primary", "Save"),
        ))
        .child(delete)
        .into()
}

fn permission_box(permission: Permission, chosen: RwSignal<Vec<Permission>>) -> El {
    let has = move || chosen.with(|chosen| chosen.contains(&permission));
    let toggle = move |_: Event| {
        chosen.update(
            |chosen| match chosen.iter().position(|one| *one == permission) {
                Some(at) => drop(chosen.remove(at)),
                None => chosen.push(permission),
            },
        );
    };
    let described = ["means-", permission.as_str()].concat();
    let field = [
        ("type", "checkbox"),
        ("aria-describedby", described.as_str()),
    ];
    el("div", &[("class", "box")])
        .child(
            el("label", &[("class", "option")])
                .child(el("input", &field).checked_when(has).on("change", toggle))
                .child(el("span", &[]).child(permissions::words(permission))),
        )
        .child(
            el("p", &[("class", "quiet"), ("id", &described)])
                .child(words(move || permissions::meaning(permission).into())),
        )
}

fn deleting(
    listing: Listing<RoleOffered>,
    open: RwSignal<Option<Open>>,
    role: RoleOffered,
) -> View {
    let toasts = expect_context::<Toasts>();
    let name = role.name.clone();
    let go = move |form: Form| {
        let name = name.clone();
        form.send(async move { api::remove_role(&name).await }, move |()| {
            open.set(None);
            toasts.say("The role is deleted.");
            listing.load();
        });
    };
    let sentence = format!(
        "Nobody has the role “{}”. It cannot be given to anybody once it is deleted.",
        role.name
    );
    confirm(sentence, "Delete", go, move || {
        open.set(Some(Open::Edit(role.clone())))
    })
}
