//! Delivery: the running half. What waits is claimed, handed over to a provider, and recorded; what providers
//! report back is a receipt, applied once and in any order.
//!
//! ```text
//! step() = claim → hand over → record        one small batch, one device of one message
//! ```
//!
//! - **Guard.** Whoever changes a delivery's status holds its message's row in the same transaction. So a
//!   cancel, which takes that row first, has a sharp edge: what was not claimed before it never is.
//! - **Crash.** A claim is a lease. Where its worker falls silent, the next one settles it by
//!   [`Provider::after_silence`](providers::Provider::after_silence): repeated where a repeat is harmless,
//!   otherwise kept in flight until a receipt, or the want of one, decides. Nothing is dropped.

pub mod dispatcher;
mod hold;
pub mod providers;
mod recall;
pub mod refresh;
pub mod retry;
mod run;
mod step;
mod tend;
pub mod window;

pub use dispatcher::{Crew, Dispatcher, Route, Routes, Rules};
pub use hold::Hold;
pub use run::run;
pub use step::Step;
