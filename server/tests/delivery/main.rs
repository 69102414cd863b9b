//! Delivery: the dispatcher over a real store, on SQLite and on Postgres, with a sink in place of providers.

#[path = "../support/postgres.rs"]
mod postgres;

#[path = "../store/log.rs"]
mod log;

mod sink;

mod dispatch;
