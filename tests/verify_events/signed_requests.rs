//! Every signed request of the data file meets its expected result.

use serde_json::Value;
use twilio_verify_webhooks::testing::OwnedDelivery;
use twilio_verify_webhooks::verify_events::*;
use twilio_verify_webhooks::{Algorithm, AuthToken, SharedKey, SignatureError};

const DATA: &str = include_str!("../data/verify-events.json");

struct Request {
    id: String,
    destination: String,
    secret: String,
    delivery: OwnedDelivery,
}

fn requests() -> Vec<Request> {
    let data: Value = serde_json::from_str(DATA).unwrap();
    let requests = data["signed_requests"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let request = |request: &Value| {
        let target = text(&request["request_url"]).replacen("https://hooks.harbour.example", "", 1);
        let body = text(&request["raw_body"]);
        let mut delivery = OwnedDelivery::new(text(&request["method"]), target, body)
            .with_header("content-type", text(&request["content_type"]))
            .with_header("x-twilio-signature", text(&request["signature"]));
        for (name, value) in request["headers"].as_object().into_iter().flatten() {
            delivery = delivery.with_header(name, text(value));
        }
        Request {
            id: text(&request["id"]),
            destination: text(&request["destination"]),
            secret: text(&request["auth_token"]),
            delivery,
        }
    };
    requests.iter().map(request).collect()
}

#[track_caller]
fn request(id: &str) -> Request {
    let mut requests = requests().into_iter();
    requests.find(|request| request.id == id).unwrap()
}

fn with_token(request: &Request) -> Result<Batch, BatchError> {
    let token = AuthToken::new(&request.secret).unwrap();
    let receiver = EventStreamReceiver::new(&*request.destination, token).unwrap();
    let received = receiver.receive(&request.delivery.as_delivery());
    received.map_err(|refusal| refusal.error)
}

fn with_shared_key(request: &Request, id: &str, algorithm: Algorithm) -> Result<Batch, BatchError> {
    let receiver = EventStreamReceiver::builder(&*request.destination)
        .shared_key(SharedKey::new(id, &request.secret, algorithm).unwrap())
        .build()
        .unwrap();
    let received = receiver.receive(&request.delivery.as_delivery());
    received.map_err(|refusal| refusal.error)
}

#[test]
fn each_is_judged_here() {
    let judged = [
        "plain",
        "non-ascii-body",
        "shared-key-sha256",
        "foreign-parameter-added",
        "hash-upper-case",
    ];
    assert!(requests().iter().map(|request| &*request.id).eq(judged));
}

#[test]
fn genuine_ones_are_accepted() {
    for id in ["plain", "non-ascii-body"] {
        let batch = with_token(&request(id)).unwrap();
        assert_eq!(batch.events().count(), 1, "{id}");
    }
    let batch = with_token(&request("non-ascii-body")).unwrap();
    let event = batch.events().next().unwrap();
    let EventData::Verification(data) = &event.data else {
        panic!("a verification")
    };
    assert_eq!(data.friendly_name.as_deref(), Some("Zürich Café 東京"));
}

#[test]
fn what_is_signed_is_the_configured_destination_and_the_hash_of_the_bytes() {
    let mismatch = Err(BatchError::Signature(SignatureError::Mismatch { tries: 2 }));
    assert_eq!(with_token(&request("foreign-parameter-added")), mismatch);
    assert_eq!(with_token(&request("hash-upper-case")), mismatch);
}

#[test]
fn a_shared_key_is_taken_where_it_and_its_algorithm_are_configured() {
    let request = request("shared-key-sha256");
    let id = "webhooks_sharedkey_00000000000000000000000000";
    let accepted = with_shared_key(&request, id, Algorithm::HmacSha256).unwrap();
    assert_eq!(accepted.key.key_id.as_deref(), Some(id));
    for refused in [
        with_shared_key(&request, id, Algorithm::HmacSha1),
        with_shared_key(&request, "another", Algorithm::HmacSha256),
        with_token(&request),
    ] {
        let Err(BatchError::Signature(SignatureError::NoSuchKey { names_id, .. })) = refused else {
            panic!("{refused:?}")
        };
        assert!(names_id);
    }
}
