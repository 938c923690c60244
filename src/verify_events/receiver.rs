use std::fmt;
use std::sync::Arc;

use super::batch::{self, Batch};
use super::error::BatchError;
use super::refusal::EventStreamRefusal;
use crate::delivery::Delivery;
use crate::error::{Refusal, SignatureError};
use crate::receiver::{MatchedKey, key_hint, tag};
use crate::sid::AccountSid;
use crate::signature::{Key, SignedUrl, body_hash_after, verify_after};

/// Receives what Event Streams delivers to a webhook sink: verifies it, and reads its events.
///
/// Built once, from the sink's destination as it is configured at Twilio and the keys that Twilio may sign with. It is
/// cheap to clone and never changes, so any number of threads may share it. Strangers can have it compute one SHA-256 of
/// a body within the limit, and one HMAC for each key and each variant of the destination.
///
/// ```
/// use twilio_verify_webhooks::verify_events::{EventData, EventStreamReceiver, VerificationStatus};
/// use twilio_verify_webhooks::{AuthToken, Delivery};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let token = "5b1f0c7e9d2a46388e4f7b6c1a0d9e23";
/// let receiver = EventStreamReceiver::new("https://hooks.example.com/streams", AuthToken::new(token)?)?;
///
/// let body = br#"[{
///     "specversion": "1.0",
///     "type": "com.twilio.accountsecurity.verify.verification.approved",
///     "source": "/v2/Services/VA0123456789abcdef0123456789abcdef",
///     "id": "2be9fec91c2c7e4b40fedb0d2bf11da0f6fe4a7047946e3bd492a7377e7c6154",
///     "data": {
///         "account_sid": "AC0123456789abcdef0123456789abcdef",
///         "service_sid": "VA0123456789abcdef0123456789abcdef",
///         "verification_sid": "VE0123456789abcdef0123456789abcdef",
///         "verification_status": "APPROVED",
///         "created_at": "2026-11-02T08:14:58.007Z",
///         "to": "+4915112345678"
///     }
/// }]"#;
/// # let signer = twilio_verify_webhooks::testing::Signer::new("https://hooks.example.com/streams", AuthToken::new(token)?)?;
/// # let signed = signer.post_json(*body);
/// # let signature = signed.headers().find_map(|(name, value)| (name == "x-twilio-signature").then_some(value)).unwrap();
/// let delivery = Delivery::new("POST", body).signature(signature);
///
/// let batch = receiver.receive(&delivery)?;
/// for event in batch.events() {
///     if let EventData::Verification(verification) = &event.data {
///         assert_eq!(verification.verification_status, VerificationStatus::Approved);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct EventStreamReceiver {
    pub(super) settings: Arc<Settings>,
}

pub(super) struct Settings {
    pub(super) destination: SignedUrl,
    pub(super) keys: Box<[Key]>,
    pub(super) body_limit: usize,
    pub(super) element_limit: usize,
    pub(super) unverified_status: u16,
    pub(super) account_sid: Option<AccountSid>,
}

impl EventStreamReceiver {
    /// How many bytes a body may have unless [`body_limit`](super::EventStreamReceiverBuilder::body_limit) says otherwise: 1 MiB.
    ///
    /// Twilio publishes no limit for a batch, and drops for good what is answered with 413, so it is far above what is
    /// seen: some 900 events of verifications, at 1.1 KiB each. It bounds what a stranger can have kept in memory and
    /// hashed, for each connection.
    pub const DEFAULT_BODY_LIMIT: usize = 1024 * 1024;
    /// The most that [`body_limit`](super::EventStreamReceiverBuilder::body_limit) can be set to: 16 MiB.
    pub const MAX_BODY_LIMIT: usize = crate::limits::MAX_BODY_LIMIT;
    /// How many elements a batch may have unless [`element_limit`](super::EventStreamReceiverBuilder::element_limit) says otherwise: 4096.
    ///
    /// More events than fit into a body of 1 MiB, as the smallest has some 400 bytes; but fewer than the 500 000 elements
    /// of three bytes that fit too.
    pub const DEFAULT_ELEMENT_LIMIT: usize = 4096;
    /// The most that [`element_limit`](super::EventStreamReceiverBuilder::element_limit) can be set to: 65 536.
    pub const MAX_ELEMENT_LIMIT: usize = 65_536;
    /// What is answered to an unverified delivery unless [`unverified_status`](super::EventStreamReceiverBuilder::unverified_status) says
    /// otherwise: 429.
    ///
    /// With 429, as with 500 to 599, Twilio keeps the events and tries again for four hours, in which a wrong key or
    /// destination can be put right; any other 4xx destroys them. It is not 503, because strangers can bring it about:
    /// load balancers take a server that answers 5xx several times out of service, and people are woken for it. Twilio
    /// slows down for a while with either.
    pub const DEFAULT_UNVERIFIED_STATUS: u16 = 429;

    /// Receives a delivery: verifies it and reads its events.
    ///
    /// Its target and content type are not looked at. The first are the sender's to choose; the second is not documented
    /// for Event Streams.
    ///
    /// # Errors
    ///
    /// [`EventStreamRefusal`] says why the delivery is not accepted, and with which status to answer. An element that is
    /// no event is no refusal: it is kept apart in the batch.
    ///
    /// ```
    /// use twilio_verify_webhooks::testing::{CloudEventBuilder, Signer};
    /// use twilio_verify_webhooks::verify_events::EventStreamReceiver;
    /// use twilio_verify_webhooks::{AuthToken, Delivery};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let (destination, token) = ("https://mywebsite.com/streams", AuthToken::new("a-token-for-tests")?);
    /// let receiver = EventStreamReceiver::new(destination, token.clone())?;
    /// let delivery = Signer::new(destination, token)?.post_events(&[CloudEventBuilder::message_delivered()]);
    ///
    /// let batch = receiver.receive(&delivery.as_delivery())?;
    /// assert_eq!(batch.events().count(), 1);
    ///
    /// // Kept by Twilio for four hours, in case that it is genuine and the receiver is configured wrongly.
    /// let refusal = receiver.receive(&Delivery::new("POST", delivery.body())).unwrap_err();
    /// assert_eq!((refusal.code(), refusal.status()), ("signature_missing", 429));
    /// # Ok(())
    /// # }
    /// ```
    pub fn receive(&self, delivery: &Delivery<'_>) -> Result<Batch, EventStreamRefusal> {
        self.received(delivery).map_err(|error| self.refusal(error))
    }

    fn received(&self, delivery: &Delivery<'_>) -> Result<Batch, BatchError> {
        let key = self.verified(delivery)?.into_owned();
        let Settings {
            element_limit,
            account_sid,
            ..
        } = &*self.settings;
        let account_sid = account_sid.as_ref().map(AccountSid::as_str);
        let elements = batch::elements(delivery.body, *element_limit, account_sid)?;
        Ok(Batch { elements, key })
    }

    /// Verifies a delivery without reading its events, and returns the key that matched as proof.
    ///
    /// # Errors
    ///
    /// [`EventStreamRefusal`] says why the delivery is not accepted, and with which status to answer.
    ///
    /// ```
    /// # use twilio_verify_webhooks::testing::Signer;
    /// # use twilio_verify_webhooks::verify_events::EventStreamReceiver;
    /// # use twilio_verify_webhooks::AuthToken;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (destination, token) = ("https://mywebsite.com/streams", AuthToken::new("a-token-for-tests")?);
    /// # let receiver = EventStreamReceiver::new(destination, token.clone())?;
    /// # let delivery = Signer::new(destination, token)?.post_json("no JSON");
    /// // Rightly signed, whatever is in it.
    /// assert_eq!(receiver.verify(&delivery.as_delivery())?.position, 0);
    /// assert!(receiver.receive(&delivery.as_delivery()).is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn verify(&self, delivery: &Delivery<'_>) -> Result<MatchedKey<'_>, EventStreamRefusal> {
        self.verified(delivery).map_err(|error| self.refusal(error))
    }

    fn verified(&self, delivery: &Delivery<'_>) -> Result<MatchedKey<'_>, BatchError> {
        let Settings {
            destination,
            keys,
            body_limit,
            ..
        } = &*self.settings;
        if delivery.method != "POST" {
            return Err(BatchError::Method);
        }
        let (limit, found) = (*body_limit, delivery.body.len());
        if found > limit {
            return Err(BatchError::TooLarge { limit, found });
        }
        let hint = key_hint(delivery.signature_settings)?;
        let tag = tag(delivery.signature, &hint)?;
        let mut candidates = keys
            .iter()
            .enumerate()
            .filter(|(_, key)| hint.allows(key))
            .peekable();
        if candidates.peek().is_none() {
            return Err(hint.refusal(0).into());
        }
        let appended = body_hash_after(destination, delivery.body)?;
        let mut tries = 0_usize;
        for (position, key) in candidates {
            match verify_after(destination, &appended, key, &tag) {
                Ok(()) => return Ok(MatchedKey::new(position, key)),
                Err(SignatureError::Mismatch { tries: more }) => tries = tries.saturating_add(more),
                Err(error) => return Err(error.into()),
            }
        }
        Err(hint.refusal(tries).into())
    }

    /// Makes a refusal of something that was found before the delivery was seen, such as
    /// [`BatchError::Incomplete`].
    #[must_use]
    pub fn refusal(&self, error: BatchError) -> EventStreamRefusal {
        EventStreamRefusal::new(error, self.settings.unverified_status)
    }

    /// Makes a refusal of what `read_body`, or a reader of yours, said of a body that was not read to
    /// its end.
    #[must_use]
    pub fn unread(&self, refusal: Refusal) -> EventStreamRefusal {
        self.refusal(match refusal {
            Refusal::TooLarge { limit, found } => BatchError::TooLarge { limit, found },
            _ => BatchError::Incomplete,
        })
    }

    /// Returns how many bytes a body may have: where to stop reading it.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.settings.body_limit
    }
}

impl fmt::Debug for EventStreamReceiver {
    /// Shows neither user name, password nor query of the destination, and no secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStreamReceiver")
            .field("destination", &self.settings.destination)
            .field("keys", &self.settings.keys)
            .field("body_limit", &self.settings.body_limit)
            .field("element_limit", &self.settings.element_limit)
            .field("unverified_status", &self.settings.unverified_status)
            .field("account_sid", &self.settings.account_sid)
            .finish_non_exhaustive()
    }
}
