//! Delivery: the dispatcher over a real store, on SQLite and on Postgres, with a sink in place of providers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../support/postgres.rs"]
mod postgres;

#[path = "../store/log.rs"]
#[expect(dead_code, reason = "the store's tests look for more")]
mod log;

#[path = "../providers/relay.rs"]
#[expect(dead_code, reason = "the providers' tests look for more")]
mod relay;

#[path = "../providers/twilio.rs"]
#[expect(dead_code, reason = "the providers' tests look for more")]
mod twilio;

mod sink;

mod cancel;
mod carriers;
mod cluster;
mod crash;
mod dispatch;
mod jump;
mod post;
mod process;
mod recall;
mod receipts;
mod refresh;
mod restart;
mod servers;
mod unheard;
