//! The report's writers, read back by other implementations.

mod csv;
mod docx;
mod example;
mod pdf;
mod poppler;
