//! Mailgun's webhooks: JSON whose `signature` is hex of HMAC-SHA256, with the signing key, over its
//! timestamp and token. It covers neither the event nor anything else of the body, so a token counts once
//! (the store sees to that), and one signed long ago does not count at all.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use shared::delivery::{DeliveryStatus, Device};

use super::{CLOCK_SKEW, Report, Unproven, Why, Wish, from_seconds};
use crate::{
    delivery::providers::smtp,
    outcome::{Outcome, Receipt, Target, is_bad_address},
    secret::{Secret, from_hex, is_hmac_sha256},
};

/// The provider's name.
pub const MAILGUN: &str = "mailgun";

/// How old a signature may be: Mailgun repeats what we did not answer for eight hours.
pub const LONGEST: TimeDelta = TimeDelta::hours(9);

/// When a token may be forgotten: its signature is refused for its age by then.
pub const FORGOTTEN: TimeDelta = TimeDelta::hours(10);

#[derive(Deserialize)]
struct Webhook {
    signature: Signature,
    #[serde(rename = "event-data")]
    event: Event,
}

#[derive(Deserialize)]
struct Signature {
    timestamp: Text,
    token: String,
    signature: String,
}

/// Mailgun writes the same member as text or as a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Text(String),
    Number(serde_json::Number),
}

impl Text {
    fn into_string(self) -> String {
        match self {
            Text::Text(text) => text,
            Text::Number(number) => number.to_string(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Event {
    event: String,
    id: String,
    timestamp: f64,
    recipient: Option<String>,
    severity: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    delivery_status: Delivery,
    #[serde(default)]
    message: Message,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Delivery {
    code: Option<u32>,
    message: Option<String>,
    description: Option<String>,
    enhanced_code: Option<String>,
    bounce_type: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message {
    headers: Headers,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Headers {
    message_id: Option<String>,
}

/// A webhook that Mailgun signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// What it says.
    pub report: Report,
    /// The token it was signed with, which counts once.
    pub token: String,
}

/// Proves a webhook and reads it.
///
/// # Errors
/// Where it cannot be read, was signed too long ago, or the signature does not fit.
pub fn prove(key: &Secret, body: &[u8], now: DateTime<Utc>) -> Result<Proven, Unproven> {
    let text = std::str::from_utf8(body).map_err(|_| Unproven::Unreadable("the body"))?;
    let Webhook { signature, event } =
        serde_json::from_str(text).map_err(|_| Unproven::Unreadable("the body"))?;
    let timestamp = signature.timestamp.into_string();
    let tag = from_hex(&signature.signature).ok_or(Unproven::WrongSignature)?;
    let signed = [timestamp.as_bytes(), signature.token.as_bytes()];
    if signature.token.is_empty() || !is_hmac_sha256(key.expose().as_bytes(), &signed, &tag) {
        return Err(Unproven::WrongSignature);
    }
    let at = timestamp.parse().ok().and_then(from_seconds);
    let at = at.ok_or(Unproven::Unreadable("timestamp"))?;
    if at > now + CLOCK_SKEW || at < now - LONGEST {
        return Err(Unproven::Stale);
    }
    Ok(Proven {
        report: read(event, text, now)?,
        token: signature.token,
    })
}

fn read(event: Event, raw: &str, now: DateTime<Utc>) -> Result<Report, Unproven> {
    let id = event.message.headers.message_id.as_deref();
    let id = id.ok_or(Unproven::Missing("message-id"))?;
    let target = match smtp::key_of(id) {
        Some(key) => Target::Named(key, smtp::bare(id).to_owned()),
        None => Target::ProviderId(smtp::bare(id).to_owned()),
    };
    let at = from_seconds(event.timestamp).map_or(now, |at| at.min(now));
    let why = why(&event);
    Ok(Report {
        wish: why
            .zip(event.recipient.as_deref())
            .map(|(why, address)| Wish {
                device: Device::Email,
                address: address.to_owned(),
                why: Some(why),
            }),
        receipt: Receipt {
            provider: MAILGUN,
            outcome: outcome(&event),
            event_id: event.id,
            target,
            at,
            raw: raw.to_owned(),
        },
    })
}

fn outcome(event: &Event) -> Outcome {
    match (event.event.as_str(), event.severity.as_deref()) {
        ("accepted" | "delivered", _) => Outcome::of(DeliveryStatus::Sent),
        ("failed", Some("permanent")) | ("rejected", _) => {
            Outcome::of(DeliveryStatus::Failed).because(in_words(event))
        }
        // Mailgun tries again, or it is a word that we do not know.
        _ => Outcome::of(DeliveryStatus::InProgress),
    }
}

/// Why the address is reached no more, if so. A mailbox that is full or a letter that is too large came
/// back for good, but the next one may arrive.
fn why(event: &Event) -> Option<Why> {
    match event.event.as_str() {
        "complained" => Some(Why::Complaint),
        "unsubscribed" => Some(Why::Unsubscribed),
        "failed" if event.severity.as_deref() == Some("permanent") => {
            let status = &event.delivery_status;
            let hard = match (
                status.enhanced_code.as_deref(),
                status.bounce_type.as_deref(),
            ) {
                (Some(code), _) if code.len() >= 5 => is_bad_address(code),
                (_, Some(kind)) => kind == "hard",
                _ => matches!(event.reason.as_deref(), Some("bounce" | "suppress-bounce")),
            };
            hard.then_some(Why::HardBounce)
        }
        _ => None,
    }
}

fn in_words(event: &Event) -> String {
    let status = &event.delivery_status;
    let code = status
        .code
        .filter(|code| *code != 0)
        .map(|code| code.to_string());
    let said = [&status.message, &status.description, &event.reason];
    let said = said
        .into_iter()
        .find_map(|words| words.as_deref().filter(|words| !words.is_empty()));
    smtp::in_words(
        code.as_deref(),
        status.enhanced_code.as_deref(),
        said.unwrap_or_default(),
    )
}

#[cfg(test)]
#[path = "mailgun/tests.rs"]
mod tests;
