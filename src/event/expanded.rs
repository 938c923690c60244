use serde::ser::{Serialize, SerializeMap as _, Serializer};
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
    /// for byte, so that numbers keep their digits and members their order; one that was sent blank stays a blank
    /// string. All others are strings. It is for `serde_json`, whose raw values it is made of: another format gets
    /// what it makes of those. And it is not read back: for that, write the event itself.
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
            match serde_json::from_str::<&RawValue>(value) {
                Ok(raw) if is_json => map.serialize_entry(name, raw)?,
                _ => map.serialize_entry(name, value)?,
            }
        }
        map.end()
    }
}
