//! Finding bytes, sixty-four at a time.
//!
//! Written so that the compiler compares many bytes at once, without `unsafe` and without naming a processor.

/// How many bytes are looked at together.
pub(crate) const BLOCK: usize = 64;

/// The places of some bytes of a block, a bit each, the lowest for the first byte.
#[derive(Clone, Copy)]
pub(crate) struct Places(u64);

impl Places {
    /// Finds the wanted bytes of a block.
    ///
    /// The condition should be comparisons joined by `|`, so that it has no branch.
    #[inline(always)]
    pub(crate) fn of(block: &[u8; BLOCK], wanted: impl Fn(u8) -> bool) -> Self {
        /// Moves the lowest bits of eight bytes together, into the highest byte.
        const GATHER: u64 = 0x0102_0408_1020_4080;

        let mut flags = [0; BLOCK];
        for (flag, &byte) in flags.iter_mut().zip(block) {
            *flag = u8::from(wanted(byte));
        }
        let (eights, _) = flags.as_chunks::<8>();
        let mut bits = 0;
        for &flags in eights {
            let highest = u64::from_le_bytes(flags).wrapping_mul(GATHER) & 0xff << 56;
            bits = bits >> 8 | highest;
        }
        Self(bits)
    }
}

impl Iterator for Places {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let place = self.0.trailing_zeros() as usize;
        self.0 &= self.0.wrapping_sub(1);
        Some(place)
    }
}

/// Returns the place of the first wanted byte, or the length if there is none.
#[inline(always)]
pub(crate) fn find(bytes: &[u8], wanted: impl Fn(u8) -> bool + Copy) -> usize {
    let mut rest = bytes;
    while let Some((block, after)) = rest.split_first_chunk() {
        if let Some(place) = Places::of(block, wanted).next() {
            return bytes.len().wrapping_sub(rest.len()).wrapping_add(place);
        }
        rest = after;
    }
    let place = rest
        .iter()
        .position(|&byte| wanted(byte))
        .unwrap_or(rest.len());
    bytes.len().wrapping_sub(rest.len()).wrapping_add(place)
}
