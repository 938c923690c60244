use std::fmt;

use serde::de::Deserialize;

use crate::error::DecodeError;

/// The text of one JSON value, as received.
///
/// Nothing is changed in it: members keep their order, numbers their digits, and white space stays. Objects and arrays in
/// an event are nested at most 64 deep; in a [bad element](super::BadElement) they may be nested deeper.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RawJson(Box<str>);

impl RawJson {
    /// Takes the text of a valid value.
    pub(super) fn new(json: &str) -> Self {
        Self(json.into())
    }

    /// Returns the text as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Decodes the value into a type of yours, which may borrow from the text.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] names the element that does not fit the type.
    ///
    /// ```
    /// use twilio_verify_webhooks::verify_events::VerificationData;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Risk {
    ///     score: u8,
    /// }
    ///
    /// /// A member that this crate does not know.
    /// fn score(data: &VerificationData) -> Option<u8> {
    ///     let risk: Risk = data.unknown.get("risk")?.decode().ok()?;
    ///     Some(risk.score)
    /// }
    /// ```
    pub fn decode<'t, T: Deserialize<'t>>(&'t self) -> Result<T, DecodeError> {
        decode("", &self.0)
    }
}

/// Decodes a value, which is found at `path`.
pub(super) fn decode<'t, T: Deserialize<'t>>(path: &str, json: &'t str) -> Result<T, DecodeError> {
    let mut json = serde_json::Deserializer::from_str(json);
    serde_path_to_error::deserialize(&mut json).map_err(|error| DecodeError::json(path, &error))
}

impl fmt::Debug for RawJson {
    /// Shows its length: there are phone numbers in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawJson({} bytes)", self.0.len())
    }
}
