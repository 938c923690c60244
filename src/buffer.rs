//! The memory that a delivery is decoded into.

use std::fmt;

use crate::params::{Pairs, SLACK};

/// Memory for one delivery at a time, kept from one to the next.
///
/// What is borrowed from a delivery borrows from here. A buffer grows to what the largest delivery needed, at most
/// twice the body limit and a little more; with one buffer per thread nothing is allocated per delivery.
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

    pub(crate) fn scratch(&mut self, sizes: Sizes) -> Scratch<'_> {
        if self.bytes.len() < sizes.total() {
            self.bytes.resize(sizes.total(), 0);
        }
        Scratch::new(&mut self.bytes, &mut self.pairs, sizes)
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

/// How much memory a delivery takes.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    text: usize,
    signed: usize,
}

impl Sizes {
    /// For a form of so many bytes, signed after so many bytes of path and query.
    pub(crate) fn new(form: usize, target: usize) -> Self {
        Self {
            text: form.saturating_add(SLACK),
            signed: form.saturating_add(target),
        }
    }

    fn total(self) -> usize {
        self.text.saturating_add(self.signed)
    }
}

/// The memory of one delivery.
pub(crate) struct Scratch<'b> {
    /// Room for the decoded names and values.
    pub(crate) text: &'b mut [u8],
    /// Room for the text to be signed.
    pub(crate) signed: &'b mut [u8],
    pub(crate) pairs: &'b mut Pairs,
}

impl<'b> Scratch<'b> {
    fn new(bytes: &'b mut [u8], pairs: &'b mut Pairs, sizes: Sizes) -> Self {
        let (text, signed) = bytes.split_at_mut_checked(sizes.text).unwrap_or_default();
        Self {
            text,
            signed,
            pairs,
        }
    }

    /// Lends memory that is gone afterwards: on the stack up to a body of 8 KiB.
    pub(crate) fn lend<R>(sizes: Sizes, work: impl FnOnce(Scratch<'_>) -> R) -> R {
        fn stack<const N: usize, R>(sizes: Sizes, work: impl FnOnce(Scratch<'_>) -> R) -> R {
            work(Scratch::new(&mut [0; N], &mut Pairs::new(), sizes))
        }
        match sizes.total() {
            0..=0x03ff => stack::<0x0400, R>(sizes, work),
            0x0400..=0x07ff => stack::<0x0800, R>(sizes, work),
            0x0800..=0x13ff => stack::<0x1400, R>(sizes, work),
            0x1400..=0x4fff => stack::<0x5000, R>(sizes, work),
            _ => {
                let mut buffer = Buffer::new();
                work(buffer.scratch(sizes))
            }
        }
    }
}
