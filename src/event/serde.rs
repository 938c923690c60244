//! Events in serde.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use url::form_urlencoded;

use super::{ChallengeEvent, Event, FactorEvent, JsonText, OtherEvent, Rules, merged};
use crate::error::Refusal;
use crate::params::{Buffer, decode};

impl Event<'_> {
    /// Reads an event from parameters in any order, by the rules that a delivery has to meet.
    pub(crate) fn from_params<N: AsRef<str>, V: AsRef<str>>(
        params: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Event<'static>, Refusal> {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(params)
            .finish();
        let mut buffer = Buffer::new();
        let params = decode(form.as_bytes(), &mut buffer)?.params();
        Ok(Event::read(params, Rules::default())?.into_owned())
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
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Event::from_params(pairs).map_err(de::Error::custom)
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}
