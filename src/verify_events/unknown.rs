use std::collections::BTreeMap;
use std::fmt;

use super::json::RawJson;

/// Members of a JSON object that this version of the crate does not know, or that are of another JSON type than
/// documented, in the order of their names.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct UnknownMembers(BTreeMap<String, RawJson>);

impl UnknownMembers {
    /// Returns the value of a member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&RawJson> {
        self.0.get(name)
    }

    /// Returns an iterator over names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawJson)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
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

impl FromIterator<(String, RawJson)> for UnknownMembers {
    fn from_iter<I: IntoIterator<Item = (String, RawJson)>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}

impl fmt::Debug for UnknownMembers {
    /// Shows names and lengths: what the values hold is not known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
