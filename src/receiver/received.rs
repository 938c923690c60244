//! What a receiver hands out.

use super::keys::MatchedKey;
use crate::error::Refusal;
use crate::event::{Event, Rules};
use crate::params::{Decoded, Params};

/// Decoded parameters with the key that signed them, of the account and Service that the receiver is for.
pub(super) struct Matched<'m, 'k> {
    pub(super) decoded: Decoded<'m>,
    pub(super) key: MatchedKey<'k>,
    pub(super) rules: Rules,
}

impl<'m> Matched<'m, 'm> {
    pub(super) fn verified(self) -> Verified<'m> {
        Verified {
            params: self.decoded.params(),
            key: self.key,
            rules: self.rules,
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
    /// Returns the parameters.
    ///
    /// The signature covers the text that they form together, not where each begins and ends.
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
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # #[cfg(feature = "testing")] {
    /// # use twilio_verify_webhooks::testing::Signer;
    /// # use twilio_verify_webhooks::{AuthToken, Receiver};
    /// use twilio_verify_webhooks::{Buffer, Refusal};
    ///
    /// # let (url, token) = ("https://example.com/webhook", AuthToken::new("a-token-for-tests")?);
    /// # let receiver = Receiver::new(url, token.clone())?;
    /// # let signer = Signer::new(url, token)?;
    /// // Twilio signed it, for another product.
    /// let sms = signer.post([("Body", "Hi"), ("From", "+14155550100")]);
    /// let mut buffer = Buffer::new();
    /// let verified = receiver.verify_in(&sms.as_delivery(), &mut buffer)?;
    /// assert!(matches!(verified.read(), Err(Refusal::Event(_))));
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn read(self) -> Result<Received<'b>, Refusal> {
        Ok(Received {
            event: Event::read(self.params, self.rules)?,
            key: self.key,
        })
    }

    /// Reads the event as an owned value. In fewer steps, an event is moved less often.
    pub(super) fn read_owned(self) -> Result<Received<'static>, Refusal> {
        Ok(Received {
            event: Event::read(self.params, self.rules)?.into_owned(),
            key: self.key.into_owned(),
        })
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
    /// Converts to an owned value.
    #[must_use]
    pub fn into_owned(self) -> Received<'static> {
        Received {
            event: self.event.into_owned(),
            key: self.key.into_owned(),
        }
    }
}
