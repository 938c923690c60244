//! Texts that need more than a string.

use std::fmt;
use std::str::FromStr;

/// A date and time as Twilio writes it: RFC 3339 in UTC with three or six digits after the second, such as
/// `2026-11-02T08:15:30.412Z`.
///
/// The text is kept as it came, whatever it is. With the feature `jiff` it can be read as an instant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TimeText(pub(super) Box<str>);

impl TimeText {
    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the text.
    ///
    /// # Errors
    ///
    /// [`jiff::Error`] if it is not a date and time with an offset from UTC.
    ///
    /// ```
    /// use twilio_verify_webhooks::verify_events::CloudEvent;
    ///
    /// /// Events come in any order.
    /// fn is_later(event: &CloudEvent, than: &CloudEvent) -> Result<bool, jiff::Error> {
    ///     let (Some(time), Some(other)) = (&event.time, &than.time) else { return Ok(false) };
    ///     Ok(time.timestamp()? > other.timestamp()?)
    /// }
    /// ```
    #[cfg(feature = "jiff")]
    pub fn timestamp(&self) -> Result<jiff::Timestamp, jiff::Error> {
        self.0.parse()
    }
}

impl fmt::Display for TimeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The phone number that a code goes to, in the form of E.164. It is not in `Debug`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber(pub(super) Box<str>);

impl PhoneNumber {
    /// Returns the number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}

/// The address of the schema that an event was written by.
///
/// ```
/// use twilio_verify_webhooks::verify_events::DataSchema;
///
/// let schema = DataSchema::from("https://events-schemas.twilio.com/AccountSecurity.VerifyEventStreamEvent/3");
/// assert_eq!(schema.name(), Some("AccountSecurity.VerifyEventStreamEvent"));
/// assert_eq!(schema.version(), Some(3));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DataSchema(Box<str>);

impl DataSchema {
    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name: the last but one part of the path.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let (name, _) = self.0.rsplit_once('/')?;
        let name = name.rsplit('/').next();
        name.filter(|name| !name.is_empty())
    }

    /// Returns the version, the number that the last part of the path starts with: 3 of `…/3`, 1 of `…/1.json`.
    ///
    /// Twilio shows members of a later version beside the number of an earlier one, so depend on what is there and not
    /// on this.
    #[must_use]
    pub fn version(&self) -> Option<u32> {
        let (_, last) = self.0.rsplit_once('/')?;
        let (number, _) = last.split_once('.').unwrap_or((last, ""));
        digits(number)
    }
}

impl From<&str> for DataSchema {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for DataSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The number that digits alone make: no sign, as `str::parse` would take one.
pub(super) fn digits<N: FromStr>(text: &str) -> Option<N> {
    let is_digit = |byte: u8| byte.is_ascii_digit();
    text.bytes().all(is_digit).then(|| text.parse().ok())?
}
