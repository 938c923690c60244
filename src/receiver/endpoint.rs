//! The way of a delivery.

use std::borrow::Borrow;

use super::configuration::{Address, Endpoint};
use super::keys::{Candidate, matching};
use super::large;
use super::received::Matched;
use super::request::Request;
use crate::error::Refusal;
use crate::event::Rules;
use crate::params::{Decoded, Memory, Name};
use crate::signature::{Key, Mac};

impl Endpoint {
    /// Pairs each key with each variant of the URL, the configured text first. Each MAC has absorbed both.
    pub(super) fn candidates<'k>(
        &'k self,
        keys: &'k [Key],
    ) -> impl Iterator<Item = Candidate<'k, Mac>> + Clone {
        self.address.variants().flat_map(move |variant| {
            keys.iter().enumerate().map(move |(position, key)| {
                let mut mac = key.mac().clone();
                mac.update(variant.as_bytes());
                Candidate { position, key, mac }
            })
        })
    }

    /// Verifies a request whose keys are known. Every way to receive a delivery leads here.
    ///
    /// It is inlined, as are the stages that it calls and the reading of head, signature and form: returning their
    /// results through memory makes `verify` a tenth slower on the smallest delivery.
    #[inline(always)]
    pub(super) fn verify<'m, 'k, M: Borrow<Mac>>(
        &self,
        request: &Request<'_>,
        candidates: impl Iterator<Item = Candidate<'k, M>> + Clone,
        memory: &'m mut impl Memory,
    ) -> Result<Matched<'m, 'k>, Refusal> {
        large::check(request, candidates.clone(), memory)?;
        let decoded = request.decode(memory)?;
        self.matched(request, decoded, candidates)
    }

    /// Finds the key of a request that is decoded, and checks that its parameters are for this receiver.
    #[inline(always)]
    pub(super) fn matched<'m, 'k, M: Borrow<Mac>>(
        &self,
        request: &Request<'_>,
        decoded: Decoded<'m>,
        candidates: impl Iterator<Item = Candidate<'k, M>>,
    ) -> Result<Matched<'m, 'k>, Refusal> {
        let key = matching(request, decoded.signed(), candidates)?;
        self.check_pins(&decoded)?;
        let rules = self.rules(request);
        Ok(Matched {
            decoded,
            key,
            rules,
        })
    }

    /// Checks that the parameters name the account and the Service that the receiver is for.
    fn check_pins(&self, decoded: &Decoded<'_>) -> Result<(), Refusal> {
        if let Some(account_sid) = self.account_sid
            && decoded.params().documented(Name::AccountSid) != Some(account_sid.as_str())
        {
            return Err(Refusal::OtherAccount);
        }
        if let Some(service_sid) = self.service_sid
            && decoded.params().documented(Name::ServiceSid) != Some(service_sid.as_str())
        {
            return Err(Refusal::OtherService);
        }
        Ok(())
    }

    const fn rules(&self, request: &Request<'_>) -> Rules {
        Rules {
            strict: self.strict,
            url_from_request: matches!(self.address, Address::Origin(_)),
            in_url: request.in_url,
        }
    }
}
