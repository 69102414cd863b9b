//! The bar at the top: what this is, who is signed in.

use leptos::{prelude::*, task::spawn_local};
use shared::session::Permission;

use crate::{
    api, location,
    place::{Place, go},
    session::Session,
    ui::{
        element::{El, button, el},
        theme::theme_button,
        toast::Toasts,
        view::some,
    },
};

/// The bar; `place` is where the page is. While it is `covered` its controls are out of reach; the page's heading
/// still says where one is.
pub fn top_bar(place: RwSignal<Place>, covered: impl Fn() -> bool + 'static) -> El {
    let session = expect_context::<Session>();
    let toasts = expect_context::<Toasts>();
    let sign_out = move || {
        spawn_local(async move {
            match api::sign_out().await {
                Ok(()) => {
                    if let Some(mut info) = session.info() {
                        info.user = None;
                        session.set(info);
                    }
                    location::push("/sign-in");
                    go(place);
                }
                Err(failure) => {
                    if !session.ended_by(&failure) {
                        toasts.say(failure.sentence());
                    }
                }
            }
        })
    };
    let user = some(
        move || session.user(),
        |user| {
            let administers = user.may(Permission::Administer);
            let to = [("class", "office"), ("href", "/administration")];
            let own = [("class", "user"), ("href", "/account"), ("dir", "auto")];
            [
                administers.then(|| el("a", &to).child("Administration")),
                Some(el("a", &own).child(user.name)),
            ]
        },
    );
    let end = el("div", &[("class", "top-end")])
        .attr_when("inert", covered)
        .child(user)
        .child(theme_button())
        .child(button("button small quiet-button", "Sign out").on_click(sign_out));
    el("header", &[("class", "top")])
        .child(el("span", &[("class", "brand")]).child("Sentlog"))
        .child(el("h1", &[]).child("Sent Message Log"))
        .child(end)
}
