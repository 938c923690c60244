use sha2::{Digest as _, Sha256};

use crate::error::SignatureError;

/// Checks that a query carries the hash of a body, once, as `bodySHA256`.
pub(crate) fn check(query: &str, body: &[u8]) -> Result<(), SignatureError> {
    let mut hashes = query
        .split('&')
        .filter_map(|pair| pair.strip_prefix("bodySHA256="));
    let (Some(hash), None) = (hashes.next(), hashes.next()) else {
        return Err(SignatureError::BodyHash);
    };
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if hash.len() != 64 || !hash.bytes().all(is_digit) {
        return Err(SignatureError::BodyHash);
    }
    let expected = Sha256::digest(body);
    let digits = expected.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = digits.map(|digit| char::from_digit(digit.into(), 16).unwrap_or_default());
    if hash.chars().eq(digits) {
        Ok(())
    } else {
        Err(SignatureError::BodyMismatch)
    }
}
