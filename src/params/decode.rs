use super::{Pair, Pairs, Params};
use crate::error::FormError;

/// How many bytes are looked at together.
const BLOCK: usize = 16;

/// How much longer than the form the room for the decoded text must be, so that whole blocks can be copied.
pub(crate) const SLACK: usize = BLOCK;

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
    let mut writer = Writer { text, len: 0 };
    let mut rest = form;
    let mut pair = Pair::EMPTY;
    let mut in_name = true;
    while !form.is_empty() {
        let special = writer.copy_plain(&mut rest);
        let position = form.len().saturating_sub(rest.len());
        match special {
            Some(b'=') if in_name => {
                pair.name_end = writer.len;
                in_name = false;
            }
            Some(b'=') => writer.push(b'='),
            Some(b'+') => writer.push(b' '),
            Some(b'%') => match hexadecimal(&mut rest) {
                Some(byte) => writer.push(byte),
                None => {
                    return Err(FormError::Escape {
                        position: position.saturating_sub(1),
                    });
                }
            },
            None | Some(b'&') => {
                pair.end = writer.len;
                if in_name {
                    pair.name_end = pair.end;
                }
                pairs.push(pair, writer.written(pair.start, pair.name_end))?;
                if special.is_none() {
                    break;
                }
                pair = Pair {
                    start: writer.len,
                    position,
                    ..pair
                };
                in_name = true;
            }
            Some(_) => {
                return Err(FormError::NotAscii {
                    position: position.saturating_sub(1),
                });
            }
        }
    }
    let Writer { text, len } = writer;
    let text =
        utf8(text.get(..len).unwrap_or_default(), pairs).map_err(|offset| FormError::NotUtf8 {
            position: position_of(offset, form),
        })?;
    pairs.sort(text)?;
    Ok(Params { text, pairs })
}

struct Writer<'b> {
    text: &'b mut [u8],
    len: usize,
}

impl Writer<'_> {
    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.text.get_mut(self.len) {
            *slot = byte;
            self.len = self.len.saturating_add(1);
        }
    }

    fn written(&self, start: usize, end: usize) -> &[u8] {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Copies up to the next byte that means something, takes that byte off the rest too and returns it.
    fn copy_plain(&mut self, rest: &mut &[u8]) -> Option<u8> {
        while let Some((block, after)) = rest.split_first_chunk::<BLOCK>() {
            let free = self.text.get_mut(self.len..)?;
            *free.first_chunk_mut()? = *block;
            let plain = specials(block).trailing_zeros() as usize;
            if plain < BLOCK {
                self.len = self.len.saturating_add(plain);
                return take_first(rest, plain);
            }
            self.len = self.len.saturating_add(BLOCK);
            *rest = after;
        }
        let plain = rest
            .iter()
            .position(|&byte| is_special(byte))
            .unwrap_or(rest.len());
        for &byte in rest.get(..plain).unwrap_or_default() {
            self.push(byte);
        }
        take_first(rest, plain)
    }
}

/// Drops the first `plain` bytes and takes off the byte behind them.
fn take_first(rest: &mut &[u8], plain: usize) -> Option<u8> {
    let (&byte, after) = rest.get(plain..).unwrap_or_default().split_first()?;
    *rest = after;
    Some(byte)
}

/// A byte that does not stand for itself.
const fn is_special(byte: u8) -> bool {
    matches!(byte, b'%' | b'&' | b'+' | b'=') || !byte.is_ascii()
}

/// Sets the bit of each special byte of a block.
fn specials(block: &[u8; BLOCK]) -> u32 {
    let mut mask = 0;
    for &byte in block.iter().rev() {
        mask = mask << 1 | u32::from(is_special(byte));
    }
    mask
}

/// Takes the two digits of an escape off the rest.
fn hexadecimal(rest: &mut &[u8]) -> Option<u8> {
    let (&[high, low], after) = rest.split_first_chunk()?;
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let byte = digit(high)? << 4 | digit(low)?;
    *rest = after;
    Some(byte)
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
