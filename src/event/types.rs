use std::borrow::Cow;
use std::fmt;

use crate::error::EventError;
use crate::limits;
use crate::params::Name;

/// What happened to a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FactorEventType {
    /// `factor.created`: it exists and cannot be challenged yet.
    Created,
    /// `factor.verified`: it can be challenged now.
    Verified,
    /// `factor.deleted`: it is gone.
    Deleted,
}

/// How the user answered a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChallengeEventType {
    /// `challenge.approved`: let the user in.
    Approved,
    /// `challenge.denied`: do not.
    Denied,
}

impl FactorEventType {
    /// Returns the type as Twilio writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "factor.created",
            Self::Verified => "factor.verified",
            Self::Deleted => "factor.deleted",
        }
    }
}

impl ChallengeEventType {
    /// Returns the type as Twilio writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "challenge.approved",
            Self::Denied => "challenge.denied",
        }
    }
}

impl fmt::Display for FactorEventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for ChallengeEventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The parameter `type`.
#[derive(Clone, Copy)]
pub(super) enum EventType {
    Factor(FactorEventType),
    Challenge(ChallengeEventType),
    /// Of the form that a type Twilio adds later may have.
    Other,
}

impl EventType {
    pub(super) const DOCUMENTED: [&str; 5] = [
        FactorEventType::Created.as_str(),
        FactorEventType::Verified.as_str(),
        FactorEventType::Deleted.as_str(),
        ChallengeEventType::Approved.as_str(),
        ChallengeEventType::Denied.as_str(),
    ];

    pub(super) fn of(value: &str) -> Result<Self, EventError> {
        Ok(match value {
            "factor.created" => Self::Factor(FactorEventType::Created),
            "factor.verified" => Self::Factor(FactorEventType::Verified),
            "factor.deleted" => Self::Factor(FactorEventType::Deleted),
            "challenge.approved" => Self::Challenge(ChallengeEventType::Approved),
            "challenge.denied" => Self::Challenge(ChallengeEventType::Denied),
            other => {
                let words = other.split('.');
                if other.len() > limits::MAX_EVENT_TYPE_LENGTH
                    || words.clone().count() < 2
                    || !words.into_iter().all(is_snake_case)
                {
                    return Err(EventError::Unrecognized {
                        name: Name::Type.as_str(),
                        expected: "an event type such as factor.created, of at most 64 characters",
                    });
                }
                check_not_known(Name::Type, other, &Self::DOCUMENTED, &['.', '_'])?;
                Self::Other
            }
        })
    }
}

/// What kind of factor it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FactorType<'a> {
    /// `push`: the user answers on a device.
    Push,
    /// Another kind, in lower case and of at most 32 characters.
    Other(Cow<'a, str>),
}

impl<'a> FactorType<'a> {
    pub(super) const PUSH: &'static str = "push";

    /// The factor types of Twilio's API.
    pub(super) const KNOWN: [&'static str; 3] = [Self::PUSH, "totp", "passkeys"];

    pub(super) fn of(value: &'a str) -> Result<Self, EventError> {
        match value {
            Self::PUSH => Ok(Self::Push),
            other if other.len() <= limits::MAX_FACTOR_TYPE_LENGTH && is_snake_case(other) => {
                if !Self::KNOWN.contains(&other) {
                    check_not_known(Name::FactorType, other, &Self::KNOWN, &['_'])?;
                }
                Ok(Self::Other(other.into()))
            }
            _ => Err(EventError::Unrecognized {
                name: Name::FactorType.as_str(),
                expected: "a factor type such as push, of at most 32 characters",
            }),
        }
    }

    /// Returns the type as Twilio writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Push => Self::PUSH,
            Self::Other(other) => other,
        }
    }

    /// Converts to an owned value.
    #[must_use]
    pub fn into_owned(self) -> FactorType<'static> {
        match self {
            Self::Push => FactorType::Push,
            Self::Other(other) => FactorType::Other(Cow::Owned(other.into_owned())),
        }
    }
}

impl fmt::Display for FactorType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which of Twilio's webhook versions an event was sent with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum WebhookVersion {
    /// Legacy: identifiers only.
    V1,
    /// With the type and name of the factor, and the details of the challenge.
    V2,
}

impl fmt::Display for WebhookVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        })
    }
}

/// Checks that a later type does not start with a known one, unless it is joined to what follows: a known value ends
/// where it does.
fn check_not_known(
    name: Name,
    value: &str,
    known: &[&str],
    joins: &[char],
) -> Result<(), EventError> {
    let mut known = known.iter();
    match known.find(|known| {
        let rest = value.strip_prefix(**known);
        rest.is_some_and(|rest| !rest.starts_with(joins))
    }) {
        None => Ok(()),
        Some(known) => Err(EventError::Ambiguous {
            name: name.as_str(),
            position: known.len(),
        }),
    }
}

/// Lower-case words joined by single underscores.
fn is_snake_case(text: &str) -> bool {
    text.split('_')
        .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}
