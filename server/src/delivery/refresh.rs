//! Refresh: asks the providers, at a viewer's wish, what became of what they still have of one message.

use std::{collections::BTreeMap, time::Duration};

use chrono::TimeDelta;
use shared::message::MessageId;

use super::{
    dispatcher::Routes,
    providers::{InFlight, Outcome},
};
use crate::{
    clock::Clock,
    store::{Database, StoreError, receipts},
};

/// How often the providers are asked about one message, for all viewers together.
pub const INTERVAL: TimeDelta = TimeDelta::seconds(30);

/// Deliveries that are asked about at once, the longest open first.
const MOST: u32 = 500;

/// How long a viewer waits for a provider; what it says later is lost until the next refresh.
const PATIENCE: Duration = Duration::from_secs(15);

/// Asks who has something of a message, and takes in what ended. Answers how many deliveries were asked about.
///
/// # Errors
/// Where the database fails.
pub async fn refresh(
    db: &Database,
    routes: &Routes,
    message: MessageId,
    clock: &dyn Clock,
) -> Result<usize, StoreError> {
    let open = receipts::open(db, message, MOST).await?;
    let mut by_provider: BTreeMap<_, Vec<InFlight>> = BTreeMap::new();
    for (provider, in_flight) in open {
        let of = (in_flight.device, provider);
        by_provider.entry(of).or_default().push(in_flight);
    }
    let mut asked = 0;
    for ((device, provider), open) in by_provider {
        let own = [routes.of(device), &routes.sandbox];
        let mut known = own.into_iter().map(|route| &route.provider);
        let Some(provider) = known.find(|known| known.name() == provider) else {
            continue;
        };
        asked += open.len();
        let Ok(outcomes) = tokio::time::timeout(PATIENCE, provider.ask(&open)).await else {
            continue;
        };
        // What is open still is left to whoever hears of it next.
        let ended: Vec<(u32, Option<Outcome>)> = open
            .iter()
            .map(|of| of.key.number)
            .zip(outcomes)
            .filter(|(_, outcome)| outcome.as_ref().is_some_and(|of| of.status.is_final()))
            .collect();
        if !ended.is_empty() {
            let now = clock.now();
            receipts::answered(db, message, &ended, now + INTERVAL, now).await?;
        }
    }
    Ok(asked)
}
