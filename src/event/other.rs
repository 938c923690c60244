use std::borrow::Cow;

use super::factor::owned;
use super::parameters::EventParams;
use super::values::Values;
use crate::error::EventError;
use crate::params::Name;
use crate::sid::{AccountSid, ChallengeSid, FactorSid, ServiceSid};

/// An event of a type that this version of the crate does not know.
///
/// It has the parameters that every event has. Those that Twilio documents for other events are checked by the
/// same rules where they are there. Acting on such an event is up to you; answering 200 keeps Twilio from sending
/// it again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct OtherEvent<'a> {
    /// The type: lower-case words joined by dots and underscores, at most 64 characters.
    pub event_type: Cow<'a, str>,
    /// Identifies this delivery within its account, the same when it is sent again. At most 64 characters. What to
    /// deduplicate on is the [`delivery_id`](crate::Event::delivery_id), account and uuid together.
    pub uuid: Cow<'a, str>,
    /// The account that the Service belongs to.
    pub account_sid: AccountSid,
    /// The Verify Service.
    pub service_sid: ServiceSid,
    /// All parameters, those above included.
    pub parameters: EventParams<'a>,
}

impl<'a> OtherEvent<'a> {
    pub(super) fn read(values: &Values<'a>) -> Result<Self, EventError> {
        for name in Name::ALL.into_iter().filter(|&name| values.has(name)) {
            match name {
                Name::ChallengeSid => values.sid::<ChallengeSid>(name).map(drop)?,
                Name::FactorSid => values.sid::<FactorSid>(name).map(drop)?,
                Name::EntityIdentity => values.entity_identity().map(drop)?,
                Name::FactorFriendlyName => values.factor_friendly_name().map(drop)?,
                Name::FactorType => values.factor_type().map(drop)?,
                Name::ChallengeDetails
                | Name::ChallengeHiddenDetails
                | Name::ChallengeMetadata
                | Name::FactorMetadata => values.json(name).map(drop)?,
                Name::AccountSid | Name::ServiceSid | Name::Type | Name::Uuid => {}
            }
        }
        let event_type = values.required(Name::Type)?;
        let account_sid = values.sid::<AccountSid>(Name::AccountSid)?;
        let service_sid = values.sid::<ServiceSid>(Name::ServiceSid)?;
        let uuid = values.uuid()?;
        Ok(Self {
            event_type: Cow::Borrowed(event_type),
            uuid,
            account_sid,
            service_sid,
            parameters: EventParams::all(values.params),
        })
    }

    /// Converts to an owned value.
    #[must_use]
    pub fn into_owned(self) -> OtherEvent<'static> {
        OtherEvent {
            event_type: owned(self.event_type),
            uuid: owned(self.uuid),
            account_sid: self.account_sid,
            service_sid: self.service_sid,
            parameters: self.parameters.into_owned(),
        }
    }
}
