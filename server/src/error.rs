//! Refusals: everything that goes wrong leaves as `application/problem+json` (RFC 9457), with a sentence
//! that says what to do. What is our own fault is logged once, here, and never told.

use std::error::Error as _;

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, FixedOffset};
use shared::{
    datetime::display_date,
    problem::{Problem, ProblemType},
};

use crate::{
    auth::{accounts::AccountsError, denied::Denied, password::Busy},
    store::StoreError,
};

/// The content type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request is refused.
#[derive(Debug)]
pub enum Refusal {
    /// The request is at fault, or comes at the wrong time.
    Told(Box<Problem>),
    /// Too many attempts; the next may come after so many seconds.
    TooSoon(u64),
    /// Too many passwords are being checked.
    Busy(Busy),
    /// Another refusal, and what the audit trail is to say of it.
    Noted(Box<Refusal>, Box<Denied>),
    /// The store failed.
    Store(StoreError),
    /// Something of ours failed; the words are for the log.
    Internal(String),
}

/// What a handler answers.
pub type Answer<T> = Result<T, Refusal>;

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Refusal::Told(Box::new(problem))
    }
}

impl From<Busy> for Refusal {
    fn from(busy: Busy) -> Self {
        Refusal::Busy(busy)
    }
}

impl From<AccountsError> for Refusal {
    fn from(error: AccountsError) -> Self {
        match error {
            AccountsError::Store(error) => error.into(),
            AccountsError::Busy(busy) => busy.into(),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Refusal::Store(error)
    }
}

impl Refusal {
    /// The same, to be recorded.
    #[must_use]
    pub fn noted(self, denied: Denied) -> Self {
        Refusal::Noted(Box::new(self), Box::new(denied))
    }

    /// There is no such message.
    pub fn no_such_message() -> Self {
        ProblemType::NotFound
            .because("There is no message with this number. Go back to the log and choose one.")
            .into()
    }

    /// Who got the message was removed `at`, and what of it.
    pub fn personal_data_removed(at: &DateTime<FixedOffset>, what: &str) -> Self {
        let day = display_date(at.date_naive());
        let sentence = format!(
            "Names and addresses of this message were removed on {day} for their age, {what}"
        );
        ProblemType::PersonalDataRemoved.because(sentence).into()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Refusal::Told(problem) => respond(&problem),
            Refusal::TooSoon(seconds) => {
                let problem = ProblemType::TooManyAttempts.because(format!(
                    "Too many failed attempts to sign in. Wait {} and try again.",
                    in_words(seconds)
                ));
                let mut response = respond(&problem);
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, seconds.into());
                response
            }
            Refusal::Busy(Busy) => {
                let mut response = respond(&ProblemType::Unavailable.because(BUSY));
                let wait = HeaderValue::from_static("5");
                response.headers_mut().insert(header::RETRY_AFTER, wait);
                response
            }
            Refusal::Noted(refusal, denied) => {
                let mut response = refusal.into_response();
                response.extensions_mut().insert(*denied);
                response
            }
            Refusal::Store(error) => {
                let problem = if matches!(error, StoreError::Unrecorded(_)) {
                    ProblemType::Unavailable.because(UNRECORDED)
                } else if error.is_unreachable() {
                    ProblemType::Unavailable.because(UNAVAILABLE)
                } else if matches!(error, StoreError::GivenUp) {
                    ProblemType::Unavailable.because(GIVEN_UP)
                } else {
                    ProblemType::Internal.because(INTERNAL)
                };
                tracing::error!(
                    error = %error,
                    cause = error.source().map(tracing::field::display),
                    "the store failed"
                );
                respond(&problem)
            }
            Refusal::Internal(cause) => {
                tracing::error!(cause, "a request failed");
                respond(&ProblemType::Internal.because(INTERNAL))
            }
        }
    }
}

const INTERNAL: &str = "Something went wrong in Sentlog. Try again; if it happens again, give your \
    administrator the request number of this answer (X-Request-Id).";

const GIVEN_UP: &str = "The message took longer than an hour to be kept, and nothing of it was. Send it again: a repeat is \
    harmless.";

const BUSY: &str =
    "Too many people are signing in at the moment. Wait a few seconds and try again.";

const UNAVAILABLE: &str = "The database does not answer at the moment. Try again in a minute.";

const UNRECORDED: &str =
    "Nothing was done: it could not be recorded in the audit trail. Try again in a minute.";

/// A problem as an answer.
pub fn respond(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::to_vec(problem).unwrap_or_default();
    let mut response = (status, Body::from(body)).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    response
}

/// The problem that stands for an error answer of a library, which has no words of its own.
pub fn of_status(status: StatusCode) -> Problem {
    match status {
        StatusCode::UNAUTHORIZED => ProblemType::NotSignedIn.because(NOT_SIGNED_IN),
        StatusCode::NOT_FOUND => ProblemType::NotFound.because(NO_SUCH_PATH),
        StatusCode::METHOD_NOT_ALLOWED => ProblemType::MethodNotAllowed
            .because("This address exists, but not for this method. See /api/openapi.json."),
        StatusCode::PAYLOAD_TOO_LARGE => ProblemType::TooLarge.because(TOO_LARGE),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemType::UnsupportedMediaType.because(NOT_JSON),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT => {
            ProblemType::Unavailable.because("The answer took too long. Try again in a minute.")
        }
        status if status.is_client_error() => ProblemType::InvalidRequest
            .because("The request could not be read. See /api/openapi.json for what is expected."),
        _ => ProblemType::Internal.because(INTERNAL),
    }
}

/// Said to who is not signed in.
pub const NOT_SIGNED_IN: &str =
    "Your session has ended, or you have not signed in yet. Sign in to go on.";

/// Said where the API has no such path.
pub const NO_SUCH_PATH: &str =
    "There is nothing at this address. See /api/openapi.json for what there is.";

/// Said of a body that is too large.
pub const TOO_LARGE: &str = "The body is larger than the 64 KB that are taken here. Send less.";

/// Said of a body that is not declared as JSON.
pub const NOT_JSON: &str = "Send the body as JSON, with the header Content-Type: application/json.";

fn in_words(seconds: u64) -> String {
    match seconds.div_ceil(60) {
        0 | 1 => "a minute".into(),
        minutes => format!("{minutes} minutes"),
    }
}
