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

/// Hides every address in a provider's words, but for one that is masked.
pub fn words(text: &str, but: &str) -> String {
    let words = text
        .split(' ')
        .map(|word| match word.contains('@') && word != but {
            true => "•••",
            false => word,
        });
    words.collect::<Vec<_>>().join(" ")
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
    fn a_masked_address_keeps_what_tells_it_apart() {
        assert_eq!(masked("heather@nomail.com", false), "h•••@nomail.com");
        assert_eq!(masked("+1 612-555-0100", true), "•••-•••-0100");
        assert_eq!(masked("portal-12", false), "p•••");
        assert_eq!(masked("0100", true), "•••");
        assert_eq!(masked("", false), "•••");
    }
}
