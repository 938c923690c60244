//! What a delivery says.

mod absent;
mod challenge;
mod delivery_id;
mod expanded;
mod factor;
mod json;
mod json_object;
mod one_reading;
mod other;
mod parameters;
mod serde;
mod types;
mod values;

pub use self::challenge::ChallengeEvent;
pub use self::delivery_id::{DeliveryId, DeliveryIdError};
pub use self::expanded::ExpandedEvent;
pub use self::factor::FactorEvent;
pub use self::json::{ChallengeDetails, DetailField, JsonText, StringMap};
#[cfg(feature = "verify-events")]
pub(crate) use self::json_object::check as check_json_object;
pub use self::other::OtherEvent;
pub use self::parameters::{EventParams, EventParamsIter};
use self::types::EventType;
pub use self::types::{ChallengeEventType, FactorEventType, FactorType, WebhookVersion};
use self::values::Values;
use crate::error::EventError;
use crate::params::{Form, Name, Params};
use crate::sid::{AccountSid, ChallengeSid, FactorSid, ServiceSid};

/// What happened at Twilio.
///
/// An event is data: it can be kept, compared, sent on and read back. That it came from Twilio is known where a
/// [`Receiver`](crate::Receiver) returned it, not from the event itself.
///
/// # In serde
///
/// An event is a map of Twilio's own parameter names to their values, all strings, nested JSON included, in the
/// order of the names. The form only changes where Twilio's does. Reading it back applies the rules that a
/// delivery has to meet.
///
/// ```
/// # use twilio_verify_webhooks::{Event, FactorEventType};
/// let json = r#"{
///     "account_sid": "AC0123456789abcdef0123456789abcdef",
///     "entity_identity": "ff483d1ff591898a9942916050d2ca3f",
///     "factor_sid": "YF0123456789abcdef0123456789abcdef",
///     "service_sid": "VA0123456789abcdef0123456789abcdef",
///     "type": "factor.verified",
///     "uuid": "e1d34d2c-73c4-4d1d-8d1f-6b6f0f5f1c5a"
/// }"#;
/// let event: Event = serde_json::from_str(json)?;
/// let Event::Factor(factor) = &event else { panic!("a factor event") };
/// assert_eq!(factor.event_type, FactorEventType::Verified);
/// assert_eq!(serde_json::from_str::<Event>(&serde_json::to_string(&event)?)?, event);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A factor was created, verified or deleted.
    Factor(FactorEvent<'a>),
    /// A user approved or denied a challenge.
    Challenge(ChallengeEvent<'a>),
    /// Something else, of a type that Twilio added later.
    Other(OtherEvent<'a>),
}

impl<'a> Event<'a> {
    // It is inlined, with what it calls, as an event is large to return.
    #[inline(always)]
    pub(crate) fn read(params: Params<'a>, rules: Rules) -> Result<Self, EventError> {
        let values = Values { params, rules };
        one_reading::check_unknown(params, rules)?;
        let event = match values.event_type()? {
            EventType::Factor(event_type) => Self::Factor(FactorEvent::read(&values, event_type)?),
            EventType::Challenge(event_type) => {
                Self::Challenge(ChallengeEvent::read(&values, event_type)?)
            }
            EventType::Other => Self::Other(OtherEvent::read(&values)?),
        };
        one_reading::check(params)?;
        Ok(event)
    }

    /// Returns the type as Twilio writes it.
    #[must_use]
    pub fn event_type(&self) -> &str {
        match self {
            Self::Factor(event) => event.event_type.as_str(),
            Self::Challenge(event) => event.event_type.as_str(),
            Self::Other(event) => &event.event_type,
        }
    }

    /// Returns what identifies this delivery, the same when it is sent again: what to deduplicate on.
    ///
    /// Both parts are signed, unlike the idempotency header of the request. Nothing in a delivery is dated, so keep
    /// those seen for at least as long as a challenge lives.
    #[must_use]
    pub fn delivery_id(&self) -> DeliveryId {
        DeliveryId::new(self.account_sid(), self.uuid())
    }

    /// Returns the uuid, the same when the delivery is sent again.
    ///
    /// It identifies the delivery only together with its account: deduplicate on the
    /// [`delivery_id`](Self::delivery_id).
    #[must_use]
    pub fn uuid(&self) -> &str {
        match self {
            Self::Factor(event) => &event.uuid,
            Self::Challenge(event) => &event.uuid,
            Self::Other(event) => &event.uuid,
        }
    }

    /// Returns the account that the Service belongs to.
    #[must_use]
    pub fn account_sid(&self) -> AccountSid {
        match self {
            Self::Factor(event) => event.account_sid,
            Self::Challenge(event) => event.account_sid,
            Self::Other(event) => event.account_sid,
        }
    }

    /// Returns the Verify Service.
    #[must_use]
    pub fn service_sid(&self) -> ServiceSid {
        match self {
            Self::Factor(event) => event.service_sid,
            Self::Challenge(event) => event.service_sid,
            Self::Other(event) => event.service_sid,
        }
    }

    /// Returns the identity of the entity, which leads to the user. A factor or challenge event always has one.
    #[must_use]
    pub fn entity_identity(&self) -> Option<&str> {
        match self {
            Self::Factor(event) => Some(&event.entity_identity),
            Self::Challenge(event) => Some(&event.entity_identity),
            Self::Other(event) => event.parameters.get(Name::EntityIdentity.as_str()),
        }
    }

    /// Returns the factor. A factor or challenge event always has one.
    #[must_use]
    pub fn factor_sid(&self) -> Option<FactorSid> {
        match self {
            Self::Factor(event) => Some(event.factor_sid),
            Self::Challenge(event) => Some(event.factor_sid),
            Self::Other(event) => {
                let text = event.parameters.get(Name::FactorSid.as_str())?;
                FactorSid::new(text).ok()
            }
        }
    }

    /// Returns the challenge. A challenge event always has one, a factor event never.
    #[must_use]
    pub fn challenge_sid(&self) -> Option<ChallengeSid> {
        match self {
            Self::Factor(_) => None,
            Self::Challenge(event) => Some(event.challenge_sid),
            Self::Other(event) => {
                let text = event.parameters.get(Name::ChallengeSid.as_str())?;
                ChallengeSid::new(text).ok()
            }
        }
    }

    /// Returns the factor event, if it is one.
    #[must_use]
    pub const fn as_factor(&self) -> Option<&FactorEvent<'a>> {
        match self {
            Self::Factor(event) => Some(event),
            _ => None,
        }
    }

    /// Returns the challenge event, if it is one.
    #[must_use]
    pub const fn as_challenge(&self) -> Option<&ChallengeEvent<'a>> {
        match self {
            Self::Challenge(event) => Some(event),
            _ => None,
        }
    }

    /// Tells with which version of the webhook it was sent; `None` if the type is unknown.
    #[must_use]
    pub fn version(&self) -> Option<WebhookVersion> {
        match self {
            Self::Factor(event) => Some(event.version()),
            Self::Challenge(event) => Some(event.version()),
            Self::Other(_) => None,
        }
    }

    /// Returns an iterator over all parameters, in the order of their names.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        let (factor, challenge, rest) = match self {
            Self::Factor(event) => (Some(event), None, &event.extra),
            Self::Challenge(event) => (None, Some(event), &event.extra),
            Self::Other(event) => (None, None, &event.parameters),
        };
        let factor = factor.into_iter().flat_map(FactorEvent::documented);
        let challenge = challenge.into_iter().flat_map(ChallengeEvent::documented);
        let documented = factor
            .chain(challenge)
            .map(|(name, value)| (name.as_str(), value));
        merged(documented, rest.iter())
    }

    /// Converts to an owned value, with one allocation for each text that is not owned yet.
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        match self {
            Self::Factor(event) => Event::Factor(event.into_owned()),
            Self::Challenge(event) => Event::Challenge(event.into_owned()),
            Self::Other(event) => Event::Other(event.into_owned()),
        }
    }
}

/// How parameters are read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rules {
    /// Unknown parameters are refused.
    pub(crate) strict: bool,
    /// The request has a say in where the URL ends and the first parameter starts, so that anything signed for any
    /// webhook of the origin may precede the event.
    pub(crate) url_from_request: bool,
    /// The parameters are a part of the URL, in the order in which they came.
    pub(crate) in_url: bool,
}

/// Reads the account from parameters that need not be an event.
pub(crate) fn account_sid(params: Params<'_>) -> Result<AccountSid, EventError> {
    let rules = Rules::default();
    Values { params, rules }.sid(Name::AccountSid)
}

/// Reads the account as [`account_sid`] does, from a form that is not decoded.
pub(crate) fn account_sid_in_form(form: &Form<'_, '_>) -> Result<AccountSid, EventError> {
    let name = Name::AccountSid.as_str();
    let value = form.documented(Name::AccountSid);
    let value = value.ok_or(EventError::Missing { name })?;
    AccountSid::from_bytes(value).map_err(|error| EventError::Sid { name, error })
}

/// Merges two lists that are in the order of their names.
fn merged<'t>(
    left: impl Iterator<Item = (&'t str, &'t str)>,
    right: impl Iterator<Item = (&'t str, &'t str)>,
) -> impl Iterator<Item = (&'t str, &'t str)> {
    let (mut left, mut right) = (left.peekable(), right.peekable());
    std::iter::from_fn(move || match (left.peek(), right.peek()) {
        (Some((left_name, _)), Some((right_name, _))) if right_name < left_name => right.next(),
        (Some(_), _) => left.next(),
        (None, _) => right.next(),
    })
}
