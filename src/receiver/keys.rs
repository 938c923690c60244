//! Which key a delivery was signed with.

use std::borrow::{Borrow, Cow};
use std::fmt;

use super::request::Request;
use crate::error::SignatureError;
use crate::signature::{Algorithm, Key, Mac};

/// A key that a delivery may have been signed with, and a MAC that has absorbed it and a variant of the URL.
#[derive(Clone)]
pub(super) struct Candidate<'k, M> {
    /// The position of the key in the order in which keys were given.
    pub(super) position: usize,
    pub(super) key: &'k Key,
    pub(super) mac: M,
}

/// Finds the key that a request was signed with, one MAC at a time.
#[inline(always)]
pub(super) fn matching<'k, M: Borrow<Mac>>(
    request: &Request<'_>,
    signed: &[u8],
    candidates: impl Iterator<Item = Candidate<'k, M>>,
) -> Result<MatchedKey<'k>, SignatureError> {
    let signed = if request.in_url { b"" } else { signed };
    let mut tries = 0_usize;
    for Candidate { position, key, mac } in candidates {
        if !request.hint.allows(key) {
            continue;
        }
        tries = tries.saturating_add(1);
        if mac.borrow().verify([request.target, signed], &request.tag) {
            return Ok(MatchedKey::new(position, key));
        }
    }
    Err(request.hint.refusal(tries))
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
    pub(crate) fn new(position: usize, key: &'k Key) -> Self {
        Self {
            position,
            key_id: key.id().map(Cow::Borrowed),
            algorithm: key.algorithm(),
        }
    }

    /// Converts to an owned value.
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
