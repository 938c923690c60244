//! JSON webhooks: the configured URL and the hash of the body received are verified, whatever was requested.

use serde::Deserialize;
use twilio_verify_webhooks::signature::{self, SignedUrl};
use twilio_verify_webhooks::{Algorithm, AuthToken, Key, SharedKey, SignatureError};

use crate::support::{TOKEN, token};

const BODY: &[u8] = br#"{"property": "value", "boolean": true}"#;
const HASH: &str = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";

fn verify(configured: &str, signed: &str) -> Result<(), SignatureError> {
    let key: Key = token().into();
    let signature = key.sign::<&str, &str>(signed, []);
    let url = SignedUrl::new(configured).unwrap();
    signature::verify_json(&key, &url, BODY, signature.as_bytes())
}

#[test]
fn the_hash_follows_the_configured_url() {
    for (configured, signed) in [
        ("https://example.com", "https://example.com?bodySHA256="),
        ("https://example.com/x", "https://example.com/x?bodySHA256="),
        (
            "https://example.com/x?a=b",
            "https://example.com/x?a=b&bodySHA256=",
        ),
        (
            "https://example.com/x?",
            "https://example.com/x?&bodySHA256=",
        ),
        (
            "https://example.com/x#rc=2",
            "https://example.com/x?bodySHA256=",
        ),
        (
            "https://example.com/x?a=b#rc=2?",
            "https://example.com:443/x?a=b&bodySHA256=",
        ),
        (
            "http://example.com:8080/x",
            "http://example.com/x?bodySHA256=",
        ),
        (
            "https://user:pass@example.com/x?a",
            "https://example.com:443/x?a&bodySHA256=",
        ),
    ] {
        let signed = format!("{signed}{HASH}");
        assert_eq!(verify(configured, &signed), Ok(()), "{configured}");
    }
}

#[test]
fn another_url_body_or_spelling_of_the_hash_does_not_match() {
    let (upper, wrong) = (HASH.to_uppercase(), HASH.replace('0', "1"));
    let configured = "https://example.com/x?a=b";
    for signed in [
        configured.to_owned(),
        format!("{configured}&bodySHA256={wrong}"),
        format!("{configured}&bodySHA256={upper}"),
        format!("{configured}&bodysha256={HASH}"),
        format!("{configured}&bodySHA256={HASH}&c=d"),
        format!("{configured}&c=d&bodySHA256={HASH}"),
        format!("{configured}&bodySHA256={HASH}&bodySHA256={HASH}"),
        format!("{configured}bodySHA256={HASH}"),
        format!("{configured}?bodySHA256={HASH}"),
        format!("https://example.com/x?bodySHA256={HASH}"),
        format!("https://example.com/x?bodySHA256={HASH}&a=b"),
        format!("https://example.com/?a=b&bodySHA256={HASH}"),
        format!("http://example.com/x?a=b&bodySHA256={HASH}"),
    ] {
        let mismatch = SignatureError::Mismatch { tries: 2 };
        assert_eq!(verify(configured, &signed), Err(mismatch), "{signed}");
    }
}

#[test]
fn a_configured_url_with_a_hash_is_refused_by_name() {
    for query in [
        format!("bodySHA256={HASH}"),
        format!("a=b&bodySHA256={HASH}&c=d"),
        "bodySHA256=".to_owned(),
        "bodySHA256".to_owned(),
        "a=b&body%53HA256=1".to_owned(),
    ] {
        let url = format!("https://example.com/x?{query}");
        let refused = SignatureError::ConfiguredBodyHash;
        assert_eq!(verify(&url, &url), Err(refused), "{query}");
        let appended = format!("{url}&bodySHA256={HASH}");
        assert_eq!(verify(&url, &appended), Err(refused), "{query}");
    }
    for elsewhere in [
        "/bodySHA256=1",
        "/x?a=bodySHA256",
        "/x?bodysha256=1",
        "/x#bodySHA256=1",
    ] {
        let url = format!("https://example.com{elsewhere}");
        let (sent, _) = url.split_once('#').unwrap_or((&url, ""));
        let delimiter = if sent.contains('?') { '&' } else { '?' };
        let signed = format!("{sent}{delimiter}bodySHA256={HASH}");
        assert_eq!(verify(&url, &signed), Ok(()), "{elsewhere}");
    }
}

#[test]
fn a_signature_that_is_none_is_told_apart_from_a_wrong_one() {
    let (key, url): (Key, _) = (
        token().into(),
        SignedUrl::new("https://example.com/x").unwrap(),
    );
    let refused = |signature: &str| {
        signature::verify_json(&key, &url, BODY, signature.as_bytes()).unwrap_err()
    };
    assert_eq!(refused(""), crate::spelling::Spelling::Empty.into());
    assert_eq!(
        refused("AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        SignatureError::Mismatch { tries: 2 }
    );
}

#[test]
fn a_shared_key_signs_with_its_own_algorithm() {
    let url = SignedUrl::new("https://example.com/x").unwrap();
    let signed = format!("https://example.com/x?bodySHA256={HASH}");
    for algorithm in [Algorithm::HmacSha1, Algorithm::HmacSha256] {
        let key = Key::from(SharedKey::new("id", TOKEN, algorithm).unwrap());
        let signature = key.sign::<&str, &str>(&signed, []);
        let verify = |body| signature::verify_json(&key, &url, body, signature.as_bytes());
        assert_eq!(verify(BODY), Ok(()));
        assert_eq!(verify(b"{}"), Err(SignatureError::Mismatch { tries: 2 }));
    }
}

#[derive(Deserialize)]
struct Data {
    auth_token: String,
    json_webhook: Continued,
}

#[derive(Deserialize)]
struct Continued {
    configured: String,
    requested: String,
    body: String,
    signature: String,
    expect: String,
}

#[test]
fn a_signed_form_continued_in_the_query_has_no_body_accepted() {
    let data: Data = serde_json::from_str(include_str!("../data/receive.json")).unwrap();
    let case = data.json_webhook;
    assert_eq!(case.expect, "refuse");
    let key: Key = AuthToken::new(&data.auth_token).unwrap().into();
    let verify = |url: &str| {
        let url = SignedUrl::new(url).unwrap();
        let signature = case.signature.as_bytes();
        signature::verify_json(&key, &url, case.body.as_bytes(), signature)
    };
    // The signature is genuine: it is that of the text of a form webhook, which the requested URL spells.
    let requested = SignedUrl::new(&case.requested).unwrap();
    let genuine = signature::verify::<&str, &str>(&key, &requested, [], case.signature.as_bytes());
    assert_eq!(genuine, Ok(()));
    let mismatch = SignatureError::Mismatch { tries: 2 };
    assert_eq!(verify(&case.configured), Err(mismatch));
    let by_name = SignatureError::ConfiguredBodyHash;
    assert_eq!(verify(&case.requested), Err(by_name));
}
