//! Whatever is altered in an accepted delivery: refused, unless it says the same.

use proptest::prelude::*;
use proptest::sample::Index;
use twilio_verify_webhooks::signature::SignedUrl;
use twilio_verify_webhooks::*;

use crate::properties::{accepted_event, config, key, signed, url};
use crate::support::*;

/// One thing done to a text: a byte changed, dropped, added, moved, or two exchanged.
#[derive(Debug, Clone)]
enum Alteration {
    Change(Index, u8),
    Drop(Index),
    Add(Index, u8),
    Move(Index, Index),
    Exchange(Index, Index),
}

fn alteration() -> impl Strategy<Value = Alteration> {
    use Alteration::*;

    // Bytes that mean something are tried more often than they occur by chance.
    let byte = || {
        let marks = prop::sample::select(&b"&=%+/?#:@;,. _-\"{}[]\\\0\n0aA"[..]);
        prop_oneof![any::<u8>(), marks]
    };
    let place = any::<Index>;
    prop_oneof![
        (place(), byte()).prop_map(|(place, byte)| Change(place, byte)),
        place().prop_map(Drop),
        (place(), byte()).prop_map(|(place, byte)| Add(place, byte)),
        (place(), place()).prop_map(|(from, to)| Move(from, to)),
        (place(), place()).prop_map(|(one, other)| Exchange(one, other)),
    ]
}

fn altered(text: &[u8], alteration: &Alteration) -> Vec<u8> {
    let mut text = text.to_vec();
    let len = text.len();
    match alteration {
        Alteration::Change(place, byte) => text[place.index(len)] = *byte,
        Alteration::Drop(place) => drop(text.remove(place.index(len))),
        Alteration::Add(place, byte) => text.insert(place.index(len + 1), *byte),
        Alteration::Move(from, to) => {
            let byte = text.remove(from.index(len));
            text.insert(to.index(len), byte);
        }
        Alteration::Exchange(one, other) => text.swap(one.index(len), other.index(len)),
    }
    text
}

/// Decodes as others do, in the order in which it is signed.
fn decoded(form: &[u8]) -> Option<Pairs> {
    let mut pairs: Pairs = serde_urlencoded::from_bytes(form).ok()?;
    pairs.sort();
    Some(pairs)
}

/// Writes a form in one of the many ways that mean the same.
fn written(pairs: &Pairs, styles: &[u8]) -> Vec<u8> {
    let mut styles = styles.iter().cycle();
    let mut form = Vec::new();
    let mut write = |text: &str, in_name: bool, form: &mut Vec<u8>| {
        for byte in text.bytes() {
            let style = styles.next().unwrap() % 4;
            let plain = byte.is_ascii() && !(b"&%+".contains(&byte) || in_name && byte == b'=');
            match (byte, style) {
                (b' ', 0 | 1) => form.push(b'+'),
                (_, 0 | 1) if plain && byte.is_ascii_graphic() => form.push(byte),
                (_, 2) => form.extend(format!("%{byte:02x}").bytes()),
                _ => form.extend(format!("%{byte:02X}").bytes()),
            }
        }
    };
    for (index, (name, value)) in pairs.iter().enumerate() {
        form.extend((index > 0).then_some(b'&'));
        write(name, true, &mut form);
        // What has no value may do without the mark.
        if !(value.is_empty() && index.is_multiple_of(2)) {
            form.push(b'=');
        }
        write(value, false, &mut form);
    }
    form
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn in_the_body(pairs in accepted_event(), alteration in alteration()) {
        let request = Request::signed(&pairs);
        let body = altered(&request.body, &alteration);
        let says_the_same = decoded(&body) == decoded(&request.body);
        let altered = Request { body, ..request };
        match receive(&receiver(), &altered) {
            Ok(event) => {
                prop_assert!(says_the_same);
                prop_assert_eq!(event, accepted(&pairs));
            }
            Err(refusal) => {
                // A lenient decoder repairs what is refused here as no form.
                let is_form_error = matches!(refusal, Refusal::Form(_));
                prop_assert!(!says_the_same || is_form_error, "{refusal}");
            }
        }
    }

    #[test]
    fn in_the_signature(pairs in accepted_event(), key in key(), alteration in alteration()) {
        let request = signed(&key, URL, &pairs);
        let receiver = Receiver::builder(URL).key(key.clone()).build().unwrap();
        let signature = key.sign(URL, pairs);
        let other = altered(signature.as_bytes(), &alteration);
        let request = request.remove(SIGNATURE_HEADER);
        let received = receiver.receive(&request.delivery().signature(&other));
        prop_assert_eq!(received.is_ok(), other == signature.as_bytes());
        // A further line, whatever is in it.
        let delivery = request.delivery().signature(&signature);
        prop_assert!(receiver.receive(&delivery).is_ok());
        prop_assert!(receiver.receive(&delivery.signature(&other)).is_err());
    }

    /// The header is not signed: it can make the receiver refuse, and never take another key for the one that signed.
    #[test]
    fn in_the_settings(pairs in accepted_event(), algorithm: bool, alteration in alteration()) {
        let algorithm = [Algorithm::HmacSha1, Algorithm::HmacSha256][usize::from(algorithm)];
        let key = SharedKey::new("key_2", "secret-of-key_2", algorithm).unwrap();
        let request = signed(&key.clone().into(), URL, &pairs);
        let other = SharedKey::new("key_1", "secret-of-key_1", algorithm).unwrap();
        let builder = Receiver::builder(URL).auth_token(token());
        let receiver = builder.shared_key(other).shared_key(key.clone()).build().unwrap();
        let settings = altered(key.settings().as_bytes(), &alteration);
        let request = request.remove(SIGNATURE_SETTINGS_HEADER);
        let delivery = request.delivery().signature_settings(&settings);
        match receiver.receive(&delivery) {
            Ok(received) => prop_assert_eq!(received.key.key_id.as_deref(), Some("key_2")),
            Err(refusal) => prop_assert_eq!(refusal.class(), RefusalClass::Signature),
        }
    }

    #[test]
    fn in_the_url(pairs in accepted_event(), url in url(), key in key(), alteration in alteration()) {
        let request = signed(&key, &url, &pairs);
        let Ok(other) = String::from_utf8(altered(url.as_bytes(), &alteration)) else {
            return Ok(());
        };
        let Ok(receiver) = Receiver::builder(other.as_str()).key(key).build() else {
            return Ok(());
        };
        let is_form = SignedUrl::new(&other).unwrap().variants().any(|form| form == url);
        prop_assert_eq!(receiver.receive(&request.delivery()).is_ok(), is_form, "{}", other);
    }

    #[test]
    fn in_the_path_behind_an_origin(
        pairs in accepted_event(),
        path in "/[a-zA-Z0-9/%.?=&+_-]{0,24}",
        alteration in alteration(),
    ) {
        let origin = "https://example.com";
        let receiver = Receiver::builder_for_origin(origin).auth_token(token()).build().unwrap();
        let signature = token().sign(&format!("{origin}{path}"), pairs.clone());
        let request = Request::signed(&pairs).replace(SIGNATURE_HEADER, &signature);
        if receiver.receive(&request.delivery().target(&path)).is_err() {
            return Ok(());
        }
        if let Ok(other) = String::from_utf8(altered(path.as_bytes(), &alteration)) {
            let received = receiver.receive(&request.delivery().target(&other));
            prop_assert_eq!(received.is_ok(), other == path);
        }
    }

    #[test]
    fn neither_the_order_of_parameters_nor_how_they_are_escaped_matters(
        (pairs, shuffled) in accepted_event()
            .prop_flat_map(|pairs| (Just(pairs.clone()), Just(pairs).prop_shuffle())),
        added in any::<bool>(),
        styles in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let (mut pairs, mut shuffled) = (pairs, shuffled);
        if added {
            pairs.push(("region_code".into(), String::new()));
            shuffled.insert(0, ("region_code".into(), String::new()));
        }
        let request = Request::signed(&pairs);
        let other = Request { body: written(&shuffled, &styles), ..request.clone() };
        prop_assert_eq!(receive(&receiver(), &other), receive(&receiver(), &request));
    }
}
