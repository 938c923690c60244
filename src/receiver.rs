//! From a delivery to an event: the stages joined.

mod account;
mod admitted;
mod builder;
#[cfg(feature = "diagnosis")]
mod diagnosed;
mod endpoint;
mod unverified;

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

pub use self::account::{AccountKeys, AccountReceiver};
use self::admitted::Admitted;
pub(crate) use self::admitted::{Claim, Found};
use self::builder::Configured;
pub use self::builder::{AccountReceiverBuilder, ReceiverBuilder};
#[cfg(feature = "diagnosis")]
pub(crate) use self::endpoint::Address;
pub(crate) use self::endpoint::Endpoint;
pub use self::unverified::UnverifiedDelivery;
use crate::buffer::{Buffer, Scratch};
use crate::delivery::Delivery;
use crate::error::{ConfigError, Refusal};
use crate::event::{Event, Rules};
use crate::limits;
use crate::params::{Decoded, Params};
use crate::signature::{Algorithm, AuthToken, Key, Mac};

/// Receives the deliveries of one webhook, or of several that share their origin and keys.
///
/// Built once, from the URL as it is configured at Twilio and the keys Twilio may sign with. Cheap to clone, and
/// used from any number of threads: nothing in it changes. A delivery costs at most one HMAC for each key and each
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
    /// The position of a key, with its MAC precomputed over a variant of the URL.
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
    /// The URL is the origin followed by the [target](Delivery::target) of each request, so the proxies in between
    /// must leave path and query as they are.
    ///
    /// The request then has a say in where the URL ends, and whatever was signed with the same key for another
    /// webhook of the origin, an SMS for example, may be presented here cut into a URL and an event. So these are
    /// refused besides: a path or query that holds the name of an event's parameter, undocumented parameters that
    /// nothing bounds ([`UnknownParameterFault::Unbounded`](crate::UnknownParameterFault::Unbounded)), and a `uuid` of other
    /// characters than letters, digits, dashes and, with POST, spaces.
    ///
    /// What these rules cannot tell from an event is a text signed for another webhook that spells one and ends
    /// there, or after no more than 63 such characters. So pass on only paths that you configured at Twilio, and
    /// prefer a fixed URL, with which none of this arises.
    pub fn builder_for_origin(origin: impl Into<String>) -> ReceiverBuilder {
        ReceiverBuilder::new(Configured::Origin(origin.into()))
    }

    /// Receives a delivery: verifies it and returns its event, which owns its text.
    ///
    /// # Errors
    ///
    /// [`Refusal`] says why the delivery is not accepted, and with which status to answer.
    pub fn receive(&self, delivery: &Delivery<'_>) -> Result<Received<'static>, Refusal> {
        let admitted = self.inner.endpoint.admit(delivery)?;
        Scratch::lend(admitted.form_len(), |scratch| {
            let verified = self.verified(&admitted, scratch)?;
            Ok(verified.read()?.into_owned())
        })
    }

    /// Receives a delivery as [`receive`](Self::receive) does, and returns an event that borrows from `buffer`.
    ///
    /// With a buffer that is used again, nothing is allocated.
    ///
    /// # Errors
    ///
    /// [`Refusal`] says why the delivery is not accepted, and with which status to answer.
    pub fn receive_in<'b>(
        &'b self,
        delivery: &Delivery<'_>,
        buffer: &'b mut Buffer,
    ) -> Result<Received<'b>, Refusal> {
        self.verify_in(delivery, buffer)?.read()
    }

    /// Verifies a delivery without reading an event, and returns the key that matched as proof.
    ///
    /// It shows that the parameters came from Twilio, in this or another cut of the signed text: only reading the
    /// event shows that there is no other.
    ///
    /// # Errors
    ///
    /// [`Refusal`] says why the delivery is not accepted, and with which status to answer.
    pub fn verify(&self, delivery: &Delivery<'_>) -> Result<MatchedKey<'_>, Refusal> {
        let admitted = self.inner.endpoint.admit(delivery)?;
        Scratch::lend(admitted.form_len(), |scratch| {
            let (decoded, key) = self.matching(&admitted, scratch)?;
            if self.inner.endpoint.has_pins() {
                self.inner.endpoint.check_pins(decoded.params())?;
            }
            Ok(MatchedKey::new(key))
        })
    }

    /// Verifies a delivery as [`verify`](Self::verify) does, and keeps its parameters in `buffer`.
    ///
    /// # Errors
    ///
    /// [`Refusal`] says why the delivery is not accepted, and with which status to answer.
    pub fn verify_in<'b>(
        &'b self,
        delivery: &Delivery<'_>,
        buffer: &'b mut Buffer,
    ) -> Result<Verified<'b>, Refusal> {
        let admitted = self.inner.endpoint.admit(delivery)?;
        self.verified(&admitted, buffer.scratch())
    }

    /// Returns the keys, in the order in which their [position](MatchedKey::position) counts them.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.inner.keys
    }

    /// Returns how many bytes a form may have.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.inner.endpoint.body_limit
    }

    fn verified<'b>(
        &'b self,
        admitted: &Admitted<'_>,
        scratch: Scratch<'b>,
    ) -> Result<Verified<'b>, Refusal> {
        let (decoded, key) = self.matching(admitted, scratch)?;
        Verified::new(&self.inner.endpoint, &admitted.claim, decoded.params(), key)
    }

    #[inline(always)]
    fn matching<'b>(
        &self,
        admitted: &Admitted<'_>,
        scratch: Scratch<'b>,
    ) -> Result<(Decoded<'b>, Found<'_>), Refusal> {
        let Inner {
            keys, candidates, ..
        } = &*self.inner;
        let candidates = candidates.iter().map(|(position, mac)| (*position, mac));
        admitted.verify(admitted.open(scratch)?, keys, candidates)
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

/// An accepted delivery.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Received<'b> {
    /// What happened.
    pub event: Event<'b>,
    /// The key it was signed with.
    pub key: MatchedKey<'b>,
}

impl Received<'_> {
    /// Makes it own its text.
    #[must_use]
    pub fn into_owned(self) -> Received<'static> {
        Received {
            event: self.event.into_owned(),
            key: self.key.into_owned(),
        }
    }
}

/// A delivery whose signature is right and whose event has not been read.
///
/// Only a receiver makes one.
#[derive(Debug, Clone)]
pub struct Verified<'b> {
    params: Params<'b>,
    key: MatchedKey<'b>,
    rules: Rules,
}

impl<'b> Verified<'b> {
    pub(crate) fn new(
        endpoint: &Endpoint,
        claim: &Claim<'_>,
        params: Params<'b>,
        key: Found<'b>,
    ) -> Result<Self, Refusal> {
        endpoint.check_pins(params)?;
        let rules = endpoint.rules(claim.in_url);
        Ok(Self {
            params,
            key: MatchedKey::new(key),
            rules,
        })
    }

    /// Returns the parameters.
    ///
    /// The signature vouches for the text they form together, not for where each begins and ends.
    #[must_use]
    pub fn params(&self) -> Params<'b> {
        self.params
    }

    /// Returns the key that matched.
    #[must_use]
    pub fn key(&self) -> &MatchedKey<'b> {
        &self.key
    }

    /// Reads the event.
    ///
    /// # Errors
    ///
    /// [`Refusal::Event`] if the parameters are not an event, or could be read as another one.
    #[inline]
    pub fn read(self) -> Result<Received<'b>, Refusal> {
        Ok(Received {
            event: Event::read(self.params, self.rules)?,
            key: self.key,
        })
    }
}

/// Which of the configured keys a delivery was signed with.
///
/// Watch it while one key replaces another: the old one can go when it no longer matches.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MatchedKey<'k> {
    /// The position of the key in the order in which keys were given, counted from 0.
    pub position: usize,
    /// The id, if it is a SharedKey.
    pub key_id: Option<Cow<'k, str>>,
    /// The algorithm.
    pub algorithm: Algorithm,
}

impl<'k> MatchedKey<'k> {
    pub(crate) fn new((position, key): Found<'k>) -> Self {
        Self {
            position,
            key_id: key.id().map(Cow::Borrowed),
            algorithm: key.algorithm(),
        }
    }

    /// Makes it own its text.
    #[must_use]
    pub fn into_owned(self) -> MatchedKey<'static> {
        MatchedKey {
            position: self.position,
            key_id: self.key_id.map(|id| Cow::Owned(id.into_owned())),
            algorithm: self.algorithm,
        }
    }
}

impl fmt::Display for MatchedKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let position = self.position;
        match &self.key_id {
            None => write!(f, "AuthToken (key {position})"),
            Some(id) => write!(f, "SharedKey {id} with {} (key {position})", self.algorithm),
        }
    }
}
