//! The portal's inbox: a row in our own table, which the portal lists.

use async_trait::async_trait;
use shared::delivery::DeliveryStatus;

use super::{Answer, HandOver, Provider};
use crate::{
    clock::SharedClock,
    outcome::{AfterSilence, Outcome},
    store::{Database, inbox},
};

/// Puts messages into persons' inboxes.
pub struct Inbox {
    db: Database,
    clock: SharedClock,
}

impl Inbox {
    /// The inboxes of this database.
    pub fn new(db: Database, clock: SharedClock) -> Self {
        Inbox { db, clock }
    }
}

#[async_trait]
impl Provider for Inbox {
    fn name(&self) -> &'static str {
        "inbox"
    }

    fn batch(&self) -> u32 {
        250
    }

    /// The same delivery twice is one row.
    fn after_silence(&self) -> AfterSilence {
        AfterSilence::Repeat
    }

    async fn hand_over(&self, batch: &[HandOver]) -> Vec<Answer> {
        let Some(first) = batch.first() else {
            return Vec::new();
        };
        let items: Vec<(u32, &str)> = batch
            .iter()
            .map(|hand_over| (hand_over.number, hand_over.address.as_str()))
            .collect();
        let put = inbox::put(&self.db, first.message, &items, self.clock.now()).await;
        let answer = match put {
            Ok(()) => Answer::Taken {
                provider_id: None,
                outcome: Outcome::of(DeliveryStatus::Sent),
                ask_after: None,
            },
            Err(error) => {
                tracing::warn!(error = %error, "inboxes could not be filled");
                Answer::Later {
                    reason: "The portal's inbox does not answer.".to_owned(),
                    after: None,
                }
            }
        };
        vec![answer; batch.len()]
    }
}
