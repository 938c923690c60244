//! Signatures published by Twilio, or in the tests of its libraries, through the generic layer.

use serde::Deserialize;
use twilio_verify_webhooks::signature::{self, SignedUrl, string_to_sign};
use twilio_verify_webhooks::{Algorithm, AuthToken, Key, SharedKey, SignatureError};

#[derive(Deserialize)]
struct Vector {
    auth_token: String,
    algorithm: Option<String>,
    url: String,
    signed_url: Option<String>,
    params: Option<Vec<(String, String)>>,
    body: Option<String>,
    signature: Option<String>,
    valid: bool,
    note: String,
}

impl Vector {
    fn all() -> Vec<Self> {
        serde_json::from_str(include_str!("../data/official-vectors.json")).unwrap()
    }

    fn key(&self) -> Key {
        match self.algorithm.as_deref() {
            None => AuthToken::new(&self.auth_token).unwrap().into(),
            Some("HMAC_SHA256") => SharedKey::new(
                "webhooks_sharedkey_1",
                &self.auth_token,
                Algorithm::HmacSha256,
            )
            .unwrap()
            .into(),
            Some(other) => panic!("{other}"),
        }
    }

    fn verify(&self) -> Result<(), SignatureError> {
        let url = match self.body {
            // Theirs take the URL as requested, with the hash that Twilio appends.
            Some(_) => match self.url.split_once("bodySHA256=") {
                Some((configured, _)) => configured.trim_end_matches(['?', '&']),
                None => &self.url,
            },
            None => &self.url,
        };
        let (key, url) = (self.key(), SignedUrl::new(url).unwrap());
        let signature = self.signature.as_deref().unwrap_or_default().as_bytes();
        match (&self.params, &self.body) {
            (Some(params), None) => signature::verify(&key, &url, params.clone(), signature),
            (None, Some(body)) => signature::verify_json(&key, &url, body.as_bytes(), signature),
            _ => panic!("{}", self.note),
        }
    }
}

/// Signatures of a URL with its query escaped otherwise than configured, which the crate refuses on purpose: the
/// URL is text, and its query is part of that text.
///
/// In all three `'` stands for `%27` or the reverse, which a URL parser does when it prints the URL.
const REWRITTEN_QUERY: [&str; 3] = [
    "TfZzewPq8wqrGlMfyAud8+/IvJ0=",
    "GfI7onHX/KQ2k1oVS3cUTVk4IEw=",
    "HkuXLxVQ7zHv9LmGpzlLuGaxhJY=",
];

#[test]
fn published_signatures_are_accepted_and_refused_as_published() {
    let mut rewritten = 0;
    for vector in Vector::all() {
        let signature = vector.signature.as_deref().unwrap_or_default();
        let escaped_otherwise = vector
            .signed_url
            .as_ref()
            .is_some_and(|signed| signed.contains("%27") != vector.url.contains("%27"));
        if REWRITTEN_QUERY.contains(&signature) && escaped_otherwise {
            rewritten += 1;
            assert!(vector.valid, "{}", vector.note);
            let refusal = Err(SignatureError::Mismatch { tries: 2 });
            assert_eq!(vector.verify(), refusal, "{}", vector.note);
        } else {
            assert_eq!(vector.verify().is_ok(), vector.valid, "{}", vector.note);
        }
    }
    assert_eq!(rewritten, REWRITTEN_QUERY.len());
}

#[test]
fn signing_makes_the_published_signatures() {
    let mut made = 0;
    for vector in Vector::all().into_iter().filter(|vector| vector.valid) {
        let params = vector.params.clone().unwrap_or_default();
        let url = vector.signed_url.as_deref().unwrap();
        assert_eq!(
            Some(vector.key().sign(url, params)),
            vector.signature,
            "{}",
            vector.note
        );
        made += 1;
    }
    assert!(made > 60);
}

#[test]
fn a_changed_byte_is_refused() {
    for mut vector in Vector::all().into_iter().filter(|vector| vector.valid) {
        match (&mut vector.params, &mut vector.body) {
            (Some(params), _) => params.push(("Added".into(), String::new())),
            (_, Some(body)) => body.push(' '),
            _ => {}
        }
        assert!(vector.verify().is_err(), "{}", vector.note);
    }
}

#[test]
fn the_string_to_sign_is_sorted_by_bytes_with_each_distinct_value_once() {
    for (params, text) in [
        (vec![], ""),
        (vec![("b", "2"), ("a", "1")], "a1b2"),
        (vec![("a", "2"), ("a", "1"), ("a", "2")], "a1a2"),
        (vec![("2", "x"), ("10", "y")], "10y2x"),
        (
            vec![("b", "1"), ("B", "2"), ("a", "3"), ("A", "4")],
            "A4B2a3b1",
        ),
        (
            vec![("\u{1f600}", "1"), ("\u{ff5e}", "2")],
            "\u{ff5e}2\u{1f600}1",
        ),
        (
            vec![("ReasonConference", "x"), ("Reason", "z")],
            "ReasonzReasonConferencex",
        ),
        (vec![("empty", ""), ("X.Y", "1")], "X.Y1empty"),
    ] {
        assert_eq!(string_to_sign("u:", params), format!("u:{text}"));
    }
}
