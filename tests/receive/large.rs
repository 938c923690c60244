//! Forms of more than 8 KiB, which are verified before they are decoded as a whole.

use std::borrow::Cow;

use proptest::prelude::*;
use proptest::sample::select;
use twilio_verify_webhooks::*;
use url::form_urlencoded;

use crate::support::*;

const OVER: usize = 8 * 1024;

/// An event whose last parameter makes it as long as the text says.
fn long(filler: &str) -> Pairs {
    let metadata = serde_json::json!({ "os": filler }).to_string();
    with(v2_challenge(), "challenge_metadata", &metadata)
}

/// A buffer in which there is room for everything here, so that nothing need be verified first.
fn grown() -> Buffer {
    let mut buffer = Buffer::new();
    let request = Request::signed(&long(&"x".repeat(100_000)));
    receiver()
        .receive_in(&request.delivery(), &mut buffer)
        .unwrap();
    buffer
}

fn accounts() -> (AccountReceiver, AccountKeys) {
    let receiver = AccountReceiver::builder(URL).build().unwrap();
    let keys = AccountKeys::new(ACCOUNT.parse().unwrap(), [token()]).unwrap();
    (receiver, keys)
}

/// Receives in each way that verifies before it decodes and in each that need not, and sees that they agree.
#[track_caller]
fn receive_alike(delivery: &Delivery<'_>, grown: &mut Buffer) -> Result<Event<'static>, Refusal> {
    let receiver = receiver();
    let received = receive_delivery(&receiver, delivery);
    let in_grown = receiver.receive_in(delivery, grown);
    assert_eq!(
        received,
        in_grown.map(|received| received.event.into_owned())
    );
    let (accounts, keys) = accounts();
    let of_account = accounts.receive(delivery, |sid| (sid == ACCOUNT).then_some(&keys));
    let opened = accounts.open(delivery, grown).and_then(|unverified| {
        let known = unverified.account_sid()? == ACCOUNT;
        let keys = known.then_some(&keys).ok_or(Refusal::UnknownAccount)?;
        Ok(unverified.receive(keys)?.into_owned())
    });
    assert_eq!(of_account, opened);
    received
}

#[test]
fn they_are_received_whatever_their_length() {
    let mut grown = grown();
    // Their parameters lie in many ways in the pieces that are decoded.
    for length in (8100..9200).step_by(5).chain([20_000, 30_000]) {
        for filler in ["x", "é+ ", "%4"] {
            let filler: String = filler.chars().cycle().take(length).collect();
            let request = Request::signed(&long(&filler));
            let event = receive_alike(&request.delivery(), &mut grown).unwrap();
            assert!(event.parameters().any(|(_, value)| value.contains(&filler)));
        }
    }
}

#[test]
fn each_of_many_keys_may_have_signed() {
    let mut keys: Vec<Key> = (0..9)
        .map(|number| AuthToken::new(&format!("token-{number}")).unwrap().into())
        .collect();
    let shared = SharedKey::new("key", "secret", Algorithm::HmacSha256).unwrap();
    keys.push(shared.into());
    let builder = keys.iter().fold(Receiver::builder(URL), |builder, key| {
        builder.key(key.clone())
    });
    let receiver = builder.build().unwrap();
    let pairs = long(&"é".repeat(OVER));
    for (position, key) in keys.iter().enumerate() {
        for url in [URL, "https://example.com:443/webhook"] {
            let mut request =
                Request::post(form(&pairs)).header(SIGNATURE_HEADER, &key.sign(url, pairs.clone()));
            if let Key::SharedKey(key) = key {
                request = request.header(SIGNATURE_SETTINGS_HEADER, &key.settings());
            }
            receive(&receiver, &request).unwrap();
            let matched = receiver.verify(&request.delivery()).unwrap();
            assert_eq!(matched.position, position);
        }
    }
    let other = AuthToken::new("another").unwrap();
    let request =
        Request::signed(&pairs).replace(SIGNATURE_HEADER, &other.sign(URL, pairs.clone()));
    let refusal = receive(&receiver, &request).unwrap_err();
    assert_eq!(refusal, SignatureError::Mismatch { tries: 18 }.into());
    let request = request.header(SIGNATURE_SETTINGS_HEADER, "key=unknown");
    let refusal = receive(&receiver, &request).unwrap_err();
    assert!(matches!(
        refusal,
        Refusal::Signature(SignatureError::NoSuchKey { .. })
    ));
}

#[test]
fn they_may_be_a_part_of_the_url() {
    let builder = || Receiver::builder_for_origin("https://example.com").auth_token(token());
    let pairs = long(&"é".repeat(OVER));
    let target = format!("/webhook?{}", form(&pairs));
    let url = format!("https://example.com{target}");
    let get = Request {
        method: "GET",
        target: Some(target),
        headers: vec![(SIGNATURE_HEADER, token().sign(&url, [("", ""); 0]))],
        body: Vec::new(),
    };
    receive(&builder().accept_get().build().unwrap(), &get).unwrap();
    let fixed = Receiver::builder(URL).auth_token(token()).accept_get();
    receive(&fixed.build().unwrap(), &get).unwrap();

    let post = Request {
        target: Some("/webhook".into()),
        ..Request::signed(&pairs)
    };
    receive(&builder().build().unwrap(), &post).unwrap();
}

#[test]
fn what_is_wrong_with_them_is_found_as_in_short_ones() {
    use EventError::{Missing, Sid};
    use FormError::*;

    let filler = "%C3%A9+x".repeat(1500);
    let account = "account_sid";
    let mut grown = grown();
    for (start, end, expected) in [
        ("", "%", Escape { position: 12_002 }.into()),
        ("", "%4", Escape { position: 12_002 }.into()),
        ("", "%C3", NotUtf8 { position: 12_002 }.into()),
        ("b=%C3&", "", NotUtf8 { position: 2 }.into()),
        ("%C3=%A9&", "", NotUtf8 { position: 0 }.into()),
        (
            "b=%&",
            "&b=%FF",
            RepeatedName {
                name: None,
                position: 12_007,
            }
            .into(),
        ),
        (
            "b=1&",
            "&%62=2",
            RepeatedName {
                name: None,
                position: 12_007,
            }
            .into(),
        ),
        ("", "&&b=", EmptyName { position: 12_003 }.into()),
        ("", "\u{e9}", NotAscii { position: 12_002 }.into()),
        ("", "", Refusal::from(SignatureError::Mismatch { tries: 2 })),
    ] {
        let body = format!("{start}a={filler}{end}");
        let request = Request::post(body).header(SIGNATURE_HEADER, &token().sign(URL, v1_factor()));
        let refusal = receive_alike(&request.delivery(), &mut grown).unwrap_err();
        assert_eq!(refusal, expected, "{start}…{end}");
    }
    let (receiver, keys) = accounts();
    let long = "A".repeat(OVER);
    for (start, error) in [
        (String::new(), Missing { name: account }),
        (
            format!("{account}={long}&"),
            Sid {
                name: account,
                error: SidError::Length {
                    prefix: "AC",
                    found: OVER,
                },
            },
        ),
        (
            format!("{account}=%41C{:032}%21&", 0),
            Sid {
                name: account,
                error: SidError::Length {
                    prefix: "AC",
                    found: 35,
                },
            },
        ),
        (
            format!("{account}=%41C{:031}%21&", 0),
            Sid {
                name: account,
                error: SidError::Character {
                    prefix: "AC",
                    position: 33,
                },
            },
        ),
        (
            format!("{account}&"),
            Sid {
                name: account,
                error: SidError::Length {
                    prefix: "AC",
                    found: 0,
                },
            },
        ),
    ] {
        let body = format!("{start}a={filler}");
        let request = Request::post(body).header(SIGNATURE_HEADER, &token().sign(URL, v1_factor()));
        let refusal = receive_alike(&request.delivery(), &mut grown);
        assert_eq!(refusal, Err(SignatureError::Mismatch { tries: 2 }.into()));
        let refusal = receiver.receive(&request.delivery(), |_| Some(&keys));
        assert_eq!(refusal, Err(error.into()), "{start:.20}");
    }
}

proptest! {
    #[test]
    fn they_are_verified_as_in_short_ones(
        pieces in prop::collection::vec(
            select(&["a", "=", "&b", "&a", "&_", "%26", "+", "%61", "%5F", "%C3%A9", "%F0%9F%94%91", "%C3", "xyzzy"][..]),
            1..40,
        ),
        at in 0..40_usize,
        length in OVER..OVER + 3000,
        is_signed in prop::bool::weighted(0.8),
    ) {
        let before = pieces.get(..at).unwrap_or(&pieces).concat();
        let filler = "%41+".repeat(length / 4);
        let after = pieces.get(at..).unwrap_or_default().concat();
        let body = format!("a{before}{filler}{after}");
        let lenient: Vec<(Cow<'_, str>, Cow<'_, str>)> =
            form_urlencoded::parse(body.as_bytes()).collect();
        let signature = match is_signed {
            true => token().sign(URL, lenient.clone()),
            false => token().sign(URL, [("a", "b")]),
        };
        let request = Request::post(body.as_bytes()).header(SIGNATURE_HEADER, &signature);
        let delivery = request.delivery();
        let (receiver, mut new, mut grown) = (receiver(), Buffer::new(), grown());
        let verified = receiver.verify_in(&delivery, &mut new);
        let expected = receiver.verify_in(&delivery, &mut grown);
        prop_assert_eq!(verified.is_ok(), receiver.verify(&delivery).is_ok());
        match (verified, expected) {
            (Ok(verified), Ok(expected)) => {
                prop_assert!(is_signed);
                let params = verified.params();
                prop_assert!(params.iter().eq(expected.params().iter()));
                prop_assert!(params.iter().eq(lenient.iter().map(|(name, value)| (&**name, &**value))));
            }
            (Err(refusal), Err(expected)) => {
                prop_assert!(!is_signed || matches!(refusal, Refusal::Form(_)));
                prop_assert_eq!(refusal, expected);
            }
            (verified, expected) => prop_assert!(false, "{:?} {:?}", verified.err(), expected.err()),
        }
    }
}
