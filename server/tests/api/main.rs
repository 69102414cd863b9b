//! The API through the router, as a browser meets it: answers, refusals, sessions, permissions.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod app;
#[path = "../support/postgres.rs"]
mod postgres;

mod abuse;
mod administration;
mod audit;
mod cancel;
mod connections;
mod denied;
mod detail;
mod events;
mod find;
mod frame;
mod fuzz;
mod long_report;
mod openapi;
mod permissions;
#[expect(dead_code, reason = "only the words of a PDF are read here")]
#[path = "../report/poppler.rs"]
mod poppler;
mod receipts;
mod recipients;
mod refresh;
mod refusals;
mod report;
mod resend;
mod retention;
mod rights;
mod session;
mod story;
mod submit;
