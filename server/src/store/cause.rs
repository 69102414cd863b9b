//! The cause in a mail system's words: what is the same for every letter that failed so.
//!
//! Systems end their answers with what finds the letter in their own records: queue numbers, the host that answered, the
//! time. Counted with those, each letter would have failed for a cause of its own.

use std::borrow::Cow;

/// Stands for an address.
const ADDRESS: &str = "•••";

/// Words that are shorter name no letter.
const SHORTEST_ID: usize = 8;
/// Figures without a letter that are shorter are a code or an amount.
const SHORTEST_NUMBER: usize = 6;
/// A reason of so many characters may have been cut, in the middle of a word.
const MAY_BE_CUT: usize = 300;

/// The cause in `reason`; `None` where all of it is.
pub(super) fn of(reason: &str) -> Option<String> {
    let mut words: Vec<&str> = reason.split_whitespace().collect();
    if reason.chars().count() >= MAY_BE_CUT {
        words.pop();
    }
    let kept = words.into_iter().filter_map(word);
    let cause = kept.collect::<Vec<_>>().join(" ");
    let cause = cause.trim_end_matches("- gsmtp");
    let cause = cause.trim_end_matches([' ', '-', '(', '[', '<']);
    (cause != reason).then(|| cause.to_owned())
}

/// What is kept of a word.
fn word(word: &str) -> Option<Cow<'_, str>> {
    let core = word.trim_matches(|c: char| !c.is_alphanumeric());
    if core.contains('@') {
        return Some(Cow::Owned(word.replacen(core, ADDRESS, 1)));
    }
    if let Some((start, _)) = word.split_once("://") {
        // What is asked of the page may name the letter.
        let end = word[start.len()..].find(['?', '#']);
        return Some(Cow::Borrowed(
            &word[..end.map_or(word.len(), |end| start.len() + end)],
        ));
    }
    (!is_id(core)).then_some(Cow::Borrowed(word))
}

/// Whether it names one letter: a long mixture of letters and figures, or a long number.
fn is_id(core: &str) -> bool {
    let figures = core.chars().filter(char::is_ascii_digit).count();
    let letters = core.chars().any(char::is_alphabetic);
    match letters {
        true => figures > 0 && core.len() >= SHORTEST_ID,
        // 5.1.1, 203.0.113.5, 12,345
        false => figures >= SHORTEST_NUMBER && core.bytes().all(|b| b.is_ascii_digit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Replies as the large systems write them, as they are kept; of each kind two for different letters.
    const REPLIES: [[&str; 2]; 10] = [
        [
            "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's \
             email address for typos or unnecessary spaces. For more information, go to https://support.google.com/mail/?p=NoSuchUser \
             41be03b00d2f7-7db6a4f1c2asi1234567a12.345 - gsmtp",
            "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's \
             email address for typos or unnecessary spaces. For more information, go to https://support.google.com/mail/?p=NoSuchUser \
             d9443c01a7336-20e5d8f1a2bsi998877plb.123 - gsmtp",
        ],
        [
            "552 5.2.2 The recipient's inbox is out of storage space. Please direct the recipient to https://support.google.com/mail/?p=OverQuotaPerm x12si345678pjk.56 - gsmtp",
            "552 5.2.2 The recipient's inbox is out of storage space. Please direct the recipient to https://support.google.com/mail/?p=OverQuotaPerm 6a1803df08f44-6cb3afd1c0bsi12.7 - gsmtp",
        ],
        [
            "550 5.4.1 Recipient address rejected: Access denied. [DM6NAM12FT034.eop-nam12.prod.protection.outlook.com 2024-03-01T12:34:56.789Z 08DC39B1234ABCDE]",
            "550 5.4.1 Recipient address rejected: Access denied. [BN8NAM11FT011.eop-nam11.prod.protection.outlook.com 2024-03-01T12:35:01.002Z 08DC39B99F00DCBA]",
        ],
        [
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient heather@nomail.com not found by SMTP address lookup",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient tad@nomail.com not found by SMTP address lookup",
        ],
        [
            "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded [CH1PEPF0000AD7B.namprd04.prod.outlook.com]",
            "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded [SA9PR07MB1234.namprd07.prod.outlook.com]",
        ],
        [
            "554 delivery error: dd This user doesn't have a yahoo.com account (heather@yahoo.com) [-5] - mta4123.mail.bf1.yahoo.com",
            "554 delivery error: dd This user doesn't have a yahoo.com account (tad@yahoo.com) [-5] - mta1042.mail.ne1.yahoo.com",
        ],
        [
            "550 5.1.1 <heather@nomail.com>: Recipient address rejected: User unknown in local recipient table",
            "550 5.1.1 <tad@nomail.com>: Recipient address rejected: User unknown in local recipient table",
        ],
        [
            "554 5.7.1 Message rejected as spam; queue id 4F3A21C0B7",
            "554 5.7.1 Message rejected as spam; queue id 4WxYz12345z9abc",
        ],
        [
            "451 4.3.2 Please try again later: 1700000123",
            "451 4.3.2 Please try again later: 1700000999",
        ],
        [
            "550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 [k2Hb8x9zP1qWe3Rt5Yu7Ia.us12]",
            "550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 [Zz9Hb8x9zP1qWe3Rt5Yu7Q.us33]",
        ],
    ];

    fn cause(reason: &str) -> String {
        of(reason).unwrap_or_else(|| reason.to_owned())
    }

    #[test]
    fn letters_that_failed_alike_have_one_cause_and_others_have_others() {
        let mut causes = Vec::new();
        for [one, other] in REPLIES {
            assert_eq!(cause(one), cause(other));
            causes.push(cause(one));
        }
        causes.sort();
        causes.dedup();
        assert_eq!(causes.len(), REPLIES.len(), "{causes:#?}");
    }

    #[test]
    fn the_words_that_say_why_are_kept() {
        assert_eq!(
            cause(REPLIES[1][0]),
            "552 5.2.2 The recipient's inbox is out of storage space. Please direct the recipient to \
             https://support.google.com/mail/"
        );
        assert_eq!(
            cause(REPLIES[2][0]),
            "550 5.4.1 Recipient address rejected: Access denied."
        );
        assert_eq!(
            cause(REPLIES[5][0]),
            "554 delivery error: dd This user doesn't have a yahoo.com account (•••) [-5]"
        );
        for plain in [
            "",
            "550 5.1.1 No such user",
            "Mailbox full",
            "452 4.3.1 Out of memory (12345 bytes)",
        ] {
            assert_eq!(of(plain), None);
        }
    }

    #[test]
    fn a_cause_is_its_own_cause() {
        for reason in REPLIES.concat() {
            assert_eq!(of(&cause(reason)), None);
        }
    }

    #[test]
    fn a_reason_that_was_cut_in_the_middle_of_a_number_has_the_same_cause() {
        let cut = |id: &str| -> String {
            let whole = format!("550 5.1.1 {}{id}", "word ".repeat(57));
            whole.chars().take(MAY_BE_CUT).collect()
        };
        let (one, other) = (cut("41be03b00d2f7-7db"), cut("d9443c01a7336-20e"));
        assert!(one.ends_with(" 41be0") && other.ends_with(" d9443"));
        assert_eq!(cause(&one), cause(&other));
    }
}
