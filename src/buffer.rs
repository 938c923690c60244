//! The memory that a delivery is decoded into.

use std::fmt;

use crate::limits::MAX_UNVERIFIED;
use crate::params::{Pairs, Room, SLACK};

/// Memory for one delivery at a time, kept from one to the next.
///
/// What is borrowed from a delivery borrows from here. A buffer grows to what the largest delivery needed, at most
/// the body limit and a little more; with one buffer per thread nothing is allocated per delivery. For a form of
/// more than 8 KiB a [`Receiver`](crate::Receiver) lets it grow only once the signature is verified.
#[derive(Clone)]
pub struct Buffer {
    bytes: Vec<u8>,
    pairs: Pairs,
}

impl Buffer {
    /// Makes an empty buffer, which allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            pairs: Pairs::new(),
        }
    }

    pub(crate) fn scratch(&mut self) -> Scratch<'_> {
        Scratch {
            room: Room::Growing(&mut self.bytes),
            pairs: &mut self.pairs,
        }
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer")
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// The memory of one delivery.
pub(crate) struct Scratch<'b> {
    /// Room for the decoded names and values.
    pub(crate) room: Room<'b>,
    pub(crate) pairs: &'b mut Pairs,
}

impl Scratch<'_> {
    /// Tells whether a form may be decoded into it before it is verified: there is room, or little is needed.
    pub(crate) fn serves_unverified(&self, form: usize) -> bool {
        form <= MAX_UNVERIFIED || form.saturating_add(SLACK) <= self.room.len()
    }

    /// Lends memory that is gone afterwards: on the stack for a form of up to 8 KiB.
    pub(crate) fn lend<R>(form: usize, work: impl FnOnce(Scratch<'_>) -> R) -> R {
        // Not inlined, or each size would take the room of all.
        #[inline(never)]
        fn stack<const N: usize, R>(work: impl FnOnce(Scratch<'_>) -> R) -> R {
            work(Scratch {
                room: Room::Fixed(&mut [0; N]),
                pairs: &mut Pairs::new(),
            })
        }
        match form.saturating_add(SLACK) {
            0..=0x0200 => stack::<0x0200, R>(work),
            0x0201..=0x0400 => stack::<0x0400, R>(work),
            0x0401..=0x0600 => stack::<0x0600, R>(work),
            0x0601..=0x1000 => stack::<0x1000, R>(work),
            0x1001..=0x2100 => stack::<0x2100, R>(work),
            _ => work(Buffer::new().scratch()),
        }
    }
}
