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

    /// Returns the first place that is not before another.
    #[inline(always)]
    fn first_from(self, place: usize) -> Option<usize> {
        if place >= BLOCK {
            return None;
        }
        Self(self.0 & u64::MAX << place).next()
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

/// Finds bytes of a text from its start to its end, looking at each block once.
pub(crate) struct Finder<'t, F> {
    text: &'t [u8],
    wanted: F,
    /// Where the block that was looked at starts, and the places in it.
    start: usize,
    places: Places,
}

impl<'t, F: Fn(u8) -> bool> Finder<'t, F> {
    /// Starts with a text. What is wanted is not the space.
    pub(crate) fn new(text: &'t [u8], wanted: F) -> Self {
        let mut finder = Self {
            text,
            wanted,
            start: 0,
            places: Places(0),
        };
        finder.look();
        finder
    }

    /// Returns the first wanted place that is not before `position`, which never goes back.
    #[inline]
    pub(crate) fn find(&mut self, position: usize) -> Option<usize> {
        loop {
            let passed = position.saturating_sub(self.start);
            if let Some(place) = self.places.first_from(passed) {
                return Some(self.start.wrapping_add(place));
            }
            self.start = self.start.wrapping_add(BLOCK).max(position);
            if self.start >= self.text.len() {
                return None;
            }
            self.look();
        }
    }

    #[inline(always)]
    fn look(&mut self) {
        let rest = self.text.get(self.start..).unwrap_or_default();
        self.places = match rest.first_chunk() {
            Some(block) => Places::of(block, &self.wanted),
            None => Places::of(&short_block(rest), &self.wanted),
        };
    }
}

/// Fills up what is less than a block with spaces.
pub(crate) fn short_block(text: &[u8]) -> [u8; BLOCK] {
    let mut block = [b' '; BLOCK];
    if let Some(start) = block.get_mut(..text.len()) {
        start.copy_from_slice(text);
    }
    block
}
