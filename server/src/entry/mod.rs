//! Entry: the one door by which a message comes in (spec section 9), whoever brings it.
//!
//! [`json`] reads one message as a stream, [`Draft`] normalises and checks its recipients as they come,
//! `finish` marks duplicates and counts, [`import`] does so line by line for a file. What comes out is a
//! [`NewMessage`], which `store::submit` keeps, whole or not at all.
//!
//! A recipient is kept as a few numbers and its text in one long string (`recipients`), so that a message
//! of 200 000 is held in some tens of megabytes while its line is still being read. Nothing of it is in
//! the database until all of it was found good.

mod address;
pub mod described;
mod draft;
mod head;
mod import;
pub mod json;
mod lines;
mod recipients;
pub mod trail;

pub use address::key as address_key;
pub use draft::{Draft, NewDelivery};
pub use head::{CanceledBy, Head, History};
pub use import::{ImportError, ImportReport, Progress, RefusedLine, import, import_while};
pub use recipients::{Entry, Line, Recipients};

use shared::{counting::Tally, submit::RefusedAddress};

/// A message that was found good, ready to be kept.
#[derive(Debug)]
pub struct NewMessage {
    /// Everything but its recipients.
    pub head: Head,
    /// Its recipient lines, with duplicates marked and every status settled.
    pub recipients: Recipients,
    /// What they add up to.
    pub tally: Tally,
    /// Deliveries that were left out, because their address is none. Only a submission has any.
    pub refused: Vec<RefusedAddress>,
}

/// Why a message is not taken: where, and a sentence for people. The sentence never repeats a name, an
/// address or a body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", before(field))]
pub struct Refusal {
    /// Such as `recipients[3].deliveries[0].address`; empty for the message as a whole.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Refusal {
    /// Refuses `field`.
    pub fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Refusal {
            field: field.into(),
            reason: reason.into(),
        }
    }
}

/// What stands before the reason: the field, unless it is the message as a whole.
fn before(field: &str) -> String {
    match field {
        "" => String::new(),
        field => format!("{field}: "),
    }
}
