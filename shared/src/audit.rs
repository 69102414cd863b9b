//! The audit trail: who did what, when, from where and to what. It never holds bodies, addresses or passwords.

use std::str::FromStr;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::message::{MessageId, UnknownWord, parse_word};

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
    /// Somebody asked for what they may not do or see.
    Refused,
    /// Somebody read a message, or names or addresses of its recipients.
    ViewedPersonalData,
    /// A message was stopped.
    Canceled,
    /// A message was sent again to those whom it did not reach.
    Resent,
    /// A program handed a message in.
    Submitted,
    /// A file of messages is taken in: its beginning, or its end.
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
    /// A school was added ahead of its first message.
    SchoolAdded,
    /// A password was chosen.
    PasswordChanged,
    /// A password was voided, and a link made to choose another.
    PasswordReset,
    /// Sessions were ended by somebody, other than by signing out.
    SessionEnded,
    /// A token was made.
    TokenCreated,
    /// A token was taken back.
    TokenRevoked,
    /// An address that was reached no more is reached again.
    SuppressionLifted,
    /// What was kept long enough was removed.
    Purged,
}

impl AuditAction {
    /// Every action.
    pub const ALL: [AuditAction; 23] = [
        AuditAction::SignedIn,
        AuditAction::SignInRefused,
        AuditAction::SignedOut,
        AuditAction::Refused,
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
        AuditAction::SchoolAdded,
        AuditAction::PasswordChanged,
        AuditAction::PasswordReset,
        AuditAction::SessionEnded,
        AuditAction::TokenCreated,
        AuditAction::TokenRevoked,
        AuditAction::SuppressionLifted,
        AuditAction::Purged,
    ];

    /// Its name in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            AuditAction::SignedIn => "signed_in",
            AuditAction::SignInRefused => "sign_in_refused",
            AuditAction::SignedOut => "signed_out",
            AuditAction::Refused => "refused",
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
            AuditAction::SchoolAdded => "school_added",
            AuditAction::PasswordChanged => "password_changed",
            AuditAction::PasswordReset => "password_reset",
            AuditAction::SessionEnded => "session_ended",
            AuditAction::TokenCreated => "token_created",
            AuditAction::TokenRevoked => "token_revoked",
            AuditAction::SuppressionLifted => "suppression_lifted",
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

/// A line of the trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditLine {
    /// Its number; they run without gaps.
    pub seq: i64,
    /// When, at the district's clock.
    pub at: DateTime<FixedOffset>,
    /// Who: a person's or a program's name, or what stands for the others.
    pub who: String,
    /// Where the request came from, where there was one.
    pub address: Option<String>,
    /// What was done.
    pub action: AuditAction,
    /// The same in words, with what it was done to.
    pub what: String,
    /// The message it was done to.
    pub message: Option<MessageId>,
}

/// Some lines of the trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditPage {
    /// The lines, the newest first.
    pub lines: Vec<AuditLine>,
    /// What to ask for as `before` where there are older ones.
    pub next_before: Option<i64>,
}

/// Something that was done to one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryLine {
    /// When, at the district's clock.
    #[serde(deserialize_with = "crate::datetime::read")]
    pub at: DateTime<FixedOffset>,
    /// Who: a person's or a program's name, or what stands for the others.
    pub who: String,
    /// What, in words.
    pub what: String,
}

/// Some of what was done to one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct History {
    /// The lines, the newest first.
    pub lines: Vec<HistoryLine>,
    /// What to ask for as `before` where there are older ones.
    pub next_before: Option<i64>,
}

/// Rows that are about to be saved as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// How many.
    pub rows: u32,
}
