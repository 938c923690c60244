use std::fmt;
use std::sync::Arc;

use super::endpoint::{Address, Endpoint};
use super::{AccountReceiver, Inner, Receiver};
use crate::error::ConfigError;
use crate::sid::{AccountSid, ServiceSid};
use crate::signature::{AuthToken, Key, SharedKey, SignedUrl};

const DEFAULT_BODY_LIMIT: usize = 128 * 1024;
const LARGEST_BODY_LIMIT: usize = 16 * 1024 * 1024;

/// Configures a [`Receiver`] or an [`AccountReceiver`].
///
/// Made by [`Receiver::builder`] and [`Receiver::builder_for_origin`]; mistakes are reported when it is built.
#[derive(Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct ReceiverBuilder {
    url: String,
    is_origin: bool,
    keys: Vec<Key>,
    accepts_get: bool,
    body_limit: usize,
    strict: bool,
    account_sid: Option<AccountSid>,
    service_sid: Option<ServiceSid>,
}

impl ReceiverBuilder {
    pub(super) fn new(url: String, is_origin: bool) -> Self {
        Self {
            url,
            is_origin,
            keys: Vec::new(),
            accepts_get: false,
            body_limit: DEFAULT_BODY_LIMIT,
            strict: false,
            account_sid: None,
            service_sid: None,
        }
    }

    /// Adds an AuthToken. Give several while one replaces another; each further key costs a refusal one more
    /// HMAC for each form of the URL.
    pub fn auth_token(self, token: AuthToken) -> Self {
        self.key(token)
    }

    /// Adds a SharedKey.
    pub fn shared_key(self, key: SharedKey) -> Self {
        self.key(key)
    }

    /// Adds a key of either kind.
    pub fn key(mut self, key: impl Into<Key>) -> Self {
        self.keys.push(key.into());
        self
    }

    /// Accepts GET deliveries too, whose parameters follow the configured URL in the query. Off by default.
    ///
    /// Twilio sends GET only where the `webhook_method` of the Webhook resource says so. The parameters follow behind
    /// a `?`, or behind an `&` where the configured URL has a query of its own; the whole is signed as it is written,
    /// so give the URL a path: `https://example.com` and `https://example.com/` are signed differently.
    pub fn accept_get(mut self) -> Self {
        self.accepts_get = true;
        self
    }

    /// Sets how many bytes a form may have, 1 to 16 MiB; 128 KiB by default.
    ///
    /// A genuine delivery has a few KiB. The limit is checked before anything is decoded or hashed. A framework
    /// should stop reading the body there as well.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Refuses parameters that Twilio does not document. Off by default, because Twilio adds parameters without
    /// notice: a strict receiver then refuses genuine deliveries until it is updated.
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Refuses deliveries that name another account.
    pub fn account_sid(mut self, account_sid: AccountSid) -> Self {
        self.account_sid = Some(account_sid);
        self
    }

    /// Refuses deliveries that name another Verify Service.
    pub fn service_sid(mut self, service_sid: ServiceSid) -> Self {
        self.service_sid = Some(service_sid);
        self
    }

    /// Builds a receiver that verifies with the keys given.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the first mistake: the URL, the body limit, no key, a SharedKey given twice.
    pub fn build(self) -> Result<Receiver, ConfigError> {
        let (endpoint, keys) = self.endpoint()?;
        check_keys(&keys)?;
        let candidates = endpoint.candidates(&keys).collect();
        Ok(Receiver {
            inner: Arc::new(Inner {
                endpoint,
                keys,
                candidates,
            }),
        })
    }

    /// Builds a receiver that takes the keys for each delivery, chosen by its account.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the first mistake: the URL, the body limit, a key that belongs to no account.
    pub fn build_for_accounts(self) -> Result<AccountReceiver, ConfigError> {
        let (endpoint, keys) = self.endpoint()?;
        if !keys.is_empty() {
            return Err(ConfigError::KeyWithoutAccount);
        }
        Ok(AccountReceiver {
            endpoint: Arc::new(endpoint),
        })
    }

    fn endpoint(self) -> Result<(Endpoint, Box<[Key]>), ConfigError> {
        if !(1..=LARGEST_BODY_LIMIT).contains(&self.body_limit) {
            return Err(ConfigError::BodyLimit {
                largest: LARGEST_BODY_LIMIT,
                found: self.body_limit,
            });
        }
        let address = if self.is_origin {
            Address::Origin(SignedUrl::origin(&self.url)?)
        } else {
            Address::Url(SignedUrl::new(&self.url)?)
        };
        let endpoint = Endpoint {
            address,
            accepts_get: self.accepts_get,
            body_limit: self.body_limit,
            strict: self.strict,
            account_sid: self.account_sid,
            service_sid: self.service_sid,
        };
        Ok((endpoint, self.keys.into()))
    }
}

/// Checks that there is a key, and that no SharedKey is there twice.
pub(super) fn check_keys(keys: &[Key]) -> Result<(), ConfigError> {
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

impl fmt::Debug for ReceiverBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverBuilder")
            .field("keys", &self.keys)
            .field("accepts_get", &self.accepts_get)
            .field("body_limit", &self.body_limit)
            .field("strict", &self.strict)
            .field("account_sid", &self.account_sid)
            .field("service_sid", &self.service_sid)
            .finish_non_exhaustive()
    }
}
