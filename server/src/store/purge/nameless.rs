//! What may stay of a provider's words when names and addresses go.
//!
//! Addresses and telephone numbers are known by how they are written. A name is not; but systems that repeat what they
//! were given put it between quotation marks or brackets, so what stands there goes, whatever it is.

use crate::masking;

/// Stands for what went.
const GONE: &str = "•••";

/// `text` without addresses, telephone numbers and what it quotes.
pub(super) fn nameless(text: &str) -> String {
    masking::words(&unquoted(text), "")
}

/// What stands between marks goes; what was cut before the second mark, to its end.
fn unquoted(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(mark) = rest.chars().next() {
        kept.push(mark);
        rest = &rest[mark.len_utf8()..];
        if let Some(end) = closing(mark, before, rest) {
            let quoted = inside(rest, end);
            kept.push_str(GONE);
            rest = &rest[quoted..];
        }
        before = Some(mark);
    }
    kept
}

/// What ends a quotation that begins with `mark` after `before`; `None` where none begins.
fn closing(mark: char, before: Option<char>, rest: &str) -> Option<char> {
    let end = match mark {
        '"' | '\'' | '`' => mark,
        '“' | '„' => '”',
        '‘' | '‚' => '’',
        '«' => '»',
        '<' => '>',
        _ => return None,
    };
    // An apostrophe follows a letter, and what is less than something stands alone.
    let begins = !before.is_some_and(char::is_alphanumeric)
        && rest
            .chars()
            .next()
            .is_some_and(|c| !c.is_whitespace() && c != end);
    begins.then_some(end)
}

/// How many bytes stand before the mark `end`. One that a letter follows is an apostrophe.
fn inside(rest: &str, end: char) -> usize {
    let ends = rest.match_indices(end).find(|(at, mark)| {
        let after = rest[at + mark.len()..].chars().next();
        !after.is_some_and(char::is_alphanumeric)
    });
    ends.map_or(rest.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_goes_with_addresses_and_numbers() {
        for (told, kept) in [
            (
                "550 5.1.1 <zanzibar2@nomail.com> is unknown",
                "550 5.1.1 <•••> is unknown",
            ),
            (
                "550 \"Zanzibar, Heather\" is unknown",
                "550 \"•••\" is unknown",
            ),
            (
                "550 user 'Pat O'Brien' is unknown",
                "550 user '•••' is unknown",
            ),
            (
                "550 no mailbox for “Heather” here",
                "550 no mailbox for “•••” here",
            ),
            ("550 <Heather>: mailbox full", "550 <•••>: mailbox full"),
            ("550 mailbox of \"Zanzibar, Hea", "550 mailbox of \"•••"),
            ("550 call (612) 555-0101", "550 call •••"),
        ] {
            assert_eq!(nameless(told), kept, "{told}");
        }
    }

    #[test]
    fn what_names_nobody_stays() {
        for words in [
            "550 5.2.2 The recipient's inbox is out of storage space",
            "552 the parents' and teachers' mailboxes are full",
            "550 5.1.1 <•••> is unknown",
            "552 size < 10 MB wanted",
            "",
        ] {
            assert_eq!(nameless(words), words);
        }
    }
}
