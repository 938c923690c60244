use std::fmt;

/// Why parameters whose signature is right are not an event of Verify Push, or could be read as another one.
///
/// Twilio signs names and values without delimiters, so one signature fits every way to split the same text. Some of
/// these rules only exist so that one split alone is an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// A parameter that such an event always has is missing.
    #[error("parameter {name} is missing")]
    Missing {
        /// The parameter.
        name: &'static str,
    },
    /// A parameter does not belong to such an event.
    #[error("parameter {name} does not belong to this type of event")]
    Unexpected {
        /// The parameter.
        name: &'static str,
    },
    /// A SID does not consist of its prefix and 32 letters or digits.
    #[error("parameter {name}: {error}")]
    Sid {
        /// The parameter.
        name: &'static str,
        /// What is wrong with it.
        #[source]
        error: crate::SidError,
    },
    /// A value has fewer or more characters than it may.
    #[error("parameter {name}: expected {least} to {most} characters, found {found}")]
    Length {
        /// The parameter.
        name: &'static str,
        /// The fewest characters it may have.
        least: usize,
        /// The most characters it may have.
        most: usize,
        /// How many it has.
        found: usize,
    },
    /// A value holds a character that it may not hold.
    #[error("parameter {name}: character at byte {position} does not belong there")]
    Character {
        /// The parameter.
        name: &'static str,
        /// Offset of the character in the decoded value, in bytes, counted from 0.
        position: usize,
    },
    /// Another parameter could start within a value, so the value could be split there.
    #[error("parameter {name}: another parameter could start at byte {position} of its value")]
    Ambiguous {
        /// The parameter.
        name: &'static str,
        /// Offset in the decoded value, in bytes, counted from 0.
        position: usize,
    },
    /// A free text comes first in the query of a GET: it could have started in the URL of another webhook.
    #[error("parameter {name} comes first in the query, where nothing bounds it")]
    FirstInQuery {
        /// The parameter.
        name: &'static str,
    },
    /// Documented names occur so often, or free texts may end at so many places, that it would take too long to find out whether they have one reading.
    #[error("documented names occur more often than {limit} times")]
    TooManyNames {
        /// How many are looked at.
        limit: usize,
    },
    /// A type is neither one the crate knows nor shaped as a later one may be.
    #[error("parameter {name}: expected {expected}")]
    Unrecognized {
        /// The parameter.
        name: &'static str,
        /// What it should look like.
        expected: &'static str,
    },
    /// A value is not one complete JSON object.
    #[error("parameter {name}: expected one complete JSON object, {fault} at byte {position}")]
    Json {
        /// The parameter.
        name: &'static str,
        /// What is wrong with it.
        fault: JsonFault,
        /// Offset in the decoded value, in bytes, counted from 0.
        position: usize,
    },
    /// A parameter that Twilio's page does not list cannot be told from a piece of its neighbours, or such
    /// parameters are not accepted.
    #[error("parameter {position} in signed order{name} has an unknown name {fault}")]
    UnknownParameter {
        /// Which parameter it is, in the order of the names, counted from 0.
        position: usize,
        /// What it is called.
        name: UnknownName,
        /// Why it is refused.
        fault: UnknownParameterFault,
    },
}

/// The name of a parameter that Twilio's page does not list, for a log.
///
/// Names are no user data as Twilio sends them. Whoever holds a delivery and its signature can split the text so that a
/// name starts earlier, so only a name that could be Twilio's is shown, of lower-case letters, digits and underscores,
/// and at most its first 32.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct UnknownName {
    bytes: [u8; Self::SHOWN],
    len: u8,
}

impl UnknownName {
    const SHOWN: usize = 32;

    /// Shows a name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let mut shown = Self {
            bytes: [0; Self::SHOWN],
            len: 0,
        };
        let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        if name.bytes().all(fits) {
            for (slot, byte) in shown.bytes.iter_mut().zip(name.bytes()) {
                *slot = byte;
                shown.len = shown.len.saturating_add(1);
            }
        }
        shown
    }

    /// Returns the name, or nothing if it is not shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len));
        std::str::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
    }
}

impl fmt::Display for UnknownName {
    /// In brackets, with a space before them, where it is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_str() {
            "" => Ok(()),
            name => write!(f, " ({name})"),
        }
    }
}

impl fmt::Debug for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// Why a text is not one complete JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonFault {
    /// It starts with something else than an opening brace.
    #[error("found something else")]
    NotAnObject,
    /// A character does not fit the grammar of RFC 8259.
    #[error("found a syntax error")]
    Syntax,
    /// It ends before the object does.
    #[error("found its end too early")]
    EndsEarly,
    /// Text follows after the object.
    #[error("found text after the object")]
    TrailingText,
    /// Objects and arrays are nested deeper than is accepted.
    #[error("found it nested more than 64 deep")]
    TooDeep,
}

/// Why a parameter that Twilio's page does not list is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownParameterFault {
    /// The receiver is strict.
    #[error("and the receiver is strict")]
    Strict,
    /// The name is not made of lower-case words joined by underscores: `[a-z][a-z0-9]*(_[a-z0-9]+)*`.
    #[error("that is not of the form lower_case_words")]
    InvalidName,
    /// The name starts like a documented one, or a documented one starts it.
    #[error("that is too similar to a known one")]
    LikeDocumented,
    /// Name and value, with what follows, hold a documented name with an underscore.
    #[error("and contains a known one")]
    HoldsDocumented,
    /// It follows free text, and its name, of one word, could be a part of that.
    #[error("that could be a part of the value before it")]
    PartOfNeighbour,
    /// With it, the string that Twilio signed can be read in more than one way: a documented parameter could say
    /// something else, or end elsewhere.
    #[error("and leaves more than one reading")]
    Ambiguous,
    /// Nothing shows where it starts, or ends: it is before `account_sid`, where the URL could be longer, or first in
    /// the query of a GET. With a receiver for an origin also after `uuid`, or anywhere in a query.
    #[error("and is where nothing bounds it")]
    Unbounded,
}
