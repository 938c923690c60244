use std::fmt;

use thiserror::Error;

/// The name of an inbox: which rows of the table are whose.
///
/// Several applications may share a database, so it has no default: with one, an application would take another's
/// events in silence. 1 to 64 bytes, without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InboxName(Box<str>);

impl InboxName {
    /// The most bytes a name has.
    pub const MAX_LEN: usize = 64;

    /// Checks a name.
    ///
    /// # Errors
    ///
    /// [`InboxNameError`] if it is empty, too long, or holds a control character.
    ///
    /// ```
    /// use twilio_verify_webhooks_inbox_postgres::{InboxName, InboxNameError};
    ///
    /// assert_eq!(InboxName::new("sign-in")?.as_str(), "sign-in");
    /// assert_eq!(InboxName::new("sign\nin"), Err(InboxNameError::Control { position: 4 }));
    /// # Ok::<(), InboxNameError>(())
    /// ```
    pub fn new(name: impl Into<String>) -> Result<Self, InboxNameError> {
        let name: String = name.into();
        if name.trim().is_empty() {
            return Err(InboxNameError::Empty);
        }
        if name.len() > Self::MAX_LEN {
            let found = name.len();
            return Err(InboxNameError::TooLong { found });
        }
        match name.find(char::is_control) {
            Some(position) => Err(InboxNameError::Control { position }),
            None => Ok(Self(name.into())),
        }
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InboxName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<&str> for InboxName {
    type Error = InboxNameError;

    fn try_from(name: &str) -> Result<Self, InboxNameError> {
        Self::new(name)
    }
}

/// Why a text cannot name an inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InboxNameError {
    /// It is empty or blank.
    #[error("expected the name of an inbox, found a blank text")]
    Empty,
    /// It is too long.
    #[error(
        "expected the name of an inbox, of at most {} bytes, found {found}",
        InboxName::MAX_LEN
    )]
    TooLong {
        /// How many bytes it has.
        found: usize,
    },
    /// It holds a control character.
    #[error("expected the name of an inbox, found a control character at byte {position}")]
    Control {
        /// Where, counted from 0.
        position: usize,
    },
}
