//! From a delivery to an event.
//!
//! A delivery goes one way, whoever receives it: its head is checked ([`request`]), keys are chosen, a large body is
//! guarded ([`large`]), the parameters are decoded ([`crate::params`]), the key that signed them is found ([`keys`]),
//! they are checked to be for this receiver ([`endpoint`]), and the event is read ([`crate::event`]).

mod account;
mod account_keys;
mod builder;
mod configuration;
#[cfg(feature = "diagnosis")]
mod diagnosed;
mod endpoint;
mod key_store;
mod keys;
mod large;
mod received;
mod request;
mod unverified;

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

pub use self::account::AccountReceiver;
pub use self::account_keys::AccountKeys;
#[cfg(feature = "verify-events")]
pub(crate) use self::account_keys::check_keys;
use self::builder::Configured;
pub use self::builder::{AccountReceiverBuilder, ReceiverBuilder};
#[cfg(feature = "diagnosis")]
pub(crate) use self::configuration::Address;
pub(crate) use self::configuration::Endpoint;
pub use self::key_store::{Accounts, KeyStore, KeyStoreError};
use self::keys::Candidate;
pub use self::keys::MatchedKey;
use self::received::Matched;
pub use self::received::{Received, Verified};
use self::request::Request;
#[cfg(any(feature = "diagnosis", feature = "verify-events"))]
pub(crate) use self::request::key_hint;
#[cfg(feature = "verify-events")]
pub(crate) use self::request::tag;
pub use self::unverified::UnverifiedDelivery;
use crate::delivery::Delivery;
use crate::error::{ConfigError, Refusal};
use crate::limits;
use crate::params::{Buffer, Memory, Stack};
use crate::signature::{AuthToken, Key, Mac};

/// Receives the deliveries of one webhook, or of several that share their origin and keys.
///
/// Built once, from the URL as it is configured at Twilio and the keys that Twilio may sign with. It is cheap to clone
/// and never changes, so any number of threads may share it. A delivery costs at most one HMAC for each key and each
/// variant of the URL.
///
/// ```
/// use twilio_verify_webhooks::{AuthToken, Delivery, Event, Receiver};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let token = "12345";
/// let receiver = Receiver::new("https://example.com/webhook", AuthToken::new(token)?)?;
///
/// let body = b"uuid=e1d34d2c-73c4-4d1d-8d1f-6b6f0f5f1c5a&type=factor.created\
///     &account_sid=AC0123456789abcdef0123456789abcdef&service_sid=VA0123456789abcdef0123456789abcdef\
///     &entity_identity=ff483d1ff591898a9942916050d2ca3f&factor_sid=YF0123456789abcdef0123456789abcdef";
/// let delivery = Delivery::new("POST", body)
///     .content_type("application/x-www-form-urlencoded")
///     .signature("oEnbv7kci3fVHZ4MfPqgHxKTX78=");
///
/// let received = receiver.receive(&delivery)?;
/// assert!(matches!(received.event, Event::Factor(_)));
/// # Ok(())
/// # }
/// ```
///
/// # Limits
///
/// | what | limit |
/// |---|---|
/// | body, or query of a GET, in bytes | [`DEFAULT_BODY_LIMIT`](Self::DEFAULT_BODY_LIMIT), settable up to [`MAX_BODY_LIMIT`](Self::MAX_BODY_LIMIT) |
/// | body that is decoded before its signature is verified, in bytes | [`MAX_UNVERIFIED`](Self::MAX_UNVERIFIED) |
/// | parameters | [`MAX_PARAMETERS`](Self::MAX_PARAMETERS) |
/// | name of a parameter, in bytes | [`MAX_NAME_LENGTH`](Self::MAX_NAME_LENGTH) |
/// | documented names in an event with an unknown parameter or type | [`MAX_NAME_OCCURRENCES`](Self::MAX_NAME_OCCURRENCES) |
/// | `uuid`, in characters | [`UUID_LENGTH`](Self::UUID_LENGTH) |
/// | `entity_identity`, in characters | [`ENTITY_IDENTITY_LENGTH`](Self::ENTITY_IDENTITY_LENGTH) |
/// | `factor_friendly_name`, in characters | [`FRIENDLY_NAME_LENGTH`](Self::FRIENDLY_NAME_LENGTH) |
/// | unknown event type, in characters | [`MAX_EVENT_TYPE_LENGTH`](Self::MAX_EVENT_TYPE_LENGTH) |
/// | unknown factor type, in characters | [`MAX_FACTOR_TYPE_LENGTH`](Self::MAX_FACTOR_TYPE_LENGTH) |
/// | nesting of objects and arrays in a JSON parameter | [`MAX_JSON_DEPTH`](Self::MAX_JSON_DEPTH) |
#[derive(Clone)]
pub struct Receiver {
    inner: Arc<Inner>,
}

struct Inner {
    endpoint: Endpoint,
    keys: Box<[Key]>,
    /// The position of a key, with its MAC precomputed over key and URL, for each key and each variant.
    candidates: Box<[(usize, Mac)]>,
}

impl Receiver {
    /// How many bytes a body may have unless [`ReceiverBuilder::body_limit`] says otherwise: 128 KiB.
    pub const DEFAULT_BODY_LIMIT: usize = limits::DEFAULT_BODY_LIMIT;
    /// The most that [`ReceiverBuilder::body_limit`] can be set to: 16 MiB.
    pub const MAX_BODY_LIMIT: usize = limits::MAX_BODY_LIMIT;
    /// The longest body that is decoded before its signature is verified: 8 KiB. A longer one is decoded after.
    pub const MAX_UNVERIFIED: usize = limits::MAX_UNVERIFIED;
    /// The most parameters: 64. A documented event has 13.
    pub const MAX_PARAMETERS: usize = limits::MAX_PARAMETERS;
    /// The most bytes of a parameter's name, decoded: 64. The longest documented one has 24. It is checked before
    /// parameters are sorted, so that long names cost nothing.
    pub const MAX_NAME_LENGTH: usize = limits::MAX_NAME_LENGTH;
    /// The most documented names, wherever they occur in names and values, of an event whose complete string to sign is
    /// examined because it has an unknown parameter or type: 64. From `service_sid` on `type` and `uuid` count too.
    pub const MAX_NAME_OCCURRENCES: usize = limits::MAX_NAME_OCCURRENCES;
    /// The fewest and the most characters of `uuid`: 1 to 64. A UUID has 36.
    pub const UUID_LENGTH: RangeInclusive<usize> = limits::UUID_LENGTH;
    /// The fewest and the most characters of `entity_identity`: 8 to 64, as for `Identity` in Twilio's API.
    pub const ENTITY_IDENTITY_LENGTH: RangeInclusive<usize> = limits::ENTITY_IDENTITY_LENGTH;
    /// The fewest and the most characters of `factor_friendly_name`: 1 to 64, as for `FriendlyName` in Twilio's API.
    pub const FRIENDLY_NAME_LENGTH: RangeInclusive<usize> = limits::FRIENDLY_NAME_LENGTH;
    /// The most characters of an event type that this version of the crate does not know: 64.
    pub const MAX_EVENT_TYPE_LENGTH: usize = limits::MAX_EVENT_TYPE_LENGTH;
    /// The most characters of a factor type that this version of the crate does not know: 32.
    pub const MAX_FACTOR_TYPE_LENGTH: usize = limits::MAX_FACTOR_TYPE_LENGTH;
    /// How deep objects and arrays may be nested in a JSON parameter, the outermost object included: 64.
    pub const MAX_JSON_DEPTH: u32 = limits::MAX_JSON_DEPTH;

    /// Builds a receiver for the usual case: one webhook, one AuthToken.
    ///
    /// The same as [`builder`](Self::builder) with the token and nothing else.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Url`] if the URL cannot be used.
    ///
    /// ```
    /// use twilio_verify_webhooks::{AuthToken, ConfigError, Receiver, UrlError};
    ///
    /// # let token = AuthToken::new("a-token-for-tests")?;
    /// let receiver = Receiver::new("https://example.com/webhook", token.clone())?;
    /// assert_eq!(receiver.keys().len(), 1);
    /// let error = Receiver::new("example.com/webhook", token).unwrap_err();
    /// assert_eq!(error, ConfigError::Url(UrlError::NotAbsolute));
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn new(url: impl Into<String>, token: AuthToken) -> Result<Self, ConfigError> {
        Self::builder(url).auth_token(token).build()
    }

    /// Starts from the URL of the webhook, byte for byte as it is configured at Twilio.
    ///
    /// With a proxy in front it still is the URL that Twilio calls, not the one that the request arrives with. See
    /// [`SignedUrl`](crate::signature::SignedUrl) for the variants of it that are tried.
    pub fn builder(url: impl Into<String>) -> ReceiverBuilder {
        ReceiverBuilder::new(Configured::Url(url.into()))
    }

    /// Starts from the public origin, such as `https://example.com`, for webhooks whose path differs.
    ///
    /// The URL is the origin followed by the [target](Delivery::target) of each request, so proxies must pass path and
    /// query unchanged.
    ///
    /// Because the request supplies the path, an attacker could replay something that was signed for another webhook
    /// of this origin, an SMS for example, splitting it differently into URL and event. The receiver therefore also
    /// refuses:
    ///
    /// - a path or query that contains the name of an event's parameter;
    /// - unknown parameters that nothing bounds
    ///   ([`UnknownParameterFault::Unbounded`](crate::UnknownParameterFault::Unbounded));
    /// - a `uuid` with characters other than letters, digits, dashes and, with POST, spaces.
    ///
    /// What remains is a string signed for another webhook that ends in a complete event, followed by at most 63
    /// `uuid` characters. So pass on only paths that you configured at Twilio, and prefer a fixed URL, which has none
    /// of these problems.
    pub fn builder_for_origin(origin: impl Into<String>) -> ReceiverBuilder {
        ReceiverBuilder::new(Configured::Origin(origin.into()))
    }

    /// Receives a delivery: verifies it and returns its event as an owned value.
    ///
    /// # Errors
    ///
    /// [`Refusal`] says why the delivery is not accepted, and with which status to answer.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # #[cfg(feature = "testing")] {
    /// # use twilio_verify_webhooks::AuthToken;
    /// use twilio_verify_webhooks::testing::{EventBuilder, Signer};
    /// use twilio_verify_webhooks::{Delivery, Receiver};
    ///
    /// /// Returns the status to answer with.
    /// fn answer(receiver: &Receiver, delivery: &Delivery<'_>) -> u16 {
    ///     match receiver.receive(delivery) {
    ///         Ok(received) => println!("{} {}", received.event.event_type(), received.event.delivery_id()),
    ///         Err(refusal) => return refusal.status(),
    ///     }
    ///     200
    /// }
    ///
    /// # let (url, token) = ("https://example.com/webhook", AuthToken::new("a-token-for-tests")?);
    /// # let receiver = Receiver::new(url, token.clone())?;
    /// # let signer = Signer::new(url, token)?;
    /// let delivery = signer.post(&EventBuilder::challenge_approved());
    /// assert_eq!(answer(&receiver, &delivery.as_delivery()), 200);
    /// let altered = delivery.with_body(EventBuilder::challenge_approved().form());
    /// assert_eq!(answer(&receiver, &altered.as_delivery()), 403);
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    pub fn receive(&self, delivery: &Delivery<'_>) -> Result<Received<'static>, Refusal> {
        let mut memory = Stack::new();
        let matched = self.matched(delivery, &mut memory)?;
        matched.verified().read_owned()
    }

    /// Receives a delivery as [`receive`](Self::receive) does, and returns an event that borrows from `buffer`.
    ///
    /// With a buffer that is used again, nothing is allocated.
    ///
    /// # Errors
    ///
    /// [`Refusal`] says why the delivery is not accepted, and with which status to answer.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # #[cfg(feature = "testing")] {
    /// use twilio_verify_webhooks::Buffer;
    /// # use twilio_verify_webhooks::testing::{EventBuilder, Signer};
    /// # use twilio_verify_webhooks::{AuthToken, Receiver};
    ///
    /// # let (url, token) = ("https://example.com/webhook", AuthToken::new("a-token-for-tests")?);
    /// # let receiver = Receiver::new(url, token.clone())?;
    /// # let signer = Signer::new(url, token)?;
    /// # let events = [EventBuilder::factor_created(), EventBuilder::factor_verified()];
    /// # let deliveries = events.map(|event| signer.post(&event));
    /// let mut buffer = Buffer::new();
    /// for delivery in &deliveries {
    ///     let received = receiver.receive_in(&delivery.as_delivery(), &mut buffer)?;
    ///     println!("{}", received.event.event_type());
    /// }
    /// # let stranger = Signer::new(url, AuthToken::new("another-token")?)?.post(&EventBuilder::factor_created());
    /// assert_eq!(receiver.receive_in(&stranger.as_delivery(), &mut buffer).unwrap_err().status(), 403);
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    pub fn receive_in<'b>(
        &'b self,
        delivery: &Delivery<'_>,
        buffer: &'b mut Buffer,
    ) -> Result<Received<'b>, Refusal> {
        self.verify_in(delivery, buffer)?.read()
    }

    /// Verifies a delivery without reading an event, and returns the key that matched as proof.
    ///
    /// It shows that Twilio signed the text that the parameters form together, not where each begins and ends: only
    /// reading the event shows that the text has no other interpretation.
    ///
    /// # Errors
    ///
    /// [`Refusal`] says why the delivery is not accepted, and with which status to answer.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # #[cfg(feature = "testing")] {
    /// # use twilio_verify_webhooks::testing::{EventBuilder, Signer};
    /// # use twilio_verify_webhooks::{AuthToken, Receiver};
    /// use twilio_verify_webhooks::{Refusal, SignatureError};
    ///
    /// # let (url, token) = ("https://example.com/webhook", AuthToken::new("a-token-for-tests")?);
    /// # let receiver = Receiver::new(url, token.clone())?;
    /// # let signer = Signer::new(url, token)?;
    /// # let delivery = signer.post(&EventBuilder::factor_created());
    /// // Signed with the first key. Once nothing is signed with an old one any more, that can go.
    /// assert_eq!(receiver.verify(&delivery.as_delivery())?.position, 0);
    /// let altered = delivery.with_body("type=factor.created");
    /// let refusal = receiver.verify(&altered.as_delivery()).unwrap_err();
    /// assert_eq!(refusal, Refusal::Signature(SignatureError::Mismatch { tries: 2 }));
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    pub fn verify(&self, delivery: &Delivery<'_>) -> Result<MatchedKey<'_>, Refusal> {
        let mut memory = Stack::new();
        Ok(self.matched(delivery, &mut memory)?.key)
    }

    /// Verifies a delivery as [`verify`](Self::verify) does, and keeps its parameters in `buffer`.
    ///
    /// # Errors
    ///
    /// [`Refusal`] says why the delivery is not accepted, and with which status to answer.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # #[cfg(feature = "testing")] {
    /// # use twilio_verify_webhooks::testing::{EventBuilder, Signer};
    /// # use twilio_verify_webhooks::{AuthToken, Receiver};
    /// use twilio_verify_webhooks::Buffer;
    ///
    /// # let (url, token) = ("https://example.com/webhook", AuthToken::new("a-token-for-tests")?);
    /// # let receiver = Receiver::new(url, token.clone())?;
    /// # let signer = Signer::new(url, token)?;
    /// # let delivery = signer.post(&EventBuilder::factor_created());
    /// let mut buffer = Buffer::new();
    /// let verified = receiver.verify_in(&delivery.as_delivery(), &mut buffer)?;
    /// assert_eq!(verified.params().get("type"), Some("factor.created"));
    /// assert_eq!(verified.read()?.event.event_type(), "factor.created");
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    pub fn verify_in<'b>(
        &'b self,
        delivery: &Delivery<'_>,
        buffer: &'b mut Buffer,
    ) -> Result<Verified<'b>, Refusal> {
        Ok(self.matched(delivery, buffer)?.verified())
    }

    #[inline(always)]
    fn matched<'m, 'k>(
        &'k self,
        delivery: &Delivery<'_>,
        memory: &'m mut impl Memory,
    ) -> Result<Matched<'m, 'k>, Refusal> {
        let Inner {
            endpoint,
            keys,
            candidates,
        } = &*self.inner;
        let request = Request::new(endpoint, delivery)?;
        let candidates = candidates.iter().filter_map(|(position, mac)| {
            let (position, key) = (*position, keys.get(*position)?);
            Some(Candidate { position, key, mac })
        });
        endpoint.verify(&request, candidates, memory)
    }

    /// Returns the keys, in the order that [`MatchedKey::position`] counts.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.inner.keys
    }

    /// Returns how many bytes a body, or the query of a GET, may have.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.inner.endpoint.body_limit
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("endpoint", &self.inner.endpoint)
            .field("keys", &self.inner.keys)
            .finish()
    }
}
