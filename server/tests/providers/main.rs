//! Providers against real peers: a mail relay, a telephone company's interface, and ones that misbehave.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../api/app.rs"]
#[expect(dead_code, reason = "the API's tests look for more")]
mod app;

mod callbacks;
mod ends;
mod letters;
mod misbehaving;
mod phone;
mod relay;
mod smtp;
mod twilio;
mod whole;
