//! What handlers take out of a request. Every way to get it wrong is a problem with words, never a panic
//! and never a library's own text.

use std::{borrow::Cow, str::FromStr};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
    http::{StatusCode, header, request::Parts},
};
use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use shared::{
    find::parse_day,
    message::MessageId,
    problem::{Problem, ProblemType},
};

use crate::error::{NOT_JSON, Refusal, TOO_LARGE};

/// The most bytes a body may have.
pub const MAX_BODY: usize = 64 * 1024;

/// The message that the path names. What is no number is no message.
#[derive(Clone, Copy, Debug)]
pub struct Id(pub MessageId);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Refusal::no_such_message())?;
        params
            .iter()
            .find(|(name, _)| *name == "id")
            .filter(|(_, text)| text.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|(_, text)| text.parse().ok())
            .map(Id)
            .ok_or_else(Refusal::no_such_message)
    }
}

/// A body of JSON.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let is_json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        if !is_json {
            return Err(ProblemType::UnsupportedMediaType.because(NOT_JSON).into());
        }
        let body = Bytes::from_request(request, state).await.map_err(|error| {
            if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
                ProblemType::TooLarge.because(TOO_LARGE)
            } else {
                invalid("The body could not be read to its end. Send it again.")
            }
        })?;
        let text = std::str::from_utf8(&body)
            .map_err(|_| invalid("The body is not UTF-8. Send it as JSON in UTF-8."))?;
        serde_json::from_str(text)
            .map(Json)
            .map_err(|error| invalid(format!("The body is not what is expected: {error}.")).into())
    }
}

/// The parameters after the `?`. Each may stand once; one that is not expected is refused rather than
/// ignored, so that a misspelt one never quietly widens a search.
#[derive(Clone, Debug, Default)]
pub struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let query = parts.uri.query().unwrap_or_default();
        let mut params: Vec<(String, String)> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(name), Some(value)) = (decode(name), decode(value)) else {
                let sentence =
                    "A parameter is not UTF-8. Encode it as UTF-8, then as percent signs.";
                return Err(invalid(sentence).into());
            };
            if params.iter().any(|(other, _)| *other == name) {
                let sentence = format!(
                    "The parameter “{}” stands twice. Give it once.",
                    brief(&name)
                );
                return Err(invalid(sentence).at(brief(&name)).into());
            }
            params.push((name, value));
        }
        Ok(Params(params))
    }
}

impl Params {
    /// Refuses every parameter that is not one of `names`.
    ///
    /// # Errors
    /// Names the first one that is not.
    pub fn only(self, names: &[&str]) -> Result<Self, Problem> {
        match self
            .0
            .iter()
            .find(|(name, _)| !names.contains(&name.as_str()))
        {
            None => Ok(self),
            Some((name, _)) => Err(invalid(format!(
                "There is no parameter “{}” here. Those that there are: {}.",
                brief(name),
                names.join(", ")
            ))
            .at(brief(name))),
        }
    }

    /// The value of a parameter; `None` where it is left out or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// A parameter as a `T`; `wanted` says what that looks like.
    ///
    /// # Errors
    /// Where it is there, but is none.
    pub fn parse<T: FromStr>(&self, name: &str, wanted: &str) -> Result<Option<T>, Problem> {
        self.get(name)
            .map(|text| {
                text.parse()
                    .map_err(|_| invalid(format!("“{}” is not {wanted}.", brief(text))).at(name))
            })
            .transpose()
    }

    /// A parameter as a calendar day.
    ///
    /// # Errors
    /// Where it is there, but is none.
    pub fn day(&self, name: &str) -> Result<Option<NaiveDate>, Problem> {
        self.get(name)
            .map(|text| {
                parse_day(text).ok_or_else(|| {
                    invalid(format!(
                        "“{}” is not a day. Write it as YYYY-MM-DD, such as 2020-01-31.",
                        brief(text)
                    ))
                    .at(name)
                })
            })
            .transpose()
    }
}

/// A request that cannot be understood, and why.
pub fn invalid(sentence: impl Into<String>) -> Problem {
    ProblemType::InvalidRequest.because(sentence)
}

/// So much of what was sent as is worth repeating.
fn brief(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(40) {
        None => text.into(),
        Some((end, _)) => format!("{}…", &text[..end]).into(),
    }
}

/// Reads `+` and percent signs; `None` where the outcome is not UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let hex = |byte: u8| (byte as char).to_digit(16);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push((high * 16 + low) as u8);
                    rest = after;
                }
                _ => bytes.push(b'%'),
            },
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_decoded_only_into_utf_8() {
        assert_eq!(decode("a+b%20c%C3%A9").as_deref(), Some("a b cé"));
        assert_eq!(decode("100%").as_deref(), Some("100%"));
        assert_eq!(decode("%zz").as_deref(), Some("%zz"));
        assert_eq!(decode("%ff"), None);
    }
}
