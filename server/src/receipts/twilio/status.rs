//! Status callbacks of text messages and calls. Twilio's words are brought into ours here, for callbacks
//! and for what it answers when asked.

use chrono::{DateTime, Utc};
use shared::{
    call_status::CallStatus,
    delivery::{DeliveryStatus, Device},
};

use super::Signed;
use crate::{
    outcome::{DeliveryKey, Outcome, Receipt, Target},
    receipts::Unproven,
};

/// The provider's name.
pub const TWILIO: &str = "twilio";

/// Twilio's code for a number whose owner has answered STOP.
pub const UNSUBSCRIBED: u32 = 21610;

/// Twilio's codes for numbers that are none.
const INVALID: [u32; 5] = [13223, 13224, 21211, 21217, 21614];

/// What Twilio says of one text message or call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Words<'a> {
    /// `MessageStatus` or `CallStatus`.
    pub status: &'a str,
    /// `AnsweredBy`, where a call was answered.
    pub answered_by: Option<&'a str>,
    /// `ErrorCode`.
    pub error: Option<u32>,
    /// Whether an extension was dialled after the answer.
    pub extension: bool,
}

impl Words<'_> {
    /// What they mean for a text message or a call; a word that Twilio has not told us is no news.
    pub fn outcome(self, device: Device) -> Outcome {
        match self.error {
            Some(UNSUBSCRIBED) => Outcome::of_call(CallStatus(-33)),
            Some(code) if INVALID.contains(&code) => self.numbered(-2),
            _ if device == Device::Text => self.text(),
            _ => self.call(),
        }
    }

    fn text(self) -> Outcome {
        match self.status {
            "accepted" | "scheduled" | "queued" | "sending" => self.numbered(-39),
            "sent" => self.numbered(-27),
            "delivered" | "read" => self.numbered(-28),
            "undelivered" => self.numbered(-40),
            "failed" => self.numbered(-30),
            "canceled" => Outcome::of(DeliveryStatus::Canceled),
            _ => NO_NEWS,
        }
    }

    fn call(self) -> Outcome {
        match self.status {
            "no-answer" => self.numbered(0),
            "busy" => self.numbered(1),
            "failed" => self.numbered(10),
            "canceled" => Outcome::of(DeliveryStatus::Canceled),
            // Before an extension it was the switchboard that answered.
            "completed" if self.extension => self.numbered(13),
            "in-progress" if self.extension => NO_NEWS,
            "in-progress" | "completed" => match self.answered_by {
                Some("human") => self.numbered(5),
                Some(machine) if machine.starts_with("machine_") => self.numbered(6),
                Some("fax") => self.numbered(7),
                // Somebody or something answered, and Twilio could not tell what.
                _ if self.status == "completed" => self.numbered(9),
                _ => NO_NEWS,
            },
            _ => NO_NEWS,
        }
    }

    fn numbered(self, code: i16) -> Outcome {
        let outcome = Outcome::of_call(CallStatus(code));
        match self.error {
            Some(error) => outcome.because(format!("Twilio error {error}")),
            None => outcome,
        }
    }
}

/// In flight, as it was.
const NO_NEWS: Outcome = Outcome::of(DeliveryStatus::InProgress);

/// Reads a text message's status callback.
///
/// # Errors
/// Where it does not say which message it is about, or where that stands.
pub fn message(
    params: &Signed,
    key: Option<DeliveryKey>,
    raw: &str,
    now: DateTime<Utc>,
) -> Result<Receipt, Unproven> {
    let sid = sid(params, &["MessageSid", "SmsSid"])?;
    let status = word(params, &["MessageStatus", "SmsStatus"])?;
    let words = Words {
        status,
        error: error(params),
        ..Words::default()
    };
    Ok(Receipt {
        provider: TWILIO,
        event_id: format!("{sid}:{status}"),
        target: target(key, sid),
        outcome: words.outcome(Device::Text),
        at: now,
        raw: raw.to_owned(),
    })
}

/// Reads a call's status callback, or what the recipient pressed. `extension` says that one was dialled.
///
/// # Errors
/// Where it does not say which call it is about, or where that stands.
pub fn call(
    params: &Signed,
    key: Option<DeliveryKey>,
    extension: bool,
    raw: &str,
    now: DateTime<Utc>,
) -> Result<Receipt, Unproven> {
    let sid = sid(params, &["CallSid"])?;
    let status = word(params, &["CallStatus"])?;
    let answered_by = params.get("AnsweredBy");
    let digits = params.get("Digits");
    let words = Words {
        status,
        answered_by,
        error: error(params),
        extension,
    };
    let outcome = if digits == Some("0") {
        Outcome {
            confirmed: true,
            ..Outcome::of_call(CallStatus(5))
        }
    } else {
        words.outcome(Device::Voice)
    };
    let at = params
        .get("Timestamp")
        .and_then(|text| DateTime::parse_from_rfc2822(text).ok())
        .map_or(now, |at| at.to_utc().min(now));
    let [by, pressed] = [answered_by, digits].map(Option::unwrap_or_default);
    Ok(Receipt {
        provider: TWILIO,
        event_id: format!("{sid}:{status}:{by}:{pressed}"),
        target: target(key, sid),
        outcome,
        at,
        raw: raw.to_owned(),
    })
}

/// The delivery that we named to Twilio, where it is not known there by another SID than this; or the one of this SID.
fn target(key: Option<DeliveryKey>, sid: &str) -> Target {
    match key {
        Some(key) => Target::Named(key, sid.to_owned()),
        None => Target::ProviderId(sid.to_owned()),
    }
}

/// The SID among these parameters.
///
/// # Errors
/// Where there is none.
pub fn sid<'a>(params: &'a Signed, names: &[&'static str]) -> Result<&'a str, Unproven> {
    let sid = word(params, names)?;
    let fine = sid.len() <= 64 && sid.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fine.then_some(sid).ok_or(Unproven::Unreadable(names[0]))
}

fn word<'a>(params: &'a Signed, names: &[&'static str]) -> Result<&'a str, Unproven> {
    names
        .iter()
        .find_map(|name| params.get(name))
        .ok_or(Unproven::Missing(names[0]))
}

fn error(params: &Signed) -> Option<u32> {
    params
        .get("ErrorCode")?
        .parse()
        .ok()
        .filter(|code| *code != 0)
}

#[cfg(test)]
#[path = "status/tests.rs"]
mod tests;
