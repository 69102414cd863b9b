//! The store's contract, on SQLite and on Postgres: every test here runs on both.

#[path = "../support/postgres.rs"]
mod postgres;

mod log;

mod accounts;
mod administration;
mod arrival;
mod audit;
mod cancel;
mod demo;
mod entry;
mod find;
mod importing;
mod manual;
mod migrations;
mod purging;
mod recipients;
mod report;
mod resend;
mod retention;
mod rights;
mod secrets;
mod shell;
mod submit;
mod suppression;
