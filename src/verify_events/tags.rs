use std::collections::BTreeMap;
use std::fmt;

use super::members::{Members, ObjectFault};
use super::read;
use super::unknown::UnknownMembers;

/// What your application attached to a verification when it started it: names and texts. None of it is in `Debug`.
///
/// A number is taken as its text, and a tag that is `null` is absent. One of another type costs itself alone: it is among
/// the [`unknown`](Self::unknown).
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Tags {
    texts: BTreeMap<String, String>,
    unknown: UnknownMembers,
}

impl Tags {
    /// Reads an object of strings.
    pub(super) fn read(json: &str) -> Result<Self, ObjectFault> {
        let mut members = Members::read(json)?;
        Ok(Self {
            texts: members.take_all(read::text).collect(),
            unknown: members.into_unknown(),
        })
    }

    /// Returns the text of a tag.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// Returns an iterator over names and texts, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Returns how many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Tells whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Returns the tags that are no texts: `true`, an array, an object.
    #[must_use]
    pub const fn unknown(&self) -> &UnknownMembers {
        &self.unknown
    }
}

impl fmt::Debug for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tags({})", self.texts.len())
    }
}
