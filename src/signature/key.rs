use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::Sha256;

use super::header::Tag;
use super::write_params;
use crate::error::KeyError;

/// How a signature is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC-SHA1 (RFC 2104): every AuthToken, and SharedKeys made for it.
    HmacSha1,
    /// HMAC-SHA256: SharedKeys made for it.
    HmacSha256,
}

impl Algorithm {
    /// Returns the name used in the [settings header](crate::SIGNATURE_SETTINGS_HEADER).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC_SHA1",
            Self::HmacSha256 => "HMAC_SHA256",
        }
    }

    /// How many bytes a tag has.
    pub(super) const fn tag_len(self) -> usize {
        match self {
            Self::HmacSha1 => 20,
            Self::HmacSha256 => 32,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A keyed MAC, ready for the text. Wiped from memory when dropped.
#[derive(Clone)]
pub(crate) enum Mac {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
}

impl Mac {
    fn new(algorithm: Algorithm, secret: &str) -> Result<Self, KeyError> {
        if secret.is_empty() {
            return Err(KeyError::Empty);
        }
        match secret.trim() {
            "" => return Err(KeyError::Blank),
            trimmed if trimmed.len() < secret.len() => return Err(KeyError::Padded),
            _ => {}
        }
        let secret = secret.as_bytes();
        match algorithm {
            Algorithm::HmacSha1 => Hmac::new_from_slice(secret).map(Self::Sha1),
            Algorithm::HmacSha256 => Hmac::new_from_slice(secret).map(Self::Sha256),
        }
        // HMAC takes keys of every length.
        .map_err(|_| KeyError::Empty)
    }

    pub(crate) fn update(&mut self, text: &[u8]) {
        match self {
            Self::Sha1(mac) => mac.update(text),
            Self::Sha256(mac) => mac.update(text),
        }
    }

    /// Takes in the rest of a text, piece by piece, and compares in constant time. The state stays as it is.
    pub(crate) fn verify<'t>(&self, rest: impl IntoIterator<Item = &'t [u8]>, tag: &Tag) -> bool {
        match self {
            Self::Sha1(mac) => verify(mac.clone(), rest, tag),
            Self::Sha256(mac) => verify(mac.clone(), rest, tag),
        }
    }

    pub(crate) const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Sha1(_) => Algorithm::HmacSha1,
            Self::Sha256(_) => Algorithm::HmacSha256,
        }
    }

    /// Returns the value of the signature header.
    fn sign<N: AsRef<str>, V: AsRef<str>>(
        &self,
        url: &str,
        params: impl IntoIterator<Item = (N, V)>,
    ) -> String {
        let mut mac = self.clone();
        mac.update(url.as_bytes());
        write_params(params, |piece| mac.update(piece.as_bytes()));
        match mac {
            Self::Sha1(mac) => STANDARD.encode(mac.finalize().into_bytes()),
            Self::Sha256(mac) => STANDARD.encode(mac.finalize().into_bytes()),
        }
    }
}

fn verify<'t>(
    mut mac: impl hmac::Mac,
    rest: impl IntoIterator<Item = &'t [u8]>,
    tag: &Tag,
) -> bool {
    for piece in rest {
        mac.update(piece);
    }
    mac.verify_slice(tag.as_bytes()).is_ok()
}

/// The AuthToken of a Twilio account: the key of its webhooks unless a [`SharedKey`] replaces it.
///
/// A sub-account signs with its own token, and an account with two signs with the primary one. Only the keyed
/// HMAC-SHA1 state is kept, not the text, and it is wiped from memory when dropped.
#[derive(Clone)]
pub struct AuthToken(Mac);

impl AuthToken {
    /// Takes the token as the Twilio Console shows it.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if it is empty or blank or has white space around it.
    pub fn new(token: &str) -> Result<Self, KeyError> {
        Mac::new(Algorithm::HmacSha1, token).map(Self)
    }

    /// Signs as Twilio does and returns the value of the [signature header](crate::SIGNATURE_HEADER).
    ///
    /// See [`Key::sign`].
    #[must_use]
    pub fn sign<N: AsRef<str>, V: AsRef<str>>(
        &self,
        url: &str,
        params: impl IntoIterator<Item = (N, V)>,
    ) -> String {
        self.0.sign(url, params)
    }
}

impl fmt::Debug for AuthToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthToken(…)")
    }
}

/// A SharedKey of Twilio's webhook settings: an id, a secret, and the algorithm it signs with.
///
/// Only the keyed HMAC state of the secret is kept, and it is wiped from memory when dropped. To accept one key
/// with both algorithms, configure it twice.
#[derive(Clone)]
pub struct SharedKey {
    id: Box<str>,
    mac: Mac,
}

impl SharedKey {
    /// Takes id and secret as Twilio shows them when the key is created.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the secret is empty or blank or has white space around it, or if the id cannot
    /// appear in the [settings header](crate::SIGNATURE_SETTINGS_HEADER).
    pub fn new(id: &str, secret: &str, algorithm: Algorithm) -> Result<Self, KeyError> {
        let fits = |byte: u8| byte.is_ascii_graphic() && byte != b',';
        if id.is_empty() || !id.bytes().all(fits) {
            return Err(KeyError::Id);
        }
        Ok(Self {
            id: id.into(),
            mac: Mac::new(algorithm, secret)?,
        })
    }

    /// Returns the id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.mac.algorithm()
    }

    /// Returns the value of the [settings header](crate::SIGNATURE_SETTINGS_HEADER) that goes with a signature of
    /// this key.
    #[must_use]
    pub fn settings(&self) -> String {
        format!("key={},algorithm={}", self.id, self.algorithm())
    }

    /// Signs as Twilio does and returns the value of the [signature header](crate::SIGNATURE_HEADER).
    ///
    /// See [`Key::sign`].
    #[must_use]
    pub fn sign<N: AsRef<str>, V: AsRef<str>>(
        &self,
        url: &str,
        params: impl IntoIterator<Item = (N, V)>,
    ) -> String {
        self.mac.sign(url, params)
    }
}

impl fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedKey")
            .field("id", &self.id)
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}

/// A key that Twilio may have signed with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Key {
    /// An account's AuthToken.
    AuthToken(AuthToken),
    /// A SharedKey of the webhook settings.
    SharedKey(SharedKey),
}

impl Key {
    /// Returns the algorithm this key signs with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.mac().algorithm()
    }

    /// Returns the id, which only a SharedKey has.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::AuthToken(_) => None,
            Self::SharedKey(key) => Some(key.id()),
        }
    }

    /// Signs as Twilio does and returns the value of the [signature header](crate::SIGNATURE_HEADER).
    ///
    /// The URL is signed byte for byte as given. Parameters may come in any order; a name may repeat, and each
    /// distinct value of it counts once.
    ///
    /// ```
    /// use twilio_verify_webhooks::{AuthToken, Key};
    ///
    /// # fn main() -> Result<(), twilio_verify_webhooks::KeyError> {
    /// // The worked example of Twilio's "Validating requests" guide.
    /// let key = Key::from(AuthToken::new("12345")?);
    /// let params = [
    ///     ("Digits", "1234"),
    ///     ("To", "+18005551212"),
    ///     ("From", "+14158675310"),
    ///     ("Caller", "+14158675310"),
    ///     ("CallSid", "CA1234567890ABCDE"),
    /// ];
    /// let signature = key.sign("https://example.com/myapp.php?foo=1&bar=2", params);
    /// assert_eq!(signature, "L/OH5YylLD5NRKLltdqwSvS0BnU=");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn sign<N: AsRef<str>, V: AsRef<str>>(
        &self,
        url: &str,
        params: impl IntoIterator<Item = (N, V)>,
    ) -> String {
        self.mac().sign(url, params)
    }

    pub(crate) const fn mac(&self) -> &Mac {
        match self {
            Self::AuthToken(AuthToken(mac)) | Self::SharedKey(SharedKey { mac, .. }) => mac,
        }
    }
}

impl From<AuthToken> for Key {
    fn from(token: AuthToken) -> Self {
        Self::AuthToken(token)
    }
}

impl From<SharedKey> for Key {
    fn from(key: SharedKey) -> Self {
        Self::SharedKey(key)
    }
}
