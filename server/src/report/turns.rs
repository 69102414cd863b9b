//! Turns: few reports are made at once, so that a printing office does not slow down who looks something up. Short ones
//! have turns of their own, and so never wait for a long one.

use std::{sync::Arc, thread};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Refusal;

/// Turns to make a report.
#[derive(Clone, Debug)]
pub struct Turns {
    /// For reports that are the answer to who asks for them.
    pub short: Arc<Semaphore>,
    /// For reports that a job makes.
    pub long: Arc<Semaphore>,
}

impl Turns {
    /// So many of each kind at once.
    pub fn new(each: usize) -> Self {
        let turns = || Arc::new(Semaphore::new(each));
        Turns {
            short: turns(),
            long: turns(),
        }
    }

    /// As many as suit this machine: each report keeps a core busy.
    pub fn of_this_machine() -> Self {
        let cores = thread::available_parallelism();
        Turns::new(cores.map_or(1, |cores| cores.get() / 2).max(1))
    }
}

/// Waits for a turn.
///
/// # Errors
/// Where there are no turns any more.
pub async fn turn(turns: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Refusal> {
    let turn = turns.clone().acquire_owned().await;
    turn.map_err(|error| Refusal::Internal(error.to_string()))
}
