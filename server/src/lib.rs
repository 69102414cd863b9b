//! Sentlog server.

pub mod clock;
pub mod report;
pub mod store;
