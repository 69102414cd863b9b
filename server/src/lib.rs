//! Sentlog server.
