//! The members of a JSON object, each read once: what is not read is what is unknown.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess};
use serde_json::value::RawValue;

use super::error::DataError;
use super::json::RawJson;
use super::unknown::UnknownMembers;

/// Members that have not been taken yet, by name. A member is absent where its value is `null`.
pub(super) struct Members<'t>(BTreeMap<Cow<'t, str>, &'t RawValue>);

/// Why a JSON value is not read as members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ObjectFault {
    NotAnObject,
    /// A name occurs twice, and parsers differ in which one counts; or a name is no text.
    Names,
}

impl<'t> Members<'t> {
    /// Reads a valid JSON value.
    pub(super) fn read(json: &'t str) -> Result<Self, ObjectFault> {
        if !json.trim_ascii_start().starts_with('{') {
            return Err(ObjectFault::NotAnObject);
        }
        let read = serde_json::from_str::<Unique<'t>>(json);
        read.map(|Unique(members)| Self(members))
            .map_err(|_| ObjectFault::Names)
    }

    /// Takes a member that `read` makes something of. One that it does not stays where it is.
    pub(super) fn take<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&'t str) -> Option<T>,
    ) -> Option<T> {
        let json = self.members_value(name)?;
        let value = read(json)?;
        self.0.remove(name);
        Some(value)
    }

    /// Takes a member that is an object, or has some in it. One of another form stays where it is.
    pub(super) fn take_nested<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&'t str) -> Result<T, ObjectFault>,
    ) -> Result<Option<T>, ObjectFault> {
        let value = self.look_into(name, read)?;
        if value.is_some() {
            self.drop(name);
        }
        Ok(value)
    }

    /// Reads a member as [`take_nested`](Self::take_nested) does, and leaves it where it is.
    pub(super) fn look_into<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&'t str) -> Result<T, ObjectFault>,
    ) -> Result<Option<T>, ObjectFault> {
        let Some(json) = self.members_value(name) else {
            return Ok(None);
        };
        match read(json) {
            Ok(value) => Ok(Some(value)),
            Err(ObjectFault::NotAnObject) => Ok(None),
            Err(ObjectFault::Names) => Err(ObjectFault::Names),
        }
    }

    /// Takes a member away.
    pub(super) fn drop(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Takes all members that `read` makes something of, and those that are `null`.
    pub(super) fn take_all<T>(
        &mut self,
        read: impl Fn(&'t str) -> Option<T>,
    ) -> impl Iterator<Item = (String, T)> {
        let mut taken = Vec::new();
        self.0.retain(|name, json| match read(json.get()) {
            Some(value) => {
                taken.push((name.clone().into_owned(), value));
                false
            }
            None => json.get() != "null",
        });
        taken.into_iter()
    }

    /// Takes a member that has to be there.
    pub(super) fn require<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&'t str) -> Option<T>,
    ) -> Result<T, DataError> {
        match (self.take(name, read), self.0.contains_key(name)) {
            (Some(value), _) => Ok(value),
            (None, true) => Err(DataError::Type { name }),
            (None, false) => Err(DataError::Missing { name }),
        }
    }

    /// Returns a value that is not `null`; a `null` is taken away.
    fn members_value(&mut self, name: &str) -> Option<&'t str> {
        let json = self.0.get(name)?.get();
        if json == "null" {
            self.0.remove(name);
            return None;
        }
        Some(json)
    }

    /// Keeps what is left.
    pub(super) fn into_unknown(self) -> UnknownMembers {
        let members = self.0.into_iter();
        let members = members.map(|(name, value)| (name.into(), RawJson::new(value.get())));
        members.collect()
    }
}

/// An object whose names are all different.
struct Unique<'t>(BTreeMap<Cow<'t, str>, &'t RawValue>);

impl<'de: 't, 't> Deserialize<'de> for Unique<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Unique<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = BTreeMap::new();
                while let Some((Name(name), value)) = map.next_entry::<Name<'de>, _>()? {
                    if members.insert(name, value).is_some() {
                        return Err(de::Error::custom("a name occurs twice"));
                    }
                }
                Ok(Unique(members))
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}

/// A name, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Name<'t>(#[serde(borrow)] Cow<'t, str>);
