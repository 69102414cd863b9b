//! What the API answers: one verb a file. A handler is extract, one store call, one pure function, respond; but for a
//! report, a provider's receipt, a message that comes in and a session, which are each a conversation.

pub mod administration;
pub mod audit;
pub mod call_statuses;
pub mod cancel;
pub mod detail;
pub mod docs;
pub mod events;
pub mod failures;
pub mod find;
pub mod health;
pub mod inbox;
pub mod jobs;
pub mod prints;
pub mod receipts;
pub mod recipients;
pub mod refresh;
pub mod report;
pub mod resend;
pub mod session;
pub mod sign_on;
pub mod submit;
