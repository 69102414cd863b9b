//! The page's places, and their addresses.

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
