//! Which keys are accepted as configuration, which may verify a delivery, and which is said to have.

use twilio_verify_webhooks::*;

use crate::spelling::Spelling;
use crate::support::*;

const ID: &str = "webhooks_sharedkey_01k4zv6x";

fn shared(id: &str, secret: &str, algorithm: Algorithm) -> SharedKey {
    SharedKey::new(id, secret, algorithm).unwrap()
}

fn old_token() -> AuthToken {
    AuthToken::new("fedcba9876543210fedcba9876543210").unwrap()
}

fn invisible(character: char, position: usize) -> KeyError {
    KeyError::Invisible {
        character,
        position,
    }
}

#[test]
fn secrets_that_could_not_be_meant_are_refused() {
    for (secret, error) in [
        ("", KeyError::Empty),
        (" ", KeyError::Blank),
        ("\t\r\n", KeyError::Blank),
        ("\u{a0}", KeyError::Blank),
        ("secret\n", KeyError::WhiteSpace { position: 6 }),
        (" secret", KeyError::WhiteSpace { position: 0 }),
        ("sec ret", KeyError::WhiteSpace { position: 3 }),
        ("secret\u{2003}", KeyError::WhiteSpace { position: 6 }),
        ("sec\u{a0}ret", KeyError::WhiteSpace { position: 3 }),
        ("sec\u{2028}ret", KeyError::WhiteSpace { position: 3 }),
        ("\0", KeyError::Control { position: 0 }),
        ("\0\0\0", KeyError::Control { position: 0 }),
        ("secret\0", KeyError::Control { position: 6 }),
        ("sec\u{1b}ret", KeyError::Control { position: 3 }),
        ("secret\u{7f}", KeyError::Control { position: 6 }),
        ("\u{9d}secret", KeyError::Control { position: 0 }),
        ("\u{feff}secret", invisible('\u{feff}', 0)),
        ("secret\u{200b}", invisible('\u{200b}', 6)),
        ("sec\u{200d}ret", invisible('\u{200d}', 3)),
        ("sec\u{202e}ret", invisible('\u{202e}', 3)),
        ("sec\u{2066}ret", invisible('\u{2066}', 3)),
        ("sec\u{ad}ret", invisible('\u{ad}', 3)),
        ("sec\u{e0041}ret", invisible('\u{e0041}', 3)),
        ("\"secret\"", KeyError::Quoted),
        ("'secret'", KeyError::Quoted),
        ("`secret`", KeyError::Quoted),
        ("\u{201c}secret\u{201d}", KeyError::Quoted),
        ("\u{2018}secret\u{2019}", KeyError::Quoted),
        ("\"\"", KeyError::Quoted),
        (ACCOUNT, KeyError::Sid),
        ("SK0123456789abcdef0123456789ABCDEF", KeyError::Sid),
        ("ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", KeyError::Sid),
        (SERVICE, KeyError::Sid),
    ] {
        assert_eq!(AuthToken::new(secret).unwrap_err(), error, "{secret:?}");
        for algorithm in [Algorithm::HmacSha1, Algorithm::HmacSha256] {
            assert_eq!(
                SharedKey::new(ID, secret, algorithm).unwrap_err(),
                error,
                "{secret:?}"
            );
        }
    }
    for secret in [
        TOKEN,
        "x",
        "12345",
        "é",
        "your_auth_token",
        "\"",
        "sec\"ret",
        "'secret",
        "AC0123456789abcdef0123456789abcde",
        "AC0123456789abcdef0123456789abcdefg",
        "ac0123456789abcdef0123456789abcdef",
        "SKzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
        "0123456789abcdef0123456789abcdef01",
        "e\u{301}",
    ] {
        assert!(AuthToken::new(secret).is_ok(), "{secret:?}");
    }
}

#[test]
fn ids_that_could_not_stand_in_the_settings_header_are_refused() {
    for id in ["", " ", "a b", "a,b", "a\n", "é", "a "] {
        let error = SharedKey::new(id, "secret", Algorithm::HmacSha256).unwrap_err();
        assert_eq!(error, KeyError::Id, "{id:?}");
    }
}

#[test]
fn a_receiver_has_a_key_and_no_shared_key_twice() {
    assert_eq!(
        Receiver::builder(URL).build().unwrap_err(),
        ConfigError::NoKey
    );
    let one = shared(ID, "secret", Algorithm::HmacSha1);
    let builder = Receiver::builder(URL)
        .auth_token(token())
        .shared_key(one.clone());
    let twice = builder.clone().shared_key(one);
    assert_eq!(
        twice.build().unwrap_err(),
        ConfigError::RepeatedSharedKey { position: 2 }
    );
    let both = builder.shared_key(shared(ID, "secret", Algorithm::HmacSha256));
    assert_eq!(both.build().unwrap().keys().len(), 3);
}

#[test]
fn the_key_that_matched_is_reported() {
    let receiver = Receiver::builder(URL)
        .auth_token(token())
        .auth_token(old_token())
        .build()
        .unwrap();
    for (position, key) in [(0, token()), (1, old_token())] {
        let signature = key.sign(URL, v1_factor());
        let request = Request::signed(&v1_factor()).replace(SIGNATURE_HEADER, &signature);
        let received = receiver.receive(&request.delivery()).unwrap();
        assert_eq!(received.key.position, position);
        assert_eq!(received.key.key_id, None);
        assert_eq!(received.key.algorithm, Algorithm::HmacSha1);
        assert_eq!(
            received.key.to_string(),
            format!("AuthToken (key {position})")
        );
    }
    let signature = AuthToken::new("another").unwrap().sign(URL, v1_factor());
    let request = Request::signed(&v1_factor()).replace(SIGNATURE_HEADER, &signature);
    let refusal = SignatureError::Mismatch { tries: 4 };
    assert_eq!(receive(&receiver, &request), Err(refusal.into()));
}

/// A receiver with one key of each kind: an AuthToken, SharedKey 1 with SHA-1, SharedKey 2 with SHA-256.
fn mixed() -> (Receiver, [Key; 3]) {
    let keys: [Key; 3] = [
        token().into(),
        shared("key_1", "one", Algorithm::HmacSha1).into(),
        shared("key_2", "two", Algorithm::HmacSha256).into(),
    ];
    let builder = keys
        .iter()
        .cloned()
        .fold(Receiver::builder(URL), ReceiverBuilder::key);
    (builder.build().unwrap(), keys)
}

fn signed_with(key: &Key, settings: &[&str]) -> Request {
    let signature = key.sign(URL, v2_challenge());
    let request = Request::signed(&v2_challenge()).replace(SIGNATURE_HEADER, &signature);
    settings.iter().fold(request, |request, line| {
        request.header(SIGNATURE_SETTINGS_HEADER, line)
    })
}

#[test]
fn the_settings_header_chooses_among_configured_keys() {
    let (receiver, keys) = mixed();
    for (position, settings) in [
        (0, None),
        (0, Some("algorithm=HMAC_SHA1")),
        (0, Some("key=")),
        (0, Some(" ")),
        (1, None),
        (1, Some("key=key_1,algorithm=HMAC_SHA1")),
        (1, Some("algorithm=hmac_sha1,key=key_1")),
        (1, Some(" key = key_1 , algorithm = Hmac_Sha1 ")),
        (1, Some("key=key_1")),
        (1, Some("key=key_1,algorithm=")),
        (1, Some("key=key_1,version=2")),
        (2, Some("key=key_2,algorithm=HMAC_SHA256")),
        (2, Some("algorithm=HMAC_SHA256")),
    ] {
        let settings: Vec<&str> = settings.into_iter().collect();
        let request = signed_with(&keys[position], &settings);
        let received = receiver.receive(&request.delivery()).unwrap();
        assert_eq!(received.key.position, position, "{settings:?}");
        assert_eq!(
            received.key.key_id.as_deref(),
            keys[position].id(),
            "{settings:?}"
        );
    }
}

#[test]
fn the_settings_header_never_adds_a_key() {
    use SignatureError::*;

    let (receiver, keys) = mixed();
    let no_key = |algorithm, names_id| NoSuchKey {
        algorithm,
        names_id,
    };
    for (position, settings, error) in [
        // Another key than the one that signed.
        (0, vec!["key=key_1"], Mismatch { tries: 2 }),
        (1, vec!["key=key_2"], no_key(Algorithm::HmacSha1, true)),
        (1, vec!["key=key_3"], no_key(Algorithm::HmacSha1, true)),
        (1, vec!["key=KEY_1"], no_key(Algorithm::HmacSha1, true)),
        // An algorithm that the key was not configured for.
        (
            1,
            vec!["key=key_1,algorithm=HMAC_SHA256"],
            Spelling::Length {
                expected: 44,
                found: 28,
            }
            .into(),
        ),
        (
            2,
            vec!["key=key_2,algorithm=HMAC_SHA1"],
            Spelling::Length {
                expected: 28,
                found: 44,
            }
            .into(),
        ),
        (
            2,
            vec!["key=key_1,algorithm=HMAC_SHA256"],
            no_key(Algorithm::HmacSha256, true),
        ),
        (
            2,
            vec![],
            Spelling::Length {
                expected: 28,
                found: 44,
            }
            .into(),
        ),
        // No settings at all.
        (0, vec!["algorithm=HMAC_MD5"], UnknownAlgorithm),
        (0, vec!["algorithm=none"], UnknownAlgorithm),
        (0, vec![","], MalformedSettings),
        (0, vec!["HMAC_SHA1"], MalformedSettings),
        (0, vec!["algorithm=HMAC_SHA1,"], MalformedSettings),
        (
            0,
            vec!["algorithm=HMAC_SHA1,algorithm=HMAC_SHA1"],
            MalformedSettings,
        ),
        (1, vec!["key=key_1,key=key_1"], MalformedSettings),
        (
            1,
            vec!["key=key_1", "key=key_1"],
            SeveralSettings { count: 2 },
        ),
    ] {
        let request = signed_with(&keys[position], &settings);
        assert_eq!(
            receive(&receiver, &request),
            Err(error.into()),
            "{settings:?}"
        );
    }
}

#[test]
fn a_shared_key_needs_no_auth_token_beside_it() {
    let key = shared(ID, "secret", Algorithm::HmacSha256);
    let receiver = Receiver::builder(URL)
        .shared_key(key.clone())
        .build()
        .unwrap();
    let settings = key.settings();
    assert_eq!(settings, format!("key={ID},algorithm=HMAC_SHA256"));
    let request = signed_with(&key.clone().into(), &[&settings]);
    let received = receiver.receive(&request.delivery()).unwrap();
    assert_eq!(
        received.key.to_string(),
        format!("SharedKey {ID} with HMAC_SHA256 (key 0)")
    );

    let refusal = SignatureError::NoSuchKey {
        algorithm: Algorithm::HmacSha1,
        names_id: false,
    };
    let request = signed_with(&token().into(), &[]);
    assert_eq!(receive(&receiver, &request), Err(refusal.into()));
}

#[test]
fn pins_refuse_other_accounts_and_services() {
    let other_account = AccountSid::new("AC00000000000000000000000000000000").unwrap();
    let other_service = ServiceSid::new("VA00000000000000000000000000000000").unwrap();
    let builder = || Receiver::builder(URL).auth_token(token());
    let request = Request::signed(&v1_factor());
    for (builder, refusal) in [
        (builder().account_sid(ACCOUNT.parse().unwrap()), None),
        (builder().service_sid(SERVICE.parse().unwrap()), None),
        (
            builder().account_sid(other_account),
            Some(Refusal::OtherAccount),
        ),
        (
            builder().service_sid(other_service),
            Some(Refusal::OtherService),
        ),
    ] {
        assert_eq!(receive(&builder.build().unwrap(), &request).err(), refusal);
    }
    // A pin is no substitute for a signature.
    let forged = request.replace(SIGNATURE_HEADER, &old_token().sign(URL, v1_factor()));
    let pinned = builder().account_sid(other_account).build().unwrap();
    let refusal = SignatureError::Mismatch { tries: 2 };
    assert_eq!(receive(&pinned, &forged), Err(refusal.into()));
}

#[test]
fn a_receiver_is_cheap_to_share() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<Receiver>();
    shared::<AccountReceiver>();
    shared::<AccountKeys>();
    shared::<Event<'static>>();
    assert_eq!(size_of::<Receiver>(), size_of::<usize>());
}
