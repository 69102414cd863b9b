//! Secrets: passwords, tokens and keys that were given as settings. They are never printed, nor compared
//! byte by byte until one differs.

use std::{env, fmt, fs, path::Path};

use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// A secret. Its `Debug` says only that there is one.
#[derive(Clone, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text` as a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// Reads a file that holds nothing but the secret; blanks and line ends around it are no part of it.
    ///
    /// # Errors
    /// In words, where the file cannot be read or is empty.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path)
            .map_err(|error| format!("the file {} cannot be read: {error}", path.display()))?;
        match text.trim() {
            "" => Err(format!("the file {} is empty", path.display())),
            text => Ok(Secret(text.to_owned())),
        }
    }

    /// The secret in the environment's `variable`, where it is set; blanks around it are no part of it.
    ///
    /// # Errors
    /// In words, where it is empty or no text.
    pub fn given(variable: &str) -> Result<Option<Self>, String> {
        match env::var(variable) {
            Err(env::VarError::NotPresent) => Ok(None),
            Err(env::VarError::NotUnicode(_)) => Err(format!("{variable} is no UTF-8")),
            Ok(text) => match text.trim() {
                "" => Err(format!("{variable} is empty")),
                text => Ok(Some(Secret(text.to_owned()))),
            },
        }
    }

    /// The secret itself, for who has to send it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Takes as long for every secret of that length.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

/// Whether `tag` is HMAC-SHA1 of the parts, one after the other. Takes as long for every tag of that length.
pub fn is_hmac_sha1(key: &[u8], parts: &[&[u8]], tag: &[u8]) -> bool {
    is_hmac::<Hmac<Sha1>>(key, parts, tag)
}

/// Whether `tag` is HMAC-SHA256 of the parts, one after the other. Takes as long for every tag of that length.
pub fn is_hmac_sha256(key: &[u8], parts: &[&[u8]], tag: &[u8]) -> bool {
    is_hmac::<Hmac<Sha256>>(key, parts, tag)
}

fn is_hmac<M: Mac + hmac::digest::KeyInit>(key: &[u8], parts: &[&[u8]], tag: &[u8]) -> bool {
    let Ok(mut mac) = <M as Mac>::new_from_slice(key) else {
        return false;
    };
    parts.iter().for_each(|part| mac.update(part));
    mac.verify_slice(tag).is_ok()
}

/// Reads hexadecimal digits, in either case; `None` where they are none.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| (byte as char).to_digit(16);
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_shows_itself() {
        assert_eq!(format!("{:?}", Secret::new("abc")), "Secret(…)");
    }

    #[test]
    fn secrets_are_the_same_only_in_full() {
        assert_eq!(Secret::new("abc"), Secret::new("abc"));
        for other in ["abd", "ab", "abcd", ""] {
            assert_ne!(Secret::new("abc"), Secret::new(other), "{other}");
        }
    }

    #[test]
    fn a_secret_is_read_from_a_file_without_its_line_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "  abc\r\n").unwrap();
        assert_eq!(Secret::read(&path), Ok(Secret::new("abc")));
        std::fs::write(&path, "\n").unwrap();
        assert!(Secret::read(&path).unwrap_err().ends_with("is empty"));
        assert!(Secret::read(&folder.path().join("none")).is_err());
    }

    #[test]
    fn hexadecimal_digits_are_read_in_either_case() {
        assert_eq!(from_hex("00fFa1"), Some(vec![0, 255, 161]));
        for wrong in ["0", "0g", "é0"] {
            assert_eq!(from_hex(wrong), None, "{wrong}");
        }
        assert_eq!(from_hex(""), Some(vec![]));
    }

    /// RFC 2202 and RFC 4231, test case 2.
    #[test]
    fn the_codes_are_those_of_the_standards() {
        let (key, text) = (b"Jefe", b"what do ya want for nothing?");
        let sha1 = from_hex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79").unwrap();
        assert!(is_hmac_sha1(key, &[text], &sha1));
        let sha256 =
            from_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843").unwrap();
        assert!(is_hmac_sha256(key, &[&text[..4], &text[4..]], &sha256));
        assert!(!is_hmac_sha256(key, &[text], &sha256[..31]));
        assert!(!is_hmac_sha256(b"jefe", &[text], &sha256));
    }
}
