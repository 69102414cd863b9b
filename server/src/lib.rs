//! Sentlog server.

pub mod clock;
pub mod entry;
pub mod report;
pub mod store;
