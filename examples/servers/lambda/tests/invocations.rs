//! Events of each kind, as AWS hands them to a function, through the service and back.

use lambda_http::lambda_runtime::{Context, LambdaEvent};
use lambda_http::tower::ServiceExt as _;
use serde_json::{Value, from_str, json, to_string, to_value};
use twilio_verify_webhooks::{AuthToken, Receiver};

const URL: &str = "https://example.com/webhook";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const SIGNATURE: &str = "x-twilio-signature";

/// Approved challenges, signed.
const EVENTS: [(&str, &str); 5] = [
    ("REST API", include_str!("events/rest-api.json")),
    ("HTTP API", include_str!("events/http-api.json")),
    ("function URL", include_str!("events/function-url.json")),
    ("load balancer", include_str!("events/load-balancer.json")),
    (
        "load balancer, multi-value headers",
        include_str!("events/load-balancer-multi-value.json"),
    ),
];

async fn invoke(event: &Value) -> Value {
    let token = AuthToken::new(TOKEN).unwrap();
    let receiver = Receiver::builder(URL).auth_token(token).build().unwrap();
    let payload = from_str(&to_string(event).unwrap()).unwrap();
    let event = LambdaEvent::new(payload, Context::default());
    let Ok(response) = webhook_lambda::service(receiver).oneshot(event).await;
    to_value(response).unwrap()
}

/// Invokes with each of the events after a change, and expects a status and a body.
#[track_caller]
fn expect(status: u16, body: &str, change: impl Fn(&mut Value)) -> Vec<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut responses = Vec::new();
    for (name, event) in EVENTS {
        let mut event = from_str(event).unwrap();
        change(&mut event);
        let response = runtime.block_on(invoke(&event));
        assert_eq!(response["statusCode"], status, "{name}: {response}");
        assert_eq!(response["body"], body, "{name}");
        assert_eq!(response["isBase64Encoded"], false, "{name}");
        responses.push(response);
    }
    responses
}

/// Sets the lines of a header the way each kind of event has them.
fn set_lines(event: &mut Value, name: &str, lines: &[&str]) {
    let is_joined = event["version"] == "2.0";
    for member in ["headers", "multiValueHeaders"] {
        let Some(headers) = event[member].as_object_mut() else {
            continue;
        };
        headers.retain(|other, _| !other.eq_ignore_ascii_case(name));
        let value = match lines {
            [] => continue,
            lines if member == "multiValueHeaders" => json!(lines),
            lines if is_joined => json!(lines.join(",")),
            [.., last] => json!(last),
        };
        headers.insert(name.to_owned(), value);
    }
}

fn line(event: &Value, name: &str) -> String {
    let of = |member: &str| {
        let headers = event[member].as_object()?;
        let header = headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name));
        let (_, value) = header?;
        value.as_str().or_else(|| value[0].as_str())
    };
    of("headers")
        .or_else(|| of("multiValueHeaders"))
        .unwrap()
        .to_owned()
}

fn set_body(event: &mut Value, body: &str) {
    event["body"] = body.into();
    event["isBase64Encoded"] = false.into();
}

fn set_method(event: &mut Value, method: &str) {
    if event["version"] == "2.0" {
        event["requestContext"]["http"]["method"] = method.into();
    } else {
        event["httpMethod"] = method.into();
    }
}

fn set_path(event: &mut Value, path: &str) {
    for member in ["path", "rawPath"] {
        if !event[member].is_null() {
            event[member] = path.into();
        }
    }
}

#[test]
fn a_delivery_is_accepted() {
    expect(200, "", |_| {});
}

#[test]
fn a_delivery_of_more_than_8_kib_is_accepted() {
    let params = [
        ("uuid", "e1d34d2c-73c4-4d1d-8d1f-6b6f0f5f1c5a".to_owned()),
        ("type", "challenge.approved".to_owned()),
        ("account_sid", format!("AC{}", "0".repeat(32))),
        ("service_sid", format!("VA{}", "0".repeat(32))),
        (
            "entity_identity",
            "ff483d1ff591898a9942916050d2ca3f".to_owned(),
        ),
        ("factor_sid", format!("YF{}", "0".repeat(32))),
        ("challenge_sid", format!("YC{}", "0".repeat(32))),
        (
            "hidden_details",
            format!(r#"{{"a":"{}"}}"#, "b".repeat(20_000)),
        ),
    ];
    let signature = AuthToken::new(TOKEN).unwrap().sign(URL, params.clone());
    let body = serde_urlencoded::to_string(params).unwrap();
    expect(200, "", |event| {
        set_lines(event, SIGNATURE, &[&signature]);
        set_body(event, &body);
    });
}

#[test]
fn the_method_and_the_media_type_are_checked() {
    let responses = expect(405, "unsupported", |event| set_method(event, "PUT"));
    for response in responses {
        let line = line(&response, "allow");
        assert_eq!(line, "POST", "{response}");
    }
    for lines in [&["application/json"][..], &[]] {
        expect(415, "unsupported", |event| {
            set_lines(event, "content-type", lines);
        });
    }
}

#[test]
fn a_body_over_the_limit_is_refused() {
    let body = "a=".repeat(65_537);
    expect(413, "too large", |event| set_body(event, &body));
}

#[test]
fn a_form_that_does_not_decode_is_refused() {
    expect(400, "malformed", |event| set_body(event, "type=%zz"));
}

#[test]
fn a_signature_that_is_missing_or_wrong_is_refused() {
    let wrong = AuthToken::new(TOKEN).unwrap().sign(URL, [("a", "b")]);
    for lines in [&[][..], &[wrong.as_str()], &["?"]] {
        expect(403, "signature refused", |event| {
            set_lines(event, SIGNATURE, lines);
        });
    }
}

#[test]
fn two_signature_lines_are_refused_although_the_last_one_is_right() {
    let wrong = AuthToken::new(TOKEN).unwrap().sign(URL, [("a", "b")]);
    expect(403, "signature refused", |event| {
        let right = line(event, SIGNATURE);
        set_lines(event, SIGNATURE, &[&wrong, &right]);
        // A load balancer without multi-value headers hands over the last line only. Let it be the wrong one.
        if event["multiValueHeaders"].is_null() && event["version"] != "2.0" {
            set_lines(event, SIGNATURE, &[&right, &wrong]);
        }
    });
}

#[test]
fn other_paths_are_not_found() {
    expect(404, "not found", |event| set_path(event, "/other"));
}
