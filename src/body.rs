//! A body that arrives in chunks.

use std::ops::Deref;

use crate::error::Refusal;

/// The least that is asked for when the length of a body is not known.
const LEAST: usize = 1024;

/// The bytes of a body, up to a limit: the chunk that they came in, or one buffer however small the chunks are.
pub(crate) struct Collector<C> {
    only: Option<C>,
    bytes: Vec<u8>,
    declared: usize,
    limit: usize,
}

impl<C: Deref<Target = [u8]>> Collector<C> {
    /// Starts with the number of bytes that are declared; 0 where nothing is.
    pub(crate) fn new(declared: usize, limit: usize) -> Result<Self, Refusal> {
        if declared > limit {
            let found = declared;
            return Err(Refusal::TooLarge { limit, found });
        }
        Ok(Self {
            only: None,
            bytes: Vec::new(),
            declared,
            limit,
        })
    }

    /// Refuses a chunk of so many bytes if it is too much.
    pub(crate) fn check(&self, further: usize) -> Result<(), Refusal> {
        let only = self.only.as_ref().map_or(0, |only| only.len());
        let len = self.bytes.len().saturating_add(only);
        if len.saturating_add(further) > self.limit {
            let (limit, found) = (self.limit, self.limit.saturating_add(1));
            return Err(Refusal::TooLarge { limit, found });
        }
        Ok(())
    }

    /// Adds a chunk. The first is kept as it is; with a second, both are copied.
    pub(crate) fn push(&mut self, chunk: C) -> Result<(), Refusal> {
        self.check(chunk.len())?;
        match self.only.take() {
            None if self.bytes.is_empty() => self.only = Some(chunk),
            first => {
                if let Some(first) = first {
                    self.copy(&first);
                }
                self.copy(&chunk);
            }
        }
        Ok(())
    }

    /// Copies a chunk into a buffer of the declared length. It grows to twice its size, so that few bytes are moved, and
    /// never beyond the limit.
    fn copy(&mut self, chunk: &[u8]) {
        let len = self.bytes.len().saturating_add(chunk.len());
        let capacity = self.bytes.capacity();
        if len > capacity {
            let grown = match capacity {
                0 if self.declared > 0 => self.declared,
                _ => capacity.saturating_mul(2).max(LEAST),
            };
            let grown = grown.min(self.limit).max(len);
            let further = grown.saturating_sub(self.bytes.len());
            self.bytes.reserve_exact(further);
        }
        self.bytes.extend_from_slice(chunk);
    }

    pub(crate) fn finish(self) -> Collected<C> {
        match self.only {
            Some(only) => Collected::Whole(only),
            None => Collected::Joined(self.bytes),
        }
    }
}

/// A body that has arrived.
pub(crate) enum Collected<C> {
    /// In one chunk.
    Whole(C),
    /// In several, or none.
    Joined(Vec<u8>),
}

impl<C: Deref<Target = [u8]>> Deref for Collected<C> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Whole(bytes) => bytes,
            Self::Joined(bytes) => bytes,
        }
    }
}
