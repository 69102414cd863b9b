//! The Sent Message Report's writers: each lays out a [`shared::report::Report`] and its rows.
//!
//! Rows come in chunks, as the store reads them, so that no writer needs all of them at once.

pub mod csv;
pub mod docx;
pub mod jobs;
pub mod pdf;
pub mod printing;
pub mod text;
pub mod turns;

/// What reports are printed with; cheap to clone.
#[derive(Clone)]
pub struct Paper {
    /// The fonts of PDFs.
    pub faces: pdf::Faces,
    /// What DOCX files look like.
    pub template: docx::Template,
}

impl Paper {
    /// What is in the binary.
    pub fn embedded() -> Paper {
        Paper {
            faces: pdf::Faces::embedded(),
            template: docx::Template::embedded(),
        }
    }
}
