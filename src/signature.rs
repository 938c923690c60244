//! Twilio's signature, for any webhook that Twilio sends.
//!
//! This module knows nothing of Verify. It signs and verifies what other products send too: a form ([`verify`]) or a
//! JSON body whose hash is in the URL ([`verify_json`]). For webhooks of Verify Push use a
//! [`Receiver`](crate::Receiver), which adds the rules that give an event exactly one reading: the string that Twilio
//! signs has no delimiters between names and values, so a signature alone does not show where one ends.

mod json;
pub(crate) mod key;
mod mac;
#[cfg(test)]
mod rfc_vectors;
mod secret;
mod settings;
mod string_to_sign;
mod url;

#[cfg(any(feature = "testing", feature = "verify-events"))]
pub(crate) use self::json::appended as body_hash_after;
#[cfg(feature = "verify-events")]
pub(crate) use self::json::has_hash_alike as has_body_hash_alike;
#[cfg(feature = "diagnosis")]
pub(crate) use self::json::{
    body_hash, has_hash as has_body_hash, has_hash_of as has_hash_of_body,
};
pub(crate) use self::key::{AuthToken, Key, SharedKey};
pub(crate) use self::mac::{Mac, Tag};
pub(crate) use self::settings::KeyHint;
pub use self::string_to_sign::string_to_sign;
use self::string_to_sign::write_params;
pub use self::url::SignedUrl;
#[cfg(feature = "diagnosis")]
pub(crate) use self::url::{Parts as UrlParts, host_and_port, variants as url_variants};
pub(crate) use crate::algorithm::Algorithm;
use crate::error::SignatureError;

/// Verifies the signature of a form webhook.
///
/// `params` are the decoded parameters of the form, in any order; none for GET, where they are a part of the URL. Each
/// distinct value of a repeated name counts once, as at Twilio. `signature` is the value of the
/// [signature header](crate::SIGNATURE_HEADER).
///
/// # Errors
///
/// [`SignatureError`] says what is wrong with the signature, or that it does not match.
///
/// ```
/// use twilio_verify_webhooks::signature::{self, SignedUrl};
/// use twilio_verify_webhooks::{AuthToken, Key, SignatureError};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = Key::from(AuthToken::new("12345")?);
/// let url = SignedUrl::new("https://mycompany.com/myapp.php")?;
/// let params = [("CallSid", "CA1"), ("Digits", "1234")];
/// let signature = key.sign("https://mycompany.com/myapp.php", params);
///
/// signature::verify(&key, &url, params, signature.as_bytes())?;
/// let altered = [("CallSid", "CA1"), ("Digits", "1235")];
/// let refusal = signature::verify(&key, &url, altered, signature.as_bytes());
/// assert_eq!(refusal, Err(SignatureError::Mismatch { tries: 2 }));
/// # Ok(())
/// # }
/// ```
pub fn verify<N: AsRef<str>, V: AsRef<str>>(
    key: &Key,
    url: &SignedUrl,
    params: impl IntoIterator<Item = (N, V)>,
    signature: &[u8],
) -> Result<(), SignatureError> {
    let tag = Tag::parse(signature, key.algorithm())?;
    let mut text = String::new();
    write_params(params, |piece| text.push_str(piece));
    verify_after(url, &text, key, &tag)
}

/// Verifies the signature of a JSON webhook, and with it the body.
///
/// Twilio appends the SHA-256 of such a body to the URL, as the parameter `bodySHA256`, and signs the URL alone. `url`
/// is the URL as configured at Twilio, without that parameter, and `body` the bytes as received: the hash that is
/// verified is the one computed from them. The URL of the request has no say. It is the sender's to choose, so whoever
/// holds the signature of a *form* webhook whose text he wrote could continue it there, and have any body accepted.
///
/// # Errors
///
/// [`SignatureError::ConfiguredBodyHash`] if the configured URL has that parameter; otherwise [`SignatureError`] says
/// what is wrong with the signature, or that it does not match. The signature of another body does not match.
///
/// ```
/// use twilio_verify_webhooks::signature::{self, SignedUrl};
/// use twilio_verify_webhooks::{AuthToken, Key, SignatureError};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = Key::from(AuthToken::new("12345")?);
/// let url = SignedUrl::new("https://mycompany.com/myapp.php?foo=1&bar=2")?;
/// let (body, signature) = (br#"{"property": "value", "boolean": true}"#, b"a9nBmqA0ju/hNViExpshrM61xv4=");
///
/// signature::verify_json(&key, &url, body, signature)?;
/// let refusal = signature::verify_json(&key, &url, b"{}", signature);
/// assert_eq!(refusal, Err(SignatureError::Mismatch { tries: 2 }));
/// # Ok(())
/// # }
/// ```
pub fn verify_json(
    key: &Key,
    url: &SignedUrl,
    body: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let appended = json::appended(url, body)?;
    let tag = Tag::parse(signature, key.algorithm())?;
    verify_after(url, &appended, key, &tag)
}

/// Verifies a text that follows the URL in what is signed.
pub(crate) fn verify_after(
    url: &SignedUrl,
    text: &str,
    key: &Key,
    tag: &Tag,
) -> Result<(), SignatureError> {
    for variant in url.variants() {
        let mut mac = key.mac().clone();
        mac.update(variant.as_bytes());
        if mac.verify([text.as_bytes()], tag) {
            return Ok(());
        }
    }
    let tries = url.variants().len();
    Err(SignatureError::Mismatch { tries })
}
