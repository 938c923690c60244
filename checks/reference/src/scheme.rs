//! The scheme as one writes it down from its description, with other libraries' parsers and no thought for time.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::Sha256;

use crate::adversarial::Pairs;

/// What an HMAC is computed with.
#[derive(Debug, Clone, Copy)]
pub enum Hash {
    Sha1,
    Sha256,
}

/// Names and values as `form_urlencoded` reads them, which repairs or drops whatever it can.
pub fn pairs(form: &[u8]) -> Pairs {
    form_urlencoded::parse(form)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// Tells whether there is but one way to read a form: nothing in it is repaired, dropped or ambiguous.
pub fn is_strict(form: &[u8]) -> bool {
    let pieces: Vec<&[u8]> = match form {
        b"" => Vec::new(),
        form => form.split(|&byte| byte == b'&').collect(),
    };
    let mut names = BTreeSet::new();
    form.is_ascii()
        && pieces.len() <= 64
        && pieces.into_iter().all(|piece| {
            let mut sides = piece.splitn(2, |&byte| byte == b'=');
            let name = sides.next().and_then(unescaped);
            let value = unescaped(sides.next().unwrap_or_default());
            let name = name.filter(|name| (1..=64).contains(&name.len()));
            name.is_some_and(|name| names.insert(name)) && value.is_some()
        })
}

/// Decodes a name or value, if every escape in it is one and the result is UTF-8.
pub fn unescaped(text: &[u8]) -> Option<String> {
    let mut decoded = Vec::new();
    let mut rest = text;
    while let [first, after @ ..] = rest {
        (decoded, rest) = match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                let digits = [*high, *low];
                let digits = str::from_utf8(&digits).ok()?;
                let digits = Some(digits).filter(|digits| !digits.starts_with('+'))?;
                decoded.push(u8::from_str_radix(digits, 16).ok()?);
                (decoded, after)
            }
            (b'%', _) => return None,
            (byte, after) => {
                decoded.push(if *byte == b'+' { b' ' } else { *byte });
                (decoded, after)
            }
        };
    }
    String::from_utf8(decoded).ok()
}

/// The string to sign: the URL, then each name with each of its distinct values, all in order.
pub fn text(url: &str, pairs: &[(String, String)]) -> String {
    let mut map = BTreeMap::<&str, BTreeSet<&str>>::new();
    for (name, value) in pairs {
        map.entry(name).or_default().insert(value);
    }
    let mut text = url.to_owned();
    for (name, values) in map {
        for value in values {
            text = format!("{text}{name}{value}");
        }
    }
    text
}

/// The value of the signature header for a string to sign.
pub fn signature(hash: Hash, secret: &str, text: &str) -> String {
    match hash {
        Hash::Sha256 => {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
            mac.update(text.as_bytes());
            STANDARD.encode(mac.finalize().into_bytes())
        }
        Hash::Sha1 => {
            let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).unwrap();
            mac.update(text.as_bytes());
            STANDARD.encode(mac.finalize().into_bytes())
        }
    }
}
