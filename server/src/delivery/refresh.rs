//! Refresh: asks the providers, at a viewer's wish, what became of what they still have of one message.

use std::{collections::BTreeMap, pin::pin, time::Duration};

use chrono::TimeDelta;
use shared::message::MessageId;

use super::{dispatcher::Routes, providers::sandbox};
use crate::{
    clock::Clock,
    outcome::{InFlight, Outcome},
    store::{Database, StoreError, receipts, refresh::go_on_from},
};

/// How often the providers are asked about one message, for all viewers together.
pub const INTERVAL: TimeDelta = TimeDelta::seconds(30);

/// How long a viewer waits for the providers; what they say later is lost until the next refresh.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// Deliveries that are asked about, where there is time for so many.
const MOST: u32 = 500;

/// Deliveries that are asked about at once. What is known of these is kept before the next are asked about.
const AT_ONCE: usize = 20;

/// Asks who has something of a message, and takes in what ended, until `patience` is over. Goes on where the last
/// refresh of the message ended, so that what was not asked about for the longest comes first. Answers how many
/// deliveries were asked about.
///
/// # Errors
/// Where the database fails.
pub async fn refresh(
    db: &Database,
    routes: &Routes,
    message: MessageId,
    patience: impl Future<Output = ()>,
    clock: &dyn Clock,
) -> Result<usize, StoreError> {
    let mut patience = pin!(patience);
    let open = receipts::open(db, message, sandbox::NAME, MOST).await?;
    let mut asked = 0;
    for some in open.chunks(AT_ONCE) {
        // Who does not answer for these does not hold up the others the next time.
        let last = some.last().map_or(0, |(_, of)| of.key.number);
        go_on_from(db, message, last + 1).await?;
        asked += some.len();
        tokio::select! {
            asked = ask(db, routes, message, some, clock) => asked?,
            () = &mut patience => break,
        }
    }
    Ok(asked)
}

/// Asks about a few, and keeps what ended. What is open still is left to whoever hears of it next.
async fn ask(
    db: &Database,
    routes: &Routes,
    message: MessageId,
    open: &[(String, InFlight)],
    clock: &dyn Clock,
) -> Result<(), StoreError> {
    let mut by_provider: BTreeMap<_, Vec<InFlight>> = BTreeMap::new();
    for (provider, in_flight) in open {
        let of = (in_flight.device, provider);
        by_provider.entry(of).or_default().push(in_flight.clone());
    }
    for ((device, provider), open) in by_provider {
        let own = [routes.of(device), &routes.sandbox];
        let mut known = own.into_iter().map(|route| &route.provider);
        let Some(provider) = known.find(|known| known.name() == provider) else {
            continue;
        };
        let outcomes = provider.ask(&open).await;
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
    Ok(())
}
