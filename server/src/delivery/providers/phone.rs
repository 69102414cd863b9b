//! Voice calls and text messages over Twilio's REST interface, or any peer that speaks it.
//!
//! Twilio knows no key by which a repeat could be told from a second message. So what may have reached it is
//! never sent again: it stays in flight, and the status callback, whose address bears the delivery's key,
//! settles it.

use std::{sync::OnceLock, time::Duration};

use async_trait::async_trait;
use futures_util::{FutureExt, StreamExt, stream};
use shared::{
    call_status::CallStatus,
    delivery::{DeliveryStatus, Device},
};

use super::{Answer, HandOver, Provider, Recall, words::words};
use crate::{
    delivery::Hold,
    outcome::{InFlight, Outcome},
    receipts::twilio::status::{TWILIO, Words},
    secret::Secret,
};

mod api;
mod twiml;

pub use api::PeerError;
use api::{Peer, Reply};

/// Requests under way at once. How many a second is for the dispatcher to say.
const AT_ONCE: usize = 4;

/// After how long to ask, where Twilio cannot call us back.
const ASK_AFTER: Duration = Duration::from_secs(30);

/// Characters of a text message at most.
const LONGEST_TEXT: usize = 1600;

/// Characters of what a call says, with its markup, at most.
const LONGEST_SCRIPT: usize = 4000;

/// An account at Twilio.
#[derive(Clone, Debug)]
pub struct Account {
    /// Where its interface is: `https://api.twilio.com`.
    pub base_url: String,
    /// The account's SID.
    pub sid: String,
    /// Its auth token, which signs callbacks too.
    pub token: Secret,
    /// The number that calls come from.
    pub voice_from: String,
    /// The number that text messages come from, or the SID of a messaging service (`MG…`).
    pub text_from: String,
    /// Our address as Twilio reaches it, without a slash at its end; `None` where it cannot: then it is asked.
    pub public_url: Option<String>,
    /// Whether to wait for an answering machine's beep, rather than to speak as soon as somebody answers.
    pub wait_for_beep: bool,
    /// How long one request may take.
    pub patience: Duration,
}

/// Hands calls and text messages to Twilio.
pub struct Phone {
    peer: Peer,
    account: Account,
}

impl Phone {
    /// Uses `account`.
    ///
    /// # Errors
    /// Where no TLS can be had, or the account's address is none.
    pub fn new(account: Account) -> Result<Self, PeerError> {
        Ok(Phone {
            peer: Peer::new(&account)?,
            account,
        })
    }

    /// Hands one over, unless all that are left of its batch are answered so by now.
    async fn one(&self, delivery: &HandOver, rest: &OnceLock<Answer>) -> Answer {
        if let Some(answer) = rest.get() {
            return answer.clone();
        }
        if !delivery.hold.lasts() {
            return Hold::lost();
        }
        let device = delivery.device;
        let (kind, form) = match device {
            Device::Text => ("Messages", self.text(delivery)),
            Device::Voice | Device::Inbox | Device::Email => ("Calls", self.call(delivery)),
        };
        let form = match form {
            Ok(form) => form,
            Err(outcome) => return Answer::Refused { outcome },
        };
        let asked_later = self.account.public_url.is_none().then_some(ASK_AFTER);
        match self.peer.post(kind, None, &form).await {
            Reply::Resource(resource) => {
                let words = Words {
                    status: &resource.status,
                    answered_by: None,
                    error: resource.error_code,
                    extension: false,
                };
                Answer::Taken {
                    provider_id: Some(resource.sid),
                    outcome: in_flight(device, words.outcome(device)),
                    ask_after: asked_later,
                }
            }
            Reply::Refused(code) => refused(device, code),
            Reply::Busy(reason) => later(reason),
            Reply::Quiet { reason, after } => {
                let untried = Answer::Untried {
                    reason: reason.clone(),
                };
                rest.set(untried).ok();
                Answer::Quiet { reason, after }
            }
            Reply::Unreachable(reason) => {
                rest.set(later(reason.clone())).ok();
                later(reason)
            }
            Reply::Unknown => Answer::Taken {
                provider_id: None,
                outcome: in_flight(device, Outcome::of(DeliveryStatus::InProgress)),
                ask_after: None,
            },
        }
    }

    fn text(&self, delivery: &HandOver) -> Result<Vec<(&'static str, String)>, Outcome> {
        if delivery.address.contains(';') {
            let reason = "A number with an extension takes no text messages.";
            return Err(Outcome::of_call(CallStatus(-2)).because(reason));
        }
        let from = &self.account.text_from;
        let sender = if from.starts_with("MG") {
            "MessagingServiceSid"
        } else {
            "From"
        };
        let body = words(&delivery.content, Device::Text);
        if body.chars().count() > LONGEST_TEXT {
            let reason = format!(
                "A text message has {LONGEST_TEXT} characters at most. Send a shorter one."
            );
            return Err(Outcome::of(DeliveryStatus::Failed).because(reason));
        }
        let mut form = vec![
            ("To", delivery.address.clone()),
            (sender, from.clone()),
            ("Body", body),
        ];
        if let Some(callback) = self.callback("messages", delivery) {
            form.push(("StatusCallback", callback));
        }
        Ok(form)
    }

    fn call(&self, delivery: &HandOver) -> Result<Vec<(&'static str, String)>, Outcome> {
        let (number, extension) = match delivery.address.split_once(";ext=") {
            Some((number, extension)) => (number, Some(extension)),
            None => (delivery.address.as_str(), None),
        };
        let callback = self.callback("calls", delivery);
        let spoken = words(&delivery.content, Device::Voice);
        let script = twiml::script(&spoken, callback.as_deref());
        if script.chars().count() > LONGEST_SCRIPT {
            let reason = "This is more than a call can say. Send a shorter message.";
            return Err(Outcome::of(DeliveryStatus::Failed).because(reason));
        }
        let detection = if self.account.wait_for_beep {
            "DetectMessageEnd"
        } else {
            "Enable"
        };
        let mut form = vec![
            ("To", number.to_owned()),
            ("From", self.account.voice_from.clone()),
            ("Twiml", script),
            ("MachineDetection", detection.to_owned()),
        ];
        if let Some(extension) = extension {
            // Half a second for each w, so that the switchboard is listening by then.
            form.push(("SendDigits", format!("wwww{extension}#")));
        }
        if let Some(callback) = callback {
            form.push(("StatusCallback", callback));
            let events = ["initiated", "ringing", "answered", "completed"];
            form.extend(events.map(|event| ("StatusCallbackEvent", event.to_owned())));
        }
        Ok(form)
    }

    /// Where Twilio reports what becomes of a delivery.
    fn callback(&self, what: &str, delivery: &HandOver) -> Option<String> {
        let url = self.account.public_url.as_deref()?;
        let extension = if delivery.address.contains(";ext=") {
            "&extension=1"
        } else {
            ""
        };
        let key = delivery.key();
        Some(format!(
            "{url}/api/receipts/twilio/{what}?delivery={key}{extension}"
        ))
    }

    /// What became of one; of none that is left once Twilio has asked for quiet.
    async fn news(&self, in_flight: &InFlight, quiet: &OnceLock<()>) -> Option<Outcome> {
        let sid = in_flight.provider_id.as_deref()?;
        if quiet.get().is_some() {
            return None;
        }
        let resource = match self.peer.get(kind(in_flight.device), sid).await {
            Reply::Resource(resource) => resource,
            Reply::Quiet { .. } => {
                quiet.set(()).ok();
                return None;
            }
            Reply::Refused(_) | Reply::Busy(_) | Reply::Unreachable(_) | Reply::Unknown => {
                return None;
            }
        };
        let words = Words {
            status: &resource.status,
            answered_by: resource.answered_by.as_deref(),
            error: resource.error_code,
            extension: false,
        };
        Some(words.outcome(in_flight.device))
    }
}

#[async_trait]
impl Provider for Phone {
    fn name(&self) -> &'static str {
        TWILIO
    }

    fn batch(&self) -> u32 {
        10
    }

    async fn hand_over(&self, batch: &[HandOver]) -> Vec<Answer> {
        let rest = OnceLock::new();
        let answers: Vec<_> = batch
            .iter()
            .map(|delivery| self.one(delivery, &rest).boxed())
            .collect();
        stream::iter(answers).buffered(AT_ONCE).collect().await
    }

    /// A text message that has not left Twilio, or a call that has not been answered. One that is being
    /// spoken is left to its end.
    async fn recall(&self, in_flight: &InFlight) -> Recall {
        let Some(sid) = in_flight.provider_id.as_deref() else {
            return Recall::Cannot;
        };
        let form = [("Status", "canceled".to_owned())];
        match self
            .peer
            .post(kind(in_flight.device), Some(sid), &form)
            .await
        {
            Reply::Resource(resource) => match resource.status.as_str() {
                "canceled" => Recall::Recalled,
                "queued" | "accepted" | "scheduled" | "ringing" => Recall::Later,
                _ => Recall::TooLate,
            },
            Reply::Refused(_) => Recall::TooLate,
            Reply::Busy(_) | Reply::Quiet { .. } | Reply::Unreachable(_) | Reply::Unknown => {
                Recall::Later
            }
        }
    }

    async fn ask(&self, in_flight: &[InFlight]) -> Vec<Option<Outcome>> {
        let quiet = OnceLock::new();
        let asked: Vec<_> = in_flight
            .iter()
            .map(|one| self.news(one, &quiet).boxed())
            .collect();
        stream::iter(asked).buffered(AT_ONCE).collect().await
    }
}

const fn kind(device: Device) -> &'static str {
    match device {
        Device::Text => "Messages",
        Device::Voice | Device::Inbox | Device::Email => "Calls",
    }
}

/// A text message in flight says so by its number.
fn in_flight(device: Device, outcome: Outcome) -> Outcome {
    match (device, outcome.status, outcome.call_status) {
        (Device::Text, DeliveryStatus::InProgress, None) => Outcome::of_call(CallStatus(-39)),
        _ => outcome,
    }
}

/// What an error code of Twilio's means for the delivery, or for us.
fn refused(device: Device, code: Option<u32>) -> Answer {
    /// Ours to mend: the account, its numbers, its rights. No recipient is at fault.
    const OURS: [u32; 14] = [
        20001, 20003, 20005, 20404, 21210, 21212, 21213, 21603, 21606, 21611, 21659, 21660, 21701,
        21703,
    ];
    let reason = match code {
        Some(code) => format!("Twilio error {code}"),
        None => "Twilio refused it without a reason.".to_owned(),
    };
    if code.is_some_and(|code| OURS.contains(&code)) {
        return later(format!(
            "{reason}: check the account and the numbers it sends from."
        ));
    }
    let words = Words {
        status: "failed",
        error: code,
        ..Words::default()
    };
    let outcome = words.outcome(device);
    let outcome = match outcome.call_status {
        // The call could not even be placed.
        Some(CallStatus(10)) => Outcome::of_call(CallStatus(-14)).because(reason),
        _ => outcome,
    };
    Answer::Refused { outcome }
}

const fn later(reason: String) -> Answer {
    Answer::Later {
        reason,
        after: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ours_to_mend_fails_nobody() {
        for code in [20003, 21606, 21212] {
            assert!(
                matches!(refused(Device::Text, Some(code)), Answer::Later { .. }),
                "{code}"
            );
        }
    }

    #[test]
    fn what_twilio_refuses_has_a_number_of_its_own() {
        let number = |device, code| match refused(device, code) {
            Answer::Refused { outcome } => outcome.call_status.map(|code| code.0),
            answer => panic!("{answer:?}"),
        };
        assert_eq!(number(Device::Text, Some(21610)), Some(-33));
        assert_eq!(number(Device::Text, Some(21211)), Some(-2));
        assert_eq!(number(Device::Voice, Some(21211)), Some(-2));
        assert_eq!(number(Device::Text, Some(21617)), Some(-30));
        assert_eq!(number(Device::Voice, Some(21205)), Some(-14));
        assert_eq!(number(Device::Voice, None), Some(-14));
    }
}
