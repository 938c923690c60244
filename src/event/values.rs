//! What each documented parameter may hold.

use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::str::FromStr;

use super::Rules;
use super::absent::AbsentJson;
use super::json::JsonText;
use super::types::{EventType, FactorType};
use crate::error::EventError;
use crate::kernels::block::{self, alphanumeric, equal, hexadecimal};
use crate::limits;
use crate::params::{Name, Params};
use crate::sid::SidError;

/// The documented parameters of a delivery, checked as they are asked for.
pub(super) struct Values<'b> {
    pub(super) params: Params<'b>,
    pub(super) rules: Rules,
}

impl<'b> Values<'b> {
    pub(super) fn has(&self, name: Name) -> bool {
        self.params.documented(name).is_some()
    }

    pub(super) fn required(&self, name: Name) -> Result<&'b str, EventError> {
        let name_text = name.as_str();
        self.params
            .documented(name)
            .ok_or(EventError::Missing { name: name_text })
    }

    /// Tells whether there is a parameter of version 2, whatever it holds.
    pub(super) fn are_v2(&self) -> bool {
        let names = [
            Name::FactorType,
            Name::FactorFriendlyName,
            Name::FactorMetadata,
            Name::ChallengeDetails,
            Name::ChallengeHiddenDetails,
            Name::ChallengeMetadata,
        ];
        names.into_iter().any(|name| self.has(name))
    }

    #[inline(always)]
    pub(super) fn sid<S: FromStr<Err = SidError>>(&self, name: Name) -> Result<S, EventError> {
        let value = self.required(name)?;
        let name = name.as_str();
        value
            .parse()
            .map_err(|error| EventError::Sid { name, error })
    }

    pub(super) fn event_type(&self) -> Result<EventType, EventError> {
        EventType::of(self.required(Name::Type)?)
    }

    /// Twilio's page calls it a unique identifier and shows a text with a space; real ones are UUIDs. One that starts
    /// with a UUID is that UUID, and none holds control characters.
    ///
    /// It is the last of the documented parameters. Where the URL comes with the request it holds letters, digits
    /// and dashes only, and spaces unless it is a part of the URL, so that nothing that was signed for something else
    /// fits into it.
    pub(super) fn uuid(&self) -> Result<Cow<'b, str>, EventError> {
        let value = self.required(Name::Uuid)?;
        if is_uuid(value.as_bytes()) {
            return match value.len() {
                limits::UUID_TEXT_LENGTH => Ok(value.into()),
                _ => Err(EventError::Ambiguous {
                    name: Name::Uuid.as_str(),
                    position: limits::UUID_TEXT_LENGTH,
                }),
            };
        }
        check_length(Name::Uuid, value, limits::UUID_LENGTH)?;
        if let Some(position) = value.find(char::is_control) {
            let name = Name::Uuid.as_str();
            return Err(EventError::Character { name, position });
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
        check_length(Name::EntityIdentity, value, limits::ENTITY_IDENTITY_LENGTH)?;
        Ok(value.into())
    }

    pub(super) fn factor_type(&self) -> Result<FactorType<'b>, EventError> {
        FactorType::of(self.required(Name::FactorType)?)
    }

    /// At most 64 characters (the factor's `FriendlyName` in Twilio's API), and no documented name among them, as
    /// that could be a parameter of its own.
    pub(super) fn factor_friendly_name(&self) -> Result<Cow<'b, str>, EventError> {
        let value = self.required(Name::FactorFriendlyName)?;
        check_length(
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

    /// Reads a complete JSON object. A blank value and `null` are read as absent, as Twilio's other webhooks send them.
    pub(super) fn json(&self, name: Name) -> Result<Option<JsonText<'b>>, EventError> {
        self.params
            .documented(name)
            .filter(|text| AbsentJson::of(text).is_none())
            .map(|text| JsonText::new(name, text))
            .transpose()
    }
}

/// Tells whether a text starts with a UUID (RFC 9562), in any case.
pub(super) fn is_uuid(text: &[u8]) -> bool {
    let Some(uuid) = text.first_chunk::<{ limits::UUID_TEXT_LENGTH }>() else {
        return false;
    };
    let mut digits = *uuid;
    for place in [8, 13, 18, 23] {
        match digits.get_mut(place) {
            Some(byte) if *byte == b'-' => *byte = b'0',
            _ => return false,
        }
    }
    block::all(&digits, hexadecimal)
}

fn check_length(name: Name, value: &str, lengths: RangeInclusive<usize>) -> Result<(), EventError> {
    let (least, most) = lengths.into_inner();
    // A character has one to four bytes, so that most texts need not be counted.
    if (least.saturating_mul(4)..=most).contains(&value.len()) {
        return Ok(());
    }
    let found = value.chars().count();
    match (least..=most).contains(&found) {
        true => Ok(()),
        false => Err(EventError::Length {
            name: name.as_str(),
            least,
            most,
            found,
        }),
    }
}
