//! Decoding names and values, block by block.

use super::block::{BLOCK, LANES, Lanes, Places, equal};
use super::split::Bounds;

/// A block of the form and what is looked at after it: the digits of an escape that starts with its last byte, and
/// all that is copied together with that byte.
const WINDOW: usize = BLOCK + LANES;

/// How much longer than the form the room for the decoded text must be, so that a window of it can be written.
pub(crate) const SLACK: usize = WINDOW;

/// How many decoded bytes are handed out together.
const PIECE: usize = 1024;

/// Where the decoded text goes.
pub(crate) trait Target {
    /// Returns the room after so many bytes of the text. What was written there before is of no use.
    fn after(&mut self, len: usize) -> Option<&mut [u8; WINDOW]>;

    /// Says how long the text is in the end.
    fn end(&mut self, len: usize);
}

/// Room for all of it.
impl Target for &mut [u8] {
    #[inline(always)]
    fn after(&mut self, len: usize) -> Option<&mut [u8; WINDOW]> {
        self.get_mut(len..)?.first_chunk_mut()
    }

    fn end(&mut self, _: usize) {}
}

/// Room for a piece of it at a time.
pub(crate) struct Pieces<F> {
    room: [u8; PIECE],
    /// How much of the text was handed out.
    start: usize,
    take: F,
}

impl<F: FnMut(&[u8])> Pieces<F> {
    pub(crate) fn new(take: F) -> Self {
        let room = [0; PIECE];
        let start = 0;
        Self { room, start, take }
    }
}

impl<F: FnMut(&[u8])> Target for Pieces<F> {
    fn after(&mut self, len: usize) -> Option<&mut [u8; WINDOW]> {
        if len.wrapping_sub(self.start) > PIECE.wrapping_sub(WINDOW) {
            self.end(len);
        }
        let written = len.wrapping_sub(self.start);
        self.room.get_mut(written..)?.first_chunk_mut()
    }

    fn end(&mut self, len: usize) {
        let written = len.wrapping_sub(self.start);
        (self.take)(self.room.get(..written).unwrap_or_default());
        self.start = len;
    }
}

/// Writes parameters one after the other.
pub(crate) struct Writer<'f, T> {
    form: &'f [u8],
    target: T,
    len: usize,
    /// All bytes that escapes encode, joined by `|`.
    all_escaped: u16,
}

impl<'f, T: Target> Writer<'f, T> {
    pub(crate) fn new(form: &'f [u8], target: T) -> Self {
        Self {
            form,
            target,
            len: 0,
            all_escaped: 0,
        }
    }

    /// Writes one parameter and returns its bounds in the text.
    ///
    /// Nothing wraps but after a bad escape: no offset exceeds the length of the form by more than a window.
    #[inline(always)]
    pub(crate) fn write(&mut self, bounds: Bounds) -> Option<Bounds> {
        let (start, mut name_end) = (self.len, None);
        let (mut position, mut done) = (bounds.start(), 0);
        let mut last;
        while position < bounds.end() {
            let rest = self.form.get(position..)?;
            let window: &[u8; WINDOW] = match rest.first_chunk() {
                Some(window) => window,
                None => {
                    last = last_window(rest)?;
                    &last
                }
            };
            let mut block = Block {
                window,
                out: self.target.after(self.len)?,
                escapes: Places::of(window.first_chunk()?, |bytes| equal(bytes, b'%')),
                done,
                skipped: done,
                all_escaped: self.all_escaped,
            };
            let end = bounds.end().wrapping_sub(position).min(BLOCK);
            let equals = bounds.name_end().wrapping_sub(position);
            if equals < end {
                block.write_up_to(equals);
                name_end = Some(self.len.wrapping_add(block.written()));
                block.skip_mark();
            }
            block.write_up_to(end);
            self.len = self.len.wrapping_add(block.written());
            self.all_escaped = block.all_escaped;
            done = block.done.wrapping_sub(end);
            position = position.wrapping_add(end);
        }
        Some(Bounds::new(start, name_end.unwrap_or(self.len), self.len))
    }

    /// Returns what was written, unless an escape was bad.
    pub(crate) fn finish(mut self) -> Option<Written> {
        self.target.end(self.len);
        let Self {
            len, all_escaped, ..
        } = self;
        let is_ascii = all_escaped < 0x80;
        (all_escaped < NO_DIGIT).then_some(Written { len, is_ascii })
    }
}

/// What is known of the text that was written.
pub(crate) struct Written {
    pub(crate) len: usize,
    pub(crate) is_ascii: bool,
}

/// A part of the form as it is decoded.
struct Block<'w> {
    window: &'w [u8; WINDOW],
    out: &'w mut [u8; WINDOW],
    /// Where escapes start that are not decoded yet.
    escapes: Places,
    /// How much of the block is decoded. It may start with the digits of an escape in the block before.
    done: usize,
    /// How many of these bytes are not written, so that the place of writing is so many before that of reading.
    skipped: usize,
    all_escaped: u16,
}
impl Block<'_> {
    #[inline(always)]
    fn written(&self) -> usize {
        self.done.wrapping_sub(self.skipped)
    }

    #[inline(always)]
    fn write_up_to(&mut self, end: usize) {
        for place in self.escapes.take_before(end) {
            self.copy_up_to(place);
            let byte = escaped(self.window, place);
            self.all_escaped |= byte;
            let to = place.wrapping_sub(self.skipped) % BLOCK;
            if let Some(slot) = self.out.get_mut(to) {
                *slot = byte.to_le_bytes()[0];
            }
            self.done = place.wrapping_add(3);
            self.skipped = self.skipped.wrapping_add(2);
        }
        if self.done < end {
            self.copy_up_to(end);
            self.done = end;
        }
    }

    #[inline(always)]
    fn skip_mark(&mut self) {
        self.done = self.done.wrapping_add(1);
        self.skipped = self.skipped.wrapping_add(1);
    }

    /// Copies what needs no decoding, and `+` as a space.
    #[inline(always)]
    fn copy_up_to(&mut self, end: usize) {
        let mut start = self.done;
        loop {
            // Both are in the block anyway; that they are is seen by the compiler too.
            let from = start % BLOCK;
            let to = start.wrapping_sub(self.skipped) % BLOCK;
            if let Some(from) = self.window.get(from..).and_then(<[u8]>::first_chunk)
                && let Some(to) = self.out.get_mut(to..).and_then(<[u8]>::first_chunk_mut)
            {
                let bytes = Lanes::new(*from);
                let spaces = equal(bytes, b'+') & Lanes::splat(b'+' ^ b' ');
                *to = (bytes ^ spaces).to_array();
            }
            start = start.wrapping_add(LANES);
            if start >= end {
                return;
            }
        }
    }
}

/// Fills up the end of the form with spaces. None is a digit, so that an escape that the end truncates is a bad one.
///
/// It copies what is read together in one piece: the processor is slow to read what it has just written in others.
#[inline(always)]
fn last_window(rest: &[u8]) -> Option<[u8; WINDOW]> {
    let mut window = [b' '; WINDOW];
    let (pieces, end) = rest.as_chunks::<LANES>();
    let (room, _) = window.as_chunks_mut::<LANES>();
    let mut room = room.iter_mut();
    for piece in pieces {
        *room.next()? = *piece;
    }
    room.next()?.get_mut(..end.len())?.copy_from_slice(end);
    Some(window)
}

/// Returns the byte that an escape encodes, and [`NO_DIGIT`] or more if it is a bad one.
#[inline(always)]
fn escaped(window: &[u8; WINDOW], place: usize) -> u16 {
    let [high, low] = [1, 2].map(|offset| {
        let digit = window.get(place.wrapping_add(offset)).copied();
        usize::from(digit.unwrap_or_default())
    });
    let [high, low] = [high, low].map(|digit| DIGITS.get(digit).copied().unwrap_or(NO_DIGIT));
    high << 4 | low
}

/// More than any byte.
const NO_DIGIT: u16 = 0x100;

/// The value of each byte as a hexadecimal digit. Digits are hard to predict, so that branches would cost more.
static DIGITS: [u16; 256] = digits();

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "computed by the compiler"
)]
const fn digits() -> [u16; 256] {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        let digit = b"0123456789abcdef"[value as usize];
        values[digit as usize] = value;
        values[digit.to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    values
}
