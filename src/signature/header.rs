use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::key::{Algorithm, Key};
use crate::delivery::HeaderLines;
use crate::error::SignatureError;

/// A tag received in the signature header: canonical base64 of the algorithm's length.
#[derive(Clone, Copy)]
pub(crate) struct Tag {
    bytes: [u8; 33],
    len: usize,
}

impl Tag {
    /// Reads the one line of the signature header.
    #[inline(always)]
    pub(crate) fn from_lines(
        lines: HeaderLines<'_>,
        algorithm: Algorithm,
    ) -> Result<Self, SignatureError> {
        match lines {
            HeaderLines {
                first: Some(line),
                count: 1,
            } => Self::parse(line, algorithm),
            HeaderLines { count: 0, .. } => Err(SignatureError::Missing),
            HeaderLines { count, .. } => Err(SignatureError::SeveralLines { count }),
        }
    }

    #[inline(always)]
    pub(crate) fn parse(value: &[u8], algorithm: Algorithm) -> Result<Self, SignatureError> {
        let len = algorithm.tag_len();
        // One byte more than the longest tag: base64 is decoded in groups of three bytes.
        let mut bytes = [0; 33];
        match STANDARD.decode_slice(value, &mut bytes) {
            Ok(decoded) if decoded == len => Ok(Self { bytes, len }),
            _ => Err(refusal(value, len)),
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// Says why a value is not the base64 of a tag of `len` bytes.
#[cold]
fn refusal(value: &[u8], len: usize) -> SignatureError {
    let find = |wanted: fn(&u8) -> bool| value.iter().position(wanted);
    if value.is_empty() {
        return SignatureError::Empty;
    }
    if let Some(position) = find(|byte| *byte == b',') {
        return SignatureError::Joined { position };
    }
    if let Some(position) = find(u8::is_ascii_whitespace) {
        return SignatureError::WhiteSpace { position };
    }
    if let Some(position) = find(|byte| matches!(byte, b'-' | b'_')) {
        return SignatureError::UrlSafeAlphabet { position };
    }
    if let Some(position) =
        find(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'+' | b'/' | b'='))
    {
        return SignatureError::NotBase64 { position };
    }
    // Tags have 20 or 32 bytes, which leave a group of two: their base64 ends in one `=`.
    let expected = len.div_ceil(3).saturating_mul(4);
    let (found, digits) = (
        value.len(),
        find(|byte| *byte == b'=').unwrap_or(value.len()),
    );
    let right_digits = digits.saturating_add(1) == expected;
    let padding_last = value.iter().skip(digits).all(|byte| *byte == b'=');
    match found == expected {
        true if right_digits => SignatureError::SpareBits,
        false if !right_digits && padding_last => SignatureError::Length { expected, found },
        _ => SignatureError::Padding { expected },
    }
}

/// What a delivery says about the key it was signed with. Not signed, so it only ever narrows the choice among
/// configured keys.
#[derive(Clone, Copy)]
pub(crate) struct KeyHint<'a> {
    pub(crate) algorithm: Algorithm,
    id: Option<&'a [u8]>,
}

impl<'a> KeyHint<'a> {
    /// Reads the settings header: `key=…,algorithm=…` in any order, spaces around each part ignored, the
    /// algorithm in any case. Without it, or without an algorithm in it, a signature is HMAC-SHA1.
    #[inline(always)]
    pub(crate) fn from_lines(lines: HeaderLines<'a>) -> Result<Self, SignatureError> {
        let line = match lines {
            HeaderLines { count: 0, .. } => None,
            HeaderLines { first, count: 1 } => first.filter(|line| !line.trim_ascii().is_empty()),
            HeaderLines { count, .. } => return Err(SignatureError::SeveralSettings { count }),
        };
        let (mut algorithm, mut id) = (None, None);
        for part in line
            .into_iter()
            .flat_map(|line| line.split(|byte| *byte == b','))
        {
            let mut sides = part.splitn(2, |byte| *byte == b'=').map(<[u8]>::trim_ascii);
            let (Some(name), Some(value)) = (sides.next(), sides.next()) else {
                return Err(SignatureError::MalformedSettings);
            };
            let slot = match name {
                b"algorithm" => &mut algorithm,
                b"key" => &mut id,
                _ => continue,
            };
            if slot.replace(value).is_some() {
                return Err(SignatureError::MalformedSettings);
            }
        }
        let algorithm = match algorithm {
            None | Some(b"") => Algorithm::HmacSha1,
            Some(name) => [Algorithm::HmacSha1, Algorithm::HmacSha256]
                .into_iter()
                .find(|algorithm| name.eq_ignore_ascii_case(algorithm.as_str().as_bytes()))
                .ok_or(SignatureError::UnknownAlgorithm)?,
        };
        let id = id.filter(|id| !id.is_empty());
        Ok(Self { algorithm, id })
    }

    /// Tells whether a configured key may have made the signature.
    pub(crate) fn allow(&self, key: &Key) -> bool {
        self.algorithm == key.algorithm()
            && self
                .id
                .is_none_or(|id| key.id().is_some_and(|known| known.as_bytes() == id))
    }

    /// The refusal of a delivery for which no key was allowed, or none of those tried matched.
    pub(crate) fn refusal(&self, tries: usize) -> SignatureError {
        match tries {
            0 => SignatureError::NoSuchKey {
                algorithm: self.algorithm,
                names_id: self.id.is_some(),
            },
            tries => SignatureError::Mismatch { tries },
        }
    }
}
