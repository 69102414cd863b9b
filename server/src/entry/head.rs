//! Everything of a message but its recipients, and the limits of each field.

use chrono::Datelike;
use shared::{
    delivery::Device,
    message::{Criterion, MessageStatus},
};

use super::Refusal;
use crate::store::time::Timestamp;

/// The longest body, in characters.
const LONGEST_BODY: usize = 1_000_000;

/// The longest that is spoken: three to four minutes, and what Twilio takes in one request with what goes around it.
const LONGEST_CALL: usize = 3000;

/// The longest text message that Twilio takes.
const LONGEST_TEXT: usize = 1600;

/// Everything of a message but its recipients.
#[derive(Clone, Debug)]
pub struct Head {
    /// What the sender calls it: makes a repeat harmless.
    pub external_id: String,
    /// *Message Type*.
    pub message_type: String,
    /// The kind within the type.
    pub category: Option<String>,
    /// *District/School*.
    pub organization: String,
    /// *Message Subject*.
    pub subject: String,
    /// Who sent it.
    pub sender: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When inbox and email start; `None`: at once.
    pub inbox_email_start_at: Option<Timestamp>,
    /// When voice and text start; `None`: at once.
    pub voice_text_start_at: Option<Timestamp>,
    /// The scheduler that made it, if one did.
    pub schedule_id: Option<i64>,
    /// Who it was sent to.
    pub criteria: Vec<Criterion>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// What it says, in the order of `Device::ALL`.
    pub bodies: [Option<String>; 4],
    /// What became of it, where it was delivered elsewhere; `None`: it is to be delivered.
    pub history: Option<History>,
    /// Whether it belongs to a demonstration: what is still under way then goes on in the sandbox, and nowhere
    /// else, whichever providers are set up.
    pub demonstration: bool,
}

/// What became of a message that was delivered elsewhere.
#[derive(Clone, Debug)]
pub struct History {
    /// Where it stands.
    pub status: MessageStatus,
    /// When the first delivery was handed over.
    pub started_at: Option<Timestamp>,
    /// When the last delivery got its final word.
    pub ended_at: Option<Timestamp>,
    /// Who stopped it. May be missing of a canceled message, where the old log did not keep it.
    pub cancellation: Option<CanceledBy>,
}

/// Who stopped a message elsewhere.
#[derive(Clone, Debug)]
pub struct CanceledBy {
    /// The person.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: Option<String>,
}

impl Head {
    /// The earlier of the start times given; the creation where neither is.
    pub fn scheduled_at(&self) -> Timestamp {
        let starts = [self.inbox_email_start_at, self.voice_text_start_at];
        starts
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(self.created_at)
    }

    /// When `device` starts; `None`: at once.
    pub const fn start_at(&self, device: Device) -> Option<Timestamp> {
        match device {
            Device::Inbox | Device::Email => self.inbox_email_start_at,
            Device::Voice | Device::Text => self.voice_text_start_at,
        }
    }

    /// Whether it goes before others, and at any hour.
    pub fn is_emergency(&self) -> bool {
        names_emergency(&self.message_type) || self.category.as_deref().is_some_and(names_emergency)
    }

    /// Where the message enters.
    pub fn status(&self) -> MessageStatus {
        self.history
            .as_ref()
            .map_or(MessageStatus::Waiting, |history| history.status)
    }

    /// Checks every field.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        text("external_id", &self.external_id, 200)?;
        text("message_type", &self.message_type, 100)?;
        if self.message_type.trim().eq_ignore_ascii_case("OLR") {
            return Err(Refusal::new(
                "message_type",
                "online-registration mail has a log of its own",
            ));
        }
        optional("category", self.category.as_deref(), 100)?;
        text("organization", &self.organization, 200)?;
        text("subject", &self.subject, 500)?;
        text("sender", &self.sender, 200)?;
        optional("reply_to", self.reply_to.as_deref(), 320)?;
        if self.criteria.len() > 100 {
            return Err(Refusal::new("criteria", "at most 100 are kept"));
        }
        for (n, criterion) in self.criteria.iter().enumerate() {
            text(&format!("criteria[{n}].label"), &criterion.label, 200)?;
            any(&format!("criteria[{n}].value"), &criterion.value, 10_000)?;
        }
        // What is history was sent, however long it was.
        let longest = match self.history {
            None => [LONGEST_BODY, LONGEST_BODY, LONGEST_CALL, LONGEST_TEXT],
            Some(_) => [LONGEST_BODY; 4],
        };
        let devices = ["inbox", "email", "voice", "text"].into_iter();
        for ((device, longest), body) in devices.zip(longest).zip(&self.bodies) {
            if let Some(body) = body {
                any(&format!("body.{device}"), body, longest)?;
            }
        }
        self.check_times()
    }

    fn check_times(&self) -> Result<(), Refusal> {
        let history = self.history.as_ref();
        let times = [
            ("created_at", Some(self.created_at)),
            ("inbox_email_start_at", self.inbox_email_start_at),
            ("voice_text_start_at", self.voice_text_start_at),
            ("started_at", history.and_then(|h| h.started_at)),
            ("ended_at", history.and_then(|h| h.ended_at)),
        ];
        for (field, at) in times {
            if let Some(at) = at {
                year(field, at)?;
            }
        }
        let Some(history) = history else {
            return Ok(());
        };
        if history
            .started_at
            .zip(history.ended_at)
            .is_some_and(|(start, end)| end < start)
        {
            return Err(Refusal::new("ended_at", "is before started_at"));
        }
        if let Some(cancellation) = &history.cancellation {
            if history.status != MessageStatus::Canceled {
                return Err(Refusal::new(
                    "cancellation",
                    "only a canceled message has one",
                ));
            }
            text("cancellation.by", &cancellation.by, 200)?;
            year("cancellation.at", cancellation.at)?;
            optional("cancellation.reason", cancellation.reason.as_deref(), 500)?;
        }
        Ok(())
    }
}

/// Whether a type or category is of emergencies: it has the word, and not to deny it, as *Non-Emergency* does.
fn names_emergency(text: &str) -> bool {
    let text = text.to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.iter().enumerate().any(|(n, word)| {
        let denied = n > 0 && matches!(words[n - 1], "non" | "not" | "no");
        !denied
            && (word.contains("emergency") || word.contains("emergencies"))
            && !word.starts_with("non")
    })
}

/// Refuses a time outside the years that the log can be searched for.
pub(super) fn year(field: &str, at: Timestamp) -> Result<(), Refusal> {
    match at.utc().year() {
        1900..=9998 => Ok(()),
        _ => Err(Refusal::new(field, "is outside the years 1900 to 9998")),
    }
}

/// Refuses a text that is blank, too long, or holds a NUL character.
pub(super) fn text(field: &str, text: &str, longest: usize) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::new(field, "is empty"));
    }
    any(field, text, longest)
}

/// As [`text`], where the field is given.
pub(super) fn optional(field: &str, given: Option<&str>, longest: usize) -> Result<(), Refusal> {
    given.map_or(Ok(()), |given| text(field, given, longest))
}

/// Refuses a text that is too long or holds a NUL character, which Postgres cannot keep.
pub(super) fn any(field: &str, text: &str, longest: usize) -> Result<(), Refusal> {
    if text.len() > longest && text.chars().count() > longest {
        let reason = format!("is longer than {longest} characters");
        return Err(Refusal::new(field, reason));
    }
    if text.contains('\0') {
        return Err(Refusal::new(field, "holds a NUL character"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_that_it_is_no_emergency_is_none() {
        for text in [
            "Emergency",
            "emergency notification",
            "School/Emergency",
            "Emergency (weather)",
            "Emergencies",
        ] {
            assert!(names_emergency(text), "{text}");
        }
        for text in [
            "Non-Emergency Notification",
            "NON EMERGENCY",
            "Nonemergency",
            "Not an outing",
            "Emergent",
            "",
        ] {
            assert!(!names_emergency(text), "{text}");
        }
    }
}
