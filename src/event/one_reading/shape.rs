//! Which parameters belong together.

use super::super::absent::AbsentJson;
use super::super::types::{EventType, FactorType};
use crate::params::Name;

/// The documented parameters of an interpretation up to a place, as far as a later one depends on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape(u16);

impl Shape {
    pub(super) const NONE: Self = Self(0);

    const DETAILS: u16 = 1;
    /// A JSON object that only a challenge has.
    const CHALLENGE_JSON: u16 = 1 << 1;
    const CHALLENGE_SID: u16 = 1 << 2;
    const ENTITY_IDENTITY: u16 = 1 << 3;
    const FRIENDLY_NAME: u16 = 1 << 4;
    const FACTOR_SID: u16 = 1 << 5;
    const FACTOR_TYPE: u16 = 1 << 6;
    const PUSH: u16 = 1 << 7;
    /// A parameter of version 2, whatever it holds.
    const V2: u16 = 1 << 8;
    /// An unknown parameter holds a documented name of two words.
    const HOLDING: u16 = 1 << 9;
    /// The event type is unknown.
    const OTHER: u16 = 1 << 10;

    const fn has(self, bits: u16) -> bool {
        self.0 & bits == bits
    }

    const fn and(self, bits: u16) -> Self {
        Self(self.0 | bits)
    }

    /// With one more documented parameter; `None` if no event consists of these.
    pub(super) fn with(self, name: Name, value: &str) -> Option<Self> {
        let is_object = AbsentJson::of(value).is_none();
        let shape = self.and(match name {
            Name::ChallengeDetails if is_object => Self::V2 | Self::CHALLENGE_JSON | Self::DETAILS,
            Name::ChallengeHiddenDetails | Name::ChallengeMetadata if is_object => {
                Self::V2 | Self::CHALLENGE_JSON
            }
            Name::ChallengeDetails
            | Name::ChallengeHiddenDetails
            | Name::ChallengeMetadata
            | Name::FactorMetadata => Self::V2,
            Name::ChallengeSid => Self::CHALLENGE_SID,
            Name::EntityIdentity => Self::ENTITY_IDENTITY,
            Name::FactorFriendlyName => Self::FRIENDLY_NAME | Self::V2,
            Name::FactorSid => Self::FACTOR_SID,
            Name::FactorType if value == FactorType::PUSH => {
                Self::FACTOR_TYPE | Self::V2 | Self::PUSH
            }
            Name::FactorType => Self::FACTOR_TYPE | Self::V2,
            Name::Type => return self.with_type(EventType::of(value).ok()?),
            Name::Uuid => return Some(self),
            Name::AccountSid | Name::ServiceSid => 0,
        });
        (!shape.has(Self::HOLDING) || shape.is_start(name)).then_some(shape)
    }

    /// With an unknown parameter that holds a documented name of two words. There is none in an event of an unknown
    /// type, as nothing else tells which parameters it has.
    pub(super) fn holding(self) -> Option<Self> {
        (!self.has(Self::OTHER)).then_some(self.and(Self::HOLDING))
    }

    /// Tells whether an event of a known type may start with these parameters, up to a name.
    pub(super) fn is_start(self, last: Name) -> bool {
        // Before it was the type, up to which all were there.
        if last == Name::Uuid {
            return true;
        }
        let is_missing = |name, bit| last > name && !self.has(bit);
        let lacks_version_2 = self.has(Self::V2)
            && (is_missing(Name::FactorFriendlyName, Self::FRIENDLY_NAME)
                || is_missing(Name::FactorType, Self::FACTOR_TYPE));
        !(is_missing(Name::EntityIdentity, Self::ENTITY_IDENTITY)
            || is_missing(Name::FactorSid, Self::FACTOR_SID)
            || lacks_version_2)
    }

    /// The parameters before it have no influence on those after it.
    fn with_type(self, event_type: EventType) -> Option<Self> {
        let fits = match event_type {
            EventType::Other => return (!self.has(Self::HOLDING)).then_some(Self(Self::OTHER)),
            EventType::Factor(_) => {
                !self.has(Self::CHALLENGE_SID) && !self.has(Self::CHALLENGE_JSON)
            }
            EventType::Challenge(_) => {
                self.has(Self::CHALLENGE_SID) && (!self.has(Self::PUSH) || self.has(Self::DETAILS))
            }
        };
        (fits && self.is_start(Name::Type)).then_some(Self::NONE)
    }
}
