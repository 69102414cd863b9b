//! Builds the server again when a migration was added or the page was built: Cargo does not see what the
//! macros read. Makes the page's folder, so that the server compiles before the page was ever built.

use std::{fs, path::Path};

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=../dist");
    let dist = Path::new("../dist");
    if let Err(error) = fs::create_dir_all(dist) {
        println!("cargo:warning=cannot make {}: {error}", dist.display());
    }
}
