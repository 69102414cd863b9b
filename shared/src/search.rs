//! Looking for a part of a short text, thousands of times at every keystroke.

/// Whether `needle` stands in `text`.
///
/// The standard library prepares a search for each text anew, which costs more than searching it does where
/// texts are as short as a row's.
pub fn contains(text: &str, needle: &str) -> bool {
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    let Some((&first, rest)) = needle.split_first() else {
        return true;
    };
    let Some(last_start) = text.len().checked_sub(needle.len()) else {
        return false;
    };
    text[..=last_start]
        .iter()
        .enumerate()
        .any(|(start, &byte)| byte == first && text[start + 1..].starts_with(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_text_has_the_empty_part_and_none_a_longer_one() {
        assert!(contains("", ""));
        assert!(contains("a", ""));
        assert!(!contains("", "a"));
        assert!(!contains("ab", "abc"));
    }

    proptest! {
        #[test]
        fn the_search_agrees_with_the_standard_library(text in "[abé]{0,12}", needle in "[abé]{0,4}") {
            prop_assert_eq!(contains(&text, &needle), text.contains(&needle));
        }
    }
}
