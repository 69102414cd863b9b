//! An example of each parameter, by its name: the same word means the same everywhere. Numbers and names are such as a
//! server has that took the messages of `server/fixtures/manual.ndjson`, and has a person, a role and a token.

use serde_json::{Value, json};

/// An example of the parameter of this name; `None` where it has none.
pub(super) fn of(name: &str) -> Option<Value> {
    let numbers = NUMBERS.iter().map(|(known, number)| (known, json!(number)));
    let words = WORDS.iter().map(|(known, word)| (known, json!(word)));
    let mut examples = numbers.chain(words);
    Some(examples.find(|(known, _)| **known == name)?.1)
}

const NUMBERS: [(&str, i64); 8] = [
    ("id", 1),
    ("user", 1),
    ("before", 14),
    ("message", 1),
    ("since", 1_580_508_000_000),
    ("failure", 1),
    ("after", 1),
    ("limit", 100),
];

const WORDS: [(&str, &str); 30] = [
    // What a path names.
    ("person", "hs-001"),
    ("job", "0123456789abcdef0123456789abcdef"),
    ("role", "printer"),
    ("token", "portal"),
    ("session", "0123456789abcdef"),
    ("file", "index.html"),
    // What is searched for.
    ("created_from", "2019-12-01"),
    ("created_to", "2020-01-31"),
    ("Last-Event-ID", "1580508000000"),
    ("from", "2020-01-31"),
    ("to", "2020-01-31"),
    ("action", "signed_in"),
    ("who", "Administrator"),
    ("search", "Parent"),
    ("device", "email"),
    ("status", "sent"),
    // A report, and who gets a message again.
    ("devices", "email,voice_text"),
    ("detail", "all"),
    ("format", "csv"),
    ("which", "failed"),
    // What providers send.
    ("delivery", "1-1"),
    ("extension", "1"),
    ("webhook-id", "msg_1"),
    ("webhook-timestamp", "1580508000"),
    ("webhook-signature", "v1,c2lnbmF0dXJl"),
    ("next", "/"),
    ("code", "a-code"),
    ("state", "a-state"),
    ("iss", "https://accounts.example"),
    ("error", "access_denied"),
];
