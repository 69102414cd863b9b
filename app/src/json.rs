//! Reads the server's answers.
//!
//! A reader of JSON for exactly what the API sends: objects, arrays, texts, whole numbers, truth values and
//! words of closed sets. It says *that* an answer cannot be read, not where: the page has one sentence for
//! that. `serde_json`, which can do everything, would be a tenth of the page.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize,
    de::{self, DeserializeSeed, Expected, IntoDeserializer, Unexpected, Visitor},
    forward_to_deserialize_any,
};

/// The text is not what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

type Read<T> = Result<T, Unreadable>;

/// Reads a whole text.
///
/// # Errors
/// Where it is no JSON, or not that of a `T`.
pub fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Read<T> {
    let mut reader = Reader { text, at: 0 };
    let value = T::deserialize(&mut reader)?;
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(Unreadable),
    }
}

struct Reader<'de> {
    text: &'de str,
    at: usize,
}

impl<'de> Reader<'de> {
    /// The next byte that is no blank, which stays the next.
    #[inline(never)]
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at)? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    /// Goes past the next byte, which must be this one.
    #[inline(never)]
    fn take(&mut self, byte: u8) -> Read<()> {
        match self.peek() == Some(byte) {
            true => {
                self.at += 1;
                Ok(())
            }
            false => Err(Unreadable),
        }
    }

    /// Goes past a word, and says whether it is there.
    #[inline(never)]
    fn word(&mut self, word: &str) -> bool {
        self.peek();
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let found = rest.starts_with(word.as_bytes());
        if found {
            self.at += word.len();
        }
        found
    }

    #[inline(never)]
    fn number(&mut self) -> Read<i64> {
        self.peek();
        let start = self.at;
        let bytes = self.text.as_bytes();
        while let Some(b'-' | b'+' | b'.' | b'0'..=b'9' | b'e' | b'E') = bytes.get(self.at) {
            self.at += 1;
        }
        let digits = self.text.get(start..self.at).unwrap_or_default();
        digits.parse().map_err(|_| Unreadable)
    }

    #[inline(never)]
    fn string(&mut self) -> Read<Cow<'de, str>> {
        self.take(b'"')?;
        let bytes = self.text.as_bytes();
        let mut unescaped = String::new();
        let mut start = self.at;
        loop {
            let byte = *bytes.get(self.at).ok_or(Unreadable)?;
            match byte {
                b'"' | b'\\' => {}
                0..b' ' => return Err(Unreadable),
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            let part = self.text.get(start..self.at).ok_or(Unreadable)?;
            self.at += 1;
            if byte == b'"' {
                return Ok(match unescaped.is_empty() {
                    true => Cow::Borrowed(part),
                    false => Cow::Owned(unescaped + part),
                });
            }
            unescaped.push_str(part);
            unescaped.push(self.escaped()?);
            start = self.at;
        }
    }

    /// The character that stands after a backslash.
    fn escaped(&mut self) -> Read<char> {
        let byte = self.text.as_bytes().get(self.at).ok_or(Unreadable)?;
        self.at += 1;
        Ok(match byte {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            b'"' | b'\\' | b'/' => char::from(*byte),
            _ => return Err(Unreadable),
        })
    }

    fn unicode(&mut self) -> Read<char> {
        let mut units = vec![self.unit()?];
        if matches!(units[0], 0xD800..=0xDBFF) {
            if self.text.get(self.at..self.at + 2) != Some("\\u") {
                return Err(Unreadable);
            }
            self.at += 2;
            units.push(self.unit()?);
        }
        let mut characters = char::decode_utf16(units);
        match (characters.next(), characters.next()) {
            (Some(Ok(character)), None) => Ok(character),
            _ => Err(Unreadable),
        }
    }

    fn unit(&mut self) -> Read<u16> {
        let digits = self.text.get(self.at..self.at + 4).ok_or(Unreadable)?;
        self.at += 4;
        u16::from_str_radix(digits, 16).map_err(|_| Unreadable)
    }

    /// Goes past a value that nobody asks for.
    #[inline(never)]
    fn skip(&mut self) -> Read<()> {
        let mut depth = 0_u32;
        loop {
            match self.peek().ok_or(Unreadable)? {
                b'"' => drop(self.string()?),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1).ok_or(Unreadable)?;
                    self.at += 1;
                }
                // Any character of a number, of a word or between them.
                _ => self.at += 1,
            }
            let ends = |next| matches!(next, b',' | b'}' | b']');
            if depth == 0 && self.peek().is_none_or(ends) {
                return Ok(());
            }
        }
    }

    /// Whether another item follows before `end`, which it goes past otherwise.
    #[inline(never)]
    fn next(&mut self, first: &mut bool, end: u8) -> Read<bool> {
        if self.peek() == Some(end) {
            self.at += 1;
            return Ok(false);
        }
        if !std::mem::take(first) {
            self.take(b',')?;
        }
        Ok(true)
    }
}

impl<'de> de::Deserializer<'de> for &mut Reader<'de> {
    type Error = Unreadable;

    /// Whatever there is; asked for by flattened fields alone, which make the page heavier than they look.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.peek().ok_or(Unreadable)? {
            b'{' => self.deserialize_map(visitor),
            b'[' => self.deserialize_seq(visitor),
            b'"' => self.deserialize_str(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'n' => self.deserialize_option(visitor),
            _ => self.deserialize_i64(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        let is = self.word("true");
        match is || self.word("false") {
            true => visitor.visit_bool(is),
            false => Err(Unreadable),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_i64(self.number()?)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_i64(self.number()?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_i64(self.number()?)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_i64(self.number()?)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_i64(self.number()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_str(&self.string()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.word("null") {
            true => visitor.visit_none(),
            false => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Read<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.take(b'[')?;
        visitor.visit_seq(Items {
            reader: self,
            first: true,
        })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.take(b'{')?;
        visitor.visit_map(Items {
            reader: self,
            first: true,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        let word = self.string()?;
        let word: &str = &word;
        visitor.visit_enum(word.into_deserializer())
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 u8 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct
    }
}

/// What stands in an array or an object.
struct Items<'r, 'de> {
    reader: &'r mut Reader<'de>,
    first: bool,
}

impl<'de> de::SeqAccess<'de> for Items<'_, 'de> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        match self.reader.next(&mut self.first, b']')? {
            true => seed.deserialize(&mut *self.reader).map(Some),
            false => Ok(None),
        }
    }
}

impl<'de> de::MapAccess<'de> for Items<'_, 'de> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        match self.reader.next(&mut self.first, b'}')? {
            true => seed.deserialize(&mut *self.reader).map(Some),
            false => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Read<V::Value> {
        self.reader.take(b':')?;
        seed.deserialize(&mut *self.reader)
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text is not what was expected")
    }
}

impl std::error::Error for Unreadable {}

// Each of these would otherwise print what it found, and carry the code that prints it.
impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Unreadable
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Unreadable
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Unreadable
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Unreadable
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Unreadable
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Unreadable
    }

    fn missing_field(_: &'static str) -> Self {
        Unreadable
    }

    fn duplicate_field(_: &'static str) -> Self {
        Unreadable
    }
}

#[cfg(test)]
mod tests;
