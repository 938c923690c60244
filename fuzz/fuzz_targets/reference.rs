//! Verification beside a plain implementation of the scheme: they agree on every form that can be read in one way
//! only, and the others are refused.
#![no_main]

use std::borrow::Cow;

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use twilio_verify_webhooks::signature::{self, SignedUrl, string_to_sign};
use twilio_verify_webhooks::{
    Algorithm, AuthToken, Delivery, Key, Receiver, SharedKey, SignatureError,
};
use verify_webhooks_fuzz::{FORM, Pairs, checked, reference};

const URLS: [&str; 6] = [
    "https://example.com/webhook",
    "https://example.com:443/webhook?a=%3A&b=+'",
    "http://user:p%40ss@Example.COM:8080/a//b/../c#rc=2",
    "HTTPS://[2001:db8::1]:8443",
    "https://bücher.example/España?q=ñ&",
    "https://example.com?",
];

#[derive(Debug)]
struct Signed<'a> {
    secret: String,
    algorithm: Option<Algorithm>,
    url: &'static str,
    url_form: usize,
    /// Which byte of the text or of the signature is changed, and how; not at all by zero.
    text_change: (u16, u8),
    signature_change: (u8, u8),
    form: Cow<'a, [u8]>,
}

impl<'a> Arbitrary<'a> for Signed<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let choices: [u8; 9] = u.arbitrary()?;
        let [
            url,
            url_form,
            algorithm,
            secret,
            place_high,
            place_low,
            byte,
            place,
            flip,
        ] = choices;
        let algorithm = match algorithm % 3 {
            0 => None,
            1 => Some(Algorithm::HmacSha1),
            _ => Some(Algorithm::HmacSha256),
        };
        let form = u.bytes(u.len())?;
        // One in sixteen is too long to be decoded as a whole before it is verified.
        let form = match url_form / 16 {
            15 => [form, b"&~=", &b"%C3%A9+x".repeat(1024)].concat().into(),
            _ => form.into(),
        };
        Ok(Self {
            secret: "secret-".repeat(usize::from(secret % 24)) + "é",
            algorithm,
            url: URLS[usize::from(url) % URLS.len()],
            url_form: usize::from(url_form),
            text_change: (u16::from_be_bytes([place_high, place_low]), byte),
            signature_change: (place, flip),
            form,
        })
    }
}

fuzz_target!(|signed: Signed<'_>| {
    let Signed {
        secret,
        algorithm,
        url,
        form,
        ..
    } = &signed;
    let key: Key = match algorithm {
        None => AuthToken::new(secret).unwrap().into(),
        Some(algorithm) => SharedKey::new("key_1", secret, *algorithm).unwrap().into(),
    };
    let pairs = reference::pairs(form);
    let signed_url = SignedUrl::new(url).unwrap();
    let forms: Vec<&str> = signed_url.variants().collect();
    let form_of_url = forms[signed.url_form % forms.len()];
    let text = reference::text(form_of_url, &pairs);
    assert_eq!(string_to_sign(form_of_url, pairs.clone()), text);
    let right = reference::signature(key.algorithm(), secret, &text);
    assert_eq!(key.sign(form_of_url, pairs.clone()), right);

    let sent = signature_of(&signed, &key, text, right);
    let is_right = forms.iter().any(|url| {
        reference::signature(key.algorithm(), secret, &reference::text(url, &pairs)).as_bytes()
            == sent
    });
    let verified = signature::verify(&key, &signed_url, pairs.clone(), &sent);
    assert_eq!(verified.is_ok(), is_right, "{verified:?}");
    assert_json(&key, form_of_url, form, &pairs, &sent);

    let receiver = Receiver::builder(*url).key(key.clone()).build().unwrap();
    let mut delivery = Delivery::new("POST", form)
        .content_type(FORM)
        .signature(&sent);
    let settings = match &key {
        Key::SharedKey(key) => Some(key.settings()),
        _ => None,
    };
    if let Some(settings) = &settings {
        delivery = delivery.signature_settings(settings);
    }
    let verified = receiver.verify(&delivery);
    assert_eq!(
        verified.is_ok(),
        is_right && reference::is_strict(form),
        "{verified:?}"
    );
    if verified.is_ok() {
        checked();
    }
});

/// The right signature, or that of another text, or another one.
fn signature_of(signed: &Signed<'_>, key: &Key, text: String, right: String) -> Vec<u8> {
    let (place, byte) = signed.text_change;
    let mut text = text.into_bytes();
    let place = usize::from(place) % text.len();
    text[place] ^= byte;
    let mut sent = match str::from_utf8(&text) {
        Ok(text) if byte != 0 => reference::signature(key.algorithm(), &signed.secret, text),
        _ => right,
    }
    .into_bytes();
    let (place, flip) = signed.signature_change;
    match flip {
        0 => {}
        1 => drop(sent.pop()),
        2 => sent.push(b'='),
        3 => sent.insert(usize::from(place) % sent.len(), b' '),
        flip => {
            let place = usize::from(place) % sent.len();
            sent[place] ^= flip;
        }
    }
    sent
}

/// Takes the form for a JSON body, with its hash in the query or without.
fn assert_json(key: &Key, url: &str, body: &[u8], pairs: &Pairs, sent: &[u8]) {
    use sha2::{Digest as _, Sha256};

    let hash: String = Sha256::digest(body)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let Ok(configured) = SignedUrl::new(url) else {
        return;
    };
    let sent_url = url.split('#').next().unwrap_or_default();
    let delimiter = if sent_url.contains('?') { '&' } else { '?' };
    let signature = key.sign::<&str, &str>(&format!("{sent_url}{delimiter}bodySHA256={hash}"), []);
    match signature::verify_json(key, &configured, body, signature.as_bytes()) {
        Err(SignatureError::ConfiguredBodyHash) => return,
        verified => assert_eq!(verified, Ok(())),
    }
    let longer = [body, b" "].concat();
    let refused = signature::verify_json(key, &configured, &longer, signature.as_bytes());
    assert!(matches!(refused, Err(SignatureError::Mismatch { .. })));
    // A signature over parameters is none over the URL alone, and the other way round.
    if !reference::text("", pairs).is_empty() {
        assert!(signature::verify_json(key, &configured, body, sent).is_err());
        assert!(signature::verify(key, &configured, pairs.clone(), signature.as_bytes()).is_err());
    }
}
