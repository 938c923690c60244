//! Ways in which a signature is not canonical base64, each as the error that the plainest example of it has.

use twilio_verify_webhooks::signature::{self, SignedUrl};
use twilio_verify_webhooks::{Algorithm, Key, SharedKey, SignatureError};

#[derive(Debug, Clone, Copy)]
#[allow(dead_code, reason = "not every test needs every one")]
pub(crate) enum Spelling {
    Empty,
    Joined { position: usize },
    WhiteSpace { position: usize },
    UrlSafeAlphabet { position: usize },
    NotBase64 { position: usize },
    Padding { expected: usize },
    Length { expected: usize, found: usize },
    SpareBits,
}

impl Spelling {
    /// The plainest example, and how long a signature should have been.
    fn example(self) -> (String, usize) {
        let digits = |count| "A".repeat(count);
        match self {
            Self::Empty => (String::new(), 28),
            Self::Joined { position } => (digits(position) + ",", 28),
            Self::WhiteSpace { position } => (digits(position) + " ", 28),
            Self::UrlSafeAlphabet { position } => (digits(position) + "-", 28),
            Self::NotBase64 { position } => (digits(position) + "*", 28),
            Self::Padding { expected } => (digits(expected), expected),
            Self::Length { expected, found } => (digits(found), expected),
            Self::SpareBits => (digits(26) + "B=", 28),
        }
    }
}

impl From<Spelling> for SignatureError {
    fn from(spelling: Spelling) -> Self {
        let (example, expected) = spelling.example();
        let algorithm = match expected {
            28 => Algorithm::HmacSha1,
            _ => Algorithm::HmacSha256,
        };
        let key: Key = SharedKey::new("key", "secret", algorithm).unwrap().into();
        let url = SignedUrl::new("https://example.com").unwrap();
        let error = signature::verify::<&str, &str>(&key, &url, [], example.as_bytes());
        let error = error.unwrap_err();
        assert_eq!(format!("{error:?}"), format!("Malformed({spelling:?})"));
        error
    }
}
