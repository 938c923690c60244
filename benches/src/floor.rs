//! What no validation can do without: the HMAC over the string to sign.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::digest::Output;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::{Digest as _, Sha1};

/// An HMAC whose keyed state is kept from one text to the next: the reference R.
#[derive(Debug, Clone)]
pub struct KeptHmac(Hmac<Sha1>);

impl KeptHmac {
    pub fn new(key: &str) -> Self {
        Self(Hmac::new_from_slice(key.as_bytes()).unwrap())
    }

    pub fn tag(&self, text: &str) -> Output<Sha1> {
        let mut mac = self.0.clone();
        mac.update(text.as_bytes());
        mac.finalize().into_bytes()
    }
}

/// The same with the key absorbed anew, which is two compressions more.
pub fn keyed_afresh(key: &str, text: &str) -> Output<Sha1> {
    KeptHmac::new(key).tag(text)
}

/// SHA-1 over the same bytes without a key: one compression less than R.
pub fn compressions(text: &str) -> Output<Sha1> {
    Sha1::digest(text.as_bytes())
}

/// Returns the value of the signature header.
pub fn signature(key: &str, text: &str) -> String {
    STANDARD.encode(keyed_afresh(key, text))
}
