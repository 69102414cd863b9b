//! The page's places, their addresses, and the one that the address bar names.

use app::ui::element::{El, effect, el, memo, set_attribute};
use leptos::{children::ToChildren, prelude::*};
use leptos_router::{
    components::{Router, RouterProps},
    hooks::use_location,
    location::{BrowserUrl, LocationProvider},
};

/// A place of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Who may sign in.
    People,
    /// Named sets of permissions.
    Roles,
    /// Where rights may be granted.
    Schools,
    /// Programs that may submit.
    Tokens,
    /// Who is signed in.
    Sessions,
    /// Who did what.
    Audit,
    /// One's own account, for everybody.
    Account,
    /// Where a link to choose a password leads.
    Welcome,
    /// Any other path.
    Nowhere,
}

impl Place {
    /// What administrators have.
    pub const ADMINISTRATION: [Place; 6] = [
        Place::People,
        Place::Roles,
        Place::Schools,
        Place::Tokens,
        Place::Sessions,
        Place::Audit,
    ];

    /// Its path.
    pub const fn path(self) -> &'static str {
        match self {
            Place::People => "/administration",
            Place::Roles => "/administration/roles",
            Place::Schools => "/administration/schools",
            Place::Tokens => "/administration/tokens",
            Place::Sessions => "/administration/sessions",
            Place::Audit => "/administration/audit",
            Place::Account => "/account",
            Place::Welcome => "/welcome",
            Place::Nowhere => "/",
        }
    }

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Place::People => "People",
            Place::Roles => "Roles",
            Place::Schools => "Schools",
            Place::Tokens => "Tokens",
            Place::Sessions => "Sessions",
            Place::Audit => "Audit",
            Place::Account => "Your account",
            Place::Welcome => "Choose a password",
            Place::Nowhere => "There is no such page",
        }
    }

    /// The place at a path.
    pub fn of(path: &str) -> Self {
        let path = path.trim_end_matches('/');
        Place::ADMINISTRATION
            .into_iter()
            .chain([Place::Account, Place::Welcome])
            .find(|place| place.path() == path)
            .unwrap_or(Place::Nowhere)
    }
}

/// A link out of the page, to the log or to signing in: the browser follows it, not the router.
pub fn out(address: &str, attributes: &[(&str, &str)]) -> El {
    let link = el("a", attributes);
    for (name, value) in [("href", address), ("rel", "external")] {
        set_attribute(&link.of(), name, value);
    }
    link
}

/// The place that the address bar names. Links to another lead there without loading the page again.
pub fn current() -> Memo<Place> {
    // The router shows nothing itself: what it knows is for whatever is made after it.
    let nothing = ToChildren::to_children(|| ());
    drop(Router(RouterProps::builder().children(nothing).build()));
    let path = use_location().pathname;
    let place = memo(move || Place::of(&path.get()));
    if let Some(address) = use_context::<BrowserUrl>() {
        // The address bar follows once the place is there.
        effect(move || {
            path.track();
            address.ready_to_complete();
        });
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_has_its_place() {
        assert_eq!(Place::of("/administration"), Place::People);
        assert_eq!(Place::of("/administration/"), Place::People);
        assert_eq!(Place::of("/administration/tokens"), Place::Tokens);
        assert_eq!(Place::of("/administration/nothing"), Place::Nowhere);
        assert_eq!(Place::of("/account"), Place::Account);
        assert_eq!(Place::of("/welcome"), Place::Welcome);
    }
}
