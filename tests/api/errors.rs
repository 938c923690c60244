//! Error replies in every shape.

use http::{Response, StatusCode};
use serde_json::json;
use twilio_verify_webhooks::api::*;

use crate::support::*;

#[track_caller]
fn error_reply(status: u16, body: impl AsRef<[u8]>) -> ErrorReply {
    match refused(&fetch(), status, body) {
        ReplyError::Refused(reply) => *reply,
        error => panic!("unexpected {error:?}"),
    }
}

#[test]
fn the_three_shapes() {
    let usual = json!({
        "code": 60200, "message": "Invalid parameter: To",
        "more_info": "https://www.twilio.com/docs/errors/60200", "status": 400, "details": {"a": "b"},
    });
    let problem = json!({
        "type": "https://www.twilio.com/docs/errors/60200", "title": "Invalid parameter", "status": 400,
        "code": 60200, "detail": "To", "instance": "/x", "errors": [{"detail": "bad", "pointer": "#/To"}],
    });
    let third = json!({
        "code": 60200, "message": "Invalid parameter: To", "httpStatusCode": 400, "params": {}, "userError": true,
    });
    let more_info = Some("https://www.twilio.com/docs/errors/60200");
    for (body, message, detail, more_info) in [
        (usual, "Invalid parameter: To", None, more_info),
        (problem, "Invalid parameter", Some("To"), more_info),
        (third, "Invalid parameter: To", None, None),
    ] {
        let reply = error_reply(400, body.to_string());
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        assert_eq!(reply.code, Some(ErrorCode::INVALID_PARAMETER));
        assert_eq!(reply.message.as_deref(), Some(message));
        assert_eq!(reply.detail.as_deref(), detail);
        assert_eq!(reply.more_info.as_deref(), more_info);
        assert_eq!(reply.body, body.to_string());
    }
}

#[test]
fn the_documented_errors() {
    for (status, code, constant) in [
        (401, 20003, ErrorCode::AUTHENTICATION_FAILED),
        (400, 20007, ErrorCode::PAGE_SIZE_TOO_LARGE),
        (404, 20404, ErrorCode::NOT_FOUND),
        (429, 20429, ErrorCode::TOO_MANY_REQUESTS),
        (400, 60200, ErrorCode::INVALID_PARAMETER),
        (400, 60300, ErrorCode::INVALID_PUSH_PARAMETER),
        (400, 60306, ErrorCode::INVALID_PUSH_REQUEST),
        (400, 60330, ErrorCode::WEBHOOK_FAILED),
        (400, 60363, ErrorCode::INVALID_SERVICE_SID),
        (400, 60373, ErrorCode::INVALID_PAGE_SIZE),
        (400, 60374, ErrorCode::INVALID_PAGE_TOKEN),
        (400, 68999, ErrorCode(68999)),
    ] {
        let reply = error_reply(status, json!({"code": code}).to_string());
        assert_eq!(reply.code, Some(constant));
        assert_eq!(constant.to_string(), code.to_string());
    }
}

#[test]
fn members_of_another_type_are_passed_over() {
    for (body, code, message) in [
        (r#"{"code":"60200","message":["a"]}"#, Some(60200), None),
        (r#"{"code":-1,"message":"a"}"#, None, Some("a")),
        (
            r#"{"code":4294967296,"message":" ","title":"b"}"#,
            None,
            Some("b"),
        ),
        (
            r#"{"code":1.5,"message":null,"title":"b"}"#,
            None,
            Some("b"),
        ),
        (r#"{"code":"E1"}"#, None, None),
        ("{}", None, None),
        ("[]", None, None),
        (r#"{"error":{"code":1,"message":"a"}}"#, None, None),
    ] {
        let reply = error_reply(400, body);
        assert_eq!(
            (reply.code, reply.message.as_deref()),
            (code.map(ErrorCode), message),
            "{body}"
        );
        assert_eq!(reply.body, body);
    }
    assert_eq!(
        error_reply(400, r#"{"title":"a","type":"about:blank"}"#).more_info,
        None
    );
}

#[test]
fn bodies_of_another_kind() {
    let html = "<html>\r\n<h1>502 Bad Gateway</h1>";
    let reply = error_reply(502, html);
    assert_eq!((reply.code, &reply.message), (None, &None));
    assert_eq!(reply.body, "<html>\\r\n<h1>502 Bad Gateway</h1>");
    assert_eq!(error_reply(500, "").body, "");
    assert_eq!(
        error_reply(500, [b'a', 0xff, 0x1b]).body,
        "a\u{fffd}\\u{1b}"
    );
    assert_eq!(
        error_reply(400, r#"{"code": 60200, "message": "Inv"#).code,
        None
    );
    // Prism's own refusal, in the shape of problem details.
    let prism = r#"{"type":"https://stoplight.io/prism/errors#UNPROCESSABLE_ENTITY","title":"Invalid request",
        "status":422,"detail":"Your request is not valid and no HTTP validation response was found in the spec"}"#;
    let reply = error_reply(422, prism);
    assert_eq!(reply.message.as_deref(), Some("Invalid request"));
}

#[test]
fn characters_that_turn_or_hide_a_text_are_escaped() {
    for character in [
        '\u{202a}', '\u{202b}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}',
        '\u{2069}', '\u{200e}', '\u{200f}', '\u{61c}', '\u{2028}', '\u{2029}', '\u{85}',
        '\u{200b}', '\u{feff}', '\u{1b}', '\r', '\0',
    ] {
        let text = format!("a{character}b");
        let reply = error_reply(
            400,
            json!({"message": text, "detail": text, "more_info": text}).to_string(),
        );
        let escaped = format!("a{}b", character.escape_default());
        assert_eq!(reply.message.as_ref(), Some(&escaped));
        assert_eq!(reply.detail.as_ref(), Some(&escaped));
        assert_eq!(reply.more_info.as_ref(), Some(&escaped));
        assert!(!reply.to_string().contains(character));
        assert!(!error_reply(400, text).body.contains(character));
    }
}

#[test]
fn what_is_kept_is_bounded() {
    let long = "é".repeat(REPLY_LIMIT);
    for body in [
        long.clone(),
        json!({"message": long, "detail": long, "more_info": long}).to_string(),
        "\u{1b}".repeat(10_000),
        "\u{e0001}".repeat(10_000),
    ] {
        let reply = error_reply(500, body);
        for (text, most) in [
            (&reply.body, 2048),
            (&reply.message.unwrap_or_default(), 512),
        ] {
            // The longest escape has nine characters, and `…` marks the cut.
            assert!(text.chars().count() <= most * 9 + 1);
        }
    }
    let reply = error_reply(
        500,
        json!({"message": "é".repeat(513), "detail": "é".repeat(512)}).to_string(),
    );
    assert_eq!(reply.message, Some(format!("{}…", "é".repeat(512))));
    assert_eq!(reply.detail, Some("é".repeat(512)));
}

#[test]
fn redirects() {
    for status in [300, 301, 302, 303, 304, 307, 308] {
        let mut response = Response::new(resource().to_string());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        response
            .headers_mut()
            .insert("location", "https://evil.example/".parse().unwrap());
        assert_eq!(
            fetch().parse(&response),
            Err(ReplyError::Redirect { status })
        );
    }
}
