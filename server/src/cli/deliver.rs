//! Delivering beside the page: how it is set up, and how it is told to stop.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use clap::Args;
use tokio::{sync::watch, task::JoinHandle};

use super::{Failure, providers::ProviderSettings};
use crate::{
    clock::SharedClock,
    delivery::{Dispatcher, Routes, Rules, providers::sandbox::Pace, run, window::Window},
    store::{Database, District},
};

/// How long batches in hand may take after being told to stop.
const LAST_BATCHES: Duration = Duration::from_secs(20);

/// How many deliveries a second a demonstration makes per device, so that one can watch them go.
const DEMONSTRATION_RATE: f64 = 25.0;

/// How messages are delivered.
#[derive(Args, Clone, Copy, Debug)]
pub struct DeliverySettings {
    /// Deliver nothing: serve the page and the API only, beside another process that delivers.
    #[arg(long, env = "SENTLOG_NO_DELIVERY")]
    pub no_delivery: bool,
    /// Between which times of the district's day phones may ring, or always. An emergency is at any hour.
    #[arg(
        long,
        env = "SENTLOG_CALLING_WINDOW",
        default_value = "08:00-21:00",
        value_name = "FROM-TO"
    )]
    pub calling_window: Window,
    /// How often a delivery that is refused for a while is tried before it is given up.
    #[arg(long, env = "SENTLOG_ATTEMPTS", default_value = "10", value_name = "TIMES", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub attempts: u32,
    /// Minutes a delivery may be with its provider without a final word before its message is an error.
    #[arg(long, env = "SENTLOG_FINAL_STATUS_WITHIN", default_value = "60", value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=10_080))]
    pub final_status_within: u32,
    /// How many deliveries a second the sandbox takes per device; unless set, as many as come.
    #[arg(long, env = "SENTLOG_SANDBOX_RATE", value_name = "RATE", value_parser = super::providers::rate)]
    pub sandbox_rate: Option<f64>,
}

impl DeliverySettings {
    fn rules(&self) -> Rules {
        Rules {
            window: self.calling_window,
            attempts: self.attempts,
            silence: TimeDelta::minutes(self.final_status_within.into()),
            ..Rules::default()
        }
    }
}

/// Who carries the deliveries of each device.
pub fn routes(
    providers: &ProviderSettings,
    settings: &DeliverySettings,
    demo: bool,
    db: &Database,
    clock: &SharedClock,
) -> Result<Routes, Failure> {
    let mut routes = Routes::sandbox(db, clock, Pace::Lifelike);
    let rate = demo.then_some(DEMONSTRATION_RATE).or(settings.sandbox_rate);
    for route in [&mut routes.email, &mut routes.voice, &mut routes.text] {
        route.rate = rate;
    }
    // A demonstration reaches nobody, whatever is set up.
    if !demo {
        providers.plug(&mut routes, clock)?;
    }
    Ok(routes)
}

/// A dispatcher at work.
pub struct Delivering {
    stop: watch::Sender<bool>,
    work: JoinHandle<()>,
}

impl Delivering {
    /// Begins to deliver, unless the settings say otherwise.
    pub fn begin(
        settings: &DeliverySettings,
        routes: &Routes,
        db: &Database,
        clock: &SharedClock,
        district: &District,
    ) -> Option<Self> {
        if settings.no_delivery {
            return None;
        }
        let dispatcher = Dispatcher::new(
            db.clone(),
            clock.clone(),
            district.time_zone,
            routes.clone(),
            settings.rules(),
        );
        let (stop, told) = watch::channel(false);
        let work = tokio::spawn(run(Arc::new(dispatcher), told));
        Some(Delivering { stop, work })
    }

    /// Takes nothing more in hand.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Hands over and records what is in hand, and nothing more. What takes too long is settled later.
    pub async fn end(self) {
        self.stop();
        if tokio::time::timeout(LAST_BATCHES, self.work).await.is_err() {
            tracing::warn!(
                "the last batches took too long; they will be settled after the next start"
            );
        }
    }
}
