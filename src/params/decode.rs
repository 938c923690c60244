use super::fault::{bad_escape, bad_utf8, first_fault, position_of, start_of};
use super::pairs::Bounds;
use super::{Name, Pairs, Params, Room};
use crate::block::{BLOCK, LANES, Lanes, Places, equal, short_block};
use crate::error::FormError;

/// A block of the form and what is looked at behind it: the digits of an escape that starts with its last byte, and
/// all that is copied together with that byte.
const WINDOW: usize = BLOCK + LANES;

/// How much longer than the form the room for the decoded text must be, so that a window of it can be written.
pub(crate) const SLACK: usize = WINDOW;

/// Decodes `application/x-www-form-urlencoded` (WHATWG URL, section 5.1), and refuses what that standard's parser
/// repairs or drops: bad escapes, bad UTF-8, unescaped non-ASCII, parameters without a name. A name may occur once.
///
/// Names and values are written to `text` as they are signed: in the order of the names, one after the other
/// without `&` and `=`. No room is taken for them before the number of parameters and their names are known.
pub(crate) fn decode<'b>(
    form: &[u8],
    room: Room<'b>,
    pairs: &'b mut Pairs,
) -> Result<Params<'b>, FormError> {
    split(form, pairs).ok_or_else(|| first_fault(form))?;
    let repeated = |(name, index): (Option<Name>, u8)| FormError::RepeatedName {
        name: name.map(Name::as_str),
        position: start_of(index, form),
    };
    pairs.sort(form).map_err(repeated)?;
    let text = room.take(form.len().saturating_add(SLACK));
    if pairs.has_escaped_name(form) {
        // How such names are ordered is only known when they are decoded.
        pairs.unsort();
        write(form, text, pairs).ok_or_else(|| bad_escape(form))?;
        pairs.sort(text).map_err(repeated)?;
        split(form, pairs).ok_or_else(|| first_fault(form))?;
    }
    let written = write(form, text, pairs).ok_or_else(|| bad_escape(form))?;
    let text = text.get(..written.len).unwrap_or_default();
    let text = utf8(text, pairs, written.is_ascii).map_err(|(index, offset)| {
        let position = position_of(index, offset, form);
        FormError::NotUtf8 { position }
    })?;
    Ok(Params { text, pairs })
}

/// Finds where the parameters lie in the form, each with its first `=`. Of what is wrong it only says that something
/// is.
fn split(form: &[u8], pairs: &mut Pairs) -> Option<()> {
    pairs.clear();
    // What is longer has no bounds. No delivery is.
    u32::try_from(form.len()).ok()?;
    let (mut start, mut name_end) = (0, None);
    for (chunk, position) in form.chunks(BLOCK).zip((0_usize..).step_by(BLOCK)) {
        // A byte outside ASCII has its highest bit set, which is the one that counts.
        let is_mark = |bytes: Lanes| equal(bytes, b'&') | equal(bytes, b'=') | bytes;
        let marks = match chunk.first_chunk() {
            Some(block) => Places::of(block, is_mark),
            None => Places::of(&short_block(chunk), is_mark),
        };
        for place in marks {
            let here = position.wrapping_add(place);
            match chunk.get(place)? {
                b'=' => name_end = name_end.or(Some(here)),
                b'&' => {
                    let name_end = name_end.take().unwrap_or(here);
                    pairs.push(Bounds::new(start, name_end, here))?;
                    start = here.wrapping_add(1);
                }
                _ => return None,
            }
        }
    }
    if form.is_empty() {
        return Some(());
    }
    let end = form.len();
    pairs.push(Bounds::new(start, name_end.unwrap_or(end), end))
}

/// What is known of the text that was written.
struct Written {
    len: usize,
    is_ascii: bool,
}

/// Writes the parameters in their order and notes where they lie in the text, unless an escape is bad.
///
/// It looks at each parameter block by block. What stands for itself is copied in pieces that reach up to the next
/// escape; what is copied beyond that is overwritten by the next piece.
fn write(form: &[u8], text: &mut [u8], pairs: &mut Pairs) -> Option<Written> {
    let Pairs {
        received,
        sorted,
        len: count,
        ..
    } = pairs;
    // Nothing wraps but behind a bad escape: no offset exceeds the length of the form by more than a window.
    let mut len = 0_usize;
    let mut all_escaped = 0;
    let mut last;
    for &index in sorted.get(..*count)? {
        let slot = received.get_mut(usize::from(index))?;
        let bounds = *slot;
        let (start, mut name_end) = (len, None);
        let (mut position, mut done) = (bounds.start(), 0);
        while position < bounds.end() {
            let rest = form.get(position..)?;
            let window: &[u8; WINDOW] = match rest.first_chunk() {
                Some(window) => window,
                None => {
                    // A space is no digit, so that an escape that the end cuts short is a bad one.
                    last = [b' '; WINDOW];
                    last.get_mut(..rest.len())?.copy_from_slice(rest);
                    &last
                }
            };
            let mut block = Block {
                window,
                out: text.get_mut(len..)?.first_chunk_mut()?,
                escapes: Places::of(window.first_chunk()?, |bytes| equal(bytes, b'%')),
                done,
                skipped: done,
                all_escaped,
            };
            let end = bounds.end().wrapping_sub(position).min(BLOCK);
            let equals = bounds.name_end().wrapping_sub(position);
            if equals < end {
                block.write_up_to(equals);
                name_end = Some(len.wrapping_add(block.written()));
                block.skip_mark();
            }
            block.write_up_to(end);
            len = len.wrapping_add(block.written());
            all_escaped = block.all_escaped;
            done = block.done.wrapping_sub(end);
            position = position.wrapping_add(end);
        }
        *slot = Bounds::new(start, name_end.unwrap_or(len), len);
    }
    let is_ascii = all_escaped < 0x80;
    (all_escaped < NO_DIGIT).then_some(Written { len, is_ascii })
}

/// A part of the form as it is decoded.
struct Block<'w> {
    window: &'w [u8; WINDOW],
    out: &'w mut [u8; WINDOW],
    /// Where escapes start that are not decoded yet.
    escapes: Places,
    /// How much of the block is decoded. It may start with the digits of an escape in the block before.
    done: usize,
    /// How many of these bytes stand for nothing by themselves, so that what is written lies so many before what is
    /// read.
    skipped: usize,
    /// All that escapes stand for, joined by `|`.
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

    /// Copies what stands for itself, and `+` as a space.
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

/// Returns the byte that an escape stands for, and [`NO_DIGIT`] or more if it is a bad one.
#[inline(always)]
fn escaped(window: &[u8; WINDOW], place: usize) -> u16 {
    let [high, low] = [1, 2].map(|behind| {
        let digit = window.get(place.wrapping_add(behind)).copied();
        usize::from(digit.unwrap_or_default())
    });
    let high = HIGH_DIGITS.get(high).copied().unwrap_or(NO_DIGIT);
    let low = LOW_DIGITS.get(low).copied().unwrap_or(NO_DIGIT);
    high | low
}

/// More than any byte.
const NO_DIGIT: u16 = 0x100;

/// The value of each byte as a hexadecimal digit. Digits are hard to predict, so that branches would cost more.
static HIGH_DIGITS: [u16; 256] = digits(16);
static LOW_DIGITS: [u16; 256] = digits(1);

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "computed by the compiler"
)]
const fn digits(unit: u16) -> [u16; 256] {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        let digit = b"0123456789abcdef"[value as usize];
        values[digit as usize] = value * unit;
        values[digit.to_ascii_uppercase() as usize] = value * unit;
        value += 1;
    }
    values
}

/// Checks that each name and each value is UTF-8, not just their concatenation.
///
/// The error is the index of the first parameter that is not, and the first byte of its text that does not fit.
fn utf8<'b>(text: &'b [u8], pairs: &Pairs, is_ascii: bool) -> Result<&'b str, (u8, usize)> {
    let received = pairs.received().iter();
    let mut bounds = received.flat_map(|bounds| [bounds.name_end(), bounds.end()]);
    match std::str::from_utf8(text) {
        Ok(text) if is_ascii || bounds.all(|bound| text.is_char_boundary(bound)) => Ok(text),
        _ => Err(bad_utf8(text, pairs)),
    }
}
