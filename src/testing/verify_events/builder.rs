use std::fmt;

use serde_json::{Map, Value};

use super::StartedVerification;
use crate::verify_events::{CloudEvent, ElementError, MessageEventType, VerificationEventType};

/// An event of Event Streams, valid to begin with and each part free to be changed.
///
/// Those of a verification are made up anew for each builder, their `id` and SIDs too; [`StartedVerification`] makes
/// several events of one verification, or the same ones in every run. Values are taken as they are: an event that Twilio
/// would never send can be built as well.
///
/// ```
/// use twilio_verify_webhooks::AuthToken;
/// use twilio_verify_webhooks::testing::{CloudEventBuilder, Signer};
/// use twilio_verify_webhooks::verify_events::{Channel, EventData, EventStreamReceiver};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (destination, token) = ("https://mywebsite.com/streams", AuthToken::new("a-token-for-tests")?);
/// let signer = Signer::new(destination, token.clone())?;
/// let receiver = EventStreamReceiver::new(destination, token)?;
///
/// let events = [
///     CloudEventBuilder::verification_approved(),
///     CloudEventBuilder::message_delivered().data("channel", "WHATSAPP"),
/// ];
/// let batch = receiver.receive(&signer.post_events(&events).as_delivery())?;
/// let Some(EventData::Message(message)) = batch.events().nth(1).map(|event| &event.data) else { panic!("a message") };
/// assert_eq!(message.channel, Some(Channel::WhatsApp));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a builder does nothing until it is built or signed"]
pub struct CloudEventBuilder {
    members: Map<String, Value>,
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $method:ident($event_type:expr);)+) => {$(
        $(#[$doc])*
        pub fn $name() -> Self {
            StartedVerification::new().$method($event_type)
        }
    )+};
}

impl CloudEventBuilder {
    events! {
        /// A verification was started.
        verification_pending = verification(VerificationEventType::Pending);
        /// The right code came.
        verification_approved = verification(VerificationEventType::Approved);
        /// The application cancelled a verification.
        verification_canceled = verification(VerificationEventType::Canceled);
        /// No right code came in time.
        verification_expired = verification(VerificationEventType::Expired);
        /// There were too many sends or checks.
        verification_max_attempts_reached = verification(VerificationEventType::MaxAttemptsReached);
        /// A carrier took a message.
        message_sent = message(MessageEventType::Sent);
        /// A message arrived.
        message_delivered = message(MessageEventType::Delivered);
        /// A carrier could not deliver a message.
        message_undelivered = message(MessageEventType::Undelivered);
        /// A message was opened.
        message_read = message(MessageEventType::Read);
        /// A message could not be sent.
        message_failed = message(MessageEventType::Failed);
        /// As [`message_sent`](Self::message_sent), for subscriptions from before 2026.
        attempt_dlr_sent = attempt_dlr(MessageEventType::Sent);
        /// As [`message_delivered`](Self::message_delivered), for subscriptions from before 2026.
        attempt_dlr_delivered = attempt_dlr(MessageEventType::Delivered);
        /// As [`message_undelivered`](Self::message_undelivered), for subscriptions from before 2026.
        attempt_dlr_undelivered = attempt_dlr(MessageEventType::Undelivered);
        /// As [`message_read`](Self::message_read), for subscriptions from before 2026.
        attempt_dlr_read = attempt_dlr(MessageEventType::Read);
        /// As [`message_failed`](Self::message_failed), for subscriptions from before 2026.
        attempt_dlr_failed = attempt_dlr(MessageEventType::Failed);
    }

    /// Somebody tested the sink.
    pub fn sink_test() -> Self {
        StartedVerification::new().sink_test()
    }

    /// An event of any type: see [`StartedVerification::event`].
    pub fn new(event_type: impl fmt::Display) -> Self {
        StartedVerification::new().event(event_type)
    }

    /// Starts without any attribute.
    pub fn empty() -> Self {
        Self {
            members: Map::new(),
        }
    }

    /// Sets an attribute, such as `id` or `time`, and adds it if it is not there.
    pub fn attribute(mut self, name: impl fmt::Display, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_string(), value.into());
        self
    }

    /// Leaves an attribute out.
    pub fn without_attribute(mut self, name: &str) -> Self {
        self.members.remove(name);
        self
    }

    /// Sets a member of the data, such as `to` or `tags`, and adds it if it is not there. Data that is no object becomes
    /// one.
    pub fn data(mut self, name: impl fmt::Display, value: impl Into<Value>) -> Self {
        let data = self.members.entry("data").or_insert(Value::Null);
        if !data.is_object() {
            *data = Value::Object(Map::new());
        }
        if let Value::Object(data) = data {
            data.insert(name.to_string(), value.into());
        }
        self
    }

    /// Leaves a member of the data out.
    pub fn without_data(mut self, name: &str) -> Self {
        if let Some(Value::Object(data)) = self.members.get_mut("data") {
            data.remove(name);
        }
        self
    }

    /// Returns the text that is sent.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(&self.members).unwrap_or_default()
    }

    /// Reads the event, as a receiver would.
    ///
    /// # Errors
    ///
    /// [`ElementError`] if it is none.
    ///
    /// ```
    /// use twilio_verify_webhooks::testing::CloudEventBuilder;
    /// use twilio_verify_webhooks::verify_events::ElementError;
    ///
    /// let event = CloudEventBuilder::verification_expired();
    /// assert!(event.build().is_ok());
    /// let nameless = event.without_attribute("id").build();
    /// assert_eq!(nameless, Err(ElementError::Missing { name: "id" }));
    /// ```
    pub fn build(&self) -> Result<CloudEvent, ElementError> {
        CloudEvent::from_json(&self.json())
    }
}
