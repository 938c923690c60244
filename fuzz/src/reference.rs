//! The plain scheme, with the names that the crate has for algorithms.

use std::collections::BTreeMap;

use twilio_verify_webhooks::Algorithm;
use verify_webhooks_reference::scheme::{self, Hash};
pub use verify_webhooks_reference::scheme::{is_strict, pairs, text, unescaped};

/// The value of the signature header for a string to sign.
pub fn signature(algorithm: Algorithm, secret: &str, text: &str) -> String {
    let hash = match algorithm {
        Algorithm::HmacSha256 => Hash::Sha256,
        _ => Hash::Sha1,
    };
    scheme::signature(hash, secret, text)
}

/// What the settings header says: the algorithm, and the id of the key if it names one. `None` where it cannot be
/// read in one way.
pub fn settings(line: &str) -> Option<(Algorithm, Option<&str>)> {
    let mut said = BTreeMap::new();
    // ASCII white space, as in the header field grammar, and no more than that.
    let space = |c: char| c.is_ascii_whitespace();
    if !line.trim_matches(space).is_empty() {
        for part in line.split(',') {
            let (name, value) = part.split_once('=')?;
            let name = name.trim_matches(space);
            let is_known = name == "key" || name == "algorithm";
            if said.insert(name, value.trim_matches(space)).is_some() && is_known {
                return None;
            }
        }
    }
    let id = said.get("key").copied().filter(|id| !id.is_empty());
    match said
        .get("algorithm")
        .map(|name| name.to_ascii_uppercase())
        .as_deref()
    {
        None | Some("" | "HMAC_SHA1") => Some((Algorithm::HmacSha1, id)),
        Some("HMAC_SHA256") => Some((Algorithm::HmacSha256, id)),
        Some(_) => None,
    }
}
