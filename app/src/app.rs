//! The page's places: the log, the sign-in page, and what is neither.

use leptos::{prelude::*, web_sys::Event};

use crate::{
    location,
    log::log_page,
    login::sign_in,
    not_found::not_found,
    session::Session,
    ui::{
        element::on_window,
        toast::{Toasts, toasts},
        view::{View, live},
    },
};

/// A place of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `/`
    Log,
    /// `/sign-in`
    SignIn,
    /// Any other path.
    Nowhere,
}

impl Place {
    fn of(path: &str) -> Self {
        match path {
            "/" => Place::Log,
            "/sign-in" => Place::SignIn,
            _ => Place::Nowhere,
        }
    }
}

/// Shows the place that the address bar names.
pub fn go(place: RwSignal<Place>) {
    let there = Place::of(&location::path());
    if place.get_untracked() != there {
        place.set(there);
    }
}

/// The whole page.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_has_its_place() {
        assert_eq!(Place::of("/"), Place::Log);
        assert_eq!(Place::of("/sign-in"), Place::SignIn);
        assert_eq!(Place::of("/sign-in/"), Place::Nowhere);
        assert_eq!(Place::of("/messages"), Place::Nowhere);
    }
}
