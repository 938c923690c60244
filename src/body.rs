//! A body that arrives in chunks.

use crate::error::Refusal;

/// The least that is asked for when the length of a body is not known.
const LEAST: usize = 1024;

/// The bytes of a body, up to a limit, in one buffer however small its chunks are.
pub(crate) struct Collector {
    bytes: Vec<u8>,
    limit: usize,
}

impl Collector {
    /// Makes room for as many bytes as are declared; 0 where nothing is.
    pub(crate) fn new(declared: usize, limit: usize) -> Result<Self, Refusal> {
        if declared > limit {
            let found = declared;
            return Err(Refusal::TooLarge { limit, found });
        }
        let bytes = Vec::with_capacity(declared);
        Ok(Self { bytes, limit })
    }

    /// Adds a chunk. The buffer grows to twice its size, so that few bytes are moved, and never beyond the limit.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> Result<(), Refusal> {
        let (limit, capacity) = (self.limit, self.bytes.capacity());
        let len = self.bytes.len().saturating_add(chunk.len());
        if len > limit {
            let found = limit.saturating_add(1);
            return Err(Refusal::TooLarge { limit, found });
        }
        if len > capacity {
            let grown = capacity.saturating_mul(2).max(LEAST).clamp(len, limit);
            let further = grown.saturating_sub(self.bytes.len());
            self.bytes.reserve_exact(further);
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
