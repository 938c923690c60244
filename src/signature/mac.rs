//! The HMAC of a signature: its keyed state, and the tag that is compared with what it gives.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::Sha256;

use crate::algorithm::Algorithm;
use crate::error::{Malformation, SignatureError};

/// An HMAC state that has absorbed the key, and what was added to it since. Wiped when dropped, but not where it
/// was moved from.
#[derive(Clone)]
pub(crate) enum Mac {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
}

impl Mac {
    /// Absorbs a key. HMAC takes keys of every length.
    pub(super) fn new(algorithm: Algorithm, secret: &[u8]) -> Option<Self> {
        match algorithm {
            Algorithm::HmacSha1 => Hmac::new_from_slice(secret).map(Self::Sha1).ok(),
            Algorithm::HmacSha256 => Hmac::new_from_slice(secret).map(Self::Sha256).ok(),
        }
    }

    pub(crate) fn update(&mut self, text: &[u8]) {
        match self {
            Self::Sha1(mac) => mac.update(text),
            Self::Sha256(mac) => mac.update(text),
        }
    }

    /// Absorbs the rest of a text, piece by piece, and compares in constant time. The state stays as it is.
    pub(crate) fn verify<'t>(&self, rest: impl IntoIterator<Item = &'t [u8]>, tag: &Tag) -> bool {
        match self {
            Self::Sha1(mac) => verify(mac.clone(), rest, tag),
            Self::Sha256(mac) => verify(mac.clone(), rest, tag),
        }
    }

    pub(crate) const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Sha1(_) => Algorithm::HmacSha1,
            Self::Sha256(_) => Algorithm::HmacSha256,
        }
    }

    /// Returns the value of the signature header.
    pub(super) fn into_header(self) -> String {
        match self {
            Self::Sha1(mac) => STANDARD.encode(mac.finalize().into_bytes()),
            Self::Sha256(mac) => STANDARD.encode(mac.finalize().into_bytes()),
        }
    }
}

fn verify<'t>(
    mut mac: impl hmac::Mac,
    rest: impl IntoIterator<Item = &'t [u8]>,
    tag: &Tag,
) -> bool {
    for piece in rest {
        mac.update(piece);
    }
    mac.verify_slice(tag.as_bytes()).is_ok()
}

/// A tag received in the signature header: canonical base64 of the algorithm's length.
#[derive(Clone, Copy)]
pub(crate) struct Tag {
    bytes: [u8; 33],
    len: usize,
}

impl Tag {
    #[inline(always)]
    pub(crate) fn parse(value: &[u8], algorithm: Algorithm) -> Result<Self, SignatureError> {
        let len = algorithm.tag_len();
        // One byte more than the longest tag: base64 is decoded in groups of three bytes.
        let mut bytes = [0; 33];
        match STANDARD.decode_slice(value, &mut bytes) {
            Ok(decoded) if decoded == len => Ok(Self { bytes, len }),
            _ => Err(SignatureError::Malformed(malformation(value, len).into())),
        }
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// Says why a value is not the base64 of a tag of `len` bytes.
#[cold]
fn malformation(value: &[u8], len: usize) -> Malformation {
    let find = |wanted: fn(&u8) -> bool| value.iter().position(wanted);
    if value.is_empty() {
        return Malformation::Empty;
    }
    if let Some(position) = find(|byte| *byte == b',') {
        return Malformation::Joined { position };
    }
    if let Some(position) = find(u8::is_ascii_whitespace) {
        return Malformation::WhiteSpace { position };
    }
    if let Some(position) = find(|byte| matches!(byte, b'-' | b'_')) {
        return Malformation::UrlSafeAlphabet { position };
    }
    if let Some(position) =
        find(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'+' | b'/' | b'='))
    {
        return Malformation::NotBase64 { position };
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
        true if right_digits => Malformation::SpareBits,
        false if !right_digits && padding_last => Malformation::Length { expected, found },
        _ => Malformation::Padding { expected },
    }
}
