//! The guard for bodies of more than 8 KiB, which strangers send too.
//!
//! Memory is taken for such a body only if it is genuine. So its signature is verified here first, while the body is
//! decoded piece by piece in a KiB of stack; after that it is handled like every other. A genuine one costs an HMAC
//! more, unless the buffer has room for it from one before.

use std::array;
use std::borrow::Borrow;

use super::keys::Candidate;
use super::request::Request;
use crate::error::Refusal;
use crate::limits::MAX_UNVERIFIED;
use crate::params::{Form, Memory, Table, room_for};
use crate::signature::Mac;

/// How many MACs absorb a body while it is decoded once.
const TOGETHER: usize = 4;

/// Refuses a large body that no key has signed, if `memory` would have to grow for it.
#[inline(always)]
pub(super) fn check<'k, M: Borrow<Mac>>(
    request: &Request<'_>,
    candidates: impl Iterator<Item = Candidate<'k, M>>,
    memory: &impl Memory,
) -> Result<(), Refusal> {
    if request.form.len() <= MAX_UNVERIFIED || memory.has_room(room_for(request.form)) {
        return Ok(());
    }
    verify_in_pieces(request, candidates)
}

#[inline(never)]
fn verify_in_pieces<'k, M: Borrow<Mac>>(
    request: &Request<'_>,
    candidates: impl Iterator<Item = Candidate<'k, M>>,
) -> Result<(), Refusal> {
    let mut table = Table::new();
    let form = Form::new(request.form, &mut table)?;
    let mut candidates = candidates.filter(|candidate| request.hint.allows(candidate.key));
    let mut tries = 0_usize;
    loop {
        let mut macs: [Option<Mac>; TOGETHER] = array::from_fn(|_| {
            let mut mac = candidates.next()?.mac.borrow().clone();
            mac.update(request.target);
            Some(mac)
        });
        form.pieces(|piece| {
            for mac in macs.iter_mut().flatten() {
                if !request.in_url {
                    mac.update(piece);
                }
            }
        })?;
        for mac in macs.iter().flatten() {
            tries = tries.saturating_add(1);
            if mac.verify([], &request.tag) {
                return Ok(());
            }
        }
        if macs.iter().any(Option::is_none) {
            return Err(request.hint.refusal(tries).into());
        }
    }
}
