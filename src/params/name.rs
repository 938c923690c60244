use std::cmp::Ordering;

macro_rules! names {
    ($($name:ident = $text:literal;)+) => {
        /// A parameter name that Twilio documents, in the order of their bytes, which is the order they are signed in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(clippy::enum_variant_names, reason = "the names are Twilio's")]
        pub(crate) enum Name {
            $($name,)+
        }

        impl Name {
            pub(crate) const ALL: [Self; [$($text),+].len()] = [$(Self::$name),+];

            pub(crate) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

names! {
    AccountSid = "account_sid";
    ChallengeDetails = "challenge_details";
    ChallengeHiddenDetails = "challenge_hidden_details";
    ChallengeMetadata = "challenge_metadata";
    ChallengeSid = "challenge_sid";
    EntityIdentity = "entity_identity";
    FactorFriendlyName = "factor_friendly_name";
    FactorMetadata = "factor_metadata";
    FactorSid = "factor_sid";
    FactorType = "factor_type";
    ServiceSid = "service_sid";
    Type = "type";
    Uuid = "uuid";
}

impl Name {
    /// How many bytes the longest has.
    pub(crate) const LONGEST: usize = Self::ChallengeHiddenDetails.as_str().len();

    /// Returns the position of the name in [`ALL`](Self::ALL).
    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    /// Returns that position as a bit.
    pub(crate) const fn bit(self) -> u16 {
        1 << self as u16
    }

    /// Tells whether the name has two words or more.
    pub(crate) const fn is_joined(self) -> bool {
        !matches!(self, Self::Type | Self::Uuid)
    }

    /// Tells whether the parameter is a SID.
    pub(crate) const fn is_sid(self) -> bool {
        matches!(
            self,
            Self::AccountSid | Self::ChallengeSid | Self::FactorSid | Self::ServiceSid
        )
    }

    /// Tells whether the parameter is nested JSON.
    pub(crate) const fn is_json(self) -> bool {
        matches!(
            self,
            Self::ChallengeDetails
                | Self::ChallengeHiddenDetails
                | Self::ChallengeMetadata
                | Self::FactorMetadata
        )
    }

    /// Finds the first place in a text where a name of two words or more starts.
    pub(crate) fn find_joined(text: &str) -> Option<usize> {
        let starts = |underscore: usize| {
            let mut names = Self::ALL.into_iter().map(Self::as_str);
            names.find_map(|name| {
                let start = underscore.checked_sub(name.find('_')?)?;
                text.get(start..)?.starts_with(name).then_some(start)
            })
        };
        let mut underscores = text.match_indices('_');
        underscores.find_map(|(underscore, _)| starts(underscore))
    }

    /// The first two letters of the names, in order.
    const STARTS: [&[u8; 2]; 7] = [b"ac", b"ch", b"en", b"fa", b"se", b"ty", b"uu"];

    /// Tells whether the first two letters are those of a name.
    pub(crate) fn may_start(text: &[u8]) -> bool {
        let first = text.first_chunk();
        first.is_some_and(|first| Self::STARTS.contains(&first))
    }

    /// Tells before how many of those first two letters a text does not sort that starts with these, as a bit. No bit
    /// is set if two letters are not enough to tell.
    #[inline(always)]
    pub(crate) fn order(first: u8, second: u8) -> u8 {
        const ORDERS: [(u8, u8); 256] = Name::orders();
        let (bit, known) = ORDERS.get(usize::from(first)).copied().unwrap_or_default();
        match second.cmp(&known) {
            Ordering::Less => bit,
            Ordering::Equal => 0,
            Ordering::Greater => bit << 1,
        }
    }

    /// The bit for each first letter, and the second letter of the name that starts with it, if any.
    #[allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "computed by the compiler"
    )]
    const fn orders() -> [(u8, u8); 256] {
        let mut orders = [(0, u8::MAX); 256];
        let (mut letter, mut before) = (b'a', 0);
        while letter <= b'z' {
            let mut known = u8::MAX;
            if before < Self::STARTS.len() && Self::STARTS[before][0] == letter {
                known = Self::STARTS[before][1];
            }
            orders[letter as usize] = (1 << before, known);
            if known != u8::MAX {
                before += 1;
            }
            letter += 1;
        }
        orders
    }

    /// Finds the name by its length and first letter, which no two of them share.
    #[inline(always)]
    pub(crate) fn of(name: &[u8]) -> Option<Self> {
        match (name.len(), name.first()?) {
            (4, b't') => Self::Type.only_if(name, b"type"),
            (4, _) => Self::Uuid.only_if(name, b"uuid"),
            (10, _) => Self::FactorSid.only_if(name, b"factor_sid"),
            (11, b'a') => Self::AccountSid.only_if(name, b"account_sid"),
            (11, b'f') => Self::FactorType.only_if(name, b"factor_type"),
            (11, _) => Self::ServiceSid.only_if(name, b"service_sid"),
            (13, _) => Self::ChallengeSid.only_if(name, b"challenge_sid"),
            (15, b'e') => Self::EntityIdentity.only_if(name, b"entity_identity"),
            (15, _) => Self::FactorMetadata.only_if(name, b"factor_metadata"),
            (17, _) => Self::ChallengeDetails.only_if(name, b"challenge_details"),
            (18, _) => Self::ChallengeMetadata.only_if(name, b"challenge_metadata"),
            (20, _) => Self::FactorFriendlyName.only_if(name, b"factor_friendly_name"),
            (24, _) => Self::ChallengeHiddenDetails.only_if(name, b"challenge_hidden_details"),
            _ => None,
        }
    }

    /// Compares texts of one length, known to the compiler, which takes a few instructions if it is inlined.
    #[inline(always)]
    fn only_if<const LEN: usize>(self, name: &[u8], known: &[u8; LEN]) -> Option<Self> {
        (name == known).then_some(self)
    }
}
