//! The audit trail: who did what, when, from where and to what. It never holds bodies, addresses or passwords.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::message::{UnknownWord, parse_word};

/// What was done. The set is closed: each action has one name, in the database as in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// Somebody signed in.
    SignedIn,
    /// Somebody was not let in.
    SignInRefused,
    /// Somebody signed out.
    SignedOut,
    /// Somebody read names or addresses of a message's recipients.
    ViewedPersonalData,
    /// A message was stopped.
    Canceled,
    /// A message was sent again to those whom it did not reach.
    Resent,
    /// A program handed a message in.
    Submitted,
    /// A file of messages was taken in.
    Imported,
    /// A report was printed.
    Reported,
    /// The log's rows were taken away as a file.
    Exported,
    /// An account was made.
    UserCreated,
    /// An account was disabled or enabled.
    UserChanged,
    /// An account's roles were changed.
    RightsChanged,
    /// A role was made, changed or removed.
    RoleChanged,
    /// A password was changed.
    PasswordChanged,
    /// Somebody else's session was ended.
    SessionEnded,
    /// A token was made.
    TokenCreated,
    /// A token was taken back.
    TokenRevoked,
    /// What was kept long enough was removed.
    Purged,
}

impl AuditAction {
    /// Every action.
    pub const ALL: [AuditAction; 19] = [
        AuditAction::SignedIn,
        AuditAction::SignInRefused,
        AuditAction::SignedOut,
        AuditAction::ViewedPersonalData,
        AuditAction::Canceled,
        AuditAction::Resent,
        AuditAction::Submitted,
        AuditAction::Imported,
        AuditAction::Reported,
        AuditAction::Exported,
        AuditAction::UserCreated,
        AuditAction::UserChanged,
        AuditAction::RightsChanged,
        AuditAction::RoleChanged,
        AuditAction::PasswordChanged,
        AuditAction::SessionEnded,
        AuditAction::TokenCreated,
        AuditAction::TokenRevoked,
        AuditAction::Purged,
    ];

    /// Its name in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            AuditAction::SignedIn => "signed_in",
            AuditAction::SignInRefused => "sign_in_refused",
            AuditAction::SignedOut => "signed_out",
            AuditAction::ViewedPersonalData => "viewed_personal_data",
            AuditAction::Canceled => "canceled",
            AuditAction::Resent => "resent",
            AuditAction::Submitted => "submitted",
            AuditAction::Imported => "imported",
            AuditAction::Reported => "reported",
            AuditAction::Exported => "exported",
            AuditAction::UserCreated => "user_created",
            AuditAction::UserChanged => "user_changed",
            AuditAction::RightsChanged => "rights_changed",
            AuditAction::RoleChanged => "role_changed",
            AuditAction::PasswordChanged => "password_changed",
            AuditAction::SessionEnded => "session_ended",
            AuditAction::TokenCreated => "token_created",
            AuditAction::TokenRevoked => "token_revoked",
            AuditAction::Purged => "purged",
        }
    }
}

impl FromStr for AuditAction {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        parse_word(word, "action", &Self::ALL, Self::as_str)
    }
}
