//! Addresses in their normal form, so that two that reach the same place are equal (spec section 5).

use std::collections::HashMap;

use phonenumber::country;
use shared::delivery::Device;

/// Numbers remembered: a person's number mostly stands on two devices, one after the other.
const REMEMBERED: usize = 4096;

/// Makes normal forms.
pub(super) struct Normaliser {
    region: country::Id,
    phones: HashMap<Box<str>, Option<Box<str>>>,
}

impl Normaliser {
    /// Reads telephone numbers without a country code as ones of `region`.
    pub(super) fn new(region: country::Id) -> Self {
        Normaliser {
            region,
            phones: HashMap::new(),
        }
    }

    /// The normal form of an address; `None` where it is none of its device.
    pub(super) fn key(&mut self, device: Device, address: &str) -> Option<String> {
        let address = address.trim();
        match device {
            Device::Inbox => Some(address.to_owned()),
            Device::Email => email(address),
            Device::Voice | Device::Text => self.phone(address),
        }
    }

    /// A telephone number in E.164, with its extension as RFC 3966 writes it.
    fn phone(&mut self, raw: &str) -> Option<String> {
        if let Some(known) = self.phones.get(raw) {
            return known.as_deref().map(str::to_owned);
        }
        let key = nanp(raw, self.region).or_else(|| international(raw, self.region));
        if self.phones.len() >= REMEMBERED {
            self.phones.clear();
        }
        self.phones
            .insert(raw.into(), key.as_deref().map(Into::into));
        key
    }
}

/// The normal form of one address on its own; `None` where it is none of its device.
pub fn key(region: country::Id, device: Device, address: &str) -> Option<String> {
    Normaliser::new(region).key(device, address)
}

/// The normal form where there is none: what was submitted, without blanks around it.
pub(super) fn as_submitted(device: Device, address: &str) -> String {
    match device {
        Device::Email => address.trim().to_lowercase(),
        Device::Inbox | Device::Voice | Device::Text => address.trim().to_owned(),
    }
}

fn email(address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    let blank = |c: char| c.is_whitespace() || c.is_control();
    let plausible = !local.is_empty()
        && !domain.is_empty()
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !domain.contains("..")
        && !address.contains(blank)
        && (!local.contains('@') || local.starts_with('"'))
        && address.len() <= 254;
    plausible.then(|| address.to_lowercase())
}

/// A plain ten-digit number of the North American plan, by its shape: the common case, without the library,
/// whose list of area codes is older than some of them.
fn nanp(raw: &str, region: country::Id) -> Option<String> {
    let national = match raw.strip_prefix("+1") {
        Some(rest) => rest,
        None if matches!(region, country::Id::US | country::Id::CA) => raw,
        None => return None,
    };
    let mut digits = String::with_capacity(12);
    digits.push_str("+1");
    for c in national.chars() {
        match c {
            '0'..='9' => digits.push(c),
            ' ' | '-' | '.' | '(' | ')' => {}
            _ => return None,
        }
    }
    let found = digits.as_bytes();
    (found.len() == 12 && found[2] >= b'2' && found[5] >= b'2').then_some(digits)
}

fn international(raw: &str, region: country::Id) -> Option<String> {
    let number = phonenumber::parse(Some(region), raw).ok()?;
    if !number.is_valid() {
        return None;
    }
    let mut key = number.format().mode(phonenumber::Mode::E164).to_string();
    // The library may append the extension in its own words.
    if let Some(end) = key.find(|c: char| c != '+' && !c.is_ascii_digit()) {
        key.truncate(end);
    }
    if let Some(extension) = number.extension() {
        key.push_str(";ext=");
        key.push_str(extension.as_ref());
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(raw: &str) -> Option<String> {
        Normaliser::new(country::Id::US).key(Device::Voice, raw)
    }

    #[test]
    fn one_number_written_in_many_ways_is_one() {
        for raw in [
            "6125550100",
            "(612) 555-0100",
            "612.555.0100",
            "+16125550100",
            "+1 612-555-0100",
            "1-612-555-0100",
            " 612 555 0100 ",
        ] {
            assert_eq!(phone(raw).as_deref(), Some("+16125550100"), "{raw:?}");
        }
    }

    #[test]
    fn an_extension_makes_another_number() {
        assert_eq!(
            phone("612-555-0100 x12").as_deref(),
            Some("+16125550100;ext=12")
        );
    }

    #[test]
    fn a_foreign_number_keeps_its_country() {
        assert_eq!(phone("+49 30 901820").as_deref(), Some("+4930901820"));
        let mut german = Normaliser::new(country::Id::DE);
        let key = german.key(Device::Text, "030 901820");
        assert_eq!(key.as_deref(), Some("+4930901820"));
    }

    #[test]
    fn the_short_way_agrees_with_the_library() {
        for raw in ["2125551234", "(312) 867-5309", "+1 952 888 1234"] {
            let region = country::Id::US;
            assert_eq!(nanp(raw, region), international(raw, region), "{raw:?}");
        }
    }

    #[test]
    fn what_is_no_number_has_no_normal_form() {
        for raw in ["", "none", "123", "555-0100", "112-555-0100", "+1 612 555"] {
            assert_eq!(phone(raw), None, "{raw:?}");
        }
    }

    #[test]
    fn emails_are_equal_whatever_their_case_and_blanks() {
        let mut normaliser = Normaliser::new(country::Id::US);
        let mut email = |raw| normaliser.key(Device::Email, raw);
        assert_eq!(
            email(" Heather@NoMail.com ").as_deref(),
            Some("heather@nomail.com")
        );
        for raw in [
            "heather",
            "@nomail.com",
            "a b@nomail.com",
            "a@b@c",
            "a@",
            "a@.com",
        ] {
            assert_eq!(email(raw), None, "{raw:?}");
        }
    }
}
