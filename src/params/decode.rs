use super::{Pair, Pairs, Params};
use crate::block::{BLOCK, Places};
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
    let mut decoder = Decoder {
        form,
        done: 0,
        text,
        len: 0,
        pair: Pair::EMPTY,
        in_name: true,
        pairs,
    };
    let mut start = 0_usize;
    let (blocks, rest) = form.as_chunks::<BLOCK>();
    for block in blocks {
        start = decoder.block(block, start, BLOCK)?;
    }
    let mut block = [0; BLOCK];
    for (to, from) in block.iter_mut().zip(rest) {
        *to = *from;
    }
    decoder.block(&block, start, rest.len())?;
    if !form.is_empty() {
        decoder.end_pair()?;
    }
    let Decoder {
        text, len, pairs, ..
    } = decoder;
    let text =
        utf8(text.get(..len).unwrap_or_default(), pairs).map_err(|offset| FormError::NotUtf8 {
            position: position_of(offset, form),
        })?;
    pairs.sort(text)?;
    Ok(Params { text, pairs })
}

struct Decoder<'f, 'b> {
    form: &'f [u8],
    /// How much of the form is decoded.
    done: usize,
    text: &'b mut [u8],
    /// How much of the text is written.
    len: usize,
    /// The parameter that has not ended.
    pair: Pair,
    in_name: bool,
    pairs: &'b mut Pairs,
}

// No offset exceeds the length of the form, so none of the additions here wraps.
impl Decoder<'_, '_> {
    /// Decodes a block of the form, of which `len` bytes are the form's, and returns where the next starts.
    #[inline(always)]
    fn block(&mut self, block: &[u8; BLOCK], start: usize, len: usize) -> Result<usize, FormError> {
        let specials = Places::of(block, |byte| {
            (byte == b'%') | (byte == b'&') | (byte == b'+') | (byte == b'=') | !byte.is_ascii()
        });
        for place in specials {
            let position = start.wrapping_add(place);
            self.copy_until(position);
            self.done = position.wrapping_add(1);
            if block.get(place) == Some(&b'%') {
                let byte = self.form.get(self.done..).and_then(hexadecimal);
                self.push(byte.ok_or(FormError::Escape { position })?);
                self.done = self.done.wrapping_add(2);
            } else {
                self.mark(position)?;
            }
        }
        let end = start.wrapping_add(len);
        if self.done < end {
            self.copy_until(end);
            self.done = end;
        }
        Ok(end)
    }

    /// Decodes a special byte other than an escape. Escapes come in clusters, these do not.
    #[inline(never)]
    fn mark(&mut self, position: usize) -> Result<(), FormError> {
        match self.form.get(position) {
            Some(b'+') => self.push(b' '),
            Some(b'=') if self.in_name => {
                self.pair.name_end = self.len;
                self.in_name = false;
            }
            Some(b'=') => self.push(b'='),
            Some(b'&') => self.end_pair()?,
            _ => return Err(FormError::NotAscii { position }),
        }
        Ok(())
    }

    fn end_pair(&mut self) -> Result<(), FormError> {
        self.pair.end = self.len;
        if self.in_name {
            self.pair.name_end = self.len;
        }
        let name = self.text.get(self.pair.start..self.pair.name_end);
        self.pairs.push(self.pair, name.unwrap_or_default())?;
        self.pair.start = self.len;
        self.pair.position = self.done;
        self.in_name = true;
        Ok(())
    }

    #[inline(always)]
    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.text.get_mut(self.len) {
            *slot = byte;
            self.len = self.len.wrapping_add(1);
        }
    }

    /// Copies a plain piece of the form. What is copied beyond its end is overwritten later.
    #[inline(always)]
    fn copy_until(&mut self, end: usize) {
        let len = end.wrapping_sub(self.done);
        let (Some(from), Some(to)) = (self.form.get(self.done..), self.text.get_mut(self.len..))
        else {
            return;
        };
        match (from.first_chunk::<COPY>(), to.first_chunk_mut::<COPY>()) {
            (Some(from), Some(to)) if len <= COPY => *to = *from,
            _ => copy_long(from, to, len),
        }
        self.len = self.len.wrapping_add(len);
    }
}

/// Kept apart, or the short copies would become calls as well.
#[inline(never)]
fn copy_long(from: &[u8], to: &mut [u8], len: usize) {
    if let (Some(from), Some(to)) = (from.get(..len), to.get_mut(..len)) {
        to.copy_from_slice(from);
    }
}

/// Reads the two digits of an escape.
#[inline(always)]
fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let &[high, low] = digits.first_chunk()?;
    // Bit 6 tells letters from digits; the low bits of `A` and `a` are 1.
    let value = |digit: u8| (digit & 15).wrapping_add((digit >> 6).wrapping_mul(9));
    (high.is_ascii_hexdigit() & low.is_ascii_hexdigit()).then(|| value(high) << 4 | value(low))
}

/// Checks that each name and each value is UTF-8, not just their concatenation.
///
/// The error is the offset of the first decoded byte that does not fit.
fn utf8<'b>(text: &'b [u8], pairs: &Pairs) -> Result<&'b str, usize> {
    let text = std::str::from_utf8(text).map_err(|error| error.valid_up_to())?;
    for pair in pairs.received() {
        for boundary in [pair.name_end, pair.end] {
            if !text.is_char_boundary(boundary) {
                let start = (0..boundary).rfind(|&offset| text.is_char_boundary(offset));
                return Err(start.unwrap_or(0));
            }
        }
    }
    Ok(text)
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
