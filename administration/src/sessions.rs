//! Sessions: who is signed in, and where.

use app::ui::{
    element::{button, el},
    toast::Toasts,
    view::View,
};
use leptos::prelude::*;
use shared::{administration::OpenSession, paths};

use crate::{
    api,
    confirm::confirm,
    form::Form,
    instant::instant,
    listing::{Item, Listing, Shape, head, table},
    modal::modal,
};

impl Item for OpenSession {
    fn key(&self) -> String {
        self.id.clone()
    }
}

/// What is asked.
#[derive(Clone)]
enum Ask {
    End(OpenSession),
    EndAll,
}

/// The section.
pub fn sessions() -> View {
    let listing = Listing::<OpenSession>::of(paths::SESSIONS);
    let toasts = expect_context::<Toasts>();
    let open = RwSignal::new(None::<Ask>);
    let back = move || open.set(None);
    let all =
        button("button danger", "End all but this").on_click(move || open.set(Some(Ask::EndAll)));
    let shape = Shape {
        name: "Sessions",
        columns: &["Person", "Signed in", "Last used", "From", "Browser"],
        none: "Nobody is signed in.",
        cells: |session: &OpenSession| {
            let address = session.address.clone().unwrap_or_else(|| "Unknown".into());
            let browser = session.browser.as_deref().map_or("Unknown".into(), browser);
            vec![
                el("span", &[("dir", "auto")])
                    .child(session.person.clone())
                    .into(),
                instant(&session.created_at).into(),
                instant(&session.seen_at).into(),
                el("span", &[("class", "figures")]).child(address).into(),
                el(
                    "span",
                    &[("title", session.browser.as_deref().unwrap_or_default())],
                )
                .child(browser)
                .into(),
            ]
        },
    };
    let act = move |session: OpenSession| -> View {
        if session.here {
            return el("span", &[("class", "tag")]).child("This browser").into();
        }
        let label = format!(
            "End {}’s session of {}",
            session.person,
            shared::datetime::display(&session.created_at)
        );
        let end = [
            ("class", "button small danger"),
            ("type", "button"),
            ("aria-label", label.as_str()),
        ];
        el("button", &end)
            .child("End")
            .on_click(move || open.set(Some(Ask::End(session.clone()))))
            .into()
    };
    let question = move |ask: Ask| match ask {
        Ask::End(session) => {
            let sentence = format!(
                "{} is signed out on that browser at once; what is open there closes. They may sign in again.",
                session.person
            );
            let go = move |form: Form| {
                let id = session.id.clone();
                form.send(async move { api::end_session(&id).await }, move |()| {
                    open.set(None);
                    toasts.say("The session is ended.");
                    listing.load();
                });
            };
            (
                "End the session".to_owned(),
                confirm(sentence, "End the session", go, back),
            )
        }
        Ask::EndAll => {
            let sentence = "Everybody but you is signed out at once, on every browser; you stay signed in on this one. They may sign in again.";
            let go = move |form: Form| {
                form.send(api::end_all_sessions(), move |ended| {
                    open.set(None);
                    toasts.say(format!(
                        "{} ended.",
                        app::figures::counted(ended.sessions, "session is", "sessions are")
                    ));
                    listing.load();
                });
            };
            (
                "End all sessions but this".to_owned(),
                confirm(sentence.into(), "End them all", go, back),
            )
        }
    };
    [
        head("Sessions", listing, all).into(),
        listing.standing(),
        table(listing, shape, |_| true, act),
        modal(open, question).into(),
    ]
    .into()
}

/// A browser and its system in words, from what it calls itself. The order counts: most call themselves others, too.
fn browser(calls_itself: &str) -> String {
    let first = |names: &[(&str, &'static str)]| {
        let found = names.iter().find(|(sign, _)| calls_itself.contains(sign));
        found.map(|(_, name)| *name)
    };
    let name = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("CrOS", "ChromeOS"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (name, system) {
        (Some(name), Some(system)) => format!("{name} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => calls_itself.chars().take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_called_what_people_call_it() {
        for (calls_itself, words) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
                "Firefox on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36",
                "Chrome on ChromeOS",
            ),
            ("curl/8.5.0", "curl/8.5.0"),
        ] {
            assert_eq!(browser(calls_itself), words);
        }
    }
}
