//! What may be seen of a delivery before its signature is verified.
//!
//! Anyone can send any of this. It serves to choose keys, nothing else.

use std::fmt;

use crate::error::Refusal;
use crate::params::Params;
use crate::receiver::{AccountKeys, Endpoint, Opened, Received, Verified};
use crate::sid::AccountSid;

/// A delivery that has been decoded and not verified.
///
/// Made by [`AccountReceiver::open`](crate::AccountReceiver::open), to be verified with the keys of the account it
/// names.
pub struct Unverified<'b> {
    endpoint: &'b Endpoint,
    opened: Opened<'b, 'b>,
}

impl<'b> Unverified<'b> {
    pub(crate) fn new(endpoint: &'b Endpoint, opened: Opened<'b, 'b>) -> Self {
        Self { endpoint, opened }
    }

    /// Returns the account that the delivery names, which may be a lie.
    ///
    /// # Errors
    ///
    /// [`Refusal::Event`] if it names none.
    pub fn account_sid(&self) -> Result<AccountSid, Refusal> {
        Ok(self.opened.account_sid()?)
    }

    /// Returns the parameters, all of which may be lies.
    #[must_use]
    pub fn params(&self) -> Params<'b> {
        self.opened.params
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
        let Self { endpoint, opened } = self;
        let keys = keys.keys_for(opened.account_sid()?)?;
        let key = opened.matching(keys, endpoint.candidates(keys))?;
        Verified::new(endpoint, &opened, key)
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

impl fmt::Debug for Unverified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unverified")
            .field("params", &self.opened.params)
            .finish_non_exhaustive()
    }
}
