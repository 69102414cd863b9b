//! Who is asking, and what they may do.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::message::{UnknownWord, parse_word};

/// The header of a request that the page makes by itself, with nobody at it: it keeps no session alive.
pub const UNATTENDED: &str = "sentlog-unattended";

/// What a person types to sign in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The name of the account.
    pub name: String,
    /// Its password.
    pub password: String,
}

/// Never shows the password.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

/// One thing a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Find and read messages.
    View,
    /// Stop messages.
    Cancel,
    /// Print reports.
    Report,
    /// See addresses and phone numbers in full.
    SeeAddresses,
    /// Manage people and settings.
    Administer,
    /// Submit messages for delivery. No role may: a program does, by its token.
    Submit,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Permission; 6] = [
        Permission::View,
        Permission::Cancel,
        Permission::Report,
        Permission::SeeAddresses,
        Permission::Administer,
        Permission::Submit,
    ];

    /// The word in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Permission::View => "view",
            Permission::Cancel => "cancel",
            Permission::Report => "report",
            Permission::SeeAddresses => "see_addresses",
            Permission::Administer => "administer",
            Permission::Submit => "submit",
        }
    }

    /// What it allows, in words: somebody may, or may not, *cancel messages*.
    pub const fn in_words(self) -> &'static str {
        match self {
            Permission::View => "read the log",
            Permission::Cancel => "cancel messages",
            Permission::Report => "print reports",
            Permission::SeeAddresses => "see addresses",
            Permission::Administer => "manage people and settings",
            Permission::Submit => "submit messages",
        }
    }
}

impl FromStr for Permission {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        parse_word(word, "permission", &Self::ALL, Self::as_str)
    }
}

/// A role that came with Sentlog: a named set of permissions. Administrators may make others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads the log; addresses are masked.
    Viewer,
    /// Reads it in full, stops messages and prints reports.
    Operator,
    /// Everything.
    Admin,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Role; 3] = [Role::Viewer, Role::Operator, Role::Admin];

    /// The word in the API, in the database and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }

    /// What it may do.
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Role::Viewer => &[Permission::View],
            Role::Operator => &[
                Permission::View,
                Permission::Cancel,
                Permission::Report,
                Permission::SeeAddresses,
            ],
            Role::Admin => &[
                Permission::View,
                Permission::Cancel,
                Permission::Report,
                Permission::SeeAddresses,
                Permission::Administer,
            ],
        }
    }

    /// Whether it may do `permission`.
    pub fn may(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }
}

impl FromStr for Role {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        parse_word(word, "role", &Self::ALL, Self::as_str)
    }
}

/// The answer to *who am I*.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionInfo {
    /// Who is signed in; `None` for nobody.
    pub user: Option<CurrentUser>,
    /// Whether the server offers one-click entry to a demonstration.
    pub demo: bool,
    /// Where else one may sign in, if anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_on: Option<SignOnOffer>,
}

/// A provider at which people sign in (OpenID Connect).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignOnOffer {
    /// What it is called.
    pub name: String,
    /// Whether it is the only way in: passwords open nothing.
    pub alone: bool,
    /// Why this browser's last sign-in there was refused, once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CurrentUser {
    /// The account's name.
    pub name: String,
    /// Its roles, and where it has them, in words.
    pub role: String,
    /// What it may do at one school at least.
    pub permissions: Vec<Permission>,
}

impl CurrentUser {
    /// Whether this person may do `permission`.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_all_that_the_one_before_may() {
        for pair in Role::ALL.windows(2) {
            assert!(pair[0].permissions().iter().all(|p| pair[1].may(*p)));
        }
    }

    #[test]
    fn a_viewer_sees_no_addresses_and_stops_nothing() {
        assert!(Role::Viewer.may(Permission::View));
        assert!(!Role::Viewer.may(Permission::SeeAddresses));
        assert!(!Role::Viewer.may(Permission::Cancel));
        assert!(!Role::Operator.may(Permission::Administer));
    }

    #[test]
    fn a_password_is_never_printed() {
        let credentials = Credentials {
            name: "ada".into(),
            password: "hunter2".into(),
        };
        assert!(!format!("{credentials:?}").contains("hunter2"));
    }
}
