//! Audit: who did what, when and from where, filtered and paged.

use std::time::Duration;

use app::{
    api,
    ui::{
        element::{El, button, effect, el},
        view::{View, many, when},
    },
};
use gloo_net::http::Request;
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use shared::{
    audit::{AuditAction, AuditLine, AuditPage},
    paths,
};

use crate::{
    instant::instant,
    listing::{Item, Listing, Shape, finder, head, table},
    place::out,
    visitor::ended_by,
};

/// How long the typing has to rest before the server is asked.
const REST: Duration = Duration::from_millis(250);

impl Item for AuditLine {
    fn key(&self) -> String {
        self.seq.to_string()
    }
}

/// Which lines are wanted, as typed.
#[derive(Clone, Copy)]
struct Wanted {
    from: RwSignal<String>,
    to: RwSignal<String>,
    action: RwSignal<String>,
    who: RwSignal<String>,
}

impl Wanted {
    fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Wanted {
            from: empty(),
            to: empty(),
            action: empty(),
            who: empty(),
        }
    }

    fn parts(self) -> [(&'static str, RwSignal<String>); 4] {
        let Wanted {
            from,
            to,
            action,
            who,
        } = self;
        [("from", from), ("to", to), ("action", action), ("who", who)]
    }

    /// The parameters that say it.
    fn query(self) -> Vec<(&'static str, String)> {
        let parts = self.parts().into_iter();
        let given = parts.map(|(name, text)| (name, text.get_untracked().trim().to_owned()));
        given.filter(|(_, text)| !text.is_empty()).collect()
    }
}

/// The lines that are shown, and what to ask for next.
#[derive(Clone, Copy)]
struct Trail {
    listing: Listing<AuditLine>,
    wanted: Wanted,
    older: RwSignal<Option<i64>>,
    /// The number of the last question: answers to earlier ones say nothing any more.
    asked: StoredValue<u32>,
}

impl Trail {
    /// Asks for the wanted lines: the newest, or those before one.
    fn ask(self, before: Option<i64>) {
        let number = self.asked.get_value() + 1;
        self.asked.set_value(number);
        let mut query = self.wanted.query();
        query.extend(before.map(|before| ("before", before.to_string())));
        spawn_local(async move {
            let query = query.iter().map(|(name, text)| (*name, text.as_str()));
            let answer = api::get::<AuditPage>(Request::get(paths::AUDIT).query(query)).await;
            if self.asked.try_get_value() != Some(number) {
                return;
            }
            match answer {
                Ok(page) => {
                    let mut lines = match before {
                        Some(_) => self.listing.with(<[AuditLine]>::to_vec),
                        None => Vec::new(),
                    };
                    lines.extend(page.lines);
                    self.older.set(page.next_before);
                    self.listing.fill(lines);
                }
                Err(failure) if ended_by(&failure) => {}
                Err(failure) => self.listing.fail(failure.sentence()),
            }
        });
    }
}

/// The section.
pub fn audit() -> View {
    let trail = Trail {
        listing: Listing::empty(),
        wanted: Wanted::new(),
        older: RwSignal::new(None),
        asked: StoredValue::new(0),
    };
    let pause = StoredValue::new(None::<TimeoutHandle>);
    let first = StoredValue::new(true);
    effect(move || {
        trail
            .wanted
            .parts()
            .into_iter()
            .for_each(|(_, text)| text.track());
        if first.get_value() {
            first.set_value(false);
            trail.ask(None);
            return;
        }
        if let Some(before) = pause.get_value() {
            before.clear();
        }
        let ask = move || trail.ask(None);
        pause.set_value(set_timeout_with_handle(ask, REST).ok());
    });
    let shape = Shape {
        name: "Audit trail",
        columns: &["When", "Who", "What", "From"],
        none: "Nothing was recorded here.",
        cells: |line: &AuditLine| {
            let name = |words: &str| el("span", &[("dir", "auto")]).child(words.to_owned());
            vec![
                instant(&line.at).into(),
                name(&line.who).into(),
                what(line),
                el("span", &[("class", "figures")])
                    .child(line.address.clone().unwrap_or_default())
                    .into(),
            ]
        },
    };
    let again = button("button", "Refresh").on_click(move || trail.ask(None));
    let more = move || {
        button("button", "Show older").on_click(move || trail.ask(trail.older.get_untracked()))
    };
    [
        head("Audit", trail.listing, again).into(),
        el("p", &[("class", "quiet lead")])
            .child("Lines are only ever added, and each is sealed by the next: “sentlog audit verify” shows whether one is missing or was altered.")
            .into(),
        filters(trail.wanted).into(),
        trail.listing.standing_by(move || trail.ask(None)),
        table(trail.listing, shape, |_| true, |_| View::Nothing),
        when(move || trail.older.with(Option::is_some), more),
    ]
    .into()
}

/// What was done, and a way to the message that it was done to.
fn what(line: &AuditLine) -> View {
    let words = el("span", &[("dir", "auto")]).child(line.what.clone());
    match line.message {
        None => words.into(),
        Some(id) => {
            let (path, label) = (format!("/?message={id}"), format!("Open message {id}"));
            let link = out(&path, &[("aria-label", &label)]).child("Open");
            el("span", &[]).child(words).child(" ").child(link).into()
        }
    }
}

fn filters(wanted: Wanted) -> El {
    let day = |label: &'static str, text| {
        let input = [
            ("type", "date"),
            ("class", "choice-field"),
            ("min", "2000-01-01"),
            ("max", "8999-12-31"),
        ];
        el("label", &[("class", "field")])
            .child(el("span", &[]).child(label))
            .child(el("input", &input).bind(text))
    };
    let action =
        |action: AuditAction| el("option", &[("value", action.as_str())]).child(label(action));
    let choice = el("select", &[("class", "choice-field")])
        .on_value("change", move |value| wanted.action.set(value))
        .child(el("option", &[("value", "")]).child("Everything"))
        .child(many(AuditAction::ALL.map(action)));
    let choice = el("label", &[("class", "field")])
        .child(el("span", &[]).child("What"))
        .child(choice);
    let who = el("label", &[("class", "field")])
        .child(el("span", &[]).child("Who"))
        .child(finder("Find by name", wanted.who));
    el(
        "div",
        &[
            ("class", "audit-filters"),
            ("role", "group"),
            ("aria-label", "Filters"),
        ],
    )
    .child(day("First day", wanted.from))
    .child(day("Last day", wanted.to))
    .child(choice)
    .child(who)
}

/// What is done, as a choice.
const fn label(action: AuditAction) -> &'static str {
    match action {
        AuditAction::SignedIn => "Signed in",
        AuditAction::SignInRefused => "Was not let in",
        AuditAction::SignedOut => "Signed out",
        AuditAction::Refused => "Was refused",
        AuditAction::ViewedPersonalData => "Looked at a message",
        AuditAction::Canceled => "Canceled",
        AuditAction::Resent => "Resent",
        AuditAction::Submitted => "Submitted",
        AuditAction::Imported => "Imported",
        AuditAction::Reported => "Printed a report",
        AuditAction::Exported => "Exported the log",
        AuditAction::UserCreated => "Added a person",
        AuditAction::UserChanged => "Disabled or enabled",
        AuditAction::RightsChanged => "Changed rights",
        AuditAction::RoleChanged => "Changed a role",
        AuditAction::SchoolAdded => "Added a school",
        AuditAction::PasswordChanged => "Changed a password",
        AuditAction::PasswordReset => "Made a password link",
        AuditAction::SessionEnded => "Ended sessions",
        AuditAction::TokenCreated => "Made a token",
        AuditAction::TokenRevoked => "Revoked a token",
        AuditAction::SuppressionLifted => "Reached an address again",
        AuditAction::Purged => "Removed old data",
    }
}
