//! The migrations: one for each database, and of the same number and name.

use std::{collections::BTreeSet, path::Path};

fn names(database: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(database);
    let files = std::fs::read_dir(folder).expect("there is a folder");
    files
        .map(|file| file.expect("it is listed").file_name().into_string())
        .map(|name| name.expect("it is text"))
        .collect()
}

#[test]
fn the_migrations_come_in_pairs() {
    let sqlite = names("sqlite");
    assert_eq!(sqlite, names("postgres"));
    let numbers: BTreeSet<&str> = sqlite
        .iter()
        .map(|name| {
            let (number, rest) = name.split_once('_').expect("NUMBER_NAME.sql");
            assert!(number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit()));
            assert!(rest.len() > 4 && rest.ends_with(".sql"), "{name}");
            number
        })
        .collect();
    assert_eq!(numbers.len(), sqlite.len(), "no number is given twice");
}
