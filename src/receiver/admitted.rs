//! From an accepted request to a verified one.

use std::array;
use std::borrow::Borrow;

use super::MatchedKey;
use crate::buffer::Scratch;
use crate::error::{EventError, FormError, Refusal, SignatureError};
use crate::event;
use crate::params::{Form, Params, Room};
use crate::sid::AccountSid;
use crate::signature::{Key, Mac, Settings, Tag};

/// How many MACs take in a form while it is decoded piece by piece.
const TOGETHER: usize = 4;

/// A delivery that may be decoded: its method, media type and size are accepted and its signature is well-formed.
pub(crate) struct Admitted<'d> {
    pub(super) form: &'d [u8],
    pub(super) claim: Claim<'d>,
}

/// How a delivery is said to be signed.
#[derive(Clone, Copy)]
pub(super) struct Claim<'d> {
    /// What stands between the configured text and the sorted parameters in the text to sign.
    pub(super) target: &'d [u8],
    /// Whether the parameters are signed one by one or as a part of the URL.
    pub(super) in_url: bool,
    pub(super) tag: Tag,
    pub(super) settings: Settings<'d>,
}

impl<'d> Admitted<'d> {
    pub(super) fn form_len(&self) -> usize {
        self.form.len()
    }

    /// Decodes it whatever its length.
    pub(super) fn decode<'b>(&self, scratch: Scratch<'b>) -> Result<Opened<'d, 'b>, FormError> {
        let form = Form::new(self.form, scratch.pairs)?;
        let room = scratch.room.take(form.room());
        Ok(Opened {
            params: form.decode(room)?,
            claim: self.claim,
        })
    }

    /// Decodes it, unless that would take much room for what is not verified yet.
    pub(super) fn open<'b>(&self, scratch: Scratch<'b>) -> Result<Unverified<'d, 'b>, FormError> {
        if scratch.serves_unverified(self.form.len()) {
            return self.decode(scratch).map(Unverified::Opened);
        }
        Ok(Unverified::Large {
            form: Form::new(self.form, scratch.pairs)?,
            room: scratch.room,
            claim: self.claim,
        })
    }
}

/// A delivery whose signature has not been verified.
pub(super) enum Unverified<'d, 'b> {
    Opened(Opened<'d, 'b>),
    /// One that will be decoded once it is verified. Until then it is decoded piece by piece, in little room.
    Large {
        form: Form<'d, 'b>,
        room: Room<'b>,
        claim: Claim<'d>,
    },
}

impl<'d, 'b> Unverified<'d, 'b> {
    pub(crate) fn account_sid(&self) -> Result<AccountSid, Refusal> {
        match self {
            Self::Opened(opened) => Ok(opened.account_sid()?),
            Self::Large { form, .. } => {
                form.pieces(|_| {})?;
                Ok(event::account_sid_in_form(form)?)
            }
        }
    }

    /// Finds the key that it was signed with.
    pub(crate) fn verify<'k>(
        self,
        keys: &'k [Key],
        candidates: impl Iterator<Item = (usize, impl Borrow<Mac>)>,
    ) -> Result<(Opened<'d, 'b>, MatchedKey<'k>), Refusal> {
        match self {
            Self::Opened(opened) => {
                let key = opened.matching(keys, candidates)?;
                Ok((opened, key))
            }
            Self::Large { form, room, claim } => {
                let key = claim.matching_pieces(&form, keys, candidates)?;
                let room = room.take(form.room());
                let params = form.decode(room)?;
                Ok((Opened { params, claim }, key))
            }
        }
    }
}

/// A decoded delivery.
pub(crate) struct Opened<'d, 'b> {
    pub(crate) params: Params<'b>,
    claim: Claim<'d>,
}

impl Opened<'_, '_> {
    pub(crate) fn in_url(&self) -> bool {
        self.claim.in_url
    }

    pub(crate) fn account_sid(&self) -> Result<AccountSid, EventError> {
        event::account_sid(self.params)
    }

    /// Finds the key that it was signed with, one MAC at a time.
    pub(crate) fn matching<'k>(
        &self,
        keys: &'k [Key],
        candidates: impl Iterator<Item = (usize, impl Borrow<Mac>)>,
    ) -> Result<MatchedKey<'k>, SignatureError> {
        let Claim {
            target,
            in_url,
            ref tag,
            ref settings,
        } = self.claim;
        let params = if in_url { b"" } else { self.params.signed() };
        let mut tries = 0_usize;
        for (position, mac) in candidates {
            let Some(key) = keys.get(position).filter(|key| settings.allow(key)) else {
                continue;
            };
            tries = tries.saturating_add(1);
            if mac.borrow().verify([target, params], tag) {
                return Ok(MatchedKey::new(position, key));
            }
        }
        Err(settings.refusal(tries))
    }
}

impl Claim<'_> {
    /// Finds the key that a form was signed with while it is not decoded as a whole.
    fn matching_pieces<'k>(
        &self,
        form: &Form<'_, '_>,
        keys: &'k [Key],
        candidates: impl Iterator<Item = (usize, impl Borrow<Mac>)>,
    ) -> Result<MatchedKey<'k>, Refusal> {
        let allowed = |position: usize| keys.get(position).filter(|key| self.settings.allow(key));
        let mut candidates =
            candidates.filter_map(|(position, mac)| Some((position, allowed(position)?, mac)));
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
                    return Ok(MatchedKey::new(*position, key));
                }
            }
            if macs.iter().any(Option::is_none) {
                return Err(self.settings.refusal(tries).into());
            }
        }
    }
}
