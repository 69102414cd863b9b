//! One email as it travels: headers, and the body as text, and as HTML where it was written so.

use chrono::{DateTime, Utc};
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{Header, HeaderName, HeaderValue},
    },
};
use sha2::{Digest, Sha256};
use shared::delivery::Device;

use crate::{
    content::Content,
    delivery::providers::{HandOver, words::words},
    html,
};

/// The longest subject or name, in characters.
const LONGEST: usize = 300;

/// Who our letters come from.
pub(super) struct Letterhead {
    from: Mailbox,
}

/// What all letters of one message have in common, made once.
pub(super) struct Draft<'a> {
    from: &'a Mailbox,
    reply_to: Option<Mailbox>,
    subject: String,
    date: DateTime<Utc>,
    body: Body,
    digest: Sha256,
}

#[derive(Clone)]
enum Body {
    Text(SinglePart),
    TextAndHtml(MultiPart),
}

/// A letter, ready to be handed over.
pub(super) struct Letter {
    /// Its Message-ID, without angle brackets.
    pub(super) id: String,
    /// Who it comes from, as the relay is told.
    pub(super) from: Address,
    /// Whom it goes to, as the relay is told.
    pub(super) to: Address,
    /// All of it, lines ended by CR LF, and nothing but ASCII.
    pub(super) bytes: Vec<u8>,
}

impl Letterhead {
    pub(super) const fn new(from: Mailbox) -> Self {
        Letterhead { from }
    }

    /// Begins the letters of one message.
    pub(super) fn draft(&self, content: &Content, date: DateTime<Utc>) -> Draft<'_> {
        let body = content.body(Device::Email);
        let mut digest = Sha256::new();
        for part in [content.subject.as_str(), body] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        let text = |text: &str| SinglePart::plain(text.to_owned());
        Draft {
            from: &self.from,
            reply_to: content.reply_to.as_deref().and_then(reply_to),
            subject: one_line(&content.subject),
            date,
            body: if html::is_html(body) {
                let parts = MultiPart::alternative()
                    .singlepart(text(&words(content, Device::Email)))
                    .singlepart(SinglePart::html(body.to_owned()));
                Body::TextAndHtml(parts)
            } else {
                Body::Text(text(body))
            },
            digest,
        }
    }
}

impl Draft<'_> {
    /// The letter to one recipient.
    ///
    /// # Errors
    /// In words, where the address is none that mail can go to.
    pub(super) fn letter(&self, delivery: &HandOver) -> Result<Letter, &'static str> {
        const NO_ADDRESS: &str = "This is no address that email can be sent to.";
        let to: Address = delivery.address.parse().map_err(|_| NO_ADDRESS)?;
        let name = Some(one_line(&delivery.name)).filter(|name| !name.is_empty());
        let id = format!(
            "{}.{}@{}",
            delivery.key(),
            self.digest_with(&delivery.address),
            self.from.email.domain()
        );
        let mut letter = Message::builder()
            .message_id(Some(format!("<{id}>")))
            .date(self.date.into())
            .from(self.from.clone())
            .to(Mailbox::new(name, to.clone()))
            .subject(self.subject.clone())
            .header(AutoSubmitted);
        if let Some(reply_to) = &self.reply_to {
            letter = letter.reply_to(reply_to.clone());
        }
        let letter = match self.body.clone() {
            Body::Text(part) => letter.singlepart(part),
            Body::TextAndHtml(parts) => letter.multipart(parts),
        };
        Ok(Letter {
            id,
            from: self.from.email.clone(),
            to,
            bytes: letter.map_err(|_| NO_ADDRESS)?.formatted(),
        })
    }

    fn digest_with(&self, address: &str) -> String {
        let sum = self.digest.clone().chain_update(address).finalize();
        sum[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Says that no person is at the keyboard, so that nobody's holiday notice answers (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Where answers go; none where what was submitted is no address.
fn reply_to(text: &str) -> Option<Mailbox> {
    let mailbox: Mailbox = one_line(text).parse().ok()?;
    let name = mailbox.name.map(|name| one_line(&name));
    Some(Mailbox::new(name, mailbox.email))
}

/// A header's words on one line, so that no word of theirs becomes a header of its own.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").chars().take(LONGEST).collect()
}

#[cfg(test)]
#[path = "letter/tests.rs"]
mod tests;
