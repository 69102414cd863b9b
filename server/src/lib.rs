//! Sentlog's server: the API, the store, the tools.

pub mod assets;
pub mod auth;
mod chance;
pub mod cli;
pub mod clock;
pub mod connections;
pub mod delivery;
pub mod demo;
pub mod entry;
pub mod error;
pub mod extract;
pub mod headers;
pub mod html;
pub mod live;
pub mod masking;
pub mod openapi;
pub mod receipts;
pub mod report;
pub mod retention;
pub mod router;
pub mod routes;
pub mod secret;
pub mod settings;
pub mod state;
pub mod store;
pub mod telemetry;
pub mod wording;
