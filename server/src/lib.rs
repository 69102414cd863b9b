//! Sentlog server.

pub mod report;
