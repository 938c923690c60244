use std::collections::BTreeSet;

use twilio_verify_webhooks::signature::string_to_sign;

use crate::spelling::Spelling;
use crate::*;

fn malformed(how: Spelling) -> Refusal {
    SignatureError::from(how).into()
}

fn mismatch() -> Refusal {
    SignatureError::Mismatch { tries: 2 }.into()
}

/// The refusal by a receiver without further configuration, its key an AuthToken; positions in forms are those of
/// the delivery at hand.
fn expected(case: NegativeCase, delivery: &OwnedDelivery) -> Refusal {
    let len = delivery.body().len();
    let friendly_name = "factor_friendly_name";
    match case {
        NegativeCase::WrongMethod => Refusal::Method { allow: "POST" },
        NegativeCase::JsonBody | NegativeCase::WrongMediaType => MediaTypeError::Other.into(),
        NegativeCase::NoMediaType => MediaTypeError::Missing.into(),
        NegativeCase::TwoMediaTypes => MediaTypeError::SeveralLines { count: 2 }.into(),
        NegativeCase::ContentEncoding => MediaTypeError::Encoded.into(),
        NegativeCase::Oversized => Refusal::TooLarge {
            limit: 128 * 1024,
            found: len,
        },
        NegativeCase::NoSignature => SignatureError::Missing.into(),
        NegativeCase::EmptySignature => malformed(Spelling::Empty),
        NegativeCase::TwoSignatures => SignatureError::SeveralLines { count: 2 }.into(),
        NegativeCase::JoinedSignatures => malformed(Spelling::Joined { position: 28 }),
        NegativeCase::MalformedSignature => malformed(Spelling::NotBase64 { position: 0 }),
        NegativeCase::UnpaddedSignature => malformed(Spelling::Padding { expected: 28 }),
        NegativeCase::ShortSignature => malformed(Spelling::Length {
            expected: 28,
            found: 24,
        }),
        NegativeCase::UnknownSharedKey => SignatureError::NoSuchKey {
            algorithm: Algorithm::HmacSha1,
            names_id: true,
        }
        .into(),
        NegativeCase::UnknownAlgorithm => SignatureError::UnknownAlgorithm.into(),
        NegativeCase::MalformedSettings => SignatureError::MalformedSettings.into(),
        NegativeCase::WrongKey
        | NegativeCase::EmptyKey
        | NegativeCase::WrongUrl
        | NegativeCase::WrongScheme
        | NegativeCase::TamperedValue
        | NegativeCase::AddedParameter
        | NegativeCase::RemovedParameter => mismatch(),
        NegativeCase::DuplicateParameter => FormError::RepeatedName {
            name: Some("type"),
            position: len - "type=challenge.approved".len(),
        }
        .into(),
        NegativeCase::BadEscape => FormError::Escape { position: len - 3 }.into(),
        NegativeCase::BadUtf8 => FormError::NotUtf8 { position: len - 3 }.into(),
        NegativeCase::UnescapedText => FormError::NotAscii { position: len - 2 }.into(),
        NegativeCase::EmptyName => FormError::EmptyName { position: len }.into(),
        NegativeCase::TooManyParameters => FormError::TooManyParameters { limit: 64 }.into(),
        NegativeCase::EmptyBody => EventError::Missing { name: "type" }.into(),
        NegativeCase::MissingParameter => EventError::Missing {
            name: "entity_identity",
        }
        .into(),
        NegativeCase::ForeignParameter => EventError::Unexpected {
            name: "challenge_sid",
        }
        .into(),
        NegativeCase::BadSid => EventError::Sid {
            name: "factor_sid",
            error: SidError::Prefix { prefix: "YF" },
        }
        .into(),
        NegativeCase::BadIdentity => EventError::Character {
            name: "entity_identity",
            position: 4,
        }
        .into(),
        NegativeCase::BadType => EventError::Unrecognized {
            name: "type",
            expected: "an event type such as factor.created, of at most 64 characters",
        }
        .into(),
        NegativeCase::LongFriendlyName => EventError::Length {
            name: friendly_name,
            least: 1,
            most: 64,
            found: 65,
        }
        .into(),
        NegativeCase::MalformedJson => EventError::Json {
            name: "challenge_details",
            fault: JsonFault::EndsEarly,
            position: 20,
        }
        .into(),
        NegativeCase::JsonArray => EventError::Json {
            name: "challenge_details",
            fault: JsonFault::NotAnObject,
            position: 0,
        }
        .into(),
        NegativeCase::DeepJson => EventError::Json {
            name: "challenge_hidden_details",
            fault: JsonFault::TooDeep,
            position: 64 * r#"{"a":"#.len(),
        }
        .into(),
        NegativeCase::ShiftedFriendlyName => EventError::Ambiguous {
            name: friendly_name,
            position: 5,
        }
        .into(),
        NegativeCase::ShiftedHiddenDetails => EventError::UnknownParameter {
            position: 2,
            name: UnknownName::new("challenge_hidden"),
            fault: UnknownParameterFault::LikeDocumented,
        }
        .into(),
        NegativeCase::ShiftedIdentity => EventError::UnknownParameter {
            position: 6,
            name: UnknownName::new("f5"),
            fault: UnknownParameterFault::PartOfNeighbour,
        }
        .into(),
        NegativeCase::PlantedApproval => EventError::Length {
            name: friendly_name,
            least: 1,
            most: 64,
            found: delivery_value(delivery, friendly_name).chars().count(),
        }
        .into(),
        NegativeCase::OtherAccount => Refusal::OtherAccount,
        NegativeCase::OtherService => Refusal::OtherService,
        NegativeCase::UnknownParameter => EventError::UnknownParameter {
            position: 10,
            name: UnknownName::new("region_code"),
            fault: UnknownParameterFault::Strict,
        }
        .into(),
        NegativeCase::Get => Refusal::Method { allow: "POST" },
        NegativeCase::TamperedGet => mismatch(),
        NegativeCase::GetWithBody => Refusal::Body { found: len },
        other => panic!("no refusal given for {other}"),
    }
}

fn params(delivery: &OwnedDelivery) -> Pairs {
    serde_urlencoded::from_bytes(delivery.body()).unwrap()
}

fn delivery_value(delivery: &OwnedDelivery, name: &str) -> String {
    let mut params = params(delivery).into_iter();
    params.find(|(other, _)| other == name).unwrap().1
}

/// Several devices, as some cases depend on what is made up.
fn devices() -> impl Iterator<Item = Device> {
    (0..20).map(Device::from_seed)
}

#[track_caller]
fn assert_refused(receiver: &Receiver, case: NegativeCase, delivery: &OwnedDelivery) {
    let refusal = receiver.receive(&delivery.as_delivery()).unwrap_err();
    assert_eq!(refusal, expected(case, delivery), "{case}");
    assert_eq!(
        (refusal.class(), refusal.status()),
        (case.class(), case.status()),
        "{case}"
    );
    assert!(case.is_refused_by(refusal.status()));
}

#[test]
fn every_case_meets_its_refusal() {
    let receiver = receiver().build().unwrap();
    for mut device in devices() {
        for case in NegativeCase::ALL.iter().copied() {
            assert_refused(&receiver, case, &case.delivery_from(&signer(), &mut device));
        }
    }
}

#[test]
fn conditional_cases_meet_their_refusal_where_the_receiver_is_configured_so() {
    let account_sid = AccountSid::new("ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5").unwrap();
    let service_sid = ServiceSid::new("VAa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5").unwrap();
    for mut device in devices() {
        device = device
            .with_account_sid(account_sid)
            .with_service_sid(service_sid);
        for case in NegativeCase::CONDITIONAL.iter().copied() {
            let (configured, other) = match case {
                NegativeCase::OtherAccount => (receiver().account_sid(account_sid), receiver()),
                NegativeCase::OtherService => (receiver().service_sid(service_sid), receiver()),
                NegativeCase::UnknownParameter => (receiver().strict(), receiver()),
                NegativeCase::Get => (receiver(), receiver().accept_get()),
                _ => (receiver().accept_get(), receiver()),
            };
            let delivery = case.delivery_from(&signer(), &mut device);
            assert_refused(&configured.build().unwrap(), case, &delivery);
            // Otherwise it is accepted, or GET is refused already.
            let outcome = other
                .build()
                .unwrap()
                .receive(&delivery.as_delivery())
                .map(drop);
            let refused_get = Err(Refusal::Method { allow: "POST" });
            match case {
                NegativeCase::TamperedGet | NegativeCase::GetWithBody => {
                    assert_eq!(outcome, refused_get);
                }
                _ => assert_eq!(outcome, Ok(()), "{case}"),
            }
        }
    }
}

#[test]
fn the_status_is_the_same_for_every_kind_of_receiver_and_key() {
    for url in [
        URL,
        "http://127.0.0.1:3000/hook?tenant=1",
        "https://user:pass@example.com:8443/hook",
    ] {
        for key in keys() {
            let signer = Signer::new(url, key.clone()).unwrap();
            let base = |builder: ReceiverBuilder| builder.key(key.clone());
            let origin_end = signer.url().match_indices('/').nth(2).unwrap().0;
            let origin = Receiver::builder_for_origin(&signer.url()[..origin_end]);
            let receivers = [
                base(Receiver::builder(url)),
                base(Receiver::builder(url)).accept_get().strict(),
                base(origin),
            ]
            .map(|builder| builder.build().unwrap());
            let mut device = Device::from_seed(1);
            let genuine = signer.post(&device.challenge_approved());
            for receiver in &receivers {
                assert!(receiver.receive(&genuine.as_delivery()).is_ok(), "{url}");
            }
            for case in NegativeCase::ALL.iter().copied() {
                let delivery = case.delivery_from(&signer, &mut device);
                for receiver in &receivers {
                    let refusal = receiver.receive(&delivery.as_delivery()).unwrap_err();
                    assert_eq!(
                        (refusal.class(), refusal.status()),
                        (case.class(), case.status()),
                        "{case} with {key:?} and {url}: {refusal}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_receiver_for_accounts_refuses_the_same() {
    let receiver = AccountReceiver::builder(URL).build().unwrap();
    let mut device = Device::from_seed(1);
    let account_sid = device.factor_created().build().unwrap().account_sid();
    let keys = AccountKeys::new(account_sid, [token()]).unwrap();
    let mut receive = |case: NegativeCase| {
        let delivery = case.delivery_from(&signer(), &mut device);
        let keys_of = |sid| (sid == account_sid).then_some(&keys);
        receiver
            .receive(&delivery.as_delivery(), keys_of)
            .map(drop)
            .unwrap_err()
    };
    for case in NegativeCase::ALL.iter().copied() {
        assert_eq!(receive(case).status(), case.status(), "{case}");
    }
    assert_eq!(receive(NegativeCase::OtherAccount), Refusal::UnknownAccount);
}

#[test]
fn boundary_shifts_keep_the_string_to_sign() {
    let receiver = receiver().build().unwrap();
    for case in [
        NegativeCase::ShiftedFriendlyName,
        NegativeCase::ShiftedHiddenDetails,
        NegativeCase::ShiftedIdentity,
        NegativeCase::PlantedApproval,
    ] {
        let delivery = case.delivery(&signer());
        assert!(receiver.verify(&delivery.as_delivery()).is_ok(), "{case}");
        assert!(receiver.receive(&delivery.as_delivery()).is_err(), "{case}");
    }
    // The planted approval names the other user.
    let delivery = NegativeCase::PlantedApproval.delivery(&signer());
    assert_eq!(delivery_value(&delivery, "entity_identity"), "user-0002");
}

#[test]
fn altered_deliveries_carry_the_signature_of_an_original() {
    let sent = NegativeCase::TamperedValue.delivery_from(&signer(), &mut Device::from_seed(3));
    let original: Pairs = params(&sent)
        .into_iter()
        .map(|(name, value)| match name.as_str() {
            "type" => (name, "challenge.denied".to_owned()),
            _ => (name, value),
        })
        .collect();
    let [(_, signature)] = &signer().headers(original.clone())[..] else {
        panic!("one header expected")
    };
    assert!(sent.headers().any(|(_, value)| value == signature));
    assert_ne!(
        string_to_sign(URL, original),
        string_to_sign(URL, params(&sent))
    );
}

#[test]
fn cases_are_known_by_name() {
    let all: Vec<_> = NegativeCase::ALL
        .iter()
        .chain(NegativeCase::CONDITIONAL)
        .copied()
        .collect();
    let names: BTreeSet<_> = all.iter().map(|case| case.name()).collect();
    assert_eq!(names.len(), all.len());
    for case in all {
        assert_eq!(case.name().parse(), Ok(case));
        assert_eq!(case.to_string(), case.name());
        let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        assert!(case.name().bytes().all(is_plain), "{case}");
        let description = case.description();
        assert!(
            description.ends_with('.') && description.trim() == description,
            "{description}"
        );
    }
    let error = "wrong_key".parse::<NegativeCase>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected the name of a negative case, such as wrong-key"
    );
}

#[test]
fn only_a_client_error_is_a_refusal() {
    let is_refusal = |status| NegativeCase::WrongKey.is_refused_by(status);
    assert!([400, 403, 404, 422, 499].into_iter().all(is_refusal));
    assert!(![200, 204, 302, 399, 500, 503].into_iter().any(is_refusal));
}
