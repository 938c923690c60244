use std::fmt;

use url::form_urlencoded;

use super::Device;
use crate::error::Refusal;
use crate::event::Event;

/// The parameters of an event, all valid to begin with and each free to be changed.
///
/// Those of an event are made up anew for each builder, its `uuid` and SIDs too; [`Device`] makes several events of
/// one user, or the same ones in every run. Values are taken as they are: an event that Twilio would never send can be
/// built as well. JSON is given as text, or as anything that displays as JSON, such as a `serde_json::Value`.
///
/// ```
/// use twilio_verify_webhooks::Event;
/// use twilio_verify_webhooks::testing::EventBuilder;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let builder = EventBuilder::challenge_approved()
///     .entity_identity("user-00042")
///     .challenge_hidden_details(r#"{"order_id":"4711"}"#)
///     .without("challenge_metadata");
/// let Event::Challenge(challenge) = builder.build()? else { panic!("a challenge event") };
/// assert_eq!(challenge.entity_identity, "user-00042");
/// assert!(challenge.challenge_metadata.is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a builder does nothing until it is built or signed"]
pub struct EventBuilder {
    params: Vec<(String, String)>,
}

/// What version 1 does not have.
const V2_ONLY: [&str; 6] = [
    "factor_type",
    "factor_friendly_name",
    "factor_metadata",
    "challenge_details",
    "challenge_hidden_details",
    "challenge_metadata",
];

macro_rules! setters {
    ($($(#[$doc:meta])* $setter:ident = $name:literal;)+) => {$(
        $(#[$doc])*
        pub fn $setter(self, value: impl fmt::Display) -> Self {
            self.parameter($name, value)
        }
    )+};
}

impl EventBuilder {
    /// A factor was created: `factor.created`.
    pub fn factor_created() -> Self {
        Device::new().factor_created()
    }

    /// A factor was verified: `factor.verified`.
    pub fn factor_verified() -> Self {
        Device::new().factor_verified()
    }

    /// A factor was deleted: `factor.deleted`.
    pub fn factor_deleted() -> Self {
        Device::new().factor_deleted()
    }

    /// A user approved a challenge: `challenge.approved`.
    pub fn challenge_approved() -> Self {
        Device::new().challenge_approved()
    }

    /// A user denied a challenge: `challenge.denied`.
    pub fn challenge_denied() -> Self {
        Device::new().challenge_denied()
    }

    /// An event of any type: see [`Device::event`].
    pub fn new(event_type: impl fmt::Display) -> Self {
        Device::new().event(event_type)
    }

    /// Starts without any parameter.
    pub fn empty() -> Self {
        Self { params: Vec::new() }
    }

    setters! {
        /// Sets what identifies the webhook: 1 to 64 characters, a UUID in practice.
        uuid = "uuid";
        /// Sets the parameter `type`. Other parameters stay: see [`new`](Self::new) for the events of each type.
        event_type = "type";
        /// Sets the account: `AC` and 32 hexadecimal digits.
        account_sid = "account_sid";
        /// Sets the Verify Service: `VA` and 32 hexadecimal digits.
        service_sid = "service_sid";
        /// Sets the user: 8 to 64 letters, digits and dashes.
        entity_identity = "entity_identity";
        /// Sets the factor: `YF` and 32 hexadecimal digits.
        factor_sid = "factor_sid";
        /// Sets the kind of factor, `push` to begin with. Version 2 only.
        factor_type = "factor_type";
        /// Sets what the device calls itself: 1 to 64 characters. Version 2 only.
        factor_friendly_name = "factor_friendly_name";
        /// Sets what the device added when the factor was made: a JSON object of strings, at most 1024 characters.
        /// Version 2 only.
        factor_metadata = "factor_metadata";
        /// Sets the challenge: `YC` and 32 hexadecimal digits.
        challenge_sid = "challenge_sid";
        /// Sets what the user was shown: a JSON object of `message`, at most 256 characters, and optionally `date` and
        /// at most 20 `fields` of `label`, at most 36 characters, and `value`, at most 128. Version 2 only.
        challenge_details = "challenge_details";
        /// Sets what the backend added for itself: a JSON object of strings, at most 1024 characters. Version 2 only.
        challenge_hidden_details = "challenge_hidden_details";
        /// Sets what the device added to its answer: a JSON object of strings, at most 1024 characters. Version 2 only.
        challenge_metadata = "challenge_metadata";
    }

    /// Sets any parameter, and adds it if it is not there.
    ///
    /// A receiver that is not strict accepts names that Twilio does not document, of the form `lower_case_words`.
    pub fn parameter(mut self, name: impl fmt::Display, value: impl fmt::Display) -> Self {
        let (name, value) = (name.to_string(), value.to_string());
        match self.params.iter_mut().find(|(other, _)| *other == name) {
            Some((_, old)) => *old = value,
            None => self.params.push((name, value)),
        }
        self
    }

    /// Leaves a parameter out.
    pub fn without(mut self, name: &str) -> Self {
        self.params.retain(|(other, _)| other != name);
        self
    }

    /// Leaves out what the legacy version 1 does not have.
    pub fn v1(mut self) -> Self {
        self.params
            .retain(|(name, _)| !V2_ONLY.contains(&name.as_str()));
        self
    }

    /// Returns the value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|&(other, _)| other == name)
            .map(|(_, value)| value)
    }

    /// Returns an iterator over names and values in the order in which they are sent.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.params
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the body of a POST: `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn form(&self) -> String {
        form(self)
    }

    /// Reads the event as a receiver would, to call with it what a handler calls once a delivery is verified.
    ///
    /// The fields of the event can be changed, and a builder made [from it](Self::from) again.
    ///
    /// # Errors
    ///
    /// [`Refusal::Event`] or [`Refusal::Form`] if these parameters are not an event.
    ///
    /// ```
    /// use twilio_verify_webhooks::testing::EventBuilder;
    /// use twilio_verify_webhooks::{EventError, Refusal};
    ///
    /// let event = EventBuilder::factor_verified().build()?;
    /// assert_eq!(event.event_type(), "factor.verified");
    /// let refusal = EventBuilder::factor_verified().without("uuid").build().unwrap_err();
    /// assert_eq!(refusal, Refusal::Event(EventError::Missing { name: "uuid" }));
    /// # Ok::<(), Refusal>(())
    /// ```
    pub fn build(&self) -> Result<Event<'static>, Refusal> {
        Event::from_params(self)
    }
}

impl From<&Event<'_>> for EventBuilder {
    /// Takes the parameters of an event.
    fn from(event: &Event<'_>) -> Self {
        event.parameters().collect()
    }
}

impl<N: fmt::Display, V: fmt::Display> FromIterator<(N, V)> for EventBuilder {
    /// Takes names and values; of a repeated name, the last value.
    fn from_iter<T: IntoIterator<Item = (N, V)>>(params: T) -> Self {
        params
            .into_iter()
            .fold(Self::empty(), |builder, (name, value)| {
                builder.parameter(name, value)
            })
    }
}

impl<'a> IntoIterator for &'a EventBuilder {
    type Item = (&'a str, &'a str);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter().collect::<Vec<_>>().into_iter()
    }
}

/// Writes parameters as `application/x-www-form-urlencoded`.
pub(super) fn form<N: AsRef<str>, V: AsRef<str>>(
    params: impl IntoIterator<Item = (N, V)>,
) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params)
        .finish()
}
