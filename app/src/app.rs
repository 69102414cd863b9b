//! The whole page: what stands at each of its places.

use leptos::{prelude::*, web_sys::Event};

use crate::{
    location,
    log::log_page,
    login::sign_in,
    not_found::not_found,
    place::{Place, go},
    session::Session,
    ui::{
        element::on_window,
        toast::{Toasts, toasts},
        view::{View, live},
    },
};

/// Shows what stands where the address bar leads, and asks who is signed in.
pub fn app() -> View {
    let place = RwSignal::new(Place::of(&location::path()));
    let session = Session::new(place);
    provide_context(session);
    provide_context(Toasts::default());
    on_window("popstate", move |_: Event| go(place));

    session.ask();

    let there = live(
        move || place.get(),
        |place| match place {
            Place::Log => log_page(),
            Place::SignIn => sign_in(),
            Place::Nowhere => not_found(),
        },
    );
    [there, toasts().into()].into()
}
