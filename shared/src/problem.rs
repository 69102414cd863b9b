//! Refusals: the RFC 9457 body, and every type of it.

use serde::{Deserialize, Serialize};

/// A refusal as it travels: `application/problem+json` (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// Which problem it is, as a URI that names it: `/problems/` and a [`ProblemType`]'s name.
    #[serde(rename = "type")]
    pub kind: String,
    /// The type in a few words, the same for each of its kind.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong this time and what to do about it, as a sentence for people.
    pub detail: String,
    /// The part of the request at fault, such as `created_from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

macro_rules! problem_types {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $status:literal, $title:literal;)*) => {
        /// Every kind of refusal.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemType {
            $($(#[$doc])* $variant,)*
        }

        impl ProblemType {
            /// All of them.
            pub const ALL: &[ProblemType] = &[$(ProblemType::$variant,)*];

            /// The last part of its URI.
            pub const fn name(self) -> &'static str {
                match self { $(ProblemType::$variant => $name,)* }
            }

            /// The HTTP status it is sent with.
            pub const fn status(self) -> u16 {
                match self { $(ProblemType::$variant => $status,)* }
            }

            /// The type in a few words.
            pub const fn title(self) -> &'static str {
                match self { $(ProblemType::$variant => $title,)* }
            }
        }
    };
}

problem_types! {
    /// A parameter or a body that cannot be read, or says something impossible.
    InvalidRequest = "invalid-request", 400, "The request cannot be understood";
    /// *Created Between* is no range of days.
    InvalidRange = "invalid-range", 400, "The range of days is not valid";
    /// Nobody is signed in, or the session has ended.
    NotSignedIn = "not-signed-in", 401, "Not signed in";
    /// Name and password do not go together.
    WrongCredentials = "wrong-credentials", 401, "Name or password is wrong";
    /// The account may not do this.
    Forbidden = "forbidden", 403, "Not allowed";
    /// A provider's report without proof that it comes from the provider.
    Unproven = "unproven", 403, "Not proven to come from the provider";
    /// There is no such message, or no such page of the API.
    NotFound = "not-found", 404, "Not found";
    /// The path exists, but not for this method.
    MethodNotAllowed = "method-not-allowed", 405, "Method not allowed";
    /// The message is past the point where it can be stopped.
    TooLateToCancel = "too-late-to-cancel", 409, "Too late to cancel";
    /// The message is not over yet.
    StillRunning = "still-running", 409, "Still going out";
    /// A resend would reach nobody.
    NothingToResend = "nothing-to-resend", 409, "Nobody to resend to";
    /// A long report is not done yet.
    NotReady = "not-ready", 409, "Not ready yet";
    /// It cannot be as things stand: a name is taken, or nobody would be left to administer.
    Conflict = "conflict", 409, "Not possible as things stand";
    /// Names, addresses and texts of the message were removed for their age.
    PersonalDataRemoved = "personal-data-removed", 410, "Personal data was removed";
    /// The body is larger than the server takes.
    TooLarge = "too-large", 413, "The request is too large";
    /// The body is not JSON by its content type.
    UnsupportedMediaType = "unsupported-media-type", 415, "The body must be JSON";
    /// One person has too many long reports under way.
    TooManyReports = "too-many-reports", 429, "Too many reports";
    /// Too many attempts in a short time.
    TooManyAttempts = "too-many-attempts", 429, "Too many attempts";
    /// A fault of ours; the server's log has it under the request's id.
    Internal = "internal", 500, "Something went wrong on our side";
    /// The database does not answer.
    Unavailable = "unavailable", 503, "Temporarily unavailable";
}

impl ProblemType {
    /// The whole problem, with its sentence.
    pub fn because(self, detail: impl Into<String>) -> Problem {
        Problem {
            kind: format!("/problems/{}", self.name()),
            title: self.title().into(),
            status: self.status(),
            detail: detail.into(),
            field: None,
        }
    }
}

impl Problem {
    /// The same problem, laid at one part of the request.
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Whether it is of this type.
    pub fn is(&self, kind: ProblemType) -> bool {
        self.kind.strip_prefix("/problems/") == Some(kind.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_travels_as_rfc_9457_says() {
        let problem = ProblemType::InvalidRange
            .because("Choose a later last day.")
            .at("created_to");
        assert!(problem.is(ProblemType::InvalidRange));
        assert!(!problem.is(ProblemType::InvalidRequest));
        let json = serde_json::to_value(&problem).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "type": "/problems/invalid-range",
                "title": "The range of days is not valid",
                "status": 400,
                "detail": "Choose a later last day.",
                "field": "created_to",
            })
        );
    }

    #[test]
    fn every_type_has_a_name_of_its_own() {
        let mut names: Vec<_> = ProblemType::ALL.iter().map(|t| t.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ProblemType::ALL.len());
    }
}
