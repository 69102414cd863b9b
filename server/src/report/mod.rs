//! The Sent Message Report's writers: each lays out a [`shared::report::Report`] and its rows.
//!
//! Rows come in chunks, as the store reads them, so that no writer needs all of them at once.

pub mod csv;
pub mod docx;
pub mod jobs;
pub mod pdf;
pub mod printing;
pub mod text;
