use std::fmt;

use crate::algorithm::Algorithm;

/// Why a signature was refused.
///
/// It never holds a signature, received or expected: one that was refused may still be genuine, and Twilio's do
/// not expire. Positions are byte offsets into the header value, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// There is no `X-Twilio-Signature` header.
    #[error("expected an X-Twilio-Signature header, found none")]
    Missing,
    /// There are several `X-Twilio-Signature` lines.
    #[error("expected one X-Twilio-Signature header, found {count}")]
    SeveralLines {
        /// How many there are.
        count: usize,
    },
    /// The signature is not canonical base64 of the algorithm's length. The message says in which way.
    #[error(transparent)]
    Malformed(MalformedSignature),
    /// There are several `X-Twilio-Webhooks-Signature-Settings` lines.
    #[error("expected at most one X-Twilio-Webhooks-Signature-Settings header, found {count}")]
    SeveralSettings {
        /// How many there are.
        count: usize,
    },
    /// The `X-Twilio-Webhooks-Signature-Settings` header is not a list like `key=…,algorithm=…`, each once.
    #[error(
        "expected X-Twilio-Webhooks-Signature-Settings to be like key=…,algorithm=…, found something else"
    )]
    MalformedSettings,
    /// The settings header names an algorithm other than `HMAC_SHA1` and `HMAC_SHA256`.
    #[error(
        "expected the algorithm HMAC_SHA1 or HMAC_SHA256, found another in X-Twilio-Webhooks-Signature-Settings"
    )]
    UnknownAlgorithm,
    /// No configured key has the algorithm, and the id if one is given, that the delivery asks for.
    #[error("no configured key fits a signature made with {algorithm}{}", if *.names_id { " and the shared key named" } else { "" })]
    NoSuchKey {
        /// The algorithm asked for; HMAC-SHA1 where none is.
        algorithm: Algorithm,
        /// Whether the delivery names a SharedKey.
        names_id: bool,
    },
    /// The signature does not belong to this text under any key tried: the delivery is forged or altered, or the
    /// configured URL or key is not the one Twilio used.
    #[error(
        "signature does not match, {tries} combinations of a key and a variant of the URL tried; Receiver::diagnose of the feature diagnosis says why"
    )]
    Mismatch {
        /// How many combinations of a key and a variant of the URL were tried.
        tries: usize,
    },
    /// The configured URL of a JSON webhook has a `bodySHA256` parameter. Twilio appends it to the URL, and the hash
    /// is that of the body received: configure the URL without it.
    #[error("expected a configured URL without bodySHA256, which Twilio appends to it")]
    ConfiguredBodyHash,
}

/// In which way a signature is not canonical base64 of the algorithm's length.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MalformedSignature(Malformation);

impl MalformedSignature {
    /// Returns where in the header value the first byte is that does not belong there, if it is a matter of one byte.
    #[must_use]
    pub const fn position(&self) -> Option<usize> {
        match self.0 {
            Malformation::Joined { position }
            | Malformation::WhiteSpace { position }
            | Malformation::UrlSafeAlphabet { position }
            | Malformation::NotBase64 { position } => Some(position),
            _ => None,
        }
    }
}

impl From<Malformation> for MalformedSignature {
    fn from(malformation: Malformation) -> Self {
        Self(malformation)
    }
}

impl fmt::Display for MalformedSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for MalformedSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl std::error::Error for MalformedSignature {}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformation {
    #[error("expected a signature, found an empty X-Twilio-Signature header")]
    Empty,
    #[error("expected one signature, found several joined at byte {position}")]
    Joined { position: usize },
    #[error("expected a signature without white space, found some at byte {position}")]
    WhiteSpace { position: usize },
    #[error("expected the standard alphabet of base64, found the URL-safe one at byte {position}")]
    UrlSafeAlphabet { position: usize },
    #[error("expected base64, found another character at byte {position}")]
    NotBase64 { position: usize },
    /// The `=` at the end are too few, too many or in the wrong place.
    #[error("expected base64 of {expected} characters that ends in one `=`, found other padding")]
    Padding { expected: usize },
    #[error("expected a signature of {expected} characters, found {found}")]
    Length { expected: usize, found: usize },
    /// The last character has bits set that encode nothing, so the same tag has another spelling.
    #[error("expected canonical base64, found spare bits set in its last character")]
    SpareBits,
}
