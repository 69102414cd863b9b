//! The page's places: the log, the sign-in page, and what is neither.

use leptos::prelude::*;

use crate::location;

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
    /// The place that a path names.
    pub fn of(path: &str) -> Self {
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
