/// Why a form was not decoded.
///
/// Positions are byte offsets into the form as received, before decoding, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// A `%` is not followed by two hexadecimal digits.
    #[error("expected two hexadecimal digits after `%` at byte {position} of the form")]
    Escape {
        /// Where the `%` stands.
        position: usize,
    },
    /// A byte outside ASCII stands in the form unescaped.
    #[error("expected ASCII, found an unescaped byte outside it at byte {position} of the form")]
    NotAscii {
        /// Where the byte stands.
        position: usize,
    },
    /// A name or value does not decode to UTF-8.
    #[error(
        "expected UTF-8 in a decoded name or value, found something else at byte {position} of the form"
    )]
    NotUtf8 {
        /// Where the first byte that does not fit was written.
        position: usize,
    },
    /// A parameter has no name. An `&` at the start or end of the form, or two in a row, count as one.
    #[error("expected a parameter name at byte {position} of the form")]
    EmptyName {
        /// Where the parameter starts.
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
        /// Where the second one starts.
        position: usize,
    },
    /// The form has more parameters than are accepted.
    #[error("expected at most {limit} parameters")]
    TooManyParameters {
        /// How many are accepted.
        limit: usize,
    },
}
