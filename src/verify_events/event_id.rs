use std::fmt;

/// What identifies an event, the same each time it is sent again: see [`CloudEvent::delivery_id`](super::CloudEvent::delivery_id).
///
/// Its text is the account or source, a slash, and the id within it. Slashes and percent signs in the first part are
/// escaped as `%2F` and `%25`, so the text has one reading.
///
/// Nothing else is escaped: the text is a key. An id may hold any character, line breaks too; write
/// `text.escape_debug()` to logs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    origin: Box<str>,
    id: Box<str>,
}

impl EventId {
    pub(super) fn new(origin: &str, id: &str) -> Self {
        let (origin, id) = (origin.into(), id.into());
        Self { origin, id }
    }

    /// Returns the account that the event names, `AC…`, or its source if it names none.
    #[must_use]
    pub const fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the id, which is unique within the account or source.
    #[must_use]
    pub const fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in self.origin.split_inclusive(['%', '/']) {
            match (piece.strip_suffix('%'), piece.strip_suffix('/')) {
                (Some(piece), _) => write!(f, "{piece}%25")?,
                (None, Some(piece)) => write!(f, "{piece}%2F")?,
                (None, None) => f.write_str(piece)?,
            }
        }
        write!(f, "/{}", self.id)
    }
}
