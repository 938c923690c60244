//! Decodes escapes one by one, for the few texts that are looked into before the form is decoded.

/// Decodes the two digits after a `%`, and returns the rest too.
pub(crate) fn escaped(digits: &[u8]) -> Option<(u8, &[u8])> {
    let ([high, low], rest) = digits.split_first_chunk()?;
    let value = |digit: u8| char::from(digit).to_digit(16).map(u8::try_from);
    let (Some(Ok(high)), Some(Ok(low))) = (value(*high), value(*low)) else {
        return None;
    };
    Some((high << 4 | low, rest))
}

/// Returns an iterator over the decoded bytes of a part of a form, with the place where each is written. A byte that
/// is not part of an escape is unchanged.
pub(super) fn unescape(part: &[u8]) -> impl Iterator<Item = (usize, u8)> {
    let mut rest = part;
    std::iter::from_fn(move || {
        let place = part.len().saturating_sub(rest.len());
        let (&byte, after) = rest.split_first()?;
        let (byte, after) = match (byte, escaped(after)) {
            (b'%', Some(escaped)) => escaped,
            (b'+', _) => (b' ', after),
            _ => (byte, after),
        };
        rest = after;
        Some((place, byte))
    })
}

/// Returns the place of the first character that is not UTF-8.
pub(super) fn bad_utf8(part: &[u8]) -> Option<usize> {
    let mut bytes = unescape(part).peekable();
    while let Some((place, first)) = bytes.next() {
        // The first byte of a character says how many it has (RFC 3629, section 3).
        let length = match first {
            ..0x80 => continue,
            0xC0..0xE0 => 2,
            0xE0..0xF0 => 3,
            _ => 4,
        };
        let mut character = [first, 0, 0, 0];
        let character = character.get_mut(..length).unwrap_or_default();
        for slot in character.iter_mut().skip(1) {
            match bytes.next_if(|(_, byte)| (0x80..0xC0).contains(byte)) {
                Some((_, byte)) => *slot = byte,
                None => return Some(place),
            }
        }
        if std::str::from_utf8(character).is_err() {
            return Some(place);
        }
    }
    None
}
