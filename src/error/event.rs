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
    #[error("parameter {position} in signed order has an unknown name {fault}")]
    UnknownParameter {
        /// Which parameter it is, in the order of the names, counted from 0.
        position: usize,
        /// Why it is refused.
        fault: UnknownParameterFault,
    },
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
    /// The name is not made of lower-case words joined by underscores: `[a-z][a-z0-9]*(_[a-z0-9]+)+`. After
    /// `entity_identity` the first word has no digit.
    #[error("that is not of the form lower_case_words")]
    InvalidName,
    /// The name starts like a documented one, or a documented one starts it.
    #[error("that is too similar to a known one")]
    LikeDocumented,
    /// Name and value, with those of the unknown parameters directly after it, hold a documented name that could start
    /// there: one with an underscore, or `type` or `uuid` where it is signed next.
    #[error("and contains a known one")]
    HoldsDocumented,
    /// It directly follows an event type or factor type that the crate does not know, and could be a part of
    /// that.
    #[error("that could be a part of the value before it")]
    PartOfNeighbour,
    /// The receiver is for an origin, and nothing else bounds the parameter where it is signed: before `account_sid` or
    /// after `uuid`, or anywhere in the query of a GET.
    #[error("that nothing bounds, as the URL comes with the request")]
    Unbounded,
}
