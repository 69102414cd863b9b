//! What Sentlog's page and server must agree on: the shapes that travel between them and the rules
//! both apply. Pure: no I/O, no clock, no randomness.
//!
//! # Glossary
//! - **message**: one sending by one sender to many recipients.
//! - **organization**: a school's name, or the district's own for a district-wide sending; *District/School* on screen.
//! - **recipient**: a person, on behalf of at most one student. One person may stand in several recipient lines.
//! - **device**: how a recipient is reached: inbox, email, voice, text.
//! - **delivery**: one recipient line on one device: address, status, time.
//! - **duplicate**: a delivery whose address an earlier delivery of the message already has. It is never
//!   handed over and shows the outcome of the first.
//! - **call status**: the numbered code a phone provider returns.
//! - **tally**: how many distinct addresses of a message stand where; every total is derived from it.
//!
//! # Map
//! - The log: `find` and `message` are its rows, `live` how they change while a page is open, `search` what contains what.
//! - One message: `delivery`, `call_status` and `failures` are what happened to each address, `standing` how news changes
//!   that, `counting` every total, `report` what is printed, `csv` its lines, `resend` who gets it again, `inbox` what a
//!   person finds in the portal, `submit` the answer to who brings one.
//! - People: `session` is who asks, `administration` who may do what, `audit` who did what.
//! - The frame: `paths`, `problem`, and `datetime`, the one displayed date format.

pub mod administration;
pub mod audit;
pub mod call_status;
pub mod counting;
pub mod csv;
pub mod datetime;
pub mod delivery;
pub mod failures;
pub mod find;
pub mod inbox;
pub mod live;
pub mod message;
pub mod paths;
pub mod problem;
pub mod report;
pub mod resend;
pub mod search;
pub mod session;
pub mod standing;
pub mod submit;
