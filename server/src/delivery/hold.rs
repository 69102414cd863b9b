//! Hold: whether a worker may still hand its batch over. A worker that was put to sleep, or that the database could not
//! hear, may have been taken for silent; then another hands the rest over, or a cancel has stopped it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use super::providers::Answer;

/// A worker's hold on a batch.
#[derive(Clone, Debug, Default)]
pub struct Hold {
    /// Until when nobody else may have it. `None`: for good.
    until: Option<Arc<Mutex<Instant>>>,
}

impl Hold {
    /// One that lasts until then, unless it is extended.
    pub fn until(until: Instant) -> Self {
        Hold {
            until: Some(Arc::new(Mutex::new(until))),
        }
    }

    pub(super) fn extend(&self, to: Instant) {
        if let Some(until) = &self.until {
            *until.lock().unwrap_or_else(PoisonError::into_inner) = to;
        }
    }

    /// Somebody else has the batch.
    pub(super) fn end(&self) {
        self.extend(Instant::now());
    }

    /// Whether it lasts. Asked before each delivery of a batch that takes its time.
    pub fn lasts(&self) -> bool {
        self.until.as_ref().is_none_or(|until| {
            Instant::now() < *until.lock().unwrap_or_else(PoisonError::into_inner)
        })
    }

    /// What is said of a delivery that was not handed over for it.
    pub fn lost() -> Answer {
        Answer::Untried {
            reason: "Its hand-over was held up.".to_owned(),
        }
    }
}
