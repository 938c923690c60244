use super::{Pair, Pairs, Params};
use crate::block::{BLOCK, Places, short_block};
use crate::error::FormError;

/// Short pieces are copied in this many bytes, whatever their length.
const COPY: usize = 16;

/// How much longer than the form the room for the decoded text must be, so that this many bytes can be copied.
pub(crate) const SLACK: usize = COPY;

/// Decodes `application/x-www-form-urlencoded` (WHATWG URL, section 5.1) in one pass, and refuses what that
/// standard's parser repairs or drops: bad escapes, bad UTF-8, unescaped non-ASCII, parameters without a name.
/// A name may occur once.
///
/// Names and values are written to `text` one after the other without `&` and `=`, so that each parameter lies
/// there as it is signed. `text` holds at least [`SLACK`] bytes more than the form.
pub(crate) fn decode<'b>(
    form: &[u8],
    text: &'b mut [u8],
    pairs: &'b mut Pairs,
) -> Result<Params<'b>, FormError> {
    pairs.clear();
    let mut pair = OpenPair::at(0, 0);
    // How much of the form is decoded, and how much of the text is written. Neither exceeds the length of the
    // form, so that none of the additions wraps.
    let (mut done, mut len, mut start) = (0_usize, 0_usize, 0_usize);
    for chunk in form.chunks(BLOCK) {
        for place in specials(chunk) {
            let position = start.wrapping_add(place);
            len = copy(form, done, position, text, len);
            done = position.wrapping_add(1);
            let byte = if chunk.get(place) == Some(&b'%') {
                let byte = form.get(done..).and_then(escaped);
                done = done.wrapping_add(2);
                byte.ok_or(FormError::Escape { position })?
            } else {
                match pair.mark(form, position, text, len, pairs)? {
                    Some(byte) => byte,
                    None => continue,
                }
            };
            if let Some(slot) = text.get_mut(len) {
                *slot = byte;
                len = len.wrapping_add(1);
            }
        }
        start = start.wrapping_add(chunk.len());
        if done < start {
            len = copy(form, done, start, text, len);
            done = start;
        }
    }
    if !form.is_empty() {
        pair.end(text, len, pairs)?;
    }
    let text =
        utf8(text.get(..len).unwrap_or_default(), pairs).map_err(|offset| FormError::NotUtf8 {
            position: position_of(offset, form),
        })?;
    pairs.sort(text)?;
    Ok(Params { text, pairs })
}

/// A parameter that has not ended.
struct OpenPair {
    start: usize,
    name_end: Option<usize>,
    position: usize,
}

impl OpenPair {
    const fn at(start: usize, position: usize) -> Self {
        Self {
            start,
            name_end: None,
            position,
        }
    }

    /// Takes a special byte that starts no escape, and returns what it stands for, if it stands for a byte.
    #[inline(always)]
    fn mark(
        &mut self,
        form: &[u8],
        position: usize,
        text: &[u8],
        len: usize,
        pairs: &mut Pairs,
    ) -> Result<Option<u8>, FormError> {
        match form.get(position) {
            Some(b'+') => return Ok(Some(b' ')),
            Some(b'=') if self.name_end.is_some() => return Ok(Some(b'=')),
            Some(b'=') => self.name_end = Some(len),
            Some(b'&') => {
                self.end(text, len, pairs)?;
                *self = Self::at(len, position.wrapping_add(1));
            }
            _ => return Err(FormError::NotAscii { position }),
        }
        Ok(None)
    }

    #[inline(always)]
    fn end(&self, text: &[u8], len: usize, pairs: &mut Pairs) -> Result<(), FormError> {
        let name_end = self.name_end.unwrap_or(len);
        let pair = Pair::new(self.start, name_end, len, self.position);
        let name = text.get(self.start..name_end);
        pairs.push(pair, name.unwrap_or_default())
    }
}

/// Finds the bytes that do not stand for themselves.
#[inline(always)]
fn specials(chunk: &[u8]) -> Places {
    let is_special = |byte: u8| {
        (byte == b'%') | (byte == b'&') | (byte == b'+') | (byte == b'=') | !byte.is_ascii()
    };
    match chunk.first_chunk() {
        Some(block) => Places::of(block, is_special),
        None => Places::of(&short_block(chunk), is_special),
    }
}

/// Copies a plain piece of the form behind the text and returns where the text ends then. What is copied beyond
/// that is overwritten later.
#[inline(always)]
fn copy(form: &[u8], start: usize, end: usize, text: &mut [u8], len: usize) -> usize {
    let piece = end.wrapping_sub(start);
    let (Some(from), Some(to)) = (form.get(start..), text.get_mut(len..)) else {
        return len;
    };
    match (from.first_chunk::<COPY>(), to.first_chunk_mut::<COPY>()) {
        (Some(from), Some(to)) if piece <= COPY => *to = *from,
        _ => copy_long(from, to, piece),
    }
    len.wrapping_add(piece)
}

/// Kept apart, or the short copies would become calls as well.
#[inline(never)]
fn copy_long(from: &[u8], to: &mut [u8], len: usize) {
    if let (Some(from), Some(to)) = (from.get(..len), to.get_mut(..len)) {
        to.copy_from_slice(from);
    }
}

/// Reads the byte that two digits stand for.
#[inline(always)]
fn escaped(digits: &[u8]) -> Option<u8> {
    let &[high, low] = digits.first_chunk()?;
    let value = |digit: u8| DIGITS.get(usize::from(digit)).copied().unwrap_or(NO_DIGIT);
    let (high, low) = (value(high), value(low));
    (high | low < 16).then_some(high << 4 | low)
}

const NO_DIGIT: u8 = 0xff;

/// The value of each byte as a hexadecimal digit. Digits are hard to predict, so that branches would cost more.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "computed by the compiler"
)]
static DIGITS: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        let digit = b"0123456789abcdef"[value as usize];
        values[digit as usize] = value;
        values[digit.to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    values
};

/// Checks that each name and each value is UTF-8, not just their concatenation.
///
/// The error is the offset of the first decoded byte that does not fit.
fn utf8<'b>(text: &'b [u8], pairs: &Pairs) -> Result<&'b str, usize> {
    let mut bounds = pairs.received().iter().flat_map(|pair| pair.bounds());
    match std::str::from_utf8(text) {
        Ok(text) if bounds.all(|bound| text.is_char_boundary(bound.end)) => Ok(text),
        _ => Err(bad_utf8(text, pairs)),
    }
}

/// Finds the first byte that does not fit, name by name and value by value.
#[cold]
fn bad_utf8(text: &[u8], pairs: &Pairs) -> usize {
    let mut bounds = pairs.received().iter().flat_map(|pair| pair.bounds());
    let offset = bounds.find_map(|bound| {
        let error = std::str::from_utf8(text.get(bound.clone())?).err()?;
        Some(bound.start.saturating_add(error.valid_up_to()))
    });
    offset.unwrap_or(text.len())
}

/// Finds where in the form a decoded byte was written.
fn position_of(decoded: usize, form: &[u8]) -> usize {
    let mut bytes = form.iter().copied().enumerate();
    let mut decoded = decoded;
    let mut in_name = true;
    while let Some((position, byte)) = bytes.next() {
        match byte {
            b'&' => {
                in_name = true;
                continue;
            }
            b'=' if in_name => {
                in_name = false;
                continue;
            }
            _ => {}
        }
        if decoded == 0 {
            return position;
        }
        decoded = decoded.saturating_sub(1);
        if byte == b'%' {
            bytes.nth(1);
        }
    }
    form.len()
}
