//! The fixtures are what the benches take them for.

use twilio_verify_webhooks::Buffer;
use verify_webhooks_benches::fixtures::{self, AUTH_TOKEN, URL};
use verify_webhooks_benches::receiver::{decode_json, delivery, receiver};
use verify_webhooks_benches::tidy::Validator;
use verify_webhooks_benches::{naive, webhook_verify};

#[test]
fn everyone_accepts_them() {
    let receiver = receiver();
    let tidy = Validator::new(AUTH_TOKEN, URL);
    for fixture in fixtures::all() {
        let (body, signature) = (&*fixture.body, &*fixture.signature);
        receiver.verify(&delivery(&fixture)).unwrap();
        receiver.receive(&delivery(&fixture)).unwrap();
        assert!(naive::validate(AUTH_TOKEN, URL, body, signature));
        assert!(naive::receive(AUTH_TOKEN, URL, body, signature).is_some());
        assert!(tidy.validate(body, signature));
        assert!(tidy.receive(body, signature).is_some());
        let secret = webhook_verify::secret();
        assert!(webhook_verify::validate(&secret, URL, body, signature));
    }
}

#[test]
fn everyone_refuses_a_wrong_tag() {
    let receiver = receiver();
    let tidy = Validator::new(AUTH_TOKEN, URL);
    for fixture in fixtures::all() {
        let body = fixture.body.replace("verified", "deleted");
        let body = body.replace("approved", "denied");
        let signature = &*fixture.signature;
        let delivery = verify_webhooks_benches::receiver::post(&body, signature);
        assert!(receiver.verify(&delivery).is_err());
        assert!(!naive::validate(AUTH_TOKEN, URL, &body, signature));
        assert!(!tidy.validate(&body, signature));
        let secret = webhook_verify::secret();
        assert!(!webhook_verify::validate(&secret, URL, &body, signature));
    }
}

#[test]
fn sizes() {
    let sizes = fixtures::all().map(|fixture| {
        let escapes = fixture.body.matches('%').count();
        (fixture.body.len(), fixture.string_to_sign.len(), escapes)
    });
    let expected = [
        (251, 267, 0),
        (351, 345, 8),
        (784, 638, 74),
        (1046, 800, 124),
        (7538, 4924, 1308),
    ];
    assert_eq!(sizes, expected);
}

#[test]
fn json_is_decoded() {
    let receiver = receiver();
    let mut buffer = Buffer::new();
    let elements = fixtures::all().map(|fixture| {
        let received = receiver.receive_in(&delivery(&fixture), &mut buffer);
        decode_json(&received.unwrap().event)
    });
    assert_eq!(elements, [0, 1, 4, 12, 179]);
}
