//! Bounces from any other mail system, in a form of our own, signed as Standard Webhooks says: the header
//! `webhook-signature` holds `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; several may stand
//! there, apart by blanks, while a secret is being changed.
//!
//! ```json
//! {"type": "email.bounced", "timestamp": "2020-01-31T22:00:00Z",
//!  "data": {"message_id": "<12-345.0f1e2d3c4b5a6978@district.example>", "recipient": "heather@nomail.com",
//!           "permanent": true, "code": "5.1.1", "reason": "No such user here"}}
//! ```

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use shared::delivery::{DeliveryStatus, Device};
use utoipa::ToSchema;

use super::{CLOCK_SKEW, Report, Unproven, Why, Wish, from_seconds};
use crate::{
    delivery::providers::smtp,
    outcome::{Outcome, Receipt, Target, is_bad_address},
    secret::{Secret, is_hmac_sha256},
};

/// The provider's name.
pub const BOUNCES: &str = "bounces";

/// The headers that prove a webhook.
#[derive(Clone, Copy, Debug, Default)]
pub struct Proof<'a> {
    /// `webhook-id`.
    pub id: Option<&'a str>,
    /// `webhook-timestamp`, in seconds since 1970.
    pub timestamp: Option<&'a str>,
    /// `webhook-signature`.
    pub signature: Option<&'a str>,
}

/// What became of one email.
#[derive(Debug, Deserialize, ToSchema)]
pub struct MailEvent {
    /// `email.delivered`, `email.bounced` or `email.complained`; any other is kept and changes nothing.
    #[serde(rename = "type")]
    kind: String,
    /// When.
    timestamp: DateTime<Utc>,
    /// Which email, and why.
    data: MailData,
}

/// Which email, and why.
#[derive(Debug, Deserialize, ToSchema)]
pub struct MailData {
    /// The Message-ID it was sent with.
    message_id: String,
    /// The address it was sent to.
    recipient: Option<String>,
    /// Whether it will not be tried again.
    #[serde(default)]
    permanent: bool,
    /// The enhanced status code (RFC 3463), such as `5.1.1`.
    code: Option<String>,
    /// What the receiving server said.
    reason: Option<String>,
}

/// Proves a webhook and reads it.
///
/// # Errors
/// Where a header is missing, it was signed at another time, the signature does not fit, or the body cannot
/// be read.
pub fn prove(
    secret: &Secret,
    proof: Proof<'_>,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<Report, Unproven> {
    let id = proof.id.ok_or(Unproven::Missing("webhook-id"))?;
    let timestamp = proof.timestamp;
    let timestamp = timestamp.ok_or(Unproven::Missing("webhook-timestamp"))?;
    let signatures = proof.signature;
    let signatures = signatures.ok_or(Unproven::Missing("webhook-signature"))?;
    let key = key(secret);
    let parts = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    let proven = signatures
        .split_ascii_whitespace()
        .filter_map(|one| BASE64_STANDARD.decode(one.strip_prefix("v1,")?).ok())
        .any(|tag| is_hmac_sha256(&key, &parts, &tag));
    if !proven {
        return Err(Unproven::WrongSignature);
    }
    let at = timestamp.parse::<u32>().ok();
    let at = at.and_then(|seconds| from_seconds(seconds.into()));
    let at = at.ok_or(Unproven::Unreadable("webhook-timestamp"))?;
    if at > now + CLOCK_SKEW || at < now - CLOCK_SKEW {
        return Err(Unproven::Stale);
    }
    let text = std::str::from_utf8(body).map_err(|_| Unproven::Unreadable("the body"))?;
    let event = serde_json::from_str(text).map_err(|_| Unproven::Unreadable("the body"))?;
    Ok(read(event, id, text, now))
}

/// A secret begins with `whsec_` and is base64 from there on; any other is taken as it is.
fn key(secret: &Secret) -> Vec<u8> {
    let text = secret.expose();
    text.strip_prefix("whsec_")
        .and_then(|coded| BASE64_STANDARD.decode(coded).ok())
        .unwrap_or_else(|| text.as_bytes().to_vec())
}

fn read(event: MailEvent, id: &str, raw: &str, now: DateTime<Utc>) -> Report {
    let data = event.data;
    let code = data.code.as_deref();
    let why = match event.kind.as_str() {
        "email.complained" => Some(Why::Complaint),
        "email.bounced" if data.permanent => {
            let hard = code.is_none_or(is_bad_address);
            hard.then_some(Why::HardBounce)
        }
        _ => None,
    };
    let outcome = match event.kind.as_str() {
        "email.delivered" => Outcome::of(DeliveryStatus::Sent),
        "email.bounced" if data.permanent => {
            let reason = data.reason.as_deref().unwrap_or_default();
            let words = smtp::in_words(None, code, reason);
            Outcome::of(DeliveryStatus::Failed).because(words)
        }
        _ => Outcome::of(DeliveryStatus::InProgress),
    };
    Report {
        receipt: Receipt {
            provider: BOUNCES,
            event_id: id.to_owned(),
            target: match smtp::key_of(&data.message_id) {
                Some(key) => Target::Named(key, smtp::bare(&data.message_id).to_owned()),
                None => Target::ProviderId(smtp::bare(&data.message_id).to_owned()),
            },
            outcome,
            at: event.timestamp.min(now),
            raw: raw.to_owned(),
        },
        wish: why.zip(data.recipient).map(|(why, address)| Wish {
            device: Device::Email,
            address,
            why: Some(why),
        }),
    }
}

#[cfg(test)]
#[path = "generic/tests.rs"]
mod tests;
