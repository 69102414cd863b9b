//! Builds the server again when a migration was added: Cargo does not see what the macro reads.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
