//! What administrators see and change: people, roles, schools, tokens, sessions. Times are at the district's clock.

use std::fmt;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::session::Permission;

/// The longest name of a person, a role, a school or a token, in characters.
pub const LONGEST_NAME: usize = 100;

/// A name as it is kept, or `None` where it is none: empty, too long, or with characters that nobody sees.
pub fn fit_name(name: &str) -> Option<&str> {
    let name = name.trim();
    let fits = !name.is_empty()
        && name.chars().count() <= LONGEST_NAME
        && !name.contains(char::is_control);
    fits.then_some(name)
}

/// One role of a person, at one school or at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PersonGrant {
    /// The role's name.
    pub role: String,
    /// The school; left out for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
}

/// How somebody signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SignsIn {
    /// By a password kept here.
    Password,
    /// At the district's provider, which says at each sign-in what they may do.
    Provider,
    /// Not yet: they have not chosen a password.
    NotYet,
}

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// The account's number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// How they sign in.
    pub signs_in: SignsIn,
    /// What they may do, and where.
    pub grants: Vec<PersonGrant>,
    /// When the account was made.
    pub created_at: DateTime<FixedOffset>,
    /// Since when they may sign in no more.
    pub disabled_at: Option<DateTime<FixedOffset>>,
    /// Browsers on which they are signed in.
    pub sessions: u32,
    /// When one of these was last used, to the minute or so.
    pub seen_at: Option<DateTime<FixedOffset>>,
}

/// An account to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// The name to sign in with, of 100 characters at most.
    pub name: String,
    /// What they may do, and where.
    pub grants: Vec<PersonGrant>,
}

/// What somebody may do from now on, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PersonGrants {
    /// Instead of what they had.
    pub grants: Vec<PersonGrant>,
}

/// Whether somebody may sign in from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Disabled {
    /// `true`: no more.
    pub disabled: bool,
}

/// A link by which somebody chooses their password, once. Whoever has it is them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordLink {
    /// Where it leads, from the server's own address: `/welcome#…`.
    pub path: String,
    /// Until when.
    pub expires_at: DateTime<FixedOffset>,
}

/// Never shows the link.
impl fmt::Debug for PasswordLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordLink").finish_non_exhaustive()
    }
}

/// An account that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonMade {
    /// Its number.
    pub id: i64,
    /// The link to give to them. It is told this once.
    pub link: PasswordLink,
}

/// The key of a link.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LinkKey {
    /// What stands behind the `#`.
    pub key: String,
}

/// Never shows the key.
impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkKey").finish_non_exhaustive()
    }
}

/// Whose link it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invited {
    /// Their name; `None` for the first administrator, who chooses one.
    pub name: Option<String>,
}

/// What whoever follows a link chooses.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Welcome {
    /// What stands behind the `#`.
    pub key: String,
    /// The first administrator's name; everybody else has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Their password from now on.
    pub password: String,
}

/// Never shows key or password.
impl fmt::Debug for Welcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Welcome").finish_non_exhaustive()
    }
}

/// Another password for oneself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The password until now.
    pub current: String,
    /// The one from now on.
    pub new: String,
}

/// Never shows the passwords.
impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPassword").finish_non_exhaustive()
    }
}

/// A named set of permissions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleOffered {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub permissions: Vec<Permission>,
    /// Whether it came with Sentlog, and stays as it is.
    pub built_in: bool,
    /// How many people have it.
    pub people: u64,
}

/// What a role may do from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RolePermissions {
    /// All but `submit`, which programs do.
    pub permissions: Vec<Permission>,
}

/// Why no role may have a set of permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnfitRole {
    /// It has none: it would let nobody do anything.
    Empty,
    /// Messages are submitted by programs, each with a token of its own.
    Submits,
    /// Stopping, printing or seeing the addresses of what one may not see would open nothing.
    Blind,
}

impl RolePermissions {
    /// Checks that a role of people may have these.
    ///
    /// # Errors
    /// Why it may not.
    pub fn check(&self) -> Result<(), UnfitRole> {
        match self.permissions.as_slice() {
            [] => Err(UnfitRole::Empty),
            some if some.contains(&Permission::Submit) => Err(UnfitRole::Submits),
            some if !some.contains(&Permission::View) => Err(UnfitRole::Blind),
            _ => Ok(()),
        }
    }
}

/// A school, or an office of the district.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct School {
    /// Its name, as the messages give it.
    pub name: String,
    /// Its messages.
    pub messages: u64,
}

/// A school to add ahead of its first message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewSchool {
    /// Its name, as the messages will give it.
    pub name: String,
}

/// A program that may submit messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenKept {
    /// What the program is called.
    pub name: String,
    /// The schools that it may submit for; left out for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organizations: Option<Vec<String>>,
    /// When it was made.
    pub created_at: DateTime<FixedOffset>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<FixedOffset>>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<FixedOffset>>,
    /// When it was last used, to the minute or so.
    pub last_used_at: Option<DateTime<FixedOffset>>,
}

/// A token to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What the program is called.
    pub name: String,
    /// The schools that it may submit for; left out for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organizations: Option<Vec<String>>,
    /// After how many days it ends by itself, 1 to 3650; left out for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
}

/// A token that was made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenMade {
    /// The token itself. It is told this once.
    pub token: String,
}

/// Never shows the token.
impl fmt::Debug for TokenMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenMade").finish_non_exhaustive()
    }
}

/// Somebody signed in on a browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenSession {
    /// What to end it by. It opens nothing.
    pub id: String,
    /// Whose it is.
    pub person: String,
    /// When it was begun.
    pub created_at: DateTime<FixedOffset>,
    /// When it was last used, to the minute or so.
    pub seen_at: DateTime<FixedOffset>,
    /// Where it was begun: an address of the network.
    pub address: Option<String>,
    /// What the browser called itself.
    pub browser: Option<String>,
    /// Whether it is the one that asks.
    pub here: bool,
}

/// How many sessions were ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ended {
    /// So many.
    pub sessions: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_without_what_stands_around_it() {
        assert_eq!(fit_name(" Ada  Lovelace "), Some("Ada  Lovelace"));
        for none in ["", "  ", "a\u{7}b", &"x".repeat(101)] {
            assert_eq!(fit_name(none), None);
        }
        assert!(fit_name(&"é".repeat(100)).is_some());
    }

    #[test]
    fn a_role_sees_what_it_does_something_with_and_submits_nothing() {
        use Permission::{Cancel, Submit, View};
        let check = |permissions: &[Permission]| {
            let permissions = permissions.to_vec();
            RolePermissions { permissions }.check()
        };
        assert_eq!(check(&[View]), Ok(()));
        assert_eq!(check(&[View, Cancel]), Ok(()));
        assert_eq!(check(&[]), Err(UnfitRole::Empty));
        assert_eq!(check(&[Cancel]), Err(UnfitRole::Blind));
        assert_eq!(check(&[View, Submit]), Err(UnfitRole::Submits));
    }

    #[test]
    fn what_opens_something_is_never_printed() {
        let welcome = Welcome {
            key: "opens".into(),
            name: None,
            password: "hunter2".into(),
        };
        let token = TokenMade {
            token: "opens".into(),
        };
        let password = NewPassword {
            current: "hunter2".into(),
            new: "hunter3".into(),
        };
        let key = LinkKey {
            key: "opens".into(),
        };
        let printed = format!("{welcome:?}{token:?}{password:?}{key:?}");
        assert!(!printed.contains("opens") && !printed.contains("hunter"));
    }
}
