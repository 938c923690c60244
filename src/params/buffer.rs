//! The memory that a delivery is decoded into.

use std::fmt;

use super::Table;

/// Memory for one delivery at a time, kept from one to the next.
///
/// What is borrowed from a delivery borrows from here. A buffer grows to what the largest delivery needed, at most
/// the body limit and a little more; with one buffer per thread nothing is allocated per delivery. For a body of
/// more than 8 KiB a [`Receiver`](crate::Receiver) lets it grow only once the signature is verified.
#[derive(Clone)]
pub struct Buffer {
    bytes: Vec<u8>,
    table: Table,
}

impl Buffer {
    /// Makes an empty buffer, which allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            table: Table::new(),
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

/// Where a delivery may be decoded.
pub(crate) trait Memory {
    /// Returns room for so many bytes, and for the table of the parameters.
    fn room(&mut self, bytes: usize) -> (&mut [u8], &mut Table);

    /// Tells whether it has room for so many bytes without growing.
    fn has_room(&self, bytes: usize) -> bool;
}

impl Memory for Buffer {
    fn room(&mut self, bytes: usize) -> (&mut [u8], &mut Table) {
        if self.bytes.len() < bytes {
            self.bytes.resize(bytes, 0);
        }
        (&mut self.bytes, &mut self.table)
    }

    fn has_room(&self, bytes: usize) -> bool {
        bytes <= self.bytes.len()
    }
}

/// Sizes of memory on the stack: for a delivery of version 1, one of version 2, and the longest body that is decoded
/// before it is verified.
const SMALL: usize = 0x280;
const MEDIUM: usize = 0x600;
const LARGE: usize = 0x2100;

/// Memory for one delivery, on the stack for a body of up to 8 KiB.
///
/// Only the size that is used is cleared: clearing the largest takes a tenth of what it takes to verify the smallest
/// delivery.
pub(crate) struct Stack {
    small: Option<[u8; SMALL]>,
    medium: Option<[u8; MEDIUM]>,
    large: Option<[u8; LARGE]>,
    buffer: Buffer,
}

impl Stack {
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        Self {
            small: None,
            medium: None,
            large: None,
            buffer: Buffer::new(),
        }
    }
}

impl Memory for Stack {
    #[inline(always)]
    fn room(&mut self, bytes: usize) -> (&mut [u8], &mut Table) {
        let room: &mut [u8] = if bytes <= SMALL {
            self.small.insert([0; SMALL])
        } else if bytes <= MEDIUM {
            self.medium.insert([0; MEDIUM])
        } else if bytes <= LARGE {
            self.large.insert([0; LARGE])
        } else {
            return self.buffer.room(bytes);
        };
        (room, &mut self.buffer.table)
    }

    fn has_room(&self, bytes: usize) -> bool {
        bytes <= LARGE
    }
}
