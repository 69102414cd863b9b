//! Sign-in by OpenID Connect: at a real provider, and at one that cheats.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../api/app.rs"]
#[expect(dead_code, reason = "the API's tests use more of it")]
mod app;

mod browser;
mod cheating;
mod door;
mod forged;
mod provider;
mod real;
