//! Text messages that people send us: STOP and START.

use chrono::TimeDelta;
use shared::delivery::Device;

use super::Signed;
use crate::receipts::{Why, Wish};

/// The words by which a person opts out, as carriers and Twilio know them.
const STOP: [&str; 8] = [
    "STOP",
    "STOPALL",
    "UNSUBSCRIBE",
    "CANCEL",
    "END",
    "QUIT",
    "REVOKE",
    "OPTOUT",
];

/// The words by which a person opts in again.
const START: [&str; 3] = ["START", "YES", "UNSTOP"];

/// When it may be forgotten who wrote what: Twilio repeats it no more, and reports nothing any more of what went before.
pub const FORGOTTEN: TimeDelta = TimeDelta::days(7);

/// What a text message asks for; `None` where it is neither STOP nor START.
///
/// Twilio says so itself in `OptOutType` where its advanced opt-out is on, which knows more languages.
pub fn wish(params: &Signed) -> Option<Wish> {
    let address = params.get("From")?;
    let words = params
        .get("OptOutType")
        .or_else(|| params.get("Body"))
        .unwrap_or_default();
    let word: String = words
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_ascii_punctuation())
        .flat_map(char::to_uppercase)
        .collect();
    let why = if STOP.contains(&word.as_str()) {
        Some(Why::Stop)
    } else if START.contains(&word.as_str()) {
        None
    } else {
        return None;
    };
    Some(Wish {
        device: Device::Text,
        address: address.to_owned(),
        why,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Option<Option<Why>> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let params = Signed(pairs.iter().map(own).collect());
        wish(&params).map(|wish| wish.why)
    }

    fn body(body: &str) -> Option<Option<Why>> {
        of(&[("From", "+16125550100"), ("Body", body)])
    }

    #[test]
    fn stop_and_start_are_heard_however_they_are_typed() {
        for words in STOP.into_iter().chain([
            "stop",
            " Stop. ",
            "“stop”".trim_matches(['“', '”']),
            "opt-out",
        ]) {
            assert_eq!(body(words), Some(Some(Why::Stop)), "{words}");
        }
        for words in START.into_iter().chain(["start", "Start!"]) {
            assert_eq!(body(words), Some(None), "{words}");
        }
    }

    #[test]
    fn other_words_ask_for_nothing() {
        for words in ["", "Please stop the bus earlier", "STOPPED", "HELP", "no"] {
            assert_eq!(body(words), None, "{words}");
        }
        assert_eq!(of(&[("Body", "STOP")]), None);
    }

    #[test]
    fn twilios_own_reading_comes_first() {
        let spanish = [
            ("From", "+16125550100"),
            ("Body", "PARAR"),
            ("OptOutType", "STOP"),
        ];
        assert_eq!(of(&spanish), Some(Some(Why::Stop)));
        let help = [
            ("From", "+16125550100"),
            ("Body", "STOP"),
            ("OptOutType", "HELP"),
        ];
        assert_eq!(of(&help), None);
    }
}
