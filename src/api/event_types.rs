use super::values::text_impls;
use crate::api::error::RequestError;
use crate::event::{ChallengeEventType, FactorEventType};

/// A type of event that a webhook is subscribed to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum EventType {
    /// `*`: all, those included that Twilio adds later.
    All,
    /// Something happened to a factor.
    Factor(FactorEventType),
    /// A user answered a challenge.
    Challenge(ChallengeEventType),
    /// A type unknown to this version of the crate. Use `from` to make it.
    Other(String),
}

impl EventType {
    const DOCUMENTED: [Self; 6] = [
        Self::All,
        Self::Factor(FactorEventType::Created),
        Self::Factor(FactorEventType::Verified),
        Self::Factor(FactorEventType::Deleted),
        Self::Challenge(ChallengeEventType::Approved),
        Self::Challenge(ChallengeEventType::Denied),
    ];

    /// Returns the type as Twilio writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::All => "*",
            Self::Factor(event_type) => event_type.as_str(),
            Self::Challenge(event_type) => event_type.as_str(),
            Self::Other(other) => other,
        }
    }
}

impl From<&str> for EventType {
    fn from(text: &str) -> Self {
        let mut documented = Self::DOCUMENTED.into_iter();
        documented
            .find(|event_type| event_type.as_str() == text)
            .unwrap_or_else(|| Self::Other(text.into()))
    }
}

impl From<FactorEventType> for EventType {
    fn from(event_type: FactorEventType) -> Self {
        Self::Factor(event_type)
    }
}

impl From<ChallengeEventType> for EventType {
    fn from(event_type: ChallengeEventType) -> Self {
        Self::Challenge(event_type)
    }
}

text_impls!(EventType);

/// The types that a webhook is subscribed to: at least one, each once.
///
/// Twilio treats an empty list as no list, so it cannot be expressed.
///
/// ```
/// use twilio_verify_webhooks::ChallengeEventType::{Approved, Denied};
/// use twilio_verify_webhooks::api::EventTypes;
///
/// let answers = EventTypes::from(Approved).and(Denied);
/// assert!(answers.iter().map(|event_type| event_type.as_str()).eq(["challenge.approved", "challenge.denied"]));
/// assert!(EventTypes::try_from(vec![]).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTypes(Vec<EventType>);

impl EventTypes {
    /// All events: `*`.
    #[must_use]
    pub fn all() -> Self {
        Self::from(EventType::All)
    }

    /// Adds a type unless it is one of them already.
    #[must_use]
    pub fn and(mut self, event_type: impl Into<EventType>) -> Self {
        let event_type = event_type.into();
        if !self.0.contains(&event_type) {
            self.0.push(event_type);
        }
        self
    }

    /// Returns an iterator over the types in the order they were given.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &EventType> {
        self.0.iter()
    }

    /// Tells whether a list has the same types, in whatever order.
    pub(super) fn are(&self, others: &[EventType]) -> bool {
        self.0.iter().all(|event_type| others.contains(event_type))
            && others.iter().all(|other| self.0.contains(other))
    }
}

impl From<EventType> for EventTypes {
    fn from(event_type: EventType) -> Self {
        Self(vec![event_type])
    }
}

impl From<FactorEventType> for EventTypes {
    fn from(event_type: FactorEventType) -> Self {
        Self(vec![event_type.into()])
    }
}

impl From<ChallengeEventType> for EventTypes {
    fn from(event_type: ChallengeEventType) -> Self {
        Self(vec![event_type.into()])
    }
}

impl TryFrom<Vec<EventType>> for EventTypes {
    type Error = RequestError;

    fn try_from(event_types: Vec<EventType>) -> Result<Self, RequestError> {
        let mut event_types = event_types.into_iter();
        let first = event_types.next().ok_or(RequestError::NoEventType)?;
        Ok(event_types.fold(Self::from(first), Self::and))
    }
}
