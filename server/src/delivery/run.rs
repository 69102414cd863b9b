//! Running: every crew does step after step until it is told to stop.

use std::{future::Future, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use shared::delivery::Device;
use tokio::{sync::watch, task::JoinSet, time::sleep};

use super::{
    dispatcher::{Crew, Dispatcher},
    step::Step,
};
use crate::store::StoreError;

/// How soon a crew without work looks again. Looking costs one small query.
const IDLE: Duration = Duration::from_millis(500);

/// How often a crew that is busy looks for what is to be tried again.
const RETRIES_EVERY: u32 = 8;

/// How often the rest is looked after.
const TEND_EVERY: Duration = Duration::from_secs(1);

/// The longest pause while the database is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Delivers until `stop` says true. Batches in hand are handed over and recorded first.
pub async fn run(dispatcher: Arc<Dispatcher>, stop: watch::Receiver<bool>) {
    let mut crews = JoinSet::new();
    for crew in dispatcher.crews() {
        crews.spawn(work(dispatcher.clone(), crew, stop.clone()));
    }
    for device in Device::ALL {
        crews.spawn(ask(dispatcher.clone(), device, stop.clone()));
    }
    crews.spawn(take_back(dispatcher.clone(), stop.clone()));
    crews.spawn(tend(dispatcher, stop));
    while crews.join_next().await.is_some() {}
}

/// One crew's work.
async fn work(dispatcher: Arc<Dispatcher>, crew: Crew, mut stop: watch::Receiver<bool>) {
    let mut pause = IDLE;
    let mut busy = 0_u32;
    while !*stop.borrow() {
        busy = busy.wrapping_add(1);
        let stepped = match busy % RETRIES_EVERY {
            0 => dispatcher.step(&crew, true).await,
            _ => either(&dispatcher, &crew).await,
        };
        let wait = match stepped {
            Ok(Step::Handed(_) | Step::Again) => {
                pause = IDLE;
                // Whoever waits for the database comes before the next batch.
                tokio::task::yield_now().await;
                continue;
            }
            Ok(Step::Paced(until)) => soon(&dispatcher, until),
            Ok(Step::Nothing) => {
                pause = IDLE;
                IDLE
            }
            Err(error) => {
                tell(&error, "a crew could not work");
                pause = (pause * 2).min(LONGEST_PAUSE);
                pause
            }
        };
        rest(wait, &mut stop).await;
    }
}

/// What waits in a lane, or else what is to be tried again.
async fn either(dispatcher: &Dispatcher, crew: &Crew) -> Result<Step, StoreError> {
    match dispatcher.step(crew, false).await? {
        Step::Nothing => dispatcher.step(crew, true).await,
        step => Ok(step),
    }
}

async fn ask(dispatcher: Arc<Dispatcher>, device: Device, stop: watch::Receiver<bool>) {
    every(IDLE, stop, || dispatcher.ask(device)).await;
}

/// Beside the rest: a provider that does not answer must not keep a silent worker's batch waiting.
async fn take_back(dispatcher: Arc<Dispatcher>, stop: watch::Receiver<bool>) {
    every(TEND_EVERY, stop, || dispatcher.take_back()).await;
}

async fn tend(dispatcher: Arc<Dispatcher>, stop: watch::Receiver<bool>) {
    let tend = async || {
        dispatcher.settle_silent().await?;
        dispatcher.look_after().await?;
        Ok(0)
    };
    every(TEND_EVERY, stop, tend).await;
}

/// Does something again and again: at once while it finds work, with a pause where it finds none.
async fn every<F>(pause: Duration, mut stop: watch::Receiver<bool>, mut work: impl FnMut() -> F)
where
    F: Future<Output = Result<usize, StoreError>>,
{
    let mut wait = pause;
    while !*stop.borrow() {
        match work().await {
            Ok(0) => wait = pause,
            Ok(_) => {
                tokio::task::yield_now().await;
                continue;
            }
            Err(error) => {
                tell(&error, "deliveries could not be looked after");
                wait = (wait * 2).min(LONGEST_PAUSE);
            }
        }
        rest(wait, &mut stop).await;
    }
}

/// Waits, but not beyond the end.
async fn rest(pause: Duration, stop: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = sleep(pause) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

fn soon(dispatcher: &Dispatcher, until: DateTime<Utc>) -> Duration {
    let wait = (until - dispatcher.clock.now())
        .to_std()
        .unwrap_or_default();
    wait.clamp(Duration::from_millis(5), IDLE)
}

fn tell(error: &StoreError, what: &'static str) {
    use std::error::Error as _;
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    tracing::warn!(error = %error, cause, "{what}");
}
