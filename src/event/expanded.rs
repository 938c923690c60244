use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::Event;
use crate::params::Name;

/// The parameters that hold JSON.
const JSON: [Name; 4] = [
    Name::ChallengeDetails,
    Name::ChallengeHiddenDetails,
    Name::ChallengeMetadata,
    Name::FactorMetadata,
];

impl Event<'_> {
    /// Returns a form to write as JSON in which nested JSON is JSON, for databases and people that ask for
    /// `$.challenge_details.message`.
    ///
    /// The members are the parameters under Twilio's names. Those that hold JSON are written as it was received, byte
    /// for byte, so that numbers keep their digits and members their order; line breaks between tokens alone are left
    /// out, so that it is one line. One that was sent blank stays a blank string. All others are strings.
    ///
    /// JSON that databases and `serde_json` do not read, or read as something else, is kept as the string that it is in
    /// the event: with a number that no double can hold, such as `1e400`; an escape that is half of a character, such as
    /// `\ud800`; or a text that starts with `$serde_json::private::`. So writing never fails for what was received.
    ///
    /// It is for `serde_json`, whose raw values it is made of: another format gets what it makes of those. With
    /// `serde_json::to_value` numbers are what a `Value` can hold of them, and keep their text only with the feature
    /// `arbitrary_precision` of that crate. And it is not read back: for that, write the event itself.
    ///
    /// ```
    /// # use twilio_verify_webhooks::Event;
    /// # let json = r#"{
    /// #     "account_sid": "AC0123456789abcdef0123456789abcdef", "entity_identity": "ff483d1ff591898a9942916050d2ca3f",
    /// #     "factor_friendly_name": "Pixel", "factor_metadata": "{\"os\":\"Android\",\"api\":34.0}",
    /// #     "factor_sid": "YF0123456789abcdef0123456789abcdef", "factor_type": "push",
    /// #     "service_sid": "VA0123456789abcdef0123456789abcdef", "type": "factor.verified", "uuid": "1"
    /// # }"#;
    /// # let event: Event = serde_json::from_str(json)?;
    /// let expanded = serde_json::to_string(&event.expanded())?;
    /// assert!(expanded.contains(r#""factor_metadata":{"os":"Android","api":34.0}"#));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn expanded(&self) -> ExpandedEvent<'_> {
        ExpandedEvent(self)
    }
}

/// An event whose nested JSON is written as JSON: see [`Event::expanded`].
#[derive(Debug, Clone, Copy)]
pub struct ExpandedEvent<'e>(&'e Event<'e>);

impl Serialize for ExpandedEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parameters = || self.0.parameters();
        let mut map = serializer.serialize_map(Some(parameters().count()))?;
        for (name, value) in parameters() {
            let is_json = JSON.iter().any(|json| json.as_str() == name);
            match raw(value).filter(|_| is_json) {
                Some(raw) => map.serialize_entry(name, &*raw)?,
                None => map.serialize_entry(name, value)?,
            }
        }
        map.end()
    }
}

/// Returns JSON that is read by others as it is here, on one line.
fn raw(text: &str) -> Option<Box<RawValue>> {
    serde_json::from_str::<&RawValue>(text).ok()?;
    if !is_read_alike(text) {
        return None;
    }
    // A line break is none of a string's, where it is an escape.
    let is_break = |c: char| matches!(c, '\n' | '\r');
    RawValue::from_string(text.replace(is_break, "")).ok()
}

/// Tells whether every parser makes the same of all numbers and strings of valid JSON, about.
fn is_read_alike(mut json: &str) -> bool {
    let is_in_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
    loop {
        let (before, string) = json
            .split_at_checked(json.find('"').unwrap_or(json.len()))
            .unwrap_or_default();
        let words = before.split(|c| !is_in_number(c));
        let mut numbers =
            words.filter(|word| word.starts_with(|c: char| c == '-' || c.is_ascii_digit()));
        if !numbers.all(is_number) {
            return false;
        }
        if string.is_empty() {
            return true;
        }
        let mut strings = Deserializer::from_str(string).into_iter::<String>();
        if !matches!(strings.next(), Some(Ok(text)) if is_string(&text)) {
            return false;
        }
        json = string.get(strings.byte_offset()..).unwrap_or_default();
    }
}

/// Tells whether a double can hold it, if not all of its digits.
fn is_number(text: &str) -> bool {
    serde_json::from_str::<f64>(text).is_ok_and(f64::is_finite)
}

/// Tells whether it is none of the names by which `serde_json` knows its own values in an object.
fn is_string(text: &str) -> bool {
    !text.starts_with("$serde_json::private::")
}
