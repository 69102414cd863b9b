//! The page: its bar, its sections, and the one that the address bar names.

use app::{
    api::{self, Failure},
    ui::{
        element::{El, button, effect, el, memo},
        problem::failed,
        theme::theme_button,
        toast::{Toasts, toasts},
        view::{View, live, many, some, words},
    },
};
use leptos::{prelude::*, task::spawn_local, web_sys::HtmlElement};
use shared::session::{CurrentUser, Permission};
use wasm_bindgen::JsCast;

use crate::{
    account::account,
    audit::audit,
    people::people,
    place::{Place, current, out},
    roles::roles,
    schools::schools,
    sessions::sessions,
    tokens::tokens,
    visitor::{ended_by, sign_in},
    welcome::welcome,
};

/// The whole page.
pub fn page() -> View {
    provide_context(Toasts::default());
    let place = current();
    effect(move || document().set_title(&[place.get().name(), " · Sentlog"].concat()));
    let is_welcome = memo(move || place.get() == Place::Welcome);
    let there = live(
        move || is_welcome.get(),
        move |is_welcome| match is_welcome {
            true => welcome(),
            false => office(place).into(),
        },
    );
    [there, toasts().into()].into()
}

/// What is for people who are signed in.
fn office(place: Memo<Place>) -> El {
    let user = RwSignal::new(None::<CurrentUser>);
    let failure = RwSignal::new(None::<String>);
    let ask = move || {
        spawn_local(async move {
            match api::session().await {
                Ok(info) => match info.user {
                    Some(someone) => user.set(Some(someone)),
                    None => sign_in(),
                },
                Err(fault) => failure.set(Some(fault.sentence())),
            }
        });
    };
    ask();
    let retry = move |sentence| {
        failed(
            sentence,
            Some(move || {
                failure.set(None);
                ask();
            }),
        )
    };
    let main = el("main", &[("class", "section")])
        .child(some(move || failure.get(), retry))
        .child(some(
            move || user.get(),
            move |user| live(move || place.get(), move |place| section(place, &user)),
        ));
    el("div", &[("class", "office-page")])
        .child(top_bar(place, user))
        .child(some(move || user.get(), move |user| sections(place, &user)))
        .child(main)
}

fn section(place: Place, user: &CurrentUser) -> View {
    let administers = user.may(Permission::Administer);
    match place {
        Place::Account => account(user),
        Place::Nowhere | Place::Welcome => missing(
            "There is no such page",
            "The address may be mistyped, or the link out of date.",
        ),
        _ if !administers => missing(
            "This is for administrators",
            "Your account may not administer Sentlog. Ask an administrator for what you need.",
        ),
        Place::People => people(),
        Place::Roles => roles(),
        Place::Schools => schools(),
        Place::Tokens => tokens(),
        Place::Sessions => sessions(),
        Place::Audit => audit(),
    }
}

fn missing(title: &'static str, sentence: &'static str) -> View {
    el("div", &[("class", "missing")])
        .child(el("h2", &[]).child(title))
        .child(el("p", &[]).child(sentence))
        .child(el("p", &[]).child(out("/", &[]).child("Go to the Sent Message Log")))
        .into()
}

fn top_bar(place: Memo<Place>, user: RwSignal<Option<CurrentUser>>) -> El {
    let toasts = expect_context::<Toasts>();
    let sign_out = move || {
        spawn_local(async move {
            match api::sign_out().await {
                // Where they go back to is for whoever signs in next to say.
                Ok(()) => drop(window().location().assign("/sign-in")),
                Err(failure) => say(toasts, &failure),
            }
        });
    };
    let title = move || match place.get() {
        Place::Account => "Your account",
        _ => "Administration",
    };
    let own = some(
        move || user.get(),
        |user| {
            el(
                "a",
                &[
                    ("class", "user"),
                    ("href", Place::Account.path()),
                    ("dir", "auto"),
                ],
            )
            .child(user.name)
        },
    );
    let end = el("div", &[("class", "top-end")])
        .child(own)
        .child(theme_button())
        .child(button("button small quiet-button", "Sign out").on_click(sign_out));
    el("header", &[("class", "top")])
        .child(el("span", &[("class", "brand")]).child("Sentlog"))
        .child(el("h1", &[]).child(words(move || title().into())))
        .child(end)
}

fn say(toasts: Toasts, failure: &Failure) {
    if !ended_by(failure) {
        toasts.say(failure.sentence());
    }
}

/// Links to what the person may open.
fn sections(place: Memo<Place>, user: &CurrentUser) -> El {
    let administers = user.may(Permission::Administer);
    let link = move |to: Place| {
        el("a", &[("class", "section-link"), ("href", to.path())])
            .attr_by("aria-current", move || {
                if place.get() == to { "page" } else { "false" }.into()
            })
            .child(to.name())
    };
    let nav = el("nav", &[("class", "sections"), ("aria-label", "Sections")]);
    let row: HtmlElement = nav.of();
    // On a phone the links are a row that scrolls: the current one is to be seen.
    effect(move || {
        place.track();
        let current = row.query_selector("[aria-current=page]").ok().flatten();
        if let Some(current) = current.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
            row.set_scroll_left(current.offset_left() - row.offset_left() - 48);
        }
    });
    let offered = Place::ADMINISTRATION
        .into_iter()
        .filter(move |_| administers);
    nav.child(many(offered.chain([Place::Account]).map(link)))
        .child(out("/", &[("class", "section-link to-log")]).child("Sent Message Log"))
}
