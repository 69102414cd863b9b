//! Sentlog's server: the API, the store, the tools.
//!
//! # Map
//! | | |
//! | --- | --- |
//! | a request comes in | `connections` bounds it, `router` lists every address, `auth` says who asks, `extract` reads it, `routes` answers, `error` refuses, `headers` and `assets` complete it, `telemetry` logs it, `openapi` describes it all |
//! | what it works with | `state` is what every request may use, `clock` and `chance` what tests hold still, `secret` what is never printed, `settings` what is set |
//! | a message comes in | `entry` reads and checks it, whoever brings it; `demo` makes up a district of them |
//! | a message goes out | `delivery` claims and hands over, `receipts` proves what providers report of it; `content` is what it says, `outcome` what became of a delivery |
//! | the log is read | `html` tames bodies, `masking` hides addresses, `live` tells open pages, `report` prints, `wording` puts the audit trail into words |
//! | kept and removed | `store` is the only one that speaks to the database; `retention` says for how long |
//! | the program | `cli`, one file a verb |

pub mod assets;
pub mod auth;
mod chance;
pub mod cli;
pub mod clock;
pub mod connections;
pub mod content;
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
pub mod outcome;
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
