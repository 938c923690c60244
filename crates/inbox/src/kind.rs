use std::fmt;

/// What kind of event a row holds: which handler of a worker it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// An event of Verify Push, as its webhooks deliver it.
    Push,
    /// An event of Verify Events, as Event Streams delivers it.
    Cloud,
}

impl Kind {
    /// All kinds that this version knows, in the order of their [codes](Self::code).
    pub const ALL: &'static [Self] = &[Self::Push, Self::Cloud];

    /// Returns the kind in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Cloud => "cloud",
        }
    }

    /// Returns the number that databases keep: 0 push, 1 cloud.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Push => 0,
            Self::Cloud => 1,
        }
    }

    /// Finds the kind of a [code](Self::code).
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
