//! What each documented parameter may hold.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::json::JsonText;
use super::types::{EventType, FactorType};
use super::{Rules, undocumented};
use crate::error::EventError;
use crate::kernels::block::{self, alphanumeric, equal};
use crate::limits;
use crate::params::{Name, Params};
use crate::sid::Sid;

/// The documented parameters of a delivery, checked as they are asked for.
pub(super) struct Values<'b> {
    pub(super) params: Params<'b>,
    pub(super) rules: Rules,
}

impl<'b> Values<'b> {
    #[inline(always)]
    pub(super) fn has(&self, name: Name) -> bool {
        self.params.documented(name).is_some()
    }

    #[inline(always)]
    pub(super) fn required(&self, name: Name) -> Result<&'b str, EventError> {
        let name_text = name.as_str();
        self.params
            .documented(name)
            .ok_or(EventError::Missing { name: name_text })
    }

    /// Checks a SID and returns what makes it.
    #[inline(always)]
    pub(super) fn sid<S: Sid>(
        &self,
        name: Name,
    ) -> Result<impl FnOnce() -> S + use<'b, S>, EventError> {
        let value = self.required(name)?;
        let name = name.as_str();
        S::checked(value).map_err(|error| EventError::Sid { name, error })
    }

    #[inline(always)]
    pub(super) fn event_type(&self) -> Result<EventType, EventError> {
        let value = self.required(Name::Type)?;
        let event_type = EventType::of(value)?;
        if let EventType::Other = event_type {
            let documented = &EventType::DOCUMENTED;
            undocumented::check_unknown_type(self, Name::Type, value, documented)?;
        }
        Ok(event_type)
    }

    /// Twilio's page calls it a unique identifier and shows a text with a space; real ones are UUIDs.
    ///
    /// It is the last of the documented parameters. Where the URL comes with the request it holds letters, digits
    /// and dashes only, and spaces unless it is a part of the URL, so that it takes in nothing of a text that was
    /// signed for something else.
    #[inline(always)]
    pub(super) fn uuid(&self) -> Result<Cow<'b, str>, EventError> {
        let value = self.required(Name::Uuid)?;
        self.check_free_text(Name::Uuid, value, limits::UUID_LENGTH)?;
        // Unknown parameters could have been cut so that this one takes in what comes before its own name.
        if !self.params.all_documented()
            && let Some(position) = value.find(Name::Uuid.as_str())
        {
            let name = Name::Uuid.as_str();
            return Err(EventError::Ambiguous { name, position });
        }
        if !self.rules.url_from_request {
            return Ok(value.into());
        }
        let fits = |byte: u8| {
            byte.is_ascii_alphanumeric() || byte == b'-' || byte == b' ' && !self.rules.in_url
        };
        match value.bytes().position(|byte| !fits(byte)) {
            None => Ok(value.into()),
            Some(position) => {
                let name = Name::Uuid.as_str();
                Err(EventError::Character { name, position })
            }
        }
    }

    /// Letters, digits and dashes, 8 to 64 of them (the entity's `Identity` in Twilio's API).
    #[inline(always)]
    pub(super) fn entity_identity(&self) -> Result<Cow<'b, str>, EventError> {
        let value = self.required(Name::EntityIdentity)?;
        let fit = |bytes| alphanumeric(bytes) | equal(bytes, b'-');
        if !block::all(value.as_bytes(), fit) {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            let name = Name::EntityIdentity.as_str();
            let position = value.bytes().position(|byte| !fits(byte));
            let position = position.unwrap_or_default();
            return Err(EventError::Character { name, position });
        }
        self.check_free_text(Name::EntityIdentity, value, limits::ENTITY_IDENTITY_LENGTH)?;
        Ok(value.into())
    }

    #[inline(always)]
    pub(super) fn factor_type(&self) -> Result<FactorType<'b>, EventError> {
        let value = self.required(Name::FactorType)?;
        let factor_type = FactorType::of(value)?;
        if factor_type != FactorType::Push {
            let documented = &[FactorType::PUSH];
            undocumented::check_unknown_type(self, Name::FactorType, value, documented)?;
        }
        Ok(factor_type)
    }

    /// At most 64 characters (the factor's `FriendlyName` in Twilio's API), and no documented name among them, as
    /// that could be a parameter of its own.
    #[inline(always)]
    pub(super) fn factor_friendly_name(&self) -> Result<Cow<'b, str>, EventError> {
        let value = self.required(Name::FactorFriendlyName)?;
        self.check_free_text(
            Name::FactorFriendlyName,
            value,
            limits::FRIENDLY_NAME_LENGTH,
        )?;
        match Name::find_joined(value) {
            None => Ok(value.into()),
            Some(position) => Err(EventError::Ambiguous {
                name: Name::FactorFriendlyName.as_str(),
                position,
            }),
        }
    }

    #[inline(always)]
    pub(super) fn json(&self, name: Name) -> Result<Option<JsonText<'b>>, EventError> {
        self.params
            .documented(name)
            .map(|text| JsonText::new(name, text))
            .transpose()
    }

    #[inline(always)]
    fn check_free_text(
        &self,
        name: Name,
        value: &str,
        lengths: RangeInclusive<usize>,
    ) -> Result<(), EventError> {
        let (least, most) = lengths.into_inner();
        // A character has one to four bytes, so that most texts need not be counted.
        if !(least.saturating_mul(4)..=most).contains(&value.len()) {
            let found = value.chars().count();
            if !(least..=most).contains(&found) {
                let name = name.as_str();
                return Err(EventError::Length {
                    name,
                    least,
                    most,
                    found,
                });
            }
        }
        undocumented::check_free_text(self, name, value, least)
    }
}
