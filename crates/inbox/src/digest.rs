use std::fmt;

use sha2::{Digest as _, Sha256};
use twilio_verify_webhooks::Event;

/// What is put before the parameters, so that another list or another order would be another digest.
const VERSION: &[u8] = b"twilio-verify-webhooks inbox digest 1";

/// The parameters that Twilio documents, in the order of their bytes. The list is frozen: a digest in a database of
/// years ago must come out the same.
const PARAMETERS: [&str; 13] = [
    "account_sid",
    "challenge_details",
    "challenge_hidden_details",
    "challenge_metadata",
    "challenge_sid",
    "entity_identity",
    "factor_friendly_name",
    "factor_metadata",
    "factor_sid",
    "factor_type",
    "service_sid",
    "type",
    "uuid",
];

/// Tells whether two deliveries with one id say the same.
///
/// The first 16 bytes of SHA-256 over a version and then, for each documented parameter that the event has, name and
/// value, each preceded by its length as four bytes, most significant first. Parameters that Twilio does not document
/// are left out: one may be added between two tries of one delivery.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; Self::LEN]);

impl Digest {
    /// How many bytes a digest has.
    pub const LEN: usize = 16;

    /// Computes the digest of an event.
    #[must_use]
    pub fn of(event: &Event<'_>) -> Self {
        let mut hash = Sha256::new();
        hash.update(VERSION);
        for (name, value) in event.parameters() {
            if PARAMETERS.binary_search(&name).is_ok() {
                for text in [name, value] {
                    // A form of 4 GiB is far beyond what any receiver accepts.
                    let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
                    hash.update(len.to_be_bytes());
                    hash.update(text);
                }
            }
        }
        Self::cut(hash.finalize().into())
    }

    /// Takes the first bytes of a hash.
    pub(crate) fn cut(hash: [u8; 32]) -> Self {
        let mut digest = [0; Self::LEN];
        for (byte, hashed) in digest.iter_mut().zip(hash) {
            *byte = hashed;
        }
        Self(digest)
    }

    /// Takes the bytes as a store keeps them; `None` if they are not 16.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Returns the bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl From<[u8; Digest::LEN]> for Digest {
    fn from(bytes: [u8; Digest::LEN]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}
