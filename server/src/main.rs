//! sentlog
fn main() {}
