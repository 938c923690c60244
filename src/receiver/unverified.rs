use std::fmt;

use super::account_keys::AccountKeys;
use super::configuration::Endpoint;
use super::received::{Received, Verified};
use super::request::Request;
use crate::error::Refusal;
use crate::event;
use crate::params::{Decoded, Params};
use crate::sid::AccountSid;

/// A delivery that has been decoded and not verified.
///
/// Anyone can send what is in it. It serves to choose keys, nothing else. Made by
/// [`AccountReceiver::open`](crate::AccountReceiver::open), to be verified with the keys of the account that it names.
pub struct UnverifiedDelivery<'b> {
    endpoint: &'b Endpoint,
    request: Request<'b>,
    decoded: Decoded<'b>,
}

impl<'b> UnverifiedDelivery<'b> {
    pub(super) fn new(endpoint: &'b Endpoint, request: Request<'b>, decoded: Decoded<'b>) -> Self {
        Self {
            endpoint,
            request,
            decoded,
        }
    }

    /// Returns the account that the delivery names, which need not be the one that sent it.
    ///
    /// # Errors
    ///
    /// [`Refusal::Event`] if it names none.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # #[cfg(feature = "testing")] {
    /// # use twilio_verify_webhooks::testing::{Device, Signer};
    /// # use twilio_verify_webhooks::{AccountReceiver, AuthToken, Buffer};
    ///
    /// # let (url, token) = ("https://example.com/webhook", AuthToken::new("a-token-for-tests")?);
    /// # let receiver = AccountReceiver::builder(url).build()?;
    /// # let mut device = Device::new().with_account_sid("AC0123456789abcdef0123456789abcdef");
    /// # let delivery = Signer::new(url, token.clone())?.post(&device.factor_created());
    /// # let delivery = delivery.as_delivery();
    /// # let mut buffer = Buffer::new();
    /// let unverified = receiver.open(&delivery, &mut buffer)?;
    /// // Whose keys to look up. Whose delivery it is, only a key can tell.
    /// assert_eq!(unverified.account_sid()?, "AC0123456789abcdef0123456789abcdef");
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    pub fn account_sid(&self) -> Result<AccountSid, Refusal> {
        Ok(event::account_sid(self.params())?)
    }

    /// Returns the parameters, none of which can be trusted.
    #[must_use]
    pub fn params(&self) -> Params<'b> {
        self.decoded.params()
    }

    /// Verifies the signature with the keys of the account that the delivery names.
    ///
    /// # Errors
    ///
    /// [`Refusal::OtherAccount`] if the keys belong to another account, [`Refusal::Signature`] if none matches.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # #[cfg(feature = "testing")] {
    /// # use twilio_verify_webhooks::testing::{Device, Signer};
    /// # use twilio_verify_webhooks::{AccountReceiver, AuthToken};
    /// # use twilio_verify_webhooks::Buffer;
    /// use twilio_verify_webhooks::{AccountKeys, Refusal};
    ///
    /// # let (url, token) = ("https://example.com/webhook", AuthToken::new("a-token-for-tests")?);
    /// # let receiver = AccountReceiver::builder(url).build()?;
    /// # let mut device = Device::new().with_account_sid("AC0123456789abcdef0123456789abcdef");
    /// # let delivery = Signer::new(url, token.clone())?.post(&device.factor_created());
    /// # let delivery = delivery.as_delivery();
    /// # let mut buffer = Buffer::new();
    /// // The delivery names another account than these keys belong to.
    /// let others = AccountKeys::new("ACfedcba9876543210fedcba9876543210".parse()?, [token])?;
    /// let refusal = receiver.open(&delivery, &mut buffer)?.verify(&others).unwrap_err();
    /// assert_eq!(refusal, Refusal::OtherAccount);
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    pub fn verify<'k>(self, keys: &'k AccountKeys) -> Result<Verified<'k>, Refusal>
    where
        'b: 'k,
    {
        let keys = keys.keys_for(self.account_sid()?)?;
        let Self {
            endpoint,
            request,
            decoded,
        } = self;
        let matched = endpoint.matched(&request, decoded, endpoint.candidates(keys))?;
        Ok(matched.verified())
    }

    /// Verifies the signature as [`verify`](Self::verify) does and reads the event.
    ///
    /// # Errors
    ///
    /// Those of [`verify`](Self::verify), and [`Refusal::Event`] if the parameters are not an event.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # #[cfg(feature = "testing")] {
    /// # use twilio_verify_webhooks::testing::{Device, Signer};
    /// # use twilio_verify_webhooks::{AccountReceiver, AuthToken};
    /// # use twilio_verify_webhooks::Buffer;
    /// use twilio_verify_webhooks::AccountKeys;
    ///
    /// # let (url, token) = ("https://example.com/webhook", AuthToken::new("a-token-for-tests")?);
    /// # let receiver = AccountReceiver::builder(url).build()?;
    /// # let mut device = Device::new().with_account_sid("AC0123456789abcdef0123456789abcdef");
    /// # let delivery = Signer::new(url, token.clone())?.post(&device.factor_created());
    /// # let delivery = delivery.as_delivery();
    /// # let mut buffer = Buffer::new();
    /// let keys = AccountKeys::new("AC0123456789abcdef0123456789abcdef".parse()?, [token])?;
    /// let received = receiver.open(&delivery, &mut buffer)?.receive(&keys)?;
    /// assert_eq!(received.event.event_type(), "factor.created");
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    pub fn receive<'k>(self, keys: &'k AccountKeys) -> Result<Received<'k>, Refusal>
    where
        'b: 'k,
    {
        self.verify(keys)?.read()
    }
}

impl fmt::Debug for UnverifiedDelivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedDelivery")
            .field("params", &self.params())
            .finish_non_exhaustive()
    }
}
