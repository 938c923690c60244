use std::fmt;
use std::sync::Arc;

use super::account_keys::check_keys;
use super::configuration::{Address, Endpoint};
use super::{AccountReceiver, Inner, Receiver};
use crate::error::ConfigError;
use crate::limits;
use crate::sid::{AccountSid, ServiceSid};
use crate::signature::{AuthToken, Key, SharedKey, SignedUrl};

/// Configures a [`Receiver`].
///
/// Made by [`Receiver::builder`] and [`Receiver::builder_for_origin`]. Mistakes are reported by
/// [`build`](Self::build).
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct ReceiverBuilder {
    options: Options,
    keys: Vec<Key>,
}

/// Configures an [`AccountReceiver`], which is given the keys of each account later.
///
/// Made by [`AccountReceiver::builder`] and [`AccountReceiver::builder_for_origin`]. Mistakes are reported by
/// [`build`](Self::build).
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct AccountReceiverBuilder {
    options: Options,
}

impl ReceiverBuilder {
    pub(super) fn new(address: Configured) -> Self {
        Self {
            options: Options::new(address),
            keys: Vec::new(),
        }
    }

    /// Adds an AuthToken. Give several while one replaces another; each further key costs a refusal one more
    /// HMAC for each variant of the URL.
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

    /// Builds the receiver.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the first mistake: the URL, the body limit, no key, a SharedKey given twice.
    ///
    /// ```
    /// use twilio_verify_webhooks::{AuthToken, ConfigError, Receiver};
    ///
    /// let url = "https://example.com/webhook";
    /// let receiver = Receiver::builder(url)
    ///     .auth_token(AuthToken::new("the-token")?)
    ///     .auth_token(AuthToken::new("the-next-token")?)
    ///     .service_sid("VA0123456789abcdef0123456789abcdef".parse()?)
    ///     .build()?;
    /// assert_eq!(receiver.keys().len(), 2);
    /// assert_eq!(Receiver::builder(url).build().unwrap_err(), ConfigError::NoKey);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn build(self) -> Result<Receiver, ConfigError> {
        let endpoint = self.options.endpoint()?;
        check_keys(&self.keys)?;
        let candidates = endpoint.candidates(&self.keys);
        let candidates = candidates.map(|candidate| (candidate.position, candidate.mac));
        let candidates = candidates.collect();
        Ok(Receiver {
            inner: Arc::new(Inner {
                endpoint,
                keys: self.keys.into(),
                candidates,
            }),
        })
    }
}

impl AccountReceiverBuilder {
    pub(super) fn new(address: Configured) -> Self {
        Self {
            options: Options::new(address),
        }
    }

    /// Builds the receiver.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the first mistake: the URL or the body limit.
    ///
    /// ```
    /// use twilio_verify_webhooks::{AccountReceiver, ConfigError};
    ///
    /// let receiver = AccountReceiver::builder("https://example.com/webhook").body_limit(16 << 10).build()?;
    /// assert_eq!(receiver.body_limit(), 16_384);
    /// let error = AccountReceiver::builder("https://example.com/webhook").body_limit(0).build().unwrap_err();
    /// assert!(matches!(error, ConfigError::BodyLimit { found: 0, .. }));
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn build(self) -> Result<AccountReceiver, ConfigError> {
        Ok(AccountReceiver {
            endpoint: Arc::new(self.options.endpoint()?),
        })
    }
}

/// Writes the setters that both builders have.
macro_rules! setters {
    ($($builder:ident)+) => {$(
        impl $builder {
            /// Accepts GET deliveries too, whose parameters follow the configured URL in the query. Off by default.
            ///
            /// Twilio sends GET only where the `webhook_method` of the Webhook resource says so. The parameters
            /// follow after a `?`, or after an `&` where the configured URL has a query of its own. The complete URL is
            /// signed as it is written, so give it a path: `https://example.com` and `https://example.com/` are
            /// signed differently.
            pub fn accept_get(mut self) -> Self {
                self.options.accepts_get = true;
                self
            }

            /// Sets how many bytes a body may have: 1 to [`Receiver::MAX_BODY_LIMIT`], and
            /// [`Receiver::DEFAULT_BODY_LIMIT`] by default.
            ///
            /// A genuine delivery has a few KiB. The limit is checked before anything is decoded or hashed. A
            /// framework should stop reading the body there as well.
            pub fn body_limit(mut self, bytes: usize) -> Self {
                self.options.body_limit = bytes;
                self
            }

            /// Refuses unknown parameters: those that Twilio's page does not list. Off by default, because Twilio
            /// adds parameters without notice, and a strict receiver then refuses genuine deliveries until it is
            /// updated.
            pub fn strict(mut self) -> Self {
                self.options.strict = true;
                self
            }

            /// Refuses deliveries that name another account.
            pub fn account_sid(mut self, account_sid: AccountSid) -> Self {
                self.options.account_sid = Some(account_sid);
                self
            }

            /// Refuses deliveries that name another Verify Service.
            pub fn service_sid(mut self, service_sid: ServiceSid) -> Self {
                self.options.service_sid = Some(service_sid);
                self
            }
        }
    )+};
}

setters! { ReceiverBuilder AccountReceiverBuilder }

/// What was configured, not checked yet.
#[derive(Clone)]
pub(super) enum Configured {
    Url(String),
    Origin(String),
}

/// What both kinds of receivers can be told.
#[derive(Clone)]
struct Options {
    address: Configured,
    accepts_get: bool,
    body_limit: usize,
    strict: bool,
    account_sid: Option<AccountSid>,
    service_sid: Option<ServiceSid>,
}

impl Options {
    fn new(address: Configured) -> Self {
        Self {
            address,
            accepts_get: false,
            body_limit: limits::DEFAULT_BODY_LIMIT,
            strict: false,
            account_sid: None,
            service_sid: None,
        }
    }

    fn endpoint(&self) -> Result<Endpoint, ConfigError> {
        if !(1..=limits::MAX_BODY_LIMIT).contains(&self.body_limit) {
            return Err(ConfigError::BodyLimit {
                largest: limits::MAX_BODY_LIMIT,
                found: self.body_limit,
            });
        }
        let address = match &self.address {
            Configured::Url(url) => Address::Url(SignedUrl::new(url)?),
            Configured::Origin(origin) => Address::Origin(SignedUrl::origin(origin)?),
        };
        Ok(Endpoint {
            address,
            accepts_get: self.accepts_get,
            body_limit: self.body_limit,
            strict: self.strict,
            account_sid: self.account_sid,
            service_sid: self.service_sid,
        })
    }
}

impl fmt::Debug for Options {
    /// Leaves out the URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("accepts_get", &self.accepts_get)
            .field("body_limit", &self.body_limit)
            .field("strict", &self.strict)
            .field("account_sid", &self.account_sid)
            .field("service_sid", &self.service_sid)
            .finish_non_exhaustive()
    }
}
