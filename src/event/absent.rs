//! Nested JSON that was sent without an object.

use crate::params::{Name, Params};

/// How a JSON parameter is sent that says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum AbsentJson {
    Blank,
    Null,
}

impl AbsentJson {
    pub(super) fn of(text: &str) -> Option<Self> {
        match text {
            "" => Some(Self::Blank),
            "null" => Some(Self::Null),
            _ => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Blank => "",
            Self::Null => "null",
        }
    }
}

/// The JSON parameters of an event that are absent, as they were sent, so that serde writes them so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct AbsentParameters([Option<AbsentJson>; 4]);

impl AbsentParameters {
    const NAMES: [Name; 4] = [
        Name::ChallengeDetails,
        Name::ChallengeHiddenDetails,
        Name::ChallengeMetadata,
        Name::FactorMetadata,
    ];

    pub(super) fn of(params: Params<'_>) -> Self {
        Self(Self::NAMES.map(|name| params.documented(name).and_then(AbsentJson::of)))
    }

    /// Returns the value of a parameter that was sent, and holds no object.
    pub(super) fn get(&self, name: Name) -> Option<&'static str> {
        let mut sent = Self::NAMES.into_iter().zip(self.0);
        let (_, absent) = sent.find(|&(other, _)| other == name)?;
        absent.map(AbsentJson::as_str)
    }
}
