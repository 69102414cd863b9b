//! Email over SMTP. A relay that takes a letter (2xx) has sent it; one that puts it off (4xx), cannot be
//! reached, hangs or hangs up is tried again later; one that refuses a letter (5xx) has failed it, with its
//! enhanced code and its words.
//!
//! A letter's Message-ID is made of the delivery's key and a digest of what it says, so that bounces find
//! the delivery, a repeat is recognised as one, and two Sentlogs of one domain never share an id.

use std::{sync::OnceLock, time::Duration};

use async_trait::async_trait;
use futures_util::{FutureExt, StreamExt, stream};
use lettre::message::Mailbox;
use shared::delivery::DeliveryStatus;

use super::{Answer, HandOver, Provider};
use crate::{
    clock::SharedClock,
    delivery::Hold,
    outcome::{AfterSilence, DeliveryKey, Outcome},
};

mod conversation;
mod letter;

use conversation::{Connections, Said};
pub use conversation::{Relay, RelayError, Tls};
use letter::{Draft, Letterhead};

/// The provider's name.
pub const SMTP: &str = "smtp";

/// Hands letters to a relay.
pub struct Smtp {
    connections: Connections,
    letterhead: Letterhead,
    clock: SharedClock,
}

impl Smtp {
    /// Sends as `from`, through `relay`.
    ///
    /// # Errors
    /// Where the relay's settings cannot hold.
    pub fn new(relay: Relay, from: Mailbox, clock: SharedClock) -> Result<Self, RelayError> {
        Ok(Smtp {
            connections: Connections::new(relay)?,
            letterhead: Letterhead::new(from),
            clock,
        })
    }
}

impl Smtp {
    async fn one(
        &self,
        draft: &Draft<'_>,
        delivery: &HandOver,
        unreachable: &OnceLock<String>,
    ) -> Answer {
        let failed = |words: String| Answer::Refused {
            outcome: Outcome::of(DeliveryStatus::Failed).because(words),
        };
        let letter = match draft.letter(delivery) {
            Ok(letter) => letter,
            Err(why) => return failed(why.to_owned()),
        };
        if let Some(reason) = unreachable.get() {
            return later(reason);
        }
        if !delivery.hold.lasts() {
            return Hold::lost();
        }
        match self.connections.send(&letter).await {
            Said::Taken => Answer::Taken {
                provider_id: Some(letter.id),
                outcome: Outcome::of(DeliveryStatus::Sent),
                ask_after: None,
            },
            Said::Refused(words) => failed(words),
            Said::Later(words) => later(words),
            Said::Unreachable(words) => {
                unreachable.set(words.clone()).ok();
                later(words)
            }
        }
    }
}

#[async_trait]
impl Provider for Smtp {
    fn name(&self) -> &'static str {
        SMTP
    }

    /// A letter that goes out twice has one Message-ID, and mail systems know it for a repeat; one that is
    /// not sent is missed.
    fn after_silence(&self) -> AfterSilence {
        AfterSilence::Repeat
    }

    async fn hand_over(&self, batch: &[HandOver]) -> Vec<Answer> {
        let Some(first) = batch.first() else {
            return vec![];
        };
        let draft = self.letterhead.draft(&first.content, self.clock.now());
        // A relay that cannot be reached is not asked again for each letter.
        let unreachable = OnceLock::new();
        let letters: Vec<_> = batch
            .iter()
            .map(|delivery| self.one(&draft, delivery, &unreachable).boxed())
            .collect();
        let at_once = self.connections.limit();
        stream::iter(letters).buffered(at_once).collect().await
    }
}

fn later(reason: impl Into<String>) -> Answer {
    Answer::Later {
        reason: reason.into(),
        after: None,
    }
}

/// A Message-ID without its angle brackets.
pub fn bare(message_id: &str) -> &str {
    message_id
        .trim()
        .trim_start_matches('<')
        .trim_end_matches('>')
}

/// The delivery that a Message-ID of ours names; `None` where it is none of ours.
pub fn key_of(message_id: &str) -> Option<DeliveryKey> {
    let (local, _) = bare(message_id).rsplit_once('@')?;
    let (key, digest) = local.split_once('.')?;
    let ours = digest.len() == 16 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    ours.then(|| key.parse().ok()).flatten()
}

/// The longest reason that is kept, in characters.
const LONGEST: usize = 300;

/// What a mail system said, in one line, without addresses.
pub fn in_words(code: Option<&str>, enhanced: Option<&str>, said: &str) -> String {
    let enhanced = enhanced.filter(|code| !code.is_empty() && !said.trim_start().starts_with(code));
    let said = said
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .map(|word| {
            if word.contains('@') {
                "(address)"
            } else {
                word
            }
        });
    let words: Vec<&str> = code.into_iter().chain(enhanced).chain(said).collect();
    let mut line = words.join(" ");
    if let Some((end, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(end);
    }
    line
}

/// How long connecting, and each answer of a relay's but the last, may take.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How long the answer to a whole letter may take: as long as RFC 5321 asks for.
pub const LAST_PATIENCE: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests {
    use shared::message::MessageId;

    use super::*;
    use crate::outcome::is_hard_bounce;

    #[test]
    fn only_an_id_of_ours_names_a_delivery() {
        let key = DeliveryKey {
            message: MessageId(7),
            number: 3,
        };
        for id in [
            "<7-3.0f1e2d3c4b5a6978@district.example>",
            "7-3.0f1e2d3c4b5a6978@district.example",
            " <7-3.0F1E2D3C4B5A6978@a.example> ",
        ] {
            assert_eq!(key_of(id), Some(key), "{id}");
        }
        for id in [
            "",
            "<7-3@a>",
            "<7-3.0f@a>",
            "<20200131.0f1e2d3c4b5a6978@a>",
            "7-3.0f1e2d3c4b5a6978",
        ] {
            assert_eq!(key_of(id), None, "{id}");
        }
    }

    #[test]
    fn a_reason_is_one_short_line_without_addresses() {
        let said = "5.1.1 <heather@nomail.com>: Recipient address\r\n rejected";
        assert_eq!(
            in_words(Some("550"), None, said),
            "550 5.1.1 (address) Recipient address rejected"
        );
        assert_eq!(
            in_words(Some("550"), Some("5.1.1"), "No such user"),
            "550 5.1.1 No such user"
        );
        assert_eq!(
            in_words(None, Some("5.1.1"), "5.1.1 No such user"),
            "5.1.1 No such user"
        );
        assert_eq!(
            in_words(None, None, &"é ".repeat(500)).chars().count(),
            LONGEST
        );
    }

    #[test]
    fn only_an_address_that_is_none_is_a_hard_bounce() {
        for reason in ["550 5.1.1 No such user", "5.1.2 No such domain"] {
            assert!(is_hard_bounce(reason), "{reason}");
        }
        for reason in [
            "",
            "552 5.2.2 Full",
            "550 5.7.1 Spam; see rule 5.1.1",
            "550 No",
        ] {
            assert!(!is_hard_bounce(reason), "{reason}");
        }
    }
}
