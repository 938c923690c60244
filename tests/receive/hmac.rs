//! HMAC-SHA1 and HMAC-SHA256 through keys and signatures as users give them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use twilio_verify_webhooks::signature::{self, SignedUrl};
use twilio_verify_webhooks::*;

use crate::spelling::Spelling;
use crate::support::*;

const ALGORITHMS: [Algorithm; 2] = [Algorithm::HmacSha1, Algorithm::HmacSha256];

fn key(algorithm: &str, secret: &str) -> Result<Key, ConfigError> {
    Ok(match algorithm {
        "HMAC_SHA1" => AuthToken::new(secret)?.into(),
        "HMAC_SHA256" => SharedKey::new("key_1", secret, Algorithm::HmacSha256)?.into(),
        other => panic!("{other}"),
    })
}

#[derive(Deserialize)]
struct Vector {
    source: String,
    algorithm: String,
    key: String,
    text: String,
    tag: String,
}

fn unhex(digits: &str) -> Vec<u8> {
    let byte = |start| u8::from_str_radix(&digits[start..start + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}

/// Keys and texts of the crate are texts, and a key has no white space around it: twelve of the fourteen vectors are
/// not like that. They are verified where the crate handles bytes, in `src/signature/rfc_vectors.rs`.
#[test]
fn the_vectors_of_the_rfcs_that_are_texts_are_signed_as_they_say() {
    let vectors = include_str!("../data/hmac-rfc.json");
    let vectors: Vec<Vector> = serde_json::from_str(vectors).unwrap();
    let mut signed = Vec::new();
    for vector in &vectors {
        let (secret, text) = (unhex(&vector.key), unhex(&vector.text));
        let (Ok(secret), Ok(text)) = (str::from_utf8(&secret), str::from_utf8(&text)) else {
            continue;
        };
        match key(&vector.algorithm, secret) {
            Ok(key) => {
                let signature = key.sign::<&str, &str>(text, []);
                assert_eq!(STANDARD.decode(signature).unwrap(), unhex(&vector.tag));
                signed.push(vector.source.as_str());
            }
            // The vertical tabs and form feeds of test cases 1 and 5.
            Err(error) => assert_eq!(error, KeyError::Blank.into(), "{}", vector.source),
        }
    }
    let jefe = [
        "RFC 2202, section 3, test case 2",
        "RFC 4231, section 4, test case 2",
    ];
    assert_eq!(signed, jefe);
}

#[test]
fn keys_and_texts_of_every_length_are_signed_as_openssl_does() {
    let lines = include_str!("../data/hmac-lengths.json");
    let lines: Vec<(String, usize, usize, String)> = serde_json::from_str(lines).unwrap();
    assert_eq!(lines.len(), 412);
    for (algorithm, key_len, text_len, signature) in lines {
        let key = key(&algorithm, &"0123456789abcdef".repeat(20)[..key_len]).unwrap();
        let url = "https://example.com/";
        let value = "x".repeat(text_len - url.len() - 1);
        let params = [("t", value.as_str())];
        let case = format!("{algorithm}, key of {key_len} bytes, text of {text_len}");
        assert_eq!(key.sign(url, params), signature, "{case}");

        let url = SignedUrl::new(url).unwrap();
        let verify =
            |params, signature: &str| signature::verify(&key, &url, params, signature.as_bytes());
        assert_eq!(verify(params, &signature), Ok(()), "{case}");
        let mismatch = Err(SignatureError::Mismatch { tries: 2 });
        assert_eq!(verify([("T", &*value)], &signature), mismatch, "{case}");
        let mut longer = value.clone();
        longer.push('\0');
        assert_eq!(verify([("t", &*longer)], &signature), mismatch, "{case}");
    }
}

/// A delivery signed with either algorithm, and its tag.
struct Signed {
    receiver: Receiver,
    request: Request,
    tag: Vec<u8>,
}

impl Signed {
    fn with(algorithm: Algorithm) -> Self {
        let key = SharedKey::new("key_1", TOKEN, algorithm).unwrap();
        let signature = key.sign(URL, v1_factor());
        let request = Request::signed(&v1_factor());
        Self {
            request: request.header(SIGNATURE_SETTINGS_HEADER, &key.settings()),
            receiver: Receiver::builder(URL).shared_key(key).build().unwrap(),
            tag: STANDARD.decode(signature).unwrap(),
        }
    }

    fn verify(&self, tag: &[u8]) -> Result<(), Refusal> {
        let signature = STANDARD.encode(tag);
        let request = self.request.clone().replace(SIGNATURE_HEADER, &signature);
        self.receiver.verify(&request.delivery()).map(drop)
    }
}

#[test]
fn a_tag_with_any_one_or_two_bits_flipped_is_refused() {
    for algorithm in ALGORITHMS {
        let signed = Signed::with(algorithm);
        assert_eq!(signed.verify(&signed.tag), Ok(()));
        let mismatch = Err(Refusal::from(SignatureError::Mismatch { tries: 2 }));
        let bits = signed.tag.len() * 8;
        for first in 0..bits {
            for second in first..bits {
                let mut tag = signed.tag.clone();
                tag[first / 8] ^= 1 << (first % 8);
                if second != first {
                    tag[second / 8] ^= 1 << (second % 8);
                }
                assert_eq!(
                    signed.verify(&tag),
                    mismatch,
                    "{algorithm}: {first} {second}"
                );
            }
        }
    }
}

#[test]
fn a_tag_with_any_byte_replaced_is_refused() {
    for algorithm in ALGORITHMS {
        let signed = Signed::with(algorithm);
        for place in 0..signed.tag.len() {
            for byte in 0..=u8::MAX {
                let mut tag = signed.tag.clone();
                tag[place] = byte;
                assert_eq!(signed.verify(&tag).is_ok(), tag == signed.tag);
            }
        }
    }
}

#[test]
fn a_tag_cut_short_or_extended_by_any_length_is_refused() {
    for algorithm in ALGORITHMS {
        let signed = Signed::with(algorithm);
        let len = signed.tag.len();
        let expected = len.div_ceil(3) * 4;
        let endless = signed.tag.iter().chain([&0; 64]).copied();
        let repeated = signed.tag.iter().chain(&signed.tag).copied();
        for bytes in [endless.collect::<Vec<u8>>(), repeated.collect()] {
            for cut in (0..bytes.len()).filter(|cut| *cut != len) {
                let found = cut.div_ceil(3) * 4;
                let error = match found {
                    0 => Spelling::Empty,
                    found if found == expected => Spelling::Padding { expected },
                    found => Spelling::Length { expected, found },
                };
                assert_eq!(
                    signed.verify(&bytes[..cut]),
                    Err(SignatureError::from(error).into()),
                    "{cut} bytes"
                );
            }
        }
        // From its end as well.
        for cut in 1..len {
            assert!(signed.verify(&signed.tag[cut..]).is_err(), "{cut} bytes");
        }
    }
}
