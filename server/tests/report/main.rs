//! The report's writers, read back by other implementations.

mod csv;
mod docx;
mod example;
mod jobs;
mod libreoffice;
mod pdf;
mod poppler;
