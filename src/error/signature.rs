use crate::signature::Algorithm;

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
    /// The header is there without a value.
    #[error("expected a signature, found an empty X-Twilio-Signature header")]
    Empty,
    /// Several signatures stand in one line, joined with commas.
    #[error("expected one signature, found several joined at byte {position}")]
    Joined {
        /// Where the first comma stands.
        position: usize,
    },
    /// White space stands in or around the signature.
    #[error("expected a signature without white space, found some at byte {position}")]
    WhiteSpace {
        /// Where the first of it stands.
        position: usize,
    },
    /// The signature is spelled in the URL-safe alphabet of base64.
    #[error("expected the standard alphabet of base64, found the URL-safe one at byte {position}")]
    UrlSafeAlphabet {
        /// Where the first `-` or `_` stands.
        position: usize,
    },
    /// A byte belongs to no base64.
    #[error("expected base64, found another character at byte {position}")]
    NotBase64 {
        /// Where the first such byte stands.
        position: usize,
    },
    /// The `=` that fill up the base64 are too few, too many or in the wrong place.
    #[error("expected base64 of {expected} characters that ends in one `=`, found other padding")]
    Padding {
        /// How long the signature is, with its padding.
        expected: usize,
    },
    /// The signature is not as long as the algorithm makes it.
    #[error("expected a signature of {expected} characters, found {found}")]
    Length {
        /// How long a signature of this algorithm is.
        expected: usize,
        /// How long the received one is.
        found: usize,
    },
    /// The last character has bits set that stand for nothing, so the same tag has another spelling.
    #[error("expected canonical base64, found spare bits set in its last character")]
    SpareBits,
    /// There are several `X-Twilio-Webhooks-Signature-Settings` lines.
    #[error("expected at most one X-Twilio-Webhooks-Signature-Settings header, found {count}")]
    SeveralSettings {
        /// How many there are.
        count: usize,
    },
    /// The `X-Twilio-Webhooks-Signature-Settings` header is not a list like `key=…,algorithm=…`, each once.
    #[error(
        "expected X-Twilio-Webhooks-Signature-Settings to be like key=…,algorithm=…, found another form"
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
    #[error("signature does not match, {tries} combinations of a key and a form of the URL tried")]
    Mismatch {
        /// How many combinations of a key and a form of the URL were tried.
        tries: usize,
    },
    /// The configured URL of a JSON webhook has a `bodySHA256` parameter. Twilio appends it to the URL, and the hash
    /// is that of the body received: configure the URL without it.
    #[error("expected a configured URL without bodySHA256, which Twilio appends to it")]
    ConfiguredBodyHash,
}
