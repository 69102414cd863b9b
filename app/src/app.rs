//! The page's places: the log, the sign-in page, and what is neither.

use leptos::{ev, prelude::*, task::spawn_local};

use crate::{
    api, location, log::LogPage, login::SignIn, not_found::NotFound, session::Session,
    ui::toast::Toasts,
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
#[component]
pub fn App() -> impl IntoView {
    let place = RwSignal::new(Place::of(&location::path()));
    let session = Session::new(place);
    provide_context(session);
    provide_context(Toasts::new());
    let popped = window_event_listener(ev::popstate, move |_| go(place));
    on_cleanup(move || popped.remove());

    spawn_local(async move {
        match api::session().await {
            Ok(info) => {
                let nobody = info.user.is_none();
                session.set(info);
                if nobody && place.get_untracked() == Place::Log {
                    let refusal = shared::problem::ProblemType::NotSignedIn.because("");
                    session.ended_by(&api::Failure::Problem(refusal));
                }
            }
            // Whatever the person does next meets the same fault and shows it in its place.
            Err(failure) => drop(failure),
        }
    });

    view! {
        {move || match place.get() {
            Place::Log => view! { <LogPage/> }.into_any(),
            Place::SignIn => view! { <SignIn/> }.into_any(),
            Place::Nowhere => view! { <NotFound/> }.into_any(),
        }}
        <Toasts/>
    }
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
