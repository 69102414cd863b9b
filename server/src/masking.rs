//! Masking: what who may not see addresses gets of them, on the page and in a file alike.

use shared::delivery::{Delivery, Recipient};

/// Hides the addresses of a line.
pub fn line(line: &mut Recipient) {
    line.deliveries.iter_mut().for_each(delivery);
}

/// Hides an address, also where the provider's reason repeats it.
fn delivery(delivery: &mut Delivery) {
    let masked = masked(&delivery.address, delivery.device.is_phone());
    if let Some(reason) = &mut delivery.reason {
        *reason = words(&reason.replace(&delivery.address, &masked), &masked);
    }
    delivery.address = masked;
}

/// As many digits as a telephone number has at least.
const DIGITS: usize = 7;

/// Stands for what is hidden.
const HIDDEN: &str = "•••";

/// Hides every address in a provider's words, but for one that is masked, and every number that may be a telephone's,
/// however it is written.
pub fn words(text: &str, but: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let mut kept = Vec::with_capacity(words.len());
    let mut next = 0;
    while let Some(word) = words.get(next) {
        let of_number = match next == 0 && is_code(word) {
            true => 0,
            false => number(&words[next..]),
        };
        if of_number > 0 {
            kept.push(HIDDEN);
            next += of_number;
            continue;
        }
        kept.push(
            match (word.contains('@') || digits(word) >= DIGITS) && *word != but {
                true => HIDDEN,
                false => word,
            },
        );
        next += 1;
    }
    kept.join(" ")
}

/// Of how many words a telephone number consists with which these begin; 0 where they begin with none.
fn number(words: &[&str]) -> usize {
    let of_it = |word: &&&str| {
        word.chars()
            .all(|c| c.is_ascii_digit() || "+()-/,;:".contains(c))
    };
    let run = words.iter().take_while(of_it);
    let lengths: Vec<usize> = run.map(|word| digits(word)).collect();
    let last = lengths.iter().rposition(|length| *length > 0);
    let (Some(last), Some(1..)) = (last, lengths.first()) else {
        return 0;
    };
    match lengths.iter().sum::<usize>() {
        0..DIGITS => 0,
        _ => last + 1,
    }
}

fn digits(word: &str) -> usize {
    word.matches(|c: char| c.is_ascii_digit()).count()
}

/// What an answer of a mail system begins with (RFC 5321, section 4.2).
fn is_code(word: &str) -> bool {
    word.len() == 3 && word.starts_with(['4', '5']) && digits(word) == 3
}

/// What is left of an address: enough to tell two apart, too little to write or call.
fn masked(address: &str, phone: bool) -> String {
    if phone {
        let digits: Vec<char> = address.chars().filter(char::is_ascii_digit).collect();
        return match digits.len() {
            0..7 => "•••".into(),
            all => format!("•••-•••-{}", digits[all - 4..].iter().collect::<String>()),
        };
    }
    let first = address.chars().next().map(String::from).unwrap_or_default();
    match address.rsplit_once('@') {
        Some((_, domain)) => format!("{first}•••@{domain}"),
        None => format!("{first}•••"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_providers_words_tell_no_address_and_no_number() {
        for (told, kept) in [
            (
                "550 5.1.1 <heather@nomail.com> is unknown",
                "550 5.1.1 ••• is unknown",
            ),
            ("550 no h•••@nomail.com here", "550 no h•••@nomail.com here"),
            ("The number +16125550101 is off", "The number ••• is off"),
            ("call 612 555 0101 later", "call ••• later"),
            ("call (612) 555-0101, or not", "call ••• or not"),
            ("550 612 - 555 - 0101 refused", "550 ••• refused"),
            ("call 612.555.0101 later", "call ••• later"),
            (
                "550 5.1.1 after 12 tries in 30 s",
                "550 5.1.1 after 12 tries in 30 s",
            ),
            (
                "error 30003: no such handset",
                "error 30003: no such handset",
            ),
            ("", ""),
        ] {
            assert_eq!(words(told, "h•••@nomail.com"), kept);
        }
    }

    #[test]
    fn a_masked_address_keeps_what_tells_it_apart() {
        assert_eq!(masked("heather@nomail.com", false), "h•••@nomail.com");
        assert_eq!(masked("+1 612-555-0100", true), "•••-•••-0100");
        assert_eq!(masked("portal-12", false), "p•••");
        assert_eq!(masked("0100", true), "•••");
        assert_eq!(masked("", false), "•••");
    }
}
