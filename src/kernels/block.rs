//! Looking at sixteen or sixty-four bytes at once.

use wide::u8x16;

/// How many bytes are looked at together.
pub(crate) const BLOCK: usize = 64;

/// How many bytes one comparison takes.
pub(crate) const LANES: usize = 16;

/// The bytes that one comparison takes.
pub(crate) type Lanes = u8x16;

/// Sets all bits of the lanes that hold a byte.
#[inline(always)]
pub(crate) fn equal(lanes: Lanes, byte: u8) -> Lanes {
    lanes.simd_eq(Lanes::splat(byte))
}

/// Sets all bits of the lanes that hold a byte or a lesser one.
#[inline(always)]
pub(crate) fn at_most(lanes: Lanes, byte: u8) -> Lanes {
    lanes.min(Lanes::splat(byte)).simd_eq(lanes)
}

/// Sets all bits of the lanes that hold a digit.
#[inline(always)]
#[allow(clippy::arithmetic_side_effects, reason = "lanes wrap around")]
pub(crate) fn digit(lanes: Lanes) -> Lanes {
    at_most(lanes - Lanes::splat(b'0'), 9)
}

/// Sets all bits of the lanes that hold an ASCII letter or digit.
#[inline(always)]
#[allow(clippy::arithmetic_side_effects, reason = "lanes wrap around")]
pub(crate) fn alphanumeric(lanes: Lanes) -> Lanes {
    let letters = (lanes | Lanes::splat(0x20)) - Lanes::splat(b'a');
    at_most(letters, b'z' - b'a') | digit(lanes)
}

/// Sets all bits of the lanes that hold a hexadecimal digit.
#[inline(always)]
#[allow(clippy::arithmetic_side_effects, reason = "lanes wrap around")]
pub(crate) fn hexadecimal(lanes: Lanes) -> Lanes {
    let letters = (lanes | Lanes::splat(0x20)) - Lanes::splat(b'a');
    at_most(letters, b'f' - b'a') | digit(lanes)
}

/// Tells whether all bytes of a text are wanted: those whose lanes have the highest bit set.
#[inline(always)]
pub(crate) fn all(text: &[u8], wanted: impl Fn(Lanes) -> Lanes) -> bool {
    let (pieces, _) = text.as_chunks::<LANES>();
    let last = match (text.last_chunk::<LANES>(), text.last()) {
        (Some(last), _) => Lanes::new(*last),
        (None, Some(last)) => {
            let mut lanes = [*last; LANES];
            if let Some(start) = lanes.get_mut(..text.len()) {
                start.copy_from_slice(text);
            }
            Lanes::new(lanes)
        }
        (None, None) => return true,
    };
    let mut all = wanted(last);
    for piece in pieces {
        all &= wanted(Lanes::new(*piece));
    }
    all.all()
}

/// Tells whether a text holds a byte.
#[inline(always)]
pub(crate) fn holds(text: &str, byte: u8) -> bool {
    !all(text.as_bytes(), |bytes| !equal(bytes, byte))
}

/// The places of some bytes of a block, a bit each, the lowest for the first byte.
#[derive(Clone, Copy)]
pub(crate) struct Places(u64);

impl Places {
    /// Finds the wanted bytes of a block: those whose lanes have the highest bit set.
    #[inline(always)]
    pub(crate) fn of(block: &[u8; BLOCK], wanted: impl Fn(Lanes) -> Lanes) -> Self {
        let (pieces, _) = block.as_chunks::<LANES>();
        let bits = pieces.iter().rev().fold(0, |bits, piece| {
            bits << LANES | u64::from(wanted(Lanes::new(*piece)).to_bitmask())
        });
        Self(bits)
    }

    /// Finds the wanted bytes of a text's first block, which may be all of the text. What is wanted is not the space.
    #[inline(always)]
    pub(crate) fn of_first(text: &[u8], wanted: impl Fn(Lanes) -> Lanes) -> Self {
        match text.first_chunk() {
            Some(block) => Self::of(block, wanted),
            None => Self::of_less(text, wanted),
        }
    }

    /// Finds the wanted bytes of less than a block.
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "less than a block")]
    fn of_less(text: &[u8], wanted: impl Fn(Lanes) -> Lanes) -> Self {
        let bits = |piece| u64::from(wanted(Lanes::new(piece)).to_bitmask());
        let Some(last) = text.last_chunk() else {
            let mut piece = [b' '; LANES];
            if let Some(start) = piece.get_mut(..text.len()) {
                start.copy_from_slice(text);
            }
            return Self(bits(piece));
        };
        // The last lanes overlap those before, which takes less time than to copy what is left over.
        let start = text.len().wrapping_sub(LANES) as u32;
        let (pieces, _) = text.as_chunks::<LANES>();
        let pieces = pieces.iter().zip((0..).step_by(LANES));
        Self(pieces.fold(bits(*last) << start, |places, (piece, start)| {
            places | bits(*piece) << start
        }))
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Keeps the places before one of others, and the last of a block, whose next byte is in another.
    #[inline(always)]
    pub(crate) fn before(self, others: Self) -> Self {
        Self(self.0 & (others.0 >> 1 | 1 << (BLOCK - 1)))
    }

    /// Takes out the places before another.
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "no place is so far")]
    pub(crate) fn take_before(&mut self, place: usize) -> Self {
        let before = 1_u64.unbounded_shl(place as u32).wrapping_sub(1);
        let taken = Self(self.0 & before);
        self.0 &= !before;
        taken
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

impl<'t, F: Fn(Lanes) -> Lanes> Finder<'t, F> {
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
    #[inline(always)]
    pub(crate) fn find(&mut self, position: usize) -> Option<usize> {
        let passed = position.wrapping_sub(self.start);
        if passed < BLOCK {
            let ahead = self.places.0 >> passed;
            if ahead != 0 {
                return Some(position.wrapping_add(ahead.trailing_zeros() as usize));
            }
        }
        self.find_after(position)
    }

    /// Continues after the block that was looked at.
    fn find_after(&mut self, position: usize) -> Option<usize> {
        self.start = self.start.wrapping_add(BLOCK).max(position);
        while self.start < self.text.len() {
            self.look();
            if self.places.0 != 0 {
                let place = self.places.0.trailing_zeros() as usize;
                return Some(self.start.wrapping_add(place));
            }
            self.start = self.start.wrapping_add(BLOCK);
        }
        None
    }

    #[inline(always)]
    fn look(&mut self) {
        let rest = self.text.get(self.start..).unwrap_or_default();
        self.places = Places::of_first(rest, &self.wanted);
    }
}
