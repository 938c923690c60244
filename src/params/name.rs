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

    #[inline]
    pub(crate) fn of(name: &[u8]) -> Option<Self> {
        match name.len() {
            4 => pick(name, [(b"type", Self::Type), (b"uuid", Self::Uuid)]),
            10 => pick(name, [(b"factor_sid", Self::FactorSid)]),
            11 => pick(
                name,
                [
                    (b"account_sid", Self::AccountSid),
                    (b"service_sid", Self::ServiceSid),
                    (b"factor_type", Self::FactorType),
                ],
            ),
            13 => pick(name, [(b"challenge_sid", Self::ChallengeSid)]),
            15 => pick(
                name,
                [
                    (b"entity_identity", Self::EntityIdentity),
                    (b"factor_metadata", Self::FactorMetadata),
                ],
            ),
            17 => pick(name, [(b"challenge_details", Self::ChallengeDetails)]),
            18 => pick(name, [(b"challenge_metadata", Self::ChallengeMetadata)]),
            20 => pick(name, [(b"factor_friendly_name", Self::FactorFriendlyName)]),
            24 => pick(
                name,
                [(b"challenge_hidden_details", Self::ChallengeHiddenDetails)],
            ),
            _ => None,
        }
    }
}

/// Compares with names of one length, which takes a few instructions each.
#[inline(always)]
fn pick<const LEN: usize, const COUNT: usize>(
    name: &[u8],
    known: [(&[u8; LEN], Name); COUNT],
) -> Option<Name> {
    let name: &[u8; LEN] = name.try_into().ok()?;
    known
        .into_iter()
        .find(|&(known, _)| known == name)
        .map(|(_, name)| name)
}
