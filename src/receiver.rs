//! From a delivery to an event: the stages joined.

mod account;
mod admitted;
mod builder;
mod endpoint;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

pub use self::account::{AccountKeys, AccountReceiver};
use self::admitted::Admitted;
pub(crate) use self::admitted::{Claim, Found};
pub use self::builder::ReceiverBuilder;
pub(crate) use self::endpoint::{Address, Endpoint};
use crate::buffer::{Buffer, Scratch};
use crate::delivery::Delivery;
use crate::error::Refusal;
use crate::event::{Event, Reading};
use crate::params::{Decoded, Params};
use crate::signature::{Algorithm, Key, Mac};

/// Receives the deliveries of one webhook, or of several that share their origin and keys.
///
/// Built once, from the URL as it is configured at Twilio and the keys Twilio may sign with. Cheap to clone, and
/// used from any number of threads: nothing in it changes. What it does per delivery is bounded by the body limit,
/// 64 parameters, and one HMAC for each key and each form of the URL.
///
/// ```
/// use twilio_verify_webhooks::{AuthToken, Delivery, Event, Receiver};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let token = "12345";
/// let receiver = Receiver::builder("https://example.com/webhook")
///     .auth_token(AuthToken::new(token)?)
///     .build()?;
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
#[derive(Clone)]
pub struct Receiver {
    inner: Arc<Inner>,
}

struct Inner {
    endpoint: Endpoint,
    keys: Box<[Key]>,
    /// The position of a key with its MAC that has taken in a form of the URL.
    candidates: Box<[(usize, Mac)]>,
}

impl Receiver {
    /// Starts from the URL of the webhook, byte for byte as it is configured at Twilio.
    ///
    /// Behind a proxy it still is the URL that Twilio calls, not the one the request arrives with. See
    /// [`SignedUrl`](crate::signature::SignedUrl) for the forms of it that are tried.
    pub fn builder(url: impl Into<String>) -> ReceiverBuilder {
        ReceiverBuilder::new(url.into(), false)
    }

    /// Starts from the public origin, such as `https://example.com`, for webhooks whose path differs.
    ///
    /// The URL is the origin followed by the [target](Delivery::target) of each request, so the proxies in between
    /// must leave path and query as they are.
    ///
    /// The request then has a say in where the URL ends, and whatever was signed with the same key for another
    /// webhook of the origin, an SMS for example, may be presented here cut into a URL and an event. So these are
    /// refused besides: a path or query that holds the name of an event's parameter, undocumented parameters that
    /// nothing bounds ([`UndocumentedFault::Unbounded`](crate::UndocumentedFault::Unbounded)), and a `uuid` of other
    /// characters than letters, digits, dashes and, with POST, spaces.
    ///
    /// What these rules cannot tell from an event is a text signed for another webhook that spells one and ends
    /// there, or after no more than 63 such characters. So pass on only paths that you configured at Twilio, and
    /// prefer a fixed URL, with which none of this arises.
    pub fn builder_for_origin(origin: impl Into<String>) -> ReceiverBuilder {
        ReceiverBuilder::new(origin.into(), true)
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

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.inner.endpoint
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    reading: Reading,
}

impl<'b> Verified<'b> {
    pub(crate) fn new(
        endpoint: &Endpoint,
        claim: &Claim<'_>,
        params: Params<'b>,
        key: Found<'b>,
    ) -> Result<Self, Refusal> {
        endpoint.check_pins(params)?;
        let reading = endpoint.reading(claim.in_url);
        Ok(Self {
            params,
            key: MatchedKey::new(key),
            reading,
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
            event: Event::read(self.params, self.reading)?,
            key: self.key,
        })
    }
}

/// Which of the configured keys a delivery was signed with.
///
/// Watch it while one key replaces another: the old one can go when it no longer matches.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MatchedKey<'k> {
    /// The position of the key in the order in which keys were given, counted from 0.
    pub position: usize,
    /// The id, if it is a SharedKey.
    pub shared_key: Option<Cow<'k, str>>,
    /// The algorithm.
    pub algorithm: Algorithm,
}

impl<'k> MatchedKey<'k> {
    pub(crate) fn new((position, key): Found<'k>) -> Self {
        Self {
            position,
            shared_key: key.id().map(Cow::Borrowed),
            algorithm: key.algorithm(),
        }
    }

    /// Makes it own its text.
    #[must_use]
    pub fn into_owned(self) -> MatchedKey<'static> {
        MatchedKey {
            position: self.position,
            shared_key: self.shared_key.map(|id| Cow::Owned(id.into_owned())),
            algorithm: self.algorithm,
        }
    }
}

impl fmt::Display for MatchedKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let position = self.position;
        match &self.shared_key {
            None => write!(f, "AuthToken (key {position})"),
            Some(id) => write!(f, "SharedKey {id} with {} (key {position})", self.algorithm),
        }
    }
}
