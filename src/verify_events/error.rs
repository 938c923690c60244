//! What can be wrong with a batch, an element of it, or the data of an event.

use crate::error::{RefusalClass, SignatureError};

/// Why a delivery of Event Streams was refused as a whole.
///
/// The messages carry names, positions and counts, never a secret, a signature or user data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// The request is no POST.
    #[error("expected the method POST")]
    Method,
    /// The body has more bytes than the receiver accepts.
    #[error("expected at most {limit} bytes, found {found}")]
    TooLarge {
        /// The limit of the receiver.
        limit: usize,
        /// How many bytes there are, or one more than the limit if reading stopped there.
        found: usize,
    },
    /// The body ended early or could not be read to its end.
    #[error("expected the complete body, found a part of it")]
    Incomplete,
    /// The signature is missing, ill-formed or wrong.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The signature is right and the body is no JSON.
    #[error("expected JSON, found something else at line {line} column {column}")]
    NotJson {
        /// The line, counted from 1.
        line: usize,
        /// The column in bytes, counted from 1, a byte order mark not included; 0 if the line is empty.
        column: usize,
    },
    /// The signature is right and the body is JSON, but neither an array nor an object.
    #[error("expected an array of events or one event, found another JSON value")]
    NotABatch,
    /// The signature is right and there are more elements than the receiver accepts.
    #[error("expected at most {limit} events, found more")]
    TooManyElements {
        /// The limit of the receiver.
        limit: usize,
    },
    /// The application passed no receiver to the adapter that needs one.
    #[error("expected an event stream receiver among the application's data, found none")]
    NoReceiver,
}

impl BatchError {
    /// Returns what kind of refusal it is.
    #[must_use]
    pub const fn class(&self) -> RefusalClass {
        match self {
            Self::Method => RefusalClass::Unsupported,
            Self::TooLarge { .. } | Self::TooManyElements { .. } => RefusalClass::TooLarge,
            Self::Incomplete | Self::NotJson { .. } | Self::NotABatch => RefusalClass::Malformed,
            Self::Signature(_) => RefusalClass::Signature,
            Self::NoReceiver => RefusalClass::Misconfigured,
        }
    }

    /// Returns a word for what was wrong, for labels of metrics and to set alerts on. Stable: see
    /// [`Refusal::code`](crate::Refusal::code).
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Method => "method_not_allowed",
            Self::TooLarge { .. } => "too_large",
            Self::Incomplete => "body_incomplete",
            Self::Signature(error) => error.code(),
            Self::NotJson { .. } => "batch_not_json",
            Self::NotABatch => "batch_neither_array_nor_object",
            Self::TooManyElements { .. } => "batch_elements_too_many",
            Self::NoReceiver => "receiver_missing",
        }
    }
}

/// Why an element of a verified batch is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ElementError {
    /// It is no JSON object.
    #[error("expected an event, found a JSON value that is no object")]
    NotAnObject,
    /// Objects and arrays are nested deeper in it than is accepted.
    #[error("found an event nested more than 64 deep")]
    TooDeep,
    /// It is no JSON: only where an event is read from text, as a batch has none.
    #[error("expected an event, found a syntax error at byte {position}")]
    NotJson {
        /// Offset of the first byte that does not fit, counted from 0.
        position: usize,
    },
    /// A name occurs twice in an object, and parsers differ in which one counts; or a name is no Unicode text.
    #[error("expected each name of an object once and as text, found otherwise in {object}")]
    Names {
        /// Which object: `event` or `data`, the objects in it included.
        object: &'static str,
    },
    /// An attribute that every CloudEvent has is missing or `null`.
    #[error("attribute {name} is missing")]
    Missing {
        /// The attribute.
        name: &'static str,
    },
    /// An attribute that every CloudEvent has is no text.
    #[error("attribute {name} is no text")]
    Type {
        /// The attribute.
        name: &'static str,
    },
    /// An attribute is empty or has more bytes than it may.
    #[error("attribute {name}: expected 1 to {most} bytes, found {found}")]
    Length {
        /// The attribute.
        name: &'static str,
        /// The most bytes it may have.
        most: usize,
        /// How many bytes it has.
        found: usize,
    },
    /// The version of CloudEvents is none of 1.
    #[error("expected a specversion of CloudEvents 1, found another")]
    SpecVersion,
    /// The event names another account than the receiver is for.
    #[error("the event names another account than the receiver is for")]
    OtherAccount,
}

impl ElementError {
    /// Returns a word for what was wrong, for labels of metrics and to set alerts on. Stable.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAnObject => "element_no_object",
            Self::TooDeep => "element_too_deep",
            Self::NotJson { .. } => "element_not_json",
            Self::Names { .. } => "element_names",
            Self::Missing { .. } => "attribute_missing",
            Self::Type { .. } => "attribute_no_text",
            Self::Length { .. } => "attribute_length",
            Self::SpecVersion => "attribute_specversion",
            Self::OtherAccount => "account_other",
        }
    }
}

/// Why the data of an event was not read as its type says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// There is no data, or it is `null`.
    #[error("data is missing")]
    Absent,
    /// The data is no JSON object.
    #[error("data is no object")]
    NotAnObject,
    /// A member that such data always has is missing or `null`.
    #[error("data.{name} is missing")]
    Missing {
        /// The member.
        name: &'static str,
    },
    /// A member that such data always has is no text, or empty.
    #[error("data.{name} is no text")]
    Type {
        /// The member.
        name: &'static str,
    },
}
