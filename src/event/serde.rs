//! Events in serde.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::json::Text;
use super::{ChallengeEvent, Event, FactorEvent, JsonText, OtherEvent, Rules, merged};
use crate::error::Refusal;
use crate::params::{Buffer, decode};

impl Event<'_> {
    /// Reads an event from parameters in any order, by the rules that a delivery has to meet.
    pub(crate) fn from_params<N: AsRef<str>, V: AsRef<str>>(
        params: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Event<'static>, Refusal> {
        let mut form = Vec::new();
        for (name, value) in params {
            if !form.is_empty() {
                form.push(b'&');
            }
            escape(name.as_ref(), &mut form);
            form.push(b'=');
            escape(value.as_ref(), &mut form);
        }
        let mut buffer = Buffer::new();
        let params = decode(&form, &mut buffer)?.params();
        Ok(Event::read(params, Rules::default())?.into_owned())
    }
}

/// Writes a name or value as a part of a form, with escapes for no more than what would be read as something else: JSON is
/// full of what a form usually escapes.
fn escape(part: &str, form: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or_default();
    form.reserve(part.len());
    for byte in part.bytes() {
        match byte {
            b'%' | b'&' | b'+' | b'=' | 0x80.. => {
                form.extend([b'%', digit(byte >> 4), digit(byte & 0xF)]);
            }
            _ => form.push(byte),
        }
    }
}

/// A flat map of the parameters, with its length stated first, as compact formats need it.
impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        flat(serializer, || self.parameters())
    }
}

/// As for [`Event`].
impl Serialize for FactorEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        flat(serializer, || {
            let documented = self
                .documented()
                .map(|(name, value)| (name.as_str(), value));
            merged(documented, self.extra.iter())
        })
    }
}

/// As for [`Event`].
impl Serialize for ChallengeEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        flat(serializer, || {
            let documented = self
                .documented()
                .map(|(name, value)| (name.as_str(), value));
            merged(documented, self.extra.iter())
        })
    }
}

/// As for [`Event`].
impl Serialize for OtherEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        flat(serializer, || self.parameters.iter())
    }
}

/// The text as a string, not as the object that it holds: see [`Event::expanded`] for that.
impl Serialize for JsonText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

fn flat<'e, S: Serializer, I: Iterator<Item = (&'e str, &'e str)>>(
    serializer: S,
    parameters: impl Fn() -> I,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(parameters().count()))?;
    for (name, value) in parameters() {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

impl<'de> Deserialize<'de> for Event<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Event<'static>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the parameters of an event, all strings")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut pairs = Vec::<(Cow<'de, str>, Cow<'de, str>)>::new();
                while let Some((Text(name), Text(value))) = map.next_entry()? {
                    pairs.push((name, value));
                }
                Event::from_params(pairs).map_err(de::Error::custom)
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}
