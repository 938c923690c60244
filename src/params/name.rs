/// A parameter name that Twilio documents, in the order of their bytes, which is the order they are signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(clippy::enum_variant_names, reason = "the names are Twilio's")]
pub(crate) enum Name {
    AccountSid,
    ChallengeDetails,
    ChallengeHiddenDetails,
    ChallengeMetadata,
    ChallengeSid,
    EntityIdentity,
    FactorFriendlyName,
    FactorMetadata,
    FactorSid,
    FactorType,
    ServiceSid,
    Type,
    Uuid,
}

impl Name {
    pub(crate) const ALL: [Self; 13] = [
        Self::AccountSid,
        Self::ChallengeDetails,
        Self::ChallengeHiddenDetails,
        Self::ChallengeMetadata,
        Self::ChallengeSid,
        Self::EntityIdentity,
        Self::FactorFriendlyName,
        Self::FactorMetadata,
        Self::FactorSid,
        Self::FactorType,
        Self::ServiceSid,
        Self::Type,
        Self::Uuid,
    ];

    /// Where the name stands in [`ALL`](Self::ALL).
    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::AccountSid => "account_sid",
            Self::ChallengeDetails => "challenge_details",
            Self::ChallengeHiddenDetails => "challenge_hidden_details",
            Self::ChallengeMetadata => "challenge_metadata",
            Self::ChallengeSid => "challenge_sid",
            Self::EntityIdentity => "entity_identity",
            Self::FactorFriendlyName => "factor_friendly_name",
            Self::FactorMetadata => "factor_metadata",
            Self::FactorSid => "factor_sid",
            Self::FactorType => "factor_type",
            Self::ServiceSid => "service_sid",
            Self::Type => "type",
            Self::Uuid => "uuid",
        }
    }

    pub(crate) const fn of(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"account_sid" => Self::AccountSid,
            b"challenge_details" => Self::ChallengeDetails,
            b"challenge_hidden_details" => Self::ChallengeHiddenDetails,
            b"challenge_metadata" => Self::ChallengeMetadata,
            b"challenge_sid" => Self::ChallengeSid,
            b"entity_identity" => Self::EntityIdentity,
            b"factor_friendly_name" => Self::FactorFriendlyName,
            b"factor_metadata" => Self::FactorMetadata,
            b"factor_sid" => Self::FactorSid,
            b"factor_type" => Self::FactorType,
            b"service_sid" => Self::ServiceSid,
            b"type" => Self::Type,
            b"uuid" => Self::Uuid,
            _ => return None,
        })
    }
}
