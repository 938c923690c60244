//! The vectors of the RFCs, most of which no AuthToken and no URL can spell, through what verifies every delivery.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _};

use super::{Algorithm, Mac, Tag};
use crate::error::SignatureError;

#[derive(serde::Deserialize)]
struct Vector {
    source: String,
    algorithm: String,
    key: String,
    text: String,
    tag: String,
}

fn unhex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    let pairs = pairs.map(|pair| std::str::from_utf8(pair).unwrap());
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

#[test]
fn the_vectors_of_the_rfcs_are_verified_and_truncated_tags_refused() {
    let vectors = include_str!("../../tests/data/hmac-rfc.json");
    let vectors: Vec<Vector> = serde_json::from_str(vectors).unwrap();
    assert_eq!(vectors.len(), 14);
    for Vector {
        source,
        algorithm,
        key,
        text,
        tag,
    } in vectors
    {
        let (key, text, tag) = (unhex(&key), unhex(&text), unhex(&tag));
        let (algorithm, mac) = match algorithm.as_str() {
            "HMAC_SHA1" => (
                Algorithm::HmacSha1,
                Mac::Sha1(Hmac::new_from_slice(&key).unwrap()),
            ),
            "HMAC_SHA256" => (
                Algorithm::HmacSha256,
                Mac::Sha256(Hmac::new_from_slice(&key).unwrap()),
            ),
            other => panic!("{other}"),
        };
        let parsed = Tag::parse(STANDARD.encode(&tag).as_bytes(), algorithm);
        if tag.len() < algorithm.tag_len() {
            assert!(
                matches!(parsed, Err(SignatureError::Malformed(fault))
                    if fault.to_string().starts_with("expected a signature of")),
                "{source}"
            );
            continue;
        }
        let parsed = parsed.unwrap();
        for start in 0..=text.len() {
            let (start_of_text, rest) = text.split_at(start);
            let mut mac = mac.clone();
            mac.update(start_of_text);
            assert!(mac.verify([rest], &parsed), "{source} at {start}");
            mac.update(b"\0");
            assert!(!mac.verify([rest], &parsed), "{source} at {start}");
        }
        for bit in 0..tag.len() * 8 {
            let mut other = tag.clone();
            *other.get_mut(bit / 8).unwrap() ^= 1 << (bit % 8);
            let other = Tag::parse(STANDARD.encode(&other).as_bytes(), algorithm).unwrap();
            assert!(!mac.verify([&*text], &other), "{source}, bit {bit}");
        }
    }
}
