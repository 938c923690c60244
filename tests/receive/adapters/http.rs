//! Deliveries from requests, and responses, of the `http` crate.

use http::Method;
use twilio_verify_webhooks::*;

use crate::support::{FORM, URL, form, receiver, token, v2_challenge};

pub(super) fn request(body: impl Into<String>) -> http::Request<String> {
    let signature = token().sign(URL, v2_challenge());
    http::Request::post("/webhook")
        .header("content-type", FORM)
        .header(SIGNATURE_HEADER, signature)
        .body(body.into())
        .unwrap()
}

pub(super) fn genuine() -> http::Request<String> {
    request(form(&v2_challenge()))
}

#[test]
fn a_request_is_received() {
    let request = genuine();
    let received = receiver().receive(&Delivery::from_request(&request));
    assert_eq!(received.unwrap().event.event_type(), "challenge.approved");

    let (head, body) = request.into_parts();
    let delivery = Delivery::from_parts(&head, &body);
    assert!(receiver().receive(&delivery).is_ok());
    let delivery = Delivery::from_parts(&head, body.as_bytes());
    assert!(receiver().receive(&delivery).is_ok());
}

#[test]
fn every_line_of_a_header_is_seen() {
    for (name, refusal) in [
        (
            SIGNATURE_HEADER,
            Refusal::from(SignatureError::SeveralLines { count: 2 }),
        ),
        (
            "content-type",
            MediaTypeError::SeveralLines { count: 2 }.into(),
        ),
    ] {
        let mut request = genuine();
        let value = request.headers()[name].clone();
        request.headers_mut().append(name, value);
        let received = receiver().receive(&Delivery::from_request(&request));
        assert_eq!(received.unwrap_err(), refusal);
    }
}

/// An attacker can send it. A 500 would say that the code around the receiver is wrong, and wake somebody up.
#[test]
fn a_request_line_without_a_path_is_malformed() {
    let origin = Receiver::builder_for_origin("https://example.com");
    let receiver = origin.auth_token(token()).build().unwrap();
    for target in ["example.com:443", "hooks", "*"] {
        let mut request = genuine();
        *request.uri_mut() = target.parse().unwrap();
        let refusal = receiver.receive(&Delivery::from_request(&request));
        let refusal = refusal.unwrap_err();
        assert_eq!(refusal, TargetError::Malformed { position: 0 }.into());
        assert_eq!(refusal.status(), 400);
    }
}

#[test]
fn method_and_target_are_those_of_the_request() {
    let mut request = genuine();
    *request.method_mut() = Method::PUT;
    let refusal = receiver().receive(&Delivery::from_request(&request));
    assert_eq!(refusal.unwrap_err(), Refusal::Method { allow: "POST" });

    let receiver = Receiver::builder_for_origin("https://example.com").auth_token(token());
    let receiver = receiver.build().unwrap();
    assert!(
        receiver
            .receive(&Delivery::from_request(&genuine()))
            .is_ok()
    );
    for target in ["/webhook?", "/other", "https://example.com/webhook/"] {
        let mut request = genuine();
        *request.uri_mut() = target.parse().unwrap();
        let refusal = receiver
            .receive(&Delivery::from_request(&request))
            .unwrap_err();
        assert!(
            matches!(refusal, Refusal::Signature(_)),
            "{target}: {refusal}"
        );
    }
}

#[test]
fn a_refusal_answers_with_its_status_and_a_short_text() {
    for (refusal, status, text, allow) in [
        (
            Refusal::Method { allow: "POST" },
            405,
            "unsupported",
            Some("POST"),
        ),
        (
            Refusal::Method { allow: "GET, POST" },
            405,
            "unsupported",
            Some("GET, POST"),
        ),
        (MediaTypeError::Missing.into(), 415, "unsupported", None),
        (
            Refusal::TooLarge { limit: 1, found: 2 },
            413,
            "too large",
            None,
        ),
        (Refusal::Incomplete, 400, "malformed", None),
        (
            SignatureError::Mismatch { tries: 2 }.into(),
            403,
            "signature refused",
            None,
        ),
        (Refusal::NoReceiver, 500, "misconfigured", None),
        (TargetError::Missing.into(), 500, "misconfigured", None),
    ] {
        let response = refusal.to_response::<&'static str>();
        assert_eq!(response.status(), status);
        assert_eq!(*response.body(), text);
        let headers = response.headers();
        assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
        assert_eq!(
            headers.get("allow").map(|allow| allow.to_str().unwrap()),
            allow
        );
        assert_eq!(headers.len(), 1 + usize::from(allow.is_some()));
        assert_eq!(response.extensions().get(), Some(&refusal));
    }
}
