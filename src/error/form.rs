/// Why a form was not decoded.
///
/// Positions are byte offsets into the form as received, before decoding, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// A `%` is not followed by two hexadecimal digits.
    #[error("expected two hexadecimal digits after `%` at byte {position} of the form")]
    Escape {
        /// The offset of the `%`.
        position: usize,
    },
    /// The form contains an unescaped byte outside ASCII.
    #[error("expected ASCII, found an unescaped byte outside it at byte {position} of the form")]
    NotAscii {
        /// The offset of the byte.
        position: usize,
    },
    /// A name or value does not decode to UTF-8.
    #[error(
        "expected UTF-8 in a decoded name or value, found something else at byte {position} of the form"
    )]
    NotUtf8 {
        /// The offset at which the first byte that is not UTF-8 is written.
        position: usize,
    },
    /// A parameter has no name. An `&` at the start or end of the form, or two in a row, count as one.
    #[error("expected a parameter name at byte {position} of the form")]
    EmptyName {
        /// The offset at which the parameter starts.
        position: usize,
    },
    /// A parameter name occurs twice.
    #[error(
        "{}parameter{} occurs a second time at byte {position} of the form",
        if .name.is_some() { "" } else { "a " },
        .name.map(|name| format!(" {name}")).unwrap_or_default()
    )]
    RepeatedName {
        /// The name, if it is one that Twilio documents.
        name: Option<&'static str>,
        /// The offset at which the second one starts.
        position: usize,
    },
    /// A parameter name is longer than is accepted.
    #[error("expected a parameter name of at most {limit} bytes at byte {position} of the form")]
    LongName {
        /// How many bytes a name may have, decoded.
        limit: usize,
        /// Where the parameter starts.
        position: usize,
    },
    /// The form has more parameters than are accepted.
    #[error("expected at most {limit} parameters")]
    TooManyParameters {
        /// How many are accepted.
        limit: usize,
    },
}
