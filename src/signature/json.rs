//! JSON webhooks: Twilio appends the hash of the body to the URL and signs the URL alone.

use sha2::{Digest as _, Sha256};
use url::form_urlencoded;

use super::SignedUrl;
use crate::error::SignatureError;

/// The parameter that holds the hash.
const PARAMETER: &str = "bodySHA256";

/// Returns what Twilio appends to a configured URL for a body: `?bodySHA256=` or, after a query, `&bodySHA256=`, and
/// the hash of the body.
///
/// The URL of the request has no say: it is the sender's to choose, and with it where the string to sign ends.
pub(crate) fn appended(url: &SignedUrl, body: &[u8]) -> Result<String, SignatureError> {
    let delimiter = match url.query() {
        None => '?',
        Some(query) if has_hash(query) => return Err(SignatureError::ConfiguredBodyHash),
        Some(_) => '&',
    };
    Ok(format!("{delimiter}{PARAMETER}={}", body_hash(body)))
}

/// Tells whether a query has a hash.
pub(crate) fn has_hash(query: &str) -> bool {
    form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == PARAMETER)
}

/// Tells whether a query has what was meant as a hash: in any case, and wherever some parser would find it.
#[cfg(feature = "verify-events")]
pub(crate) fn has_hash_alike(query: &str) -> bool {
    let parts = query.split(['&', ';']);
    parts
        .flat_map(|part| form_urlencoded::parse(part.as_bytes()))
        .any(|(name, _)| name.trim().eq_ignore_ascii_case(PARAMETER))
}

/// Tells whether a query has the hash of a body, once, in Twilio's spelling.
#[cfg(feature = "diagnosis")]
pub(crate) fn has_hash_of(query: &str, body: &[u8]) -> bool {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut hashes = pairs.by_ref().filter(|(name, _)| *name == PARAMETER);
    match (hashes.next(), hashes.next()) {
        (Some((_, hash)), None) => hash == body_hash(body),
        _ => false,
    }
}

/// Returns the SHA-256 of a body in lower-case hexadecimal digits.
pub(crate) fn body_hash(body: &[u8]) -> String {
    let hash = Sha256::digest(body);
    let digits = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}
