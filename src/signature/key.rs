use std::fmt;

use super::mac::Mac;
use super::secret;
use super::string_to_sign::write_params;
use crate::algorithm::Algorithm;
use crate::error::KeyError;

/// Absorbs a secret, unless it cannot be right.
fn keyed(algorithm: Algorithm, secret: &str) -> Result<Mac, KeyError> {
    secret::check(secret)?;
    Mac::new(algorithm, secret.as_bytes()).ok_or(KeyError::Empty)
}

/// The AuthToken of a Twilio account: the key of its webhooks unless a [`SharedKey`] replaces it.
///
/// A sub-account signs with its own token, and an account with two signs with the primary one.
///
/// Only the keyed HMAC-SHA1 state is kept, not the text. It suffices to sign. It is overwritten when dropped; copies
/// that a move leaves on the stack or the heap, and the padded key while the state is computed, are not.
#[derive(Clone)]
pub struct AuthToken(Mac);

impl AuthToken {
    /// Takes the token as the Twilio Console shows it.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if it cannot be one: it is empty, it holds white space, a control or an invisible character, it has
    /// quotes around it, or it has the form of a SID. Whether it has the 32 hexadecimal digits of Twilio's tokens is
    /// not checked, because tests use others.
    ///
    /// ```
    /// use std::{env, error::Error};
    /// use twilio_verify_webhooks::{AuthToken, KeyError};
    ///
    /// fn token() -> Result<AuthToken, Box<dyn Error>> {
    ///     Ok(AuthToken::new(&env::var("TWILIO_AUTH_TOKEN")?)?)
    /// }
    ///
    /// // With the line end of the file that it was read from:
    /// let error = AuthToken::new("0123456789abcdef0123456789abcdef\n").unwrap_err();
    /// assert_eq!(error, KeyError::WhiteSpace { position: 32 });
    /// ```
    pub fn new(token: &str) -> Result<Self, KeyError> {
        keyed(Algorithm::HmacSha1, token).map(Self)
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
        sign(&self.0, url, params)
    }
}

impl fmt::Debug for AuthToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthToken(…)")
    }
}

/// A SharedKey of Twilio's webhook settings: an id, a secret, and the algorithm it signs with.
///
/// Only the keyed HMAC state of the secret is kept, and it is overwritten when dropped; see [`AuthToken`] for what is
/// not. To accept one key with both algorithms, configure it twice.
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
    /// [`KeyError`] if the secret cannot be one, as for [`AuthToken::new`], or if the id could not be written in the
    /// [settings header](crate::SIGNATURE_SETTINGS_HEADER).
    ///
    /// ```
    /// use twilio_verify_webhooks::{Algorithm, KeyError, SharedKey};
    ///
    /// let key = SharedKey::new("key_1", "a-secret-for-tests", Algorithm::HmacSha256)?;
    /// assert_eq!(key.id(), "key_1");
    /// let error = SharedKey::new("key 1", "a-secret-for-tests", Algorithm::HmacSha256).unwrap_err();
    /// assert_eq!(error, KeyError::Id);
    /// # Ok::<(), KeyError>(())
    /// ```
    pub fn new(id: &str, secret: &str, algorithm: Algorithm) -> Result<Self, KeyError> {
        let fits = |byte: u8| byte.is_ascii_graphic() && byte != b',';
        if id.is_empty() || !id.bytes().all(fits) {
            return Err(KeyError::Id);
        }
        Ok(Self {
            id: id.into(),
            mac: keyed(algorithm, secret)?,
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
        sign(&self.mac, url, params)
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
        sign(self.mac(), url, params)
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

/// Returns the value of the signature header.
fn sign<N: AsRef<str>, V: AsRef<str>>(
    mac: &Mac,
    url: &str,
    params: impl IntoIterator<Item = (N, V)>,
) -> String {
    let mut mac = mac.clone();
    mac.update(url.as_bytes());
    write_params(params, |piece| mac.update(piece.as_bytes()));
    mac.into_header()
}
