//! What is refused, and with which status.

use twilio_verify_webhooks::testing::OwnedDelivery;
use twilio_verify_webhooks::verify_events::*;
use twilio_verify_webhooks::{
    AccountSid, Algorithm, AuthToken, ConfigError, RefusalClass, SharedKey, SignatureError,
    UrlError,
};

use crate::support::*;

fn refused(delivery: &OwnedDelivery) -> EventStreamRefusal {
    receiver().receive(&delivery.as_delivery()).unwrap_err()
}

fn body() -> String {
    format!("[{}]", approved())
}

#[test]
fn a_delivery_that_is_not_verified_is_kept_by_its_sender() {
    let genuine = signed(body());
    let header = "x-twilio-signature";
    let settings = "x-twilio-webhooks-signature-settings";
    let (_, signature) = genuine.headers().find(|(name, _)| *name == header).unwrap();
    let unpadded = signature.trim_end_matches('=').to_owned();
    for (code, delivery) in [
        ("signature_missing", genuine.clone().without_header(header)),
        (
            "signature_repeated",
            genuine.clone().with_header(header, signature),
        ),
        (
            "signature_malformed",
            genuine.clone().with_header_replaced(header, ""),
        ),
        (
            "signature_malformed",
            genuine.clone().with_header_replaced(header, unpadded),
        ),
        (
            "signature_mismatch",
            genuine
                .clone()
                .with_header_replaced(header, "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ),
        ("signature_mismatch", genuine.clone().with_body("[]")),
        (
            "signature_algorithm_unknown",
            genuine.clone().with_header(settings, "algorithm=MD5"),
        ),
        (
            "signature_settings_malformed",
            genuine.clone().with_header(settings, "x"),
        ),
        (
            "signature_key_unknown",
            genuine
                .clone()
                .with_header(settings, "key=k,algorithm=HMAC_SHA256"),
        ),
    ] {
        // Of SharedKeys the length of the signature is judged first.
        let delivery = match code {
            "signature_key_unknown" => delivery
                .with_header_replaced(header, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            _ => delivery,
        };
        let refusal = refused(&delivery);
        assert_eq!((refusal.code(), refusal.status()), (code, 429));
        assert_eq!(refusal.class(), RefusalClass::Signature);
        for status in [400, 403, 429, 503, 599] {
            let receiver = builder().unverified_status(status).build().unwrap();
            let refusal = receiver.receive(&delivery.as_delivery()).unwrap_err();
            assert_eq!(refusal.status(), status);
        }
    }
    let receiver = receiver();
    assert_eq!(receiver.refusal(BatchError::Incomplete).status(), 429);
    assert_eq!(receiver.refusal(BatchError::NoReceiver).status(), 500);
}

#[test]
fn another_method_is_405() {
    for method in ["GET", "PUT", "post", ""] {
        let refusal = refused(&signed(body()).with_method(method));
        assert_eq!((refusal.error, refusal.status()), (BatchError::Method, 405));
    }
}

#[test]
fn a_body_over_the_limit_is_413_before_anything_is_hashed() {
    let unsigned = OwnedDelivery::new(
        "POST",
        "/",
        " ".repeat(EventStreamReceiver::DEFAULT_BODY_LIMIT + 1),
    );
    let refusal = refused(&unsigned);
    assert_eq!((refusal.code(), refusal.status()), ("too_large", 413));
    let (limit, found) = (1024 * 1024, 1024 * 1024 + 1);
    assert_eq!(refusal.error, BatchError::TooLarge { limit, found });

    let body = body();
    let receiver = builder().body_limit(body.len()).build().unwrap();
    assert!(receiver.receive(&signed(&*body).as_delivery()).is_ok());
    let longer = signed(format!("{body} "));
    assert!(receiver.receive(&longer.as_delivery()).is_err());
    assert_eq!(receiver.body_limit(), body.len());
}

#[test]
fn more_elements_than_configured_are_413() {
    let receiver = builder().element_limit(3).build().unwrap();
    let receive = |body: &str| receiver.receive(&signed(body).as_delivery());
    assert_eq!(receive("[1,2,3]").unwrap().elements.len(), 3);
    let refusal = receive("[1,2,3,4]").unwrap_err();
    assert_eq!(refusal.error, BatchError::TooManyElements { limit: 3 });
    assert_eq!(refusal.status(), 413);
    // It is no JSON all the same.
    assert_eq!(receive("[1,2,3,4,}").unwrap_err().code(), "batch_not_json");
}

#[test]
fn verified_bytes_that_are_no_batch_are_400() {
    let not_json = |line, column| BatchError::NotJson { line, column };
    let cases: &[(&[u8], BatchError)] = &[
        (b"", not_json(1, 0)),
        (b" \n", not_json(2, 0)),
        (b"[", not_json(1, 1)),
        (b"[{}", not_json(1, 3)),
        (b"{\"a\":}", not_json(1, 6)),
        (b"[{}] x", not_json(1, 6)),
        (b"[{}][", not_json(1, 5)),
        (b"{} {}", not_json(1, 4)),
        (b"[{},]", not_json(1, 5)),
        (b"[01]", not_json(1, 3)),
        (b"type=factor.created", not_json(1, 2)),
        (b"\xEF\xBB\xBF", not_json(1, 0)),
        (b"\xEF\xBB\xBF\xEF\xBB\xBF[]", not_json(1, 1)),
        (b"[\xEF\xBB\xBF]", not_json(1, 2)),
        (b"[\n\"\xFF\"]", not_json(2, 2)),
        (b"null", BatchError::NotABatch),
        (b" 1 ", BatchError::NotABatch),
        (b"\"[]\"", BatchError::NotABatch),
        (b"true", BatchError::NotABatch),
    ];
    for (body, error) in cases {
        let refusal = receive(*body).unwrap_err();
        assert_eq!((refusal.error, refusal.status()), (*error, 400), "{body:?}");
        assert_eq!(refusal.class(), RefusalClass::Malformed);
    }
    for body in [
        "[]",
        " [ ] ",
        "\r\n\t[{}]\n",
        "{}",
        " {} ",
        "\u{FEFF}[]",
        "\u{FEFF} {}",
    ] {
        assert!(receive(body).is_ok(), "{body}");
    }
}

#[test]
fn content_type_and_target_do_not_matter() {
    let genuine = signed(body());
    for delivery in [
        genuine.clone().without_header("content-type"),
        genuine
            .clone()
            .with_header_replaced("content-type", "application/cloudevents-batch+json"),
        genuine.clone().with_header("content-type", "text/plain"),
        genuine.clone().with_target("/"),
        genuine
            .clone()
            .with_target("/elsewhere?bodySHA256=&bodySHA256=x"),
    ] {
        assert!(receiver().receive(&delivery.as_delivery()).is_ok());
    }
}

#[test]
fn any_of_several_keys_will_do() {
    let id = "webhooks_sharedkey_00000000000000000000000000";
    let shared = SharedKey::new(id, "another-secret", Algorithm::HmacSha256).unwrap();
    let receiver = EventStreamReceiver::builder(DESTINATION)
        .auth_token(AuthToken::new("ffffffffffffffffffffffffffffffff").unwrap())
        .shared_key(shared.clone())
        .auth_token(token())
        .build()
        .unwrap();
    let by_token = receiver.receive(&signed(body()).as_delivery()).unwrap();
    assert_eq!((by_token.key.position, by_token.key.key_id), (2, None));
    let signer = twilio_verify_webhooks::testing::Signer::new(DESTINATION, shared).unwrap();
    let signed = signer.post_json(body());
    let key = receiver.verify(&signed.as_delivery()).unwrap();
    assert_eq!((key.position, key.key_id.as_deref()), (1, Some(id)));
    let forged = OwnedDelivery::new("POST", "/", "[]")
        .with_header("x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let refusal = receiver.receive(&forged.as_delivery()).unwrap_err();
    assert_eq!(
        refusal.error,
        BatchError::Signature(SignatureError::Mismatch { tries: 4 })
    );
}

#[test]
fn a_receiver_for_an_account_keeps_other_events_apart() {
    let account = AccountSid::new(ACCOUNT).unwrap();
    let other = AccountSid::new("ACffffffffffffffffffffffffffffffff").unwrap();
    let nameless = with(approved(), "type", Some("com.twilio.other".into()));
    let nameless = with(nameless, "data", None);
    let body = format!(
        "[{},{},{},{nameless}]",
        approved(),
        delivered(),
        sink_test("t")
    );
    let receive = |account| {
        let receiver = builder().account_sid(account).build().unwrap();
        receiver.receive(&signed(&*body).as_delivery()).unwrap()
    };
    assert_eq!(receive(account).events().count(), 4);
    let batch = receive(other);
    assert!(
        batch
            .events()
            .map(|event| &*event.event_type)
            .eq(["com.twilio.other"])
    );
    assert!(
        batch
            .bad_elements()
            .all(|bad| bad.error == ElementError::OtherAccount)
    );
}

#[test]
fn a_receiver_for_an_account_sees_the_account_in_data_of_any_form() {
    let other = "ACffffffffffffffffffffffffffffffff";
    let named = format!(r#"{{"account_sid":"{other}"}}"#);
    let twice = format!(r#"{{"account_sid":"{ACCOUNT}","account_sid":"{other}"}}"#);
    let deep = format!(
        r#"{{"account_sid":"{other}","x":{}{}}}"#,
        "[".repeat(64),
        "]".repeat(64)
    );
    let text = |json: &str| serde_json::Value::from(json).to_string();
    let event = |event_type: &str, data: &str| {
        format!(
            r#"{{"specversion":"1.0","type":"{event_type}","source":"s","id":"{ACCOUNT}","data":{data}}}"#
        )
    };
    let receiver = builder()
        .account_sid(AccountSid::new(ACCOUNT).unwrap())
        .build()
        .unwrap();
    let held_back = |event: &str| {
        let batch = receiver.receive(&signed(event).as_delivery()).unwrap();
        batch.bad_elements().next().map(|bad| bad.error)
    };
    let names = ElementError::Names { object: "data" };
    let pending = VerificationEventType::Pending.as_str();
    let test = "com.twilio.eventstreams.test-event";
    for event_type in ["com.twilio.other", pending, test] {
        let held_back = |data: &str| held_back(&event(event_type, data));
        assert_eq!(
            held_back(&named),
            Some(ElementError::OtherAccount),
            "{event_type}"
        );
        assert_eq!(
            held_back(&text(&named)),
            Some(ElementError::OtherAccount),
            "{event_type}"
        );
        assert_eq!(held_back(&twice), Some(names), "{event_type}");
        assert_eq!(held_back(&text(&twice)), Some(names), "{event_type}");
        assert_eq!(held_back(&text("{no JSON")), None);
        assert_eq!(held_back("1"), None);
    }
    for event_type in ["com.twilio.other", pending] {
        assert_eq!(
            held_back(&event(event_type, &text(&deep))),
            Some(ElementError::TooDeep)
        );
    }
    // A test of the sink names its account by its id, whatever is in its data.
    let elsewhere = event(test, "{}").replace(ACCOUNT, other);
    assert_eq!(held_back(&elsewhere), Some(ElementError::OtherAccount));
}

#[test]
fn mistakes_in_the_configuration_are_named() {
    let built = |builder: EventStreamReceiverBuilder| builder.build().map(drop);
    let destination = |text: &str| built(EventStreamReceiver::builder(text).auth_token(token()));
    for text in [
        "https://example.com/?bodySHA256=",
        "https://example.com/?a=b&bodySHA256=00",
        "https://example.com/?body%53HA256=00",
        "https://example.com/?bodysha256=00",
        "https://example.com/?BODYSHA256",
        "https://example.com/?a=b;bodySHA256=00",
        "https://example.com/?a=b;body%53ha256=00",
        "https://example.com/?a=b&+bodySHA256=00",
    ] {
        assert_eq!(destination(text), Err(UrlError::BodyHash.into()), "{text}");
    }
    assert_eq!(destination("https://example.com/?a=bodySHA256"), Ok(()));
    assert_eq!(destination("https://example.com/bodySHA256=1"), Ok(()));
    assert_eq!(destination("https://example.com/?mybodySHA256=1"), Ok(()));
    assert_eq!(
        destination("example.com"),
        Err(UrlError::NotAbsolute.into())
    );
    assert_eq!(
        built(EventStreamReceiver::builder(DESTINATION)),
        Err(ConfigError::NoKey)
    );
    for found in [0, EventStreamReceiver::MAX_BODY_LIMIT + 1] {
        let error = ConfigError::BodyLimit {
            largest: EventStreamReceiver::MAX_BODY_LIMIT,
            found,
        };
        assert_eq!(built(builder().body_limit(found)), Err(error));
    }
    for found in [0, EventStreamReceiver::MAX_ELEMENT_LIMIT + 1] {
        let largest = EventStreamReceiver::MAX_ELEMENT_LIMIT;
        let error = ConfigError::ElementLimit { largest, found };
        assert_eq!(built(builder().element_limit(found)), Err(error));
    }
    for found in [0, 200, 399, 600] {
        assert_eq!(
            built(builder().unverified_status(found)),
            Err(ConfigError::Status { found })
        );
    }
    let key = || SharedKey::new("k", "another-secret", Algorithm::HmacSha256).unwrap();
    let twice = builder().shared_key(key()).shared_key(key());
    assert_eq!(
        built(twice),
        Err(ConfigError::RepeatedSharedKey { position: 2 })
    );
}
