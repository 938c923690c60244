use std::borrow::Cow;

use super::absent::AbsentParameters;
use super::json::JsonText;
use super::parameters::EventParams;
use super::types::{FactorEventType, FactorType, WebhookVersion};
use super::values::Values;
use crate::error::EventError;
use crate::params::Name;
use crate::sid::{AccountSid, FactorSid, ServiceSid};

/// A factor was created, verified or deleted.
///
/// Fields are named as Twilio names the parameters. The parameters of a challenge do not belong to it and are refused,
/// unless they are JSON and blank or `null`: those are read as absent. Like any other parameter of version 2, they make it
/// one of version 2.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct FactorEvent<'a> {
    /// What happened.
    pub event_type: FactorEventType,
    /// Identifies this delivery within its account, the same when it is sent again. At most 64 characters. What to
    /// deduplicate on is the [`delivery_id`](crate::Event::delivery_id), account and uuid together.
    pub uuid: Cow<'a, str>,
    /// The account that the Service belongs to.
    pub account_sid: AccountSid,
    /// The Verify Service.
    pub service_sid: ServiceSid,
    /// Identifies the user: 8 to 64 letters, digits and dashes.
    pub entity_identity: Cow<'a, str>,
    /// The factor.
    pub factor_sid: FactorSid,
    /// What kind of factor it is. Version 2 only.
    pub factor_type: Option<FactorType<'a>>,
    /// What the device calls itself, at most 64 characters. Version 2 only.
    pub factor_friendly_name: Option<Cow<'a, str>>,
    /// What the device added when the factor was made: see [`JsonText::strings`]. Version 2 only. `None` also where
    /// Twilio sent it blank or as `null`.
    pub factor_metadata: Option<JsonText<'a>>,
    /// Unknown parameters: those that Twilio's page does not list.
    pub extra: EventParams<'a>,
    /// JSON parameters that were sent blank or `null`.
    absent: AbsentParameters,
}

impl<'a> FactorEvent<'a> {
    #[inline(always)]
    pub(super) fn read(
        values: &Values<'a>,
        event_type: FactorEventType,
    ) -> Result<Self, EventError> {
        let absent = AbsentParameters::of(values.params);
        let foreign = [
            Name::ChallengeSid,
            Name::ChallengeDetails,
            Name::ChallengeHiddenDetails,
            Name::ChallengeMetadata,
        ];
        let mut foreign = foreign.into_iter().filter(|&name| values.has(name));
        if let Some(name) = foreign.find(|&name| absent.get(name).is_none()) {
            let name = name.as_str();
            return Err(EventError::Unexpected { name });
        }
        let is_v2 = values.are_v2();
        let account_sid = values.sid::<AccountSid>(Name::AccountSid)?;
        let service_sid = values.sid::<ServiceSid>(Name::ServiceSid)?;
        let entity_identity = values.entity_identity()?;
        let factor_sid = values.sid::<FactorSid>(Name::FactorSid)?;
        let factor_type = is_v2.then(|| values.factor_type()).transpose()?;
        let factor_friendly_name = is_v2.then(|| values.factor_friendly_name()).transpose()?;
        let factor_metadata = values.json(Name::FactorMetadata)?;
        let uuid = values.uuid()?;
        Ok(Self {
            event_type,
            uuid,
            account_sid,
            service_sid,
            entity_identity,
            factor_sid,
            factor_type,
            factor_friendly_name,
            factor_metadata,
            extra: EventParams::unknown(values.params),
            absent,
        })
    }

    /// Tells with which version of the webhook it was sent.
    #[must_use]
    pub fn version(&self) -> WebhookVersion {
        match self.factor_type {
            None => WebhookVersion::V1,
            Some(_) => WebhookVersion::V2,
        }
    }

    /// Converts to an owned value.
    #[must_use]
    pub fn into_owned(self) -> FactorEvent<'static> {
        FactorEvent {
            event_type: self.event_type,
            uuid: owned(self.uuid),
            account_sid: self.account_sid,
            service_sid: self.service_sid,
            entity_identity: owned(self.entity_identity),
            factor_sid: self.factor_sid,
            factor_type: self.factor_type.map(FactorType::into_owned),
            factor_friendly_name: self.factor_friendly_name.map(owned),
            factor_metadata: self.factor_metadata.map(JsonText::into_owned),
            extra: self.extra.into_owned(),
            absent: self.absent,
        }
    }

    /// Returns an iterator over the documented parameters it was read from.
    pub(super) fn documented(&self) -> impl Iterator<Item = (Name, &str)> {
        let absent = |name| (name, self.absent.get(name));
        [
            (Name::AccountSid, Some(self.account_sid.as_str())),
            absent(Name::ChallengeDetails),
            absent(Name::ChallengeHiddenDetails),
            absent(Name::ChallengeMetadata),
            (Name::EntityIdentity, Some(&*self.entity_identity)),
            (
                Name::FactorFriendlyName,
                self.factor_friendly_name.as_deref(),
            ),
            (
                Name::FactorMetadata,
                JsonText::sent(
                    self.factor_metadata.as_ref(),
                    self.absent.get(Name::FactorMetadata),
                ),
            ),
            (Name::FactorSid, Some(self.factor_sid.as_str())),
            (
                Name::FactorType,
                self.factor_type.as_ref().map(FactorType::as_str),
            ),
            (Name::ServiceSid, Some(self.service_sid.as_str())),
            (Name::Type, Some(self.event_type.as_str())),
            (Name::Uuid, Some(&*self.uuid)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }
}

pub(super) fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}
