//! From an accepted request to a verified one.

use std::array;
use std::borrow::Borrow;

use crate::buffer::Scratch;
use crate::error::{FormError, Refusal, SignatureError};
use crate::event;
use crate::params::{Decoded, Form, Room};
use crate::sid::AccountSid;
use crate::signature::{Key, KeyHint, Mac, Tag};

/// How many MACs take in a form while it is decoded piece by piece.
const TOGETHER: usize = 4;

/// A key with its position.
pub(crate) type Found<'k> = (usize, &'k Key);

/// A delivery that may be decoded: its method, media type and size are accepted and its signature is well-formed.
pub(crate) struct Admitted<'d> {
    pub(super) form: &'d [u8],
    pub(super) claim: Claim<'d>,
}

/// How a delivery is said to be signed.
#[derive(Clone, Copy)]
pub(crate) struct Claim<'d> {
    /// What stands between the configured text and the sorted parameters in the text to sign.
    pub(super) target: &'d [u8],
    /// Whether the parameters are signed one by one or as a part of the URL.
    pub(crate) in_url: bool,
    pub(super) tag: Tag,
    pub(super) settings: KeyHint<'d>,
}

impl<'d> Admitted<'d> {
    pub(super) fn form_len(&self) -> usize {
        self.form.len()
    }

    /// Decodes it whatever its length.
    #[inline(always)]
    pub(super) fn decode<'b>(&self, scratch: Scratch<'b>) -> Result<Decoded<'b>, FormError> {
        let form = Form::new(self.form, scratch.pairs)?;
        let room = scratch.room.take(form.room());
        form.decode(room)
    }

    /// Decodes it, unless that would take much room for what is not verified yet.
    #[inline(always)]
    pub(super) fn open<'b>(&self, scratch: Scratch<'b>) -> Result<Text<'d, 'b>, FormError> {
        if scratch.serves_unverified(self.form.len()) {
            return self.decode(scratch).map(Text::Decoded);
        }
        let form = Form::new(self.form, scratch.pairs)?;
        Ok(Text::Large(form, scratch.room))
    }

    /// Finds the key that it was signed with, and decodes what is not decoded yet.
    #[inline(always)]
    pub(super) fn verify<'b, 'k>(
        &self,
        text: Text<'d, 'b>,
        keys: &'k [Key],
        candidates: impl Iterator<Item = (usize, impl Borrow<Mac>)>,
    ) -> Result<(Decoded<'b>, Found<'k>), Refusal> {
        match text {
            Text::Decoded(decoded) => {
                let key = self.claim.matching(decoded.signed(), keys, candidates)?;
                Ok((decoded, key))
            }
            Text::Large(form, room) => {
                let key = self.claim.matching_pieces(&form, keys, candidates)?;
                let room = room.take(form.room());
                Ok((form.decode(room)?, key))
            }
        }
    }
}

/// The parameters of a delivery that has not been verified.
pub(super) enum Text<'d, 'b> {
    Decoded(Decoded<'b>),
    /// They will be decoded once they are verified. Until then they are decoded piece by piece, in little room.
    Large(Form<'d, 'b>, Room<'b>),
}

impl Text<'_, '_> {
    pub(super) fn account_sid(&self) -> Result<AccountSid, Refusal> {
        match self {
            Self::Decoded(decoded) => Ok(event::account_sid(decoded.params())?),
            Self::Large(form, _) => {
                form.pieces(|_| {})?;
                Ok(event::account_sid_in_form(form)?)
            }
        }
    }
}

impl Claim<'_> {
    /// Finds the key that the parameters were signed with, one MAC at a time.
    #[inline(always)]
    pub(crate) fn matching<'k>(
        &self,
        params: &[u8],
        keys: &'k [Key],
        candidates: impl Iterator<Item = (usize, impl Borrow<Mac>)>,
    ) -> Result<Found<'k>, SignatureError> {
        let params = if self.in_url { b"" } else { params };
        let mut tries = 0_usize;
        for (position, mac) in candidates {
            let Some(key) = self.allowed(keys, position) else {
                continue;
            };
            tries = tries.saturating_add(1);
            if mac.borrow().verify([self.target, params], &self.tag) {
                return Ok((position, key));
            }
        }
        Err(self.settings.refusal(tries))
    }

    /// Finds the key that a form was signed with while it is not decoded as a whole.
    #[inline(never)]
    fn matching_pieces<'k>(
        &self,
        form: &Form<'_, '_>,
        keys: &'k [Key],
        candidates: impl Iterator<Item = (usize, impl Borrow<Mac>)>,
    ) -> Result<Found<'k>, Refusal> {
        let mut candidates = candidates
            .filter_map(|(position, mac)| Some((position, self.allowed(keys, position)?, mac)));
        let mut tries = 0_usize;
        loop {
            let mut macs: [Option<(usize, &Key, Mac)>; TOGETHER] = array::from_fn(|_| {
                let (position, key, mac) = candidates.next()?;
                let mut mac = mac.borrow().clone();
                mac.update(self.target);
                Some((position, key, mac))
            });
            form.pieces(|piece| {
                for (.., mac) in macs.iter_mut().flatten() {
                    if !self.in_url {
                        mac.update(piece);
                    }
                }
            })?;
            for (position, key, mac) in macs.iter().flatten() {
                tries = tries.saturating_add(1);
                if mac.verify([], &self.tag) {
                    return Ok((*position, key));
                }
            }
            if macs.iter().any(Option::is_none) {
                return Err(self.settings.refusal(tries).into());
            }
        }
    }

    fn allowed<'k>(&self, keys: &'k [Key], position: usize) -> Option<&'k Key> {
        keys.get(position).filter(|key| self.settings.allow(key))
    }
}
