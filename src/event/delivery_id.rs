use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::sid::{AccountSid, SidError};

/// The most characters that the uuid of a delivery may have.
const MAX_UUID_CHARS: usize = 64;

/// What identifies a delivery: the account and the uuid together, the same each time it is sent again.
///
/// Deduplicate on this, not on the uuid alone. The uuid is signed, but with the keys of one account: whoever holds
/// the AuthToken of *another* account that the same application receives can sign any uuid for that account first.
/// An application that compares uuids alone then takes the genuine approval for a repetition and drops it.
///
/// As text, in `Display` as in serde, it is the account's SID, a slash and the uuid. The SID has 34 characters, so
/// the text has one reading whatever the uuid holds, and the order of the values is the order of the texts.
///
/// The text is a key and is not escaped. Of a uuid only controls are refused, so it may hold characters that nobody sees or
/// that turn the direction of a line: write `text.escape_debug()` to logs. The adapters do so with the feature `tracing`.
///
/// ```
/// use twilio_verify_webhooks::{DeliveryId, Event};
///
/// # let json = r#"{
/// #     "account_sid": "AC0123456789abcdef0123456789abcdef",
/// #     "entity_identity": "ff483d1ff591898a9942916050d2ca3f",
/// #     "factor_sid": "YF0123456789abcdef0123456789abcdef",
/// #     "service_sid": "VA0123456789abcdef0123456789abcdef",
/// #     "type": "factor.verified",
/// #     "uuid": "e1d34d2c-73c4-4d1d-8d1f-6b6f0f5f1c5a"
/// # }"#;
/// # let event: Event = serde_json::from_str(json)?;
/// let id = event.delivery_id();
/// let text = id.to_string();
/// assert_eq!(text, "AC0123456789abcdef0123456789abcdef/e1d34d2c-73c4-4d1d-8d1f-6b6f0f5f1c5a");
/// assert_eq!(text.parse::<DeliveryId>()?, id);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId {
    account_sid: AccountSid,
    uuid: Box<str>,
}

impl DeliveryId {
    pub(super) fn new(account_sid: AccountSid, uuid: &str) -> Self {
        let uuid = uuid.into();
        Self { account_sid, uuid }
    }

    /// Returns the account whose keys signed the delivery.
    #[must_use]
    pub const fn account_sid(&self) -> AccountSid {
        self.account_sid
    }

    /// Returns the uuid, which identifies the delivery within its account.
    #[must_use]
    pub const fn uuid(&self) -> &str {
        &self.uuid
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account_sid, self.uuid)
    }
}

/// Why a text is no [`DeliveryId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryIdError {
    /// No slash follows the account.
    #[error("expected the SID of an account, a slash and a uuid")]
    NoSlash,
    /// What precedes the slash is not the SID of an account.
    #[error(transparent)]
    Account(SidError),
    /// The uuid is empty or has more than 64 characters.
    #[error("expected a uuid of 1 to {MAX_UUID_CHARS} characters, found {found}")]
    UuidLength {
        /// How many characters it has.
        found: usize,
    },
    /// The uuid holds a control character, which no uuid of a delivery does.
    #[error("expected a uuid without control characters, found one at byte {position}")]
    UuidCharacter {
        /// Offset of the character in bytes, counted from the start of the uuid.
        position: usize,
    },
}

impl FromStr for DeliveryId {
    type Err = DeliveryIdError;

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> Result<Self, DeliveryIdError> {
        let (account_sid, uuid) = text.split_once('/').ok_or(DeliveryIdError::NoSlash)?;
        let account_sid = AccountSid::new(account_sid).map_err(DeliveryIdError::Account)?;
        let found = uuid.chars().count();
        if !(1..=MAX_UUID_CHARS).contains(&found) {
            return Err(DeliveryIdError::UuidLength { found });
        }
        match uuid.find(char::is_control) {
            None => Ok(Self::new(account_sid, uuid)),
            Some(position) => Err(DeliveryIdError::UuidCharacter { position }),
        }
    }
}

impl Serialize for DeliveryId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DeliveryId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl de::Visitor<'_> for Text {
            type Value = DeliveryId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the SID of an account, a slash and a uuid")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<DeliveryId, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}
