use std::fmt;
use std::sync::Arc;

use super::receiver::{EventStreamReceiver, Settings};
use crate::error::{ConfigError, UrlError};
use crate::receiver::check_keys;
use crate::sid::AccountSid;
use crate::signature::{AuthToken, Key, SharedKey, SignedUrl, has_body_hash_alike};

impl EventStreamReceiver {
    /// Builds a receiver for the usual case: one destination, one AuthToken.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Url`] if the destination cannot be used.
    ///
    /// ```
    /// use twilio_verify_webhooks::verify_events::EventStreamReceiver;
    /// use twilio_verify_webhooks::{AuthToken, ConfigError, UrlError};
    ///
    /// # fn main() -> Result<(), ConfigError> {
    /// let token = AuthToken::new("5b1f0c7e9d2a46388e4f7b6c1a0d9e23")?;
    /// let receiver = EventStreamReceiver::new("https://hooks.example.com/streams", token.clone())?;
    /// # let _ = receiver;
    /// // As it arrives, and not as it is configured.
    /// let requested = "https://hooks.example.com/streams?bodySHA256=00";
    /// assert_eq!(EventStreamReceiver::new(requested, token).err(), Some(UrlError::BodyHash.into()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(destination: impl Into<String>, token: AuthToken) -> Result<Self, ConfigError> {
        Self::builder(destination).auth_token(token).build()
    }

    /// Starts from the destination of the sink, byte for byte as it is in its configuration.
    ///
    /// That text, and not the URL of the request, is what is verified: Twilio appends `?bodySHA256=` (or, after a query,
    /// `&bodySHA256=`) and the hash of the body, and signs that. The hash is computed from the bytes received. So nothing
    /// that a proxy or a stranger does to the request's path and query matters. See
    /// [`SignedUrl`] for the few variants that are tried.
    pub fn builder(destination: impl Into<String>) -> EventStreamReceiverBuilder {
        EventStreamReceiverBuilder::new(destination.into())
    }
}

/// Configures an [`EventStreamReceiver`]. Mistakes are reported by [`build`](Self::build).
#[derive(Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct EventStreamReceiverBuilder {
    destination: String,
    keys: Vec<Key>,
    body_limit: usize,
    element_limit: usize,
    unverified_status: u16,
    account_sid: Option<AccountSid>,
}

impl EventStreamReceiverBuilder {
    pub(super) fn new(destination: String) -> Self {
        Self {
            destination,
            keys: Vec::new(),
            body_limit: EventStreamReceiver::DEFAULT_BODY_LIMIT,
            element_limit: EventStreamReceiver::DEFAULT_ELEMENT_LIMIT,
            unverified_status: EventStreamReceiver::DEFAULT_UNVERIFIED_STATUS,
            account_sid: None,
        }
    }

    /// Adds an AuthToken. Give several while one replaces another; each further key costs a refusal one more
    /// HMAC for each variant of the destination.
    pub fn auth_token(self, token: AuthToken) -> Self {
        self.key(token)
    }

    /// Adds a SharedKey. Event Streams signs with AuthTokens; whether rules for SharedKeys apply to sinks is not
    /// documented.
    pub fn shared_key(self, key: SharedKey) -> Self {
        self.key(key)
    }

    /// Adds a key of either kind.
    pub fn key(mut self, key: impl Into<Key>) -> Self {
        self.keys.push(key.into());
        self
    }

    /// Sets how many bytes a body may have: 1 to [`EventStreamReceiver::MAX_BODY_LIMIT`], and
    /// [`EventStreamReceiver::DEFAULT_BODY_LIMIT`] by default.
    ///
    /// It is checked before anything is hashed. A batch over it is lost for good: Twilio drops what is answered with 413.
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Sets how many elements a batch may have: 1 to [`EventStreamReceiver::MAX_ELEMENT_LIMIT`], and
    /// [`EventStreamReceiver::DEFAULT_ELEMENT_LIMIT`] by default.
    pub const fn element_limit(mut self, elements: usize) -> Self {
        self.element_limit = elements;
        self
    }

    /// Sets what is answered where a signature is missing, ill-formed or wrong, and where a body is incomplete:
    /// [`EventStreamReceiver::DEFAULT_UNVERIFIED_STATUS`] by default.
    ///
    /// Any status from 400 to 599. With 429 and 500 to 599 Twilio tries again for four hours, in which a wrong key or
    /// destination can be put right. With another one it drops the events at once.
    pub const fn unverified_status(mut self, status: u16) -> Self {
        self.unverified_status = status;
        self
    }

    /// Keeps events that name another account apart, as [bad elements](super::BadElement).
    ///
    /// Needed where deliveries of several accounts meet: whoever has the AuthToken of one account can sign events that
    /// name another. An event names its account as the `account_sid` of its data, which may be the text of an object, or as
    /// the id of a test of the sink. One that names none is not held back, unless its data has a name twice or is text nested
    /// more than 64 deep, in which other parsers might find an account.
    pub const fn account_sid(mut self, account_sid: AccountSid) -> Self {
        self.account_sid = Some(account_sid);
        self
    }

    /// Builds the receiver.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the first mistake: the destination, a limit, the status, no key, a SharedKey given twice. A
    /// destination with a `bodySHA256` in its query, in any case and after `&` or `;`, is [`UrlError::BodyHash`].
    ///
    /// ```
    /// use twilio_verify_webhooks::verify_events::EventStreamReceiver;
    /// use twilio_verify_webhooks::{AuthToken, ConfigError};
    ///
    /// # fn main() -> Result<(), ConfigError> {
    /// let builder = EventStreamReceiver::builder("https://hooks.example.com/streams");
    /// assert_eq!(builder.clone().build().err(), Some(ConfigError::NoKey));
    /// // Two while one replaces the other.
    /// let receiver = builder
    ///     .auth_token(AuthToken::new("5b1f0c7e9d2a46388e4f7b6c1a0d9e23")?)
    ///     .auth_token(AuthToken::new("0123456789abcdef0123456789abcdef")?)
    ///     .unverified_status(503)
    ///     .build()?;
    /// # let _ = receiver;
    /// # Ok(())
    /// # }
    /// ```
    pub fn build(self) -> Result<EventStreamReceiver, ConfigError> {
        let found = self.body_limit;
        let largest = EventStreamReceiver::MAX_BODY_LIMIT;
        if !(1..=largest).contains(&found) {
            return Err(ConfigError::BodyLimit { largest, found });
        }
        let found = self.element_limit;
        let largest = EventStreamReceiver::MAX_ELEMENT_LIMIT;
        if !(1..=largest).contains(&found) {
            return Err(ConfigError::ElementLimit { largest, found });
        }
        let found = self.unverified_status;
        if !(400..=599).contains(&found) {
            return Err(ConfigError::Status { found });
        }
        let destination = SignedUrl::new(&self.destination)?;
        if destination.query().is_some_and(has_body_hash_alike) {
            return Err(UrlError::BodyHash.into());
        }
        check_keys(&self.keys)?;
        Ok(EventStreamReceiver {
            settings: Arc::new(Settings {
                destination,
                keys: self.keys.into(),
                body_limit: self.body_limit,
                element_limit: self.element_limit,
                unverified_status: self.unverified_status,
                account_sid: self.account_sid,
            }),
        })
    }
}

impl fmt::Debug for EventStreamReceiverBuilder {
    /// Leaves out the destination, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStreamReceiverBuilder")
            .field("keys", &self.keys)
            .field("body_limit", &self.body_limit)
            .field("element_limit", &self.element_limit)
            .field("unverified_status", &self.unverified_status)
            .field("account_sid", &self.account_sid)
            .finish_non_exhaustive()
    }
}
