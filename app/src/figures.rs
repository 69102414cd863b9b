//! Figures as they are read: thousands apart, by commas.

/// A count as it is shown: `18,231`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A count with its noun: `1 message`, `4,000 messages`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let shown = [0, 7, 999, 1_000, 18_231, 200_000, 1_234_567].map(grouped);
        assert_eq!(
            shown,
            ["0", "7", "999", "1,000", "18,231", "200,000", "1,234,567"]
        );
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(counted(1, "message", "messages"), "1 message");
        assert_eq!(counted(4000, "message", "messages"), "4,000 messages");
    }
}
