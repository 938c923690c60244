use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

use crate::api::error::CredentialsError;
use crate::sid::{self, AccountSid};

/// What replaces credentials in texts.
const CUT_OUT: &str = "[credentials]";

/// What calls of the API are authenticated with. It has nothing to do with the keys that sign webhooks.
///
/// Twilio recommends [API keys](https://www.twilio.com/docs/iam/api-keys), which can be revoked one by one, and account
/// SID and auth token for local tests only. Both belong to one Twilio Region.
#[derive(Clone)]
pub struct Credentials {
    secret: Box<str>,
    /// User and secret, as in the header.
    encoded: Box<str>,
    authorization: HeaderValue,
}

impl Credentials {
    /// Takes the SID of an API key, which starts with `SK`, and its secret.
    ///
    /// # Errors
    ///
    /// [`CredentialsError`] if the SID is none, or if the secret is empty or holds other characters than letters, digits
    /// and `-._~`.
    ///
    /// ```
    /// use std::{env, error::Error};
    /// use twilio_verify_webhooks::api::{Credentials, CredentialsError};
    ///
    /// fn credentials() -> Result<Credentials, Box<dyn Error>> {
    ///     let (sid, secret) = (env::var("TWILIO_API_KEY")?, env::var("TWILIO_API_SECRET")?);
    ///     Ok(Credentials::api_key(&sid, &secret)?)
    /// }
    ///
    /// // The SID of an account is not that of a key.
    /// let error = Credentials::api_key("AC0123456789abcdef0123456789abcdef", "a-secret-for-tests");
    /// assert!(matches!(error, Err(CredentialsError::KeySid(_))));
    /// ```
    pub fn api_key(sid: &str, secret: &str) -> Result<Self, CredentialsError> {
        sid::check("SK", sid.as_bytes()).map_err(CredentialsError::KeySid)?;
        Self::new(sid, secret)
    }

    /// Takes the SID of an account and its auth token.
    ///
    /// # Errors
    ///
    /// [`CredentialsError`] if the token is empty or holds other characters than letters, digits and `-._~`.
    ///
    /// ```
    /// use twilio_verify_webhooks::AccountSid;
    /// use twilio_verify_webhooks::api::{Credentials, CredentialsError};
    ///
    /// let account_sid = AccountSid::new("AC0123456789abcdef0123456789abcdef")?;
    /// assert!(Credentials::auth_token(account_sid, "a-token-for-tests").is_ok());
    /// // With the line end of the file that it was read from:
    /// let error = Credentials::auth_token(account_sid, "a-token-for-tests\n").unwrap_err();
    /// assert_eq!(error, CredentialsError::Character { position: 17 });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn auth_token(account_sid: AccountSid, token: &str) -> Result<Self, CredentialsError> {
        Self::new(account_sid.as_str(), token)
    }

    fn new(user: &str, secret: &str) -> Result<Self, CredentialsError> {
        if secret.is_empty() {
            return Err(CredentialsError::Empty);
        }
        // No encoding of a text changes these, so a secret that comes back is found in every one.
        let fits =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        if let Some(position) = secret.bytes().position(|byte| !fits(byte)) {
            return Err(CredentialsError::Character { position });
        }
        let encoded = STANDARD.encode(format!("{user}:{secret}"));
        let mut authorization = HeaderValue::try_from(format!("Basic {encoded}"))
            .map_err(|_| CredentialsError::Character { position: 0 })?;
        authorization.set_sensitive(true);
        Ok(Self {
            secret: secret.into(),
            encoded: encoded.into(),
            authorization,
        })
    }

    /// The value of the header, marked sensitive.
    pub(super) fn authorization(&self) -> HeaderValue {
        self.authorization.clone()
    }

    /// Returns a text without the secret, plain or as in the header.
    pub(crate) fn cut_out_of(&self, text: &str) -> String {
        // JSON and forms may escape the `=` at the end.
        let unpadded = self.encoded.trim_end_matches('=');
        text.replace(&*self.encoded, CUT_OUT)
            .replace(unpadded, CUT_OUT)
            .replace(&*self.secret, CUT_OUT)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}
