use std::borrow::Cow;

use super::absent::AbsentParameters;
use super::factor::owned;
use super::json::{ChallengeDetails, JsonText};
use super::parameters::EventParams;
use super::types::{ChallengeEventType, FactorType, WebhookVersion};
use super::values::Values;
use crate::error::{DecodeError, EventError};
use crate::params::Name;
use crate::sid::{AccountSid, ChallengeSid, FactorSid, ServiceSid};

/// A user approved or denied a challenge.
///
/// Fields are named as Twilio names the parameters. A JSON parameter that is blank or `null` is read as absent; like any
/// other parameter of version 2, it makes the event one of version 2.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ChallengeEvent<'a> {
    /// How the user answered.
    pub event_type: ChallengeEventType,
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
    /// What the device added when the factor was made: see [`JsonText::strings`]. Version 2 only.
    pub factor_metadata: Option<JsonText<'a>>,
    /// The challenge.
    pub challenge_sid: ChallengeSid,
    /// What the user was shown: see [`details`](Self::details). Version 2 only, and always there with
    /// [`FactorType::Push`].
    pub challenge_details: Option<JsonText<'a>>,
    /// What the backend added for itself: see [`JsonText::strings`]. Version 2 only.
    pub challenge_hidden_details: Option<JsonText<'a>>,
    /// What the device added to its answer: see [`JsonText::strings`]. Version 2 only.
    pub challenge_metadata: Option<JsonText<'a>>,
    /// Unknown parameters: those that Twilio's page does not list.
    pub extra: EventParams<'a>,
    /// JSON parameters that were sent blank or `null`.
    absent: AbsentParameters,
}

impl<'a> ChallengeEvent<'a> {
    #[inline(always)]
    pub(super) fn read(
        values: &Values<'a>,
        event_type: ChallengeEventType,
    ) -> Result<Self, EventError> {
        let is_v2 = values.are_v2();
        let factor_type = is_v2.then(|| values.factor_type()).transpose()?;
        let account_sid = values.sid::<AccountSid>(Name::AccountSid)?;
        let service_sid = values.sid::<ServiceSid>(Name::ServiceSid)?;
        let entity_identity = values.entity_identity()?;
        let factor_sid = values.sid::<FactorSid>(Name::FactorSid)?;
        let factor_friendly_name = is_v2.then(|| values.factor_friendly_name()).transpose()?;
        let factor_metadata = values.json(Name::FactorMetadata)?;
        let challenge_sid = values.sid::<ChallengeSid>(Name::ChallengeSid)?;
        let challenge_details = values.json(Name::ChallengeDetails)?;
        if factor_type == Some(FactorType::Push) && challenge_details.is_none() {
            let name = Name::ChallengeDetails.as_str();
            return Err(EventError::Missing { name });
        }
        let challenge_hidden_details = values.json(Name::ChallengeHiddenDetails)?;
        let challenge_metadata = values.json(Name::ChallengeMetadata)?;
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
            challenge_sid,
            challenge_details,
            challenge_hidden_details,
            challenge_metadata,
            extra: EventParams::unknown(values.params),
            absent: AbsentParameters::of(values.params),
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

    /// Decodes [`challenge_details`](Self::challenge_details), if there are any.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] names the element that is not as Twilio documents it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # #[cfg(feature = "testing")] {
    /// use twilio_verify_webhooks::Event;
    /// use twilio_verify_webhooks::testing::EventBuilder;
    ///
    /// let details = r#"{"message":"Sign in?","fields":[{"label":"Place","value":"Rome"}]}"#;
    /// let event = EventBuilder::challenge_approved().challenge_details(details).build()?;
    /// let Event::Challenge(challenge) = event else { panic!("a challenge event") };
    /// let Some(details) = challenge.details()? else { panic!("details") };
    /// assert_eq!((&*details.message, &*details.fields[0].value), ("Sign in?", "Rome"));
    ///
    /// let event = EventBuilder::challenge_approved().challenge_details(r#"{"message":1}"#).build()?;
    /// let Event::Challenge(challenge) = event else { panic!("a challenge event") };
    /// assert_eq!(challenge.details().unwrap_err().path(), "challenge_details.message");
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    pub fn details(&self) -> Result<Option<ChallengeDetails<'_>>, DecodeError> {
        self.challenge_details
            .as_ref()
            .map(JsonText::decode)
            .transpose()
    }

    /// Converts to an owned value.
    #[must_use]
    pub fn into_owned(self) -> ChallengeEvent<'static> {
        ChallengeEvent {
            event_type: self.event_type,
            uuid: owned(self.uuid),
            account_sid: self.account_sid,
            service_sid: self.service_sid,
            entity_identity: owned(self.entity_identity),
            factor_sid: self.factor_sid,
            factor_type: self.factor_type.map(FactorType::into_owned),
            factor_friendly_name: self.factor_friendly_name.map(owned),
            factor_metadata: self.factor_metadata.map(JsonText::into_owned),
            challenge_sid: self.challenge_sid,
            challenge_details: self.challenge_details.map(JsonText::into_owned),
            challenge_hidden_details: self.challenge_hidden_details.map(JsonText::into_owned),
            challenge_metadata: self.challenge_metadata.map(JsonText::into_owned),
            extra: self.extra.into_owned(),
            absent: self.absent,
        }
    }

    /// Returns an iterator over the documented parameters it was read from.
    pub(super) fn documented(&self) -> impl Iterator<Item = (Name, &str)> {
        [
            (Name::AccountSid, Some(self.account_sid.as_str())),
            (
                Name::ChallengeDetails,
                JsonText::sent(
                    self.challenge_details.as_ref(),
                    self.absent.get(Name::ChallengeDetails),
                ),
            ),
            (
                Name::ChallengeHiddenDetails,
                JsonText::sent(
                    self.challenge_hidden_details.as_ref(),
                    self.absent.get(Name::ChallengeHiddenDetails),
                ),
            ),
            (
                Name::ChallengeMetadata,
                JsonText::sent(
                    self.challenge_metadata.as_ref(),
                    self.absent.get(Name::ChallengeMetadata),
                ),
            ),
            (Name::ChallengeSid, Some(self.challenge_sid.as_str())),
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
