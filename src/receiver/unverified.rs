use std::fmt;

use super::{AccountKeys, Claim, Endpoint, Received, Verified};
use crate::error::Refusal;
use crate::event;
use crate::params::Params;
use crate::sid::AccountSid;

/// A delivery that has been decoded and not verified.
///
/// Anyone can send what is in it. It serves to choose keys, nothing else. Made by
/// [`AccountReceiver::open`](crate::AccountReceiver::open), to be verified with the keys of the account that it names.
pub struct UnverifiedDelivery<'b> {
    endpoint: &'b Endpoint,
    claim: Claim<'b>,
    params: Params<'b>,
}

impl<'b> UnverifiedDelivery<'b> {
    pub(crate) fn new(endpoint: &'b Endpoint, claim: Claim<'b>, params: Params<'b>) -> Self {
        Self {
            endpoint,
            claim,
            params,
        }
    }

    /// Returns the account that the delivery names, which may be a lie.
    ///
    /// # Errors
    ///
    /// [`Refusal::Event`] if it names none.
    pub fn account_sid(&self) -> Result<AccountSid, Refusal> {
        Ok(event::account_sid(self.params)?)
    }

    /// Returns the parameters, all of which may be lies.
    #[must_use]
    pub fn params(&self) -> Params<'b> {
        self.params
    }

    /// Verifies the signature with the keys of the account that the delivery names.
    ///
    /// # Errors
    ///
    /// [`Refusal::OtherAccount`] if the keys belong to another account, [`Refusal::Signature`] if none matches.
    pub fn verify<'k>(self, keys: &'k AccountKeys) -> Result<Verified<'k>, Refusal>
    where
        'b: 'k,
    {
        let keys = keys.keys_for(self.account_sid()?)?;
        let candidates = self.endpoint.candidates(keys);
        let key = self
            .claim
            .matching(self.params.signed(), keys, candidates)?;
        Verified::new(self.endpoint, &self.claim, self.params, key)
    }

    /// Verifies the signature as [`verify`](Self::verify) does and reads the event.
    ///
    /// # Errors
    ///
    /// Those of [`verify`](Self::verify), and [`Refusal::Event`] if the parameters are not an event.
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
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}
