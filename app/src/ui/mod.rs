//! Parts without a word of the domain and without a request.

pub mod attention;
pub mod dialog;
pub mod download;
pub mod dropdown;
pub mod element;
pub mod problem;
pub mod progress;
pub mod theme;
pub mod toast;
pub mod view;
