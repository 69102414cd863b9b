//! Reads one message as a stream of JSON, knowing at every moment which field it is in.

use std::{fmt, io};

use chrono::DateTime;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{Draft, NewMessage, Refusal};
use crate::store::{District, time::Timestamp};

mod message;
mod recipients;

/// Reads one JSON object, in any order of its fields, to the end of `reader`.
///
/// # Errors
/// Where it is no message, with the field and the reason. A failing `reader` is such a reason too.
pub fn read(reader: impl io::Read, district: &District) -> Result<NewMessage, Refusal> {
    parse(reader, message::Parts::new(Draft::new(district)))
}

/// Reads a message that is submitted to be delivered: one that tells what became of it is refused, and an
/// address that is none is left out and named.
///
/// # Errors
/// As [`read`].
pub fn read_submission(reader: impl io::Read, district: &District) -> Result<NewMessage, Refusal> {
    let message = parse(reader, message::Parts::new(Draft::submission(district)))?;
    match message.head.history {
        None => Ok(message),
        Some(_) => {
            let reason =
                "is for history, which an import takes; leave it out to have the message delivered";
            Err(Refusal::new("status", reason))
        }
    }
}

fn parse(reader: impl io::Read, mut parts: message::Parts) -> Result<NewMessage, Refusal> {
    let mut cx = Context::default();
    let mut json =
        serde_json::Deserializer::from_reader(io::BufReader::with_capacity(1 << 16, reader));
    let read = Fields {
        object: &mut parts,
        cx: &mut cx,
    }
    .deserialize(&mut json)
    .and_then(|()| json.end());
    match read {
        Ok(()) => parts.finish(),
        Err(error) => Err(cx.refusal(&error)),
    }
}

enum Step {
    Field(&'static str),
    Unknown(String),
    Item(usize),
}

/// Where the reading is.
#[derive(Default)]
struct Context {
    path: Vec<Step>,
    /// A refusal of our own, which serde's error only stands for.
    refused: Option<Refusal>,
}

impl Context {
    fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.path {
            let name = match step {
                Step::Item(n) => {
                    path.push_str(&format!("[{n}]"));
                    continue;
                }
                Step::Field(name) => name,
                Step::Unknown(name) => name.as_str(),
            };
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
        }
        path
    }

    /// Refuses a field below where the reading is.
    fn refuse<E: Error>(&mut self, refusal: Refusal) -> E {
        let mut field = self.path();
        if !field.is_empty() && !refusal.field.is_empty() {
            field.push('.');
        }
        field.push_str(&refusal.field);
        self.refused = Some(Refusal::new(field, refusal.reason));
        E::custom("refused")
    }

    fn refusal(self, error: &serde_json::Error) -> Refusal {
        if let Some(refused) = self.refused {
            return refused;
        }
        let mut reason = error.to_string();
        // A line of an import is line 1 to the reader; the import knows which it is.
        if let Some(end) = reason.rfind(" at line ") {
            reason.truncate(end);
        }
        // serde quotes the value it did not expect; that may be a name or an address.
        if let Some((kind, expected)) = reason
            .strip_prefix("invalid type: ")
            .and_then(|rest| rest.split_once(", expected "))
        {
            let kind = kind.split([' ', '`']).next().unwrap_or(kind);
            reason = format!("is a JSON {kind}, expected {expected}");
        } else if error.column() > 0 && !error.is_data() {
            reason = format!("{reason} at column {}", error.column());
        }
        Refusal::new(self.path(), reason)
    }
}

/// An object that is read field by field.
trait Object {
    /// What it is, for people.
    const WHAT: &'static str;
    /// The names of its fields.
    const FIELDS: &'static [&'static str];
    /// Those that must be there.
    const REQUIRED: &'static [&'static str];

    /// Takes the value of one of them.
    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        cx: &mut Context,
        field: &'static str,
        map: &mut A,
    ) -> Result<(), A::Error>;

    /// All fields are there.
    fn complete(&mut self) -> Result<(), Refusal> {
        Ok(())
    }
}

struct Fields<'a, O> {
    object: &'a mut O,
    cx: &'a mut Context,
}

impl<'de, O: Object> DeserializeSeed<'de> for Fields<'_, O> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, O: Object> Visitor<'de> for Fields<'_, O> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(O::WHAT)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen: u32 = 0;
        while let Some(name) = map.next_key_seed(Name(O::FIELDS))? {
            let index = match name {
                Ok(index) => index,
                Err(unknown) => {
                    self.cx.path.push(Step::Unknown(unknown));
                    let reason = format!("is unknown; {} has {}", O::WHAT, O::FIELDS.join(", "));
                    return Err(self.cx.refuse(Refusal::new("", reason)));
                }
            };
            let field = O::FIELDS[index];
            self.cx.path.push(Step::Field(field));
            if seen & (1 << index) != 0 {
                return Err(self.cx.refuse(Refusal::new("", "is given twice")));
            }
            seen |= 1 << index;
            self.object.take(self.cx, field, &mut map)?;
            self.cx.path.pop();
        }
        for (index, field) in O::FIELDS.iter().enumerate() {
            if seen & (1 << index) == 0 && O::REQUIRED.contains(field) {
                return Err(self.cx.refuse(Refusal::new(*field, "is missing")));
            }
        }
        self.object
            .complete()
            .map_err(|refusal| self.cx.refuse(refusal))
    }
}

/// A field's name: its place among those known, or what it is instead.
struct Name(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Result<usize, String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Result<usize, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        let known = self.0.iter().position(|field| *field == name);
        Ok(known.ok_or_else(|| name.chars().take(40).collect()))
    }
}

/// An array that is read item by item.
trait Array {
    /// What it is, for people.
    const WHAT: &'static str;

    /// Reads the next item; false where there is none.
    fn next<'de, A: SeqAccess<'de>>(
        &mut self,
        cx: &mut Context,
        seq: &mut A,
    ) -> Result<bool, A::Error>;
}

struct Items<'a, T> {
    array: &'a mut T,
    cx: &'a mut Context,
}

impl<'de, T: Array> DeserializeSeed<'de> for Items<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Array> Visitor<'de> for Items<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::WHAT)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        for n in 0.. {
            self.cx.path.push(Step::Item(n));
            if !self.array.next(self.cx, &mut seq)? {
                self.cx.path.pop();
                return Ok(());
            }
            self.cx.path.pop();
        }
        Ok(())
    }
}

/// Reads a time with its offset; `None` for null.
fn time<'de, A: MapAccess<'de>>(
    cx: &mut Context,
    map: &mut A,
) -> Result<Option<Timestamp>, A::Error> {
    let Some(text) = map.next_value::<Option<String>>()? else {
        return Ok(None);
    };
    match DateTime::parse_from_rfc3339(&text) {
        Ok(at) => Ok(Some(at.to_utc().into())),
        Err(_) => {
            let reason = "is no time; write it as 2020-01-31T11:00:00-06:00";
            Err(cx.refuse(Refusal::new("", reason)))
        }
    }
}

/// Reads a word of a closed set; `None` for null.
fn word<'de, T, A: MapAccess<'de>>(cx: &mut Context, map: &mut A) -> Result<Option<T>, A::Error>
where
    T: std::str::FromStr<Err: fmt::Display>,
{
    let Some(text) = map.next_value::<Option<String>>()? else {
        return Ok(None);
    };
    match text.parse() {
        Ok(word) => Ok(Some(word)),
        Err(error) => Err(cx.refuse(Refusal::new("", error.to_string()))),
    }
}
