//! What holds of all batches.

use proptest::prelude::*;
use serde_json::Value;
use twilio_verify_webhooks::SignatureError;
use twilio_verify_webhooks::testing::{OwnedDelivery, Signer};
use twilio_verify_webhooks::verify_events::*;

use crate::support::*;

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name(), inner, 0..6)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// A name that is read, or another.
fn name() -> impl Strategy<Value = String> {
    let read = [
        "id",
        "source",
        "type",
        "specversion",
        "time",
        "dataschema",
        "data",
        "account_sid",
        "service_sid",
        "verification_sid",
        "verification_status",
        "created_at",
        "to",
        "tags",
        "send_code_attempts",
        "attempts",
        "count",
        "channel",
        "test_id",
        "message_status",
        "error_code",
    ];
    prop_oneof![
        prop::sample::select(read.to_vec()).prop_map(str::to_owned),
        ".{0,6}"
    ]
}

/// A genuine event with a member replaced, or a value of any kind.
fn any_element() -> impl Strategy<Value = Value> {
    let genuine = prop_oneof![Just(approved()), Just(delivered()), Just(sink_test("t"))];
    let within = prop_oneof![
        Just(""),
        Just("data."),
        Just("data.send_code_attempts."),
        Just("data.send_code_attempts.attempts.0."),
    ];
    prop_oneof![
        genuine.clone(),
        (genuine, within, name(), prop::option::of(any_json())).prop_map(
            |(event, within, name, value)| {
                let deep = event["data"]["send_code_attempts"].is_object();
                let within = if deep || within.len() < 6 { within } else { "" };
                let name = name.replace('.', "");
                with(event, &format!("{within}{name}"), value)
            }
        ),
        any_json(),
    ]
}

fn batch_text() -> impl Strategy<Value = String> {
    prop::collection::vec(any_element(), 0..5)
        .prop_map(|elements| Value::from(elements).to_string())
}

fn is_mismatch(received: Result<Batch, EventStreamRefusal>) -> bool {
    matches!(
        received.map_err(|refusal| refusal.error),
        Err(BatchError::Signature(SignatureError::Mismatch { .. }))
    )
}

proptest! {
    #[test]
    fn any_changed_byte_of_the_body_is_refused(body in batch_text(), at: prop::sample::Index, change in 1..=255_u8) {
        let genuine = signed(&*body);
        prop_assert!(receiver().receive(&genuine.as_delivery()).is_ok());
        let mut changed = body.into_bytes();
        *at.get_mut(&mut changed) ^= change;
        let changed = genuine.with_body(changed);
        prop_assert!(is_mismatch(receiver().receive(&changed.as_delivery())));
    }

    #[test]
    fn a_cut_or_longer_body_is_refused(body in batch_text(), at: prop::sample::Index, more in ".{1,8}") {
        let genuine = signed(&*body);
        let cut = genuine.clone().with_body(&body.as_bytes()[..at.index(body.len())]);
        prop_assert!(is_mismatch(receiver().receive(&cut.as_delivery())));
        let longer = genuine.with_body(body + &more);
        prop_assert!(is_mismatch(receiver().receive(&longer.as_delivery())));
    }

    #[test]
    fn any_changed_byte_of_the_signature_is_refused(body in batch_text(), at in 0..28_usize, change in 1..128_u8) {
        let genuine = signed(&*body);
        let header = "x-twilio-signature";
        let (_, signature) = genuine.headers().find(|(name, _)| *name == header).unwrap();
        let mut signature = signature.as_bytes().to_vec();
        signature[at] ^= change;
        let unsigned = OwnedDelivery::new("POST", "/", &*body);
        let delivery = unsigned.as_delivery().signature(&signature);
        let refusal = receiver().receive(&delivery).unwrap_err();
        prop_assert_eq!(refusal.status(), 429);
    }

    #[test]
    fn any_changed_byte_of_the_destination_is_refused(body in batch_text(), at: prop::sample::Index, to in "[a-zA-Z0-9/.?&=~-]") {
        let destination = "https://hooks.example.com/streams?tenant=1";
        let at = at.index(destination.len());
        prop_assume!(destination[at..=at] != to);
        let mut other = destination.to_owned();
        other.replace_range(at..=at, &to);
        let genuine = Signer::new(destination, token()).unwrap().post_json(&*body);
        if let Ok(receiver) = EventStreamReceiver::new(other, token()) {
            prop_assert!(is_mismatch(receiver.receive(&genuine.as_delivery())));
        }
        let receiver = EventStreamReceiver::new(destination, token()).unwrap();
        prop_assert!(receiver.receive(&genuine.as_delivery()).is_ok());
    }

    #[test]
    fn the_target_never_matters(body in batch_text(), target in "/[!-~]{0,40}") {
        let genuine = signed(&*body);
        let elsewhere = genuine.clone().with_target(target);
        prop_assert_eq!(
            receiver().receive(&elsewhere.as_delivery()),
            receiver().receive(&genuine.as_delivery())
        );
    }

    #[test]
    fn a_broken_element_leaves_the_others_unchanged(
        elements in prop::collection::vec(any_element(), 0..5),
        at: prop::sample::Index,
        broken in prop_oneof![any_json(), Just(serde_json::json!({ "hello": "world" }))],
    ) {
        let whole = receive(Value::from(elements.clone()).to_string()).unwrap();
        let at = at.index(elements.len() + 1);
        let mut with_broken = elements;
        with_broken.insert(at, broken);
        let mut batch = receive(Value::from(with_broken).to_string()).unwrap();
        drop(batch.elements.remove(at));
        let same = |one: &Result<CloudEvent, BadElement>, other: &Result<CloudEvent, BadElement>| match (one, other) {
            (Ok(one), Ok(other)) => one == other,
            (Err(one), Err(other)) => one.error == other.error && one.raw == other.raw,
            _ => false,
        };
        prop_assert_eq!(batch.elements.len(), whole.elements.len());
        prop_assert!(batch.elements.iter().zip(&whole.elements).all(|(one, other)| same(one, other)));
    }

    #[test]
    fn each_element_is_read_as_it_is_alone_and_again(elements in prop::collection::vec(any_element(), 0..5)) {
        let batch = receive(Value::from(elements.clone()).to_string()).unwrap();
        prop_assert_eq!(batch.elements.len(), elements.len());
        for (read, sent) in batch.elements.iter().zip(&elements) {
            let alone = CloudEvent::from_json(&sent.to_string());
            prop_assert_eq!(read.as_ref().map_err(|bad| bad.error), alone.as_ref().map_err(|error| *error));
            if let Ok(event) = read {
                prop_assert_eq!(event.as_str(), sent.to_string());
                prop_assert_eq!(event.delivery_id(), alone.unwrap().delivery_id());
                let data = sent.get("data").filter(|data| !data.is_null());
                prop_assert_eq!(event.data_json().map(str::to_owned), data.map(Value::to_string));
            }
        }
    }

    #[test]
    fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}\":,a\\\\u0-9 ]{0,200}") {
        for body in [body, text.into_bytes()] {
            let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_ok();
            let refused = receive(&*body).map_err(|refusal| refusal.error);
            let not_json = matches!(refused, Err(BatchError::NotJson { .. }));
            prop_assert_eq!(not_json, !is_json || std::str::from_utf8(&body).is_err());
        }
    }
}
