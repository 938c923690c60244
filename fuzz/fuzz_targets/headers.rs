//! The signature header and the settings header, byte for byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twilio_verify_webhooks::{
    Delivery, MalformedSignature, Refusal, SIGNATURE_HEADER, SIGNATURE_SETTINGS_HEADER,
    SignatureError,
};
use verify_webhooks_fuzz::{FORM, KEYS, SECRETS, URL, checked, reference, setups};

// Cut at zero bytes: a settings header, then lines of the signature header, in which `@` and any byte stand for the right
// signature of one of the configured keys.
fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.split(|&byte| byte == 0);
    let settings = lines.next().unwrap_or_default();
    let signatures: Vec<Vec<u8>> = lines.map(with_signatures).collect();
    let mut headers: Vec<(&str, &[u8])> = signatures
        .iter()
        .map(|signature| (SIGNATURE_HEADER, &**signature))
        .collect();
    if !settings.is_empty() {
        headers.push((SIGNATURE_SETTINGS_HEADER, settings));
    }
    let delivery = Delivery::new("POST", b"a=1")
        .content_type(FORM)
        .headers(headers);
    let verified = setups()[0].receiver.verify(&delivery);

    let said = str::from_utf8(settings).ok().map(reference::settings);
    let expected = match (&said, &signatures[..]) {
        (Some(Some((algorithm, id))), [signature]) => (0..SECRETS.len()).find(|&position| {
            let (known_id, _, known_algorithm) = SECRETS[position];
            let fits = known_algorithm == *algorithm && id.is_none_or(|id| known_id == Some(id));
            fits && right(position).as_bytes() == signature
        }),
        _ => None,
    };
    match (verified, expected) {
        // Two keys may be one secret under two algorithms, never one signature.
        (Ok(key), Some(position)) => {
            assert_eq!(key.position, position);
            checked();
        }
        // What is not text names no key, and is nothing that could be read in two ways.
        (Ok(_), None) => assert!(said.is_none()),
        (Err(Refusal::Signature(error)), None) => assert_is_so(&error, settings, &signatures),
        (verified, expected) => panic!("{verified:?} {expected:?}"),
    }
});

fn right(position: usize) -> String {
    KEYS[position].sign(URL, [("a", "1")])
}

fn with_signatures(line: &[u8]) -> Vec<u8> {
    match line {
        [b'@', position, rest @ ..] => {
            let mut line = right(usize::from(*position) % KEYS.len()).into_bytes();
            line.extend_from_slice(rest);
            line
        }
        line => line.to_vec(),
    }
}

/// What is said to be wrong with a signature is wrong with it.
fn assert_is_malformed(malformed: &MalformedSignature, line: &[u8]) {
    let text = malformed.to_string();
    if let Some(position) = malformed.position() {
        let byte = line[position];
        return match text.split(" at byte ").next().unwrap() {
            "expected one signature, found several joined" => assert_eq!(byte, b','),
            "expected a signature without white space, found some" => {
                assert!(byte.is_ascii_whitespace());
            }
            "expected the standard alphabet of base64, found the URL-safe one" => {
                assert!(matches!(byte, b'-' | b'_'));
            }
            "expected base64, found another character" => {
                assert!(!byte.is_ascii_alphanumeric() && !b"+/=".contains(&byte));
            }
            _ => panic!("{text}"),
        };
    }
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    let numbers: Vec<usize> = numbers.filter_map(|digits| digits.parse().ok()).collect();
    match (text.as_str(), &*numbers) {
        ("expected a signature, found an empty X-Twilio-Signature header", []) => {
            assert!(line.is_empty());
        }
        ("expected canonical base64, found spare bits set in its last character", [64]) => {
            assert!(matches!(line.len(), 28 | 44));
            // The last digit has two bits to spare.
            let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            let last = line[line.len() - 2];
            let value = digits.iter().position(|&digit| digit == last).unwrap();
            assert_ne!(value % 4, 0);
        }
        (text, &[64, expected]) if text.ends_with("other padding") => {
            assert!(matches!(expected, 28 | 44));
            assert!(
                line.len() != expected
                    || line.iter().position(|&byte| byte == b'=') != Some(expected - 1)
            );
        }
        (text, &[expected, found]) if text.starts_with("expected a signature of") => {
            assert!(matches!(expected, 28 | 44) && found == line.len() && found != expected);
        }
        _ => panic!("{text}"),
    }
}

/// What is said to be wrong with a header is wrong with it.
fn assert_is_so(error: &SignatureError, settings: &[u8], signatures: &[Vec<u8>]) {
    let line = signatures.first().map(Vec::as_slice).unwrap_or_default();
    match *error {
        SignatureError::Missing => assert!(signatures.is_empty()),
        SignatureError::SeveralLines { count } => assert_eq!(count, signatures.len()),
        SignatureError::Malformed(malformed) => assert_is_malformed(&malformed, line),
        SignatureError::MalformedSettings | SignatureError::UnknownAlgorithm => {
            assert_eq!(
                str::from_utf8(settings).ok().and_then(reference::settings),
                None
            );
        }
        // The headers were read, and no key fits.
        SignatureError::NoSuchKey { .. } | SignatureError::Mismatch { .. } => checked(),
        _ => panic!("{error:?}"),
    }
}
