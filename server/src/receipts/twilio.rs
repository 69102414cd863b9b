//! Twilio's requests: proven by `X-Twilio-Signature`, read as parameters.
//!
//! The signature is base64 of HMAC-SHA1, with the account's auth token, over the address that Twilio was
//! given, query included, followed by every parameter's name and value, sorted by name. Parameters may grow
//! in number, so all that came are signed over. A body of JSON is signed through its SHA-256 in the query.

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

use super::Unproven;
use crate::{
    extract::decode,
    secret::{Secret, from_hex, is_hmac_sha1},
};

pub mod incoming;
pub mod status;

/// The header that carries the signature.
pub const SIGNATURE: &str = "x-twilio-signature";

/// The parameters of a request that Twilio signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed(Vec<(String, String)>);

impl Signed {
    /// Proves a request and reads it. `url` is the public address it was sent to, with its query.
    ///
    /// # Errors
    /// Where the signature is missing or does not fit, or the body cannot be read.
    pub fn prove(
        token: &Secret,
        url: &str,
        signature: Option<&str>,
        is_json: bool,
        body: &[u8],
    ) -> Result<Self, Unproven> {
        let signature = signature.ok_or(Unproven::Missing(SIGNATURE))?;
        let signature = BASE64_STANDARD
            .decode(signature)
            .map_err(|_| Unproven::WrongSignature)?;
        let params = if is_json { vec![] } else { form(body)? };
        let proven = spellings(url).iter().any(|url| {
            let mut parts = vec![url.as_bytes()];
            for (name, value) in &params {
                parts.extend([name.as_bytes(), value.as_bytes()]);
            }
            is_hmac_sha1(token.expose().as_bytes(), &parts, &signature)
        });
        if !proven {
            return Err(Unproven::WrongSignature);
        }
        if is_json {
            return json(url, body).map(Signed);
        }
        Ok(Signed(params))
    }

    /// The value of a parameter; `None` where it is left out or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}

/// The parameters in the order they are signed in; one that stands twice with one value is signed once.
fn form(body: &[u8]) -> Result<Vec<(String, String)>, Unproven> {
    const BODY: Unproven = Unproven::Unreadable("the body");
    let text = std::str::from_utf8(body).map_err(|_| BODY)?;
    let mut params = text
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        })
        .collect::<Option<Vec<_>>>()
        .ok_or(BODY)?;
    params.sort_unstable();
    params.dedup();
    Ok(params)
}

/// A body of JSON whose SHA-256 the query names.
fn json(url: &str, body: &[u8]) -> Result<Vec<(String, String)>, Unproven> {
    let (_, query) = url.split_once('?').unwrap_or_default();
    let sum = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("bodySHA256="))
        .ok_or(Unproven::Missing("bodySHA256"))?;
    if from_hex(sum).as_deref() != Some(&Sha256::digest(body)[..]) {
        return Err(Unproven::WrongSignature);
    }
    let members: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(body).map_err(|_| Unproven::Unreadable("the body"))?;
    let text = |value| match value {
        serde_json::Value::String(text) => text,
        value => value.to_string(),
    };
    let members = members.into_iter();
    Ok(members.map(|(name, value)| (name, text(value))).collect())
}

/// The address as it is, and as Twilio may have spelled it: with or without the scheme's own port.
fn spellings(url: &str) -> Vec<String> {
    let mut spellings = vec![url.to_owned()];
    for (scheme, port) in [("https://", ":443"), ("http://", ":80")] {
        let Some(rest) = url.strip_prefix(scheme) else {
            continue;
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        match host.strip_suffix(port) {
            Some(bare) => spellings.push(format!("{scheme}{bare}{path}")),
            None if !host.contains(':') => spellings.push(format!("{scheme}{host}{port}{path}")),
            None => {}
        }
    }
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
    const FORM: &str = "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212\
        &Caller=%2B14158675309";
    const SIGNED: &str = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";

    fn prove(url: &str, signature: &str, body: &str) -> Result<Signed, Unproven> {
        let token = Secret::new("12345");
        Signed::prove(&token, url, Some(signature), false, body.as_bytes())
    }

    /// The examples of Twilio's documentation and of its own libraries' tests.
    #[test]
    fn twilios_published_examples_are_proven() {
        let params = prove(URL, SIGNED, FORM).unwrap();
        assert_eq!(params.get("To"), Some("+18005551212"));
        let other = FORM.replace("4158675309", "2349013030");
        assert!(prove(URL, "0/KCTR6DLpKmkAf8muzZqo1nDgQ=", &other).is_ok());
        let twice = "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234";
        assert!(prove(URL, "IK+Dwps556ElfBT0I3Rgjkr1wJU=", twice).is_ok());
    }

    #[test]
    fn the_order_of_parameters_does_not_matter() {
        let mut pairs: Vec<&str> = FORM.split('&').collect();
        pairs.reverse();
        assert!(prove(URL, SIGNED, &pairs.join("&")).is_ok());
    }

    #[test]
    fn the_port_of_the_scheme_may_be_spelled_or_not() {
        let spelled = URL.replace(".com/", ".com:443/");
        assert!(prove(&spelled, SIGNED, FORM).is_ok());
        let other = URL.replace(".com/", ".com:8443/");
        assert_eq!(prove(&other, SIGNED, FORM), Err(Unproven::WrongSignature));
    }

    #[test]
    fn what_was_altered_on_its_way_is_refused() {
        let more = format!("{FORM}&Extra=1");
        let less = FORM.replace("Digits=1234&", "");
        let altered = FORM.replace("Digits=1234", "Digits=1235");
        let renamed = FORM.replace("Digits=", "Digit=");
        for body in [&more, &less, &altered, &renamed, ""] {
            assert_eq!(
                prove(URL, SIGNED, body),
                Err(Unproven::WrongSignature),
                "{body}"
            );
        }
        for url in [
            URL.replace("https", "http"),
            URL.replace("bar=2", "bar=3"),
            URL.replace("mycompany", "yourcompany"),
            URL.replace("?foo=1&bar=2", ""),
        ] {
            assert_eq!(
                prove(&url, SIGNED, FORM),
                Err(Unproven::WrongSignature),
                "{url}"
            );
        }
    }

    #[test]
    fn a_forged_or_missing_signature_is_refused() {
        let token = Secret::new("12346");
        let forged = Signed::prove(&token, URL, Some(SIGNED), false, FORM.as_bytes());
        assert_eq!(forged, Err(Unproven::WrongSignature));
        for signature in [
            "",
            "=",
            "RSOYDt4T1cUTdK1PDd93/VVr8B8",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ] {
            assert_eq!(prove(URL, signature, FORM), Err(Unproven::WrongSignature));
        }
        let missing = Signed::prove(&Secret::new("12345"), URL, None, false, FORM.as_bytes());
        assert_eq!(missing, Err(Unproven::Missing(SIGNATURE)));
    }

    /// The example of Twilio's own libraries' tests.
    #[test]
    fn a_body_of_json_is_proven_through_its_sum() {
        let url = format!(
            "{URL}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
        );
        let body = br#"{"property": "value", "boolean": true}"#;
        let signature = Some("a9nBmqA0ju/hNViExpshrM61xv4=");
        let token = Secret::new("12345");
        let params = Signed::prove(&token, &url, signature, true, body).unwrap();
        assert_eq!(params.get("property"), Some("value"));
        assert_eq!(params.get("boolean"), Some("true"));
        let altered = br#"{"property": "other", "boolean": true}"#;
        let altered = Signed::prove(&token, &url, signature, true, altered);
        assert_eq!(altered, Err(Unproven::WrongSignature));
    }

    #[test]
    fn a_body_of_json_without_its_sum_is_refused() {
        let signature = BASE64_STANDARD.encode({
            use hmac::Mac;
            let mut mac = hmac::Hmac::<sha1::Sha1>::new_from_slice(b"12345").unwrap();
            mac.update(URL.as_bytes());
            mac.finalize().into_bytes()
        });
        let proven = Signed::prove(&Secret::new("12345"), URL, Some(&signature), true, b"{}");
        assert_eq!(proven, Err(Unproven::Missing("bodySHA256")));
    }
}
