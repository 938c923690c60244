//! The keys of one account.

use crate::error::{ConfigError, Refusal};
use crate::sid::AccountSid;
use crate::signature::Key;

/// The keys of one account, for an [`AccountReceiver`](crate::AccountReceiver).
///
/// A delivery that is verified with these keys must name this account. Build them once and keep them: building costs
/// an HMAC or two for each key.
#[derive(Debug, Clone)]
pub struct AccountKeys {
    account_sid: AccountSid,
    pub(super) keys: Box<[Key]>,
}

impl AccountKeys {
    /// Binds keys to the account that they belong to.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if no key is given, or a SharedKey twice.
    ///
    /// ```
    /// use twilio_verify_webhooks::{AccountKeys, AccountSid, AuthToken, ConfigError};
    ///
    /// let account_sid = AccountSid::new("AC0123456789abcdef0123456789abcdef")?;
    /// let keys = AccountKeys::new(account_sid, [AuthToken::new("a-token-for-tests")?])?;
    /// assert_eq!(keys.account_sid(), account_sid);
    /// let error = AccountKeys::new(account_sid, [] as [AuthToken; 0]).unwrap_err();
    /// assert_eq!(error, ConfigError::NoKey);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new<K: Into<Key>>(
        account_sid: AccountSid,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Self, ConfigError> {
        let keys: Box<[Key]> = keys.into_iter().map(Into::into).collect();
        check_keys(&keys)?;
        Ok(Self { account_sid, keys })
    }

    /// Returns the account.
    #[must_use]
    pub fn account_sid(&self) -> AccountSid {
        self.account_sid
    }

    /// Returns the keys if they belong to this account.
    pub(crate) fn keys_for(&self, account_sid: AccountSid) -> Result<&[Key], Refusal> {
        if account_sid != self.account_sid {
            return Err(Refusal::OtherAccount);
        }
        Ok(&self.keys)
    }
}

/// Checks that there is a key, and that no SharedKey is given twice.
pub(crate) fn check_keys(keys: &[Key]) -> Result<(), ConfigError> {
    if keys.is_empty() {
        return Err(ConfigError::NoKey);
    }
    for (position, key) in keys.iter().enumerate() {
        let same = |other: &Key| other.id() == key.id() && other.algorithm() == key.algorithm();
        if key.id().is_some() && keys.iter().take(position).any(same) {
            return Err(ConfigError::RepeatedSharedKey { position });
        }
    }
    Ok(())
}
