//! The API through the router, as a browser meets it: answers, refusals, sessions, permissions.

mod app;

mod cancel;
mod detail;
mod find;
mod frame;
mod openapi;
mod permissions;
mod recipients;
mod refusals;
mod session;
