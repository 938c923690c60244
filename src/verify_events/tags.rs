use std::collections::BTreeMap;
use std::fmt;

use super::members::{Members, ObjectFault};
use super::read;

/// What your application attached to a verification when it started it: names and texts. None of it is in `Debug`.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Tags(BTreeMap<String, String>);

impl Tags {
    /// Reads an object of strings. A number is taken as its text.
    pub(super) fn read(json: &str) -> Result<Self, ObjectFault> {
        Members::read(json)?
            .into_unknown()
            .iter()
            .map(|(name, value)| Some((name.to_owned(), read::text(value.as_str())?)))
            .collect::<Option<_>>()
            .map(Self)
            .ok_or(ObjectFault::NotAnObject)
    }

    /// Returns the text of a tag.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns an iterator over names and texts, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Returns how many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tags({})", self.0.len())
    }
}
