//! Tokens: the programs that may submit messages.

use app::ui::{
    element::{El, button, el},
    toast::Toasts,
    view::{View, many, when},
};
use chrono::{DateTime, Utc};
use leptos::{prelude::*, web_sys::Event};
use shared::{
    administration::{NewToken, School, TokenKept},
    paths,
};

use crate::{
    api,
    confirm::confirm,
    form::{Form, foot},
    instant::{instant, instant_or, state},
    listing::{Item, Listing, Shape, head, table},
    modal::modal,
    once::once,
};

impl Item for TokenKept {
    fn key(&self) -> String {
        self.name.clone()
    }
}

/// What is open.
#[derive(Clone)]
enum Open {
    Make,
    Made(String, String),
    Revoke(String),
}

/// How long a token may last, in days and in words.
const LASTS: [(&str, &str); 5] = [
    ("30", "After 30 days"),
    ("90", "After 90 days"),
    ("365", "After one year"),
    ("730", "After two years"),
    ("", "Never, until it is revoked"),
];

/// The section.
pub fn tokens() -> View {
    let listing = Listing::<TokenKept>::of(paths::TOKENS);
    let open = RwSignal::new(None::<Open>);
    let make =
        button("button primary", "Make a token").on_click(move || open.set(Some(Open::Make)));
    let shape = Shape {
        name: "Tokens",
        columns: &[
            "Program",
            "Submits for",
            "State",
            "Made",
            "Ends",
            "Last used",
        ],
        none: "No program submits messages yet. Make a token for one.",
        cells: |token: &TokenKept| {
            vec![
                el("span", &[("dir", "auto")])
                    .child(token.name.clone())
                    .into(),
                schools_of(token).into(),
                standing(token, now()).into(),
                instant(&token.created_at).into(),
                instant_or(token.expires_at.as_ref(), "Never"),
                instant_or(token.last_used_at.as_ref(), "Not yet"),
            ]
        },
    };
    let act = move |token: TokenKept| -> View {
        let holds = {
            let name = token.name.clone();
            move || {
                listing
                    .find(&name)
                    .is_some_and(|token| state_of(&token, now()) == State::Holds)
            }
        };
        when(holds, move || {
            let name = token.name.clone();
            let label = ["Revoke ", &name].concat();
            let revoke = [
                ("class", "button small danger"),
                ("type", "button"),
                ("aria-label", label.as_str()),
            ];
            el("button", &revoke)
                .child("Revoke")
                .on_click(move || open.set(Some(Open::Revoke(name.clone()))))
        })
    };
    let view = move |shown: Open| match shown {
        Open::Make => ("Make a token".to_owned(), making(listing, open)),
        Open::Made(name, token) => {
            let sentence = format!(
                "Set it in {name}, and nowhere else: whoever has it submits messages in the district’s name."
            );
            (name, once(sentence, "Token", token, move || open.set(None)))
        }
        Open::Revoke(name) => (format!("Revoke {name}"), revoking(listing, open, name)),
    };
    [
        head("Tokens", listing, make).into(),
        el("p", &[("class", "quiet lead")])
            .child("A program with a token may submit messages, and nothing else.")
            .into(),
        listing.standing(),
        table(listing, shape, |_| true, act),
        modal(open, view).into(),
    ]
    .into()
}

/// Whether a token still opens anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Holds,
    Ended,
    Revoked,
}

fn state_of(token: &TokenKept, now: DateTime<Utc>) -> State {
    match (token.revoked_at, token.expires_at) {
        (Some(_), _) => State::Revoked,
        (None, Some(end)) if end <= now => State::Ended,
        (None, _) => State::Holds,
    }
}

fn standing(token: &TokenKept, now: DateTime<Utc>) -> El {
    match state_of(token, now) {
        State::Holds => state("sent", "Good"),
        State::Ended => state("canceled", "Ended"),
        State::Revoked => state("canceled", "Revoked"),
    }
}

/// The browser's clock, which only decides a word here: what a token opens is the server's to say.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default()
}

fn schools_of(token: &TokenKept) -> El {
    let words = match token.organizations.as_deref() {
        None => "All schools".to_owned(),
        Some([]) => "No school".to_owned(),
        Some(schools) => schools.join("; "),
    };
    el("span", &[("dir", "auto")]).child(words)
}

fn making(listing: Listing<TokenKept>, open: RwSignal<Option<Open>>) -> View {
    let form = Form::new();
    let schools = Listing::<School>::of(paths::SCHOOLS);
    let name = RwSignal::new(String::new());
    let days = RwSignal::new(String::from("365"));
    let some = RwSignal::new(false);
    let chosen = RwSignal::new(Vec::<String>::new());
    let submit = move || {
        let called = name.with_untracked(|name| name.trim().to_owned());
        let new = NewToken {
            name: called.clone(),
            organizations: some.get_untracked().then(|| chosen.get_untracked()),
            days: days.with_untracked(|days| days.parse().ok()),
        };
        form.send(async move { api::add_token(&new).await }, move |made| {
            open.set(Some(Open::Made(called, made.token)));
            listing.load();
        });
    };
    let field = el(
        "input",
        &[("type", "text"), ("autocomplete", "off"), ("dir", "auto")],
    )
    .bind(name);
    let lasts = LASTS.map(|(days, words)| el("option", &[("value", days)]).child(words));
    let lasts = el("select", &[]).child(many(lasts)).bind(days);
    let choice = |only_some: bool, words: &'static str| {
        el("label", &[("class", "option")])
            .child(
                el("input", &[("type", "radio"), ("name", "reach")])
                    .checked_when(move || some.get() == only_some)
                    .on("change", move |_: Event| some.set(only_some)),
            )
            .child(el("span", &[]).child(words))
    };
    let school_box = move |school: School| {
        let has = {
            let name = school.name.clone();
            move || chosen.with(|chosen| chosen.contains(&name))
        };
        let name = school.name.clone();
        let toggle = move |_: Event| {
            chosen.update(|chosen| match chosen.iter().position(|one| *one == name) {
                Some(at) => drop(chosen.remove(at)),
                None => chosen.push(name.clone()),
            });
        };
        el("label", &[("class", "choice")])
            .child(
                el("input", &[("type", "checkbox")])
                    .checked_when(has)
                    .on("change", toggle),
            )
            .child(el("span", &[("class", "choice-value"), ("dir", "auto")]).child(school.name))
    };
    let list = move || {
        let keyed =
            move || schools.with(|all| all.iter().map(|one| (one.key(), one.clone())).collect());
        let boxes = [
            ("class", "choices school-boxes"),
            ("role", "group"),
            ("aria-label", "Schools"),
            ("tabindex", "0"),
        ];
        el("div", &boxes)
            .child(schools.standing())
            .child(app::ui::view::each(keyed, school_box))
    };
    let reach = el(
        "fieldset",
        &[
            ("class", "boxes"),
            ("aria-describedby", "organizations-problem"),
        ],
    )
    .child(el("legend", &[]).child("Submits for"))
    .child(
        el("div", &[("class", "actions")])
            .child(choice(false, "All schools"))
            .child(choice(true, "Some schools")),
    )
    .child(when(move || some.get(), list))
    .child(form.problem_at("organizations"));
    form.element(submit)
        .child(form.field("name", "Program", field))
        .child(reach)
        .child(form.field("days", "Ends", lasts))
        .child(form.problem_besides(&["name", "organizations", "days"]))
        .child(foot(
            move || open.set(None),
            form.submit("button primary", "Make the token"),
        ))
        .into()
}

fn revoking(listing: Listing<TokenKept>, open: RwSignal<Option<Open>>, name: String) -> View {
    let toasts = expect_context::<Toasts>();
    let sentence = format!(
        "From now on {name} can submit no message. What it has submitted goes out all the same. A token that was revoked cannot be made good again."
    );
    let go = move |form: Form| {
        let name = name.clone();
        form.send(async move { api::revoke_token(&name).await }, move |()| {
            open.set(None);
            toasts.say("The token is revoked.");
            listing.load();
        });
    };
    confirm(sentence, "Revoke", go, move || open.set(None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_until_it_ends_or_is_taken_back() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
        let mut token = TokenKept {
            name: "portal".into(),
            organizations: None,
            created_at: at("2020-01-01T00:00:00Z"),
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
        };
        let now = at("2020-06-01T00:00:00Z").to_utc();
        assert_eq!(state_of(&token, now), State::Holds);
        token.expires_at = Some(at("2020-06-01T00:00:00Z"));
        assert_eq!(state_of(&token, now), State::Ended);
        token.revoked_at = Some(at("2020-05-01T00:00:00Z"));
        assert_eq!(state_of(&token, now), State::Revoked);
    }
}
