//! What a person reads: the text of every error.

use twilio_verify_webhooks::api::*;
use twilio_verify_webhooks::{SidError, UrlError};

use crate::support::*;

#[track_caller]
fn assert_text(error: impl std::error::Error, text: &str) {
    assert_eq!(error.to_string(), text);
}

#[test]
fn calls_that_are_not_made() {
    for (error, text) in [
        (
            CredentialsError::KeySid(SidError::Prefix { prefix: "SK" }),
            "API key: expected a SID starting with SK",
        ),
        (
            CredentialsError::Empty,
            "expected an API secret or auth token, found an empty text",
        ),
        (
            CredentialsError::Character { position: 7 },
            "expected an API secret or auth token of letters, digits and `-._~`, found another character at byte 7",
        ),
    ] {
        assert_text(RequestError::from(error), text);
    }
    for (error, text) in [
        (
            BaseUrlError::NotAbsolute,
            "expected an absolute base URL such as https://verify.twilio.com",
        ),
        (
            BaseUrlError::NotEncrypted,
            "expected a base URL with https, or http to this machine",
        ),
        (
            BaseUrlError::UserInfo,
            "expected a base URL without user name and password",
        ),
        (
            BaseUrlError::Query,
            "expected a base URL without query and fragment",
        ),
    ] {
        assert_text(RequestError::from(error), text);
    }
    for (error, text) in [
        (
            RequestError::Sid {
                prefix: "YW",
                position: 9,
            },
            "expected hexadecimal digits in a SID starting with YW, found another character at byte 9",
        ),
        (
            RequestError::FriendlyName,
            "expected a friendly name, found an empty or blank text",
        ),
        (
            RequestError::NoEventType,
            "expected at least one event type",
        ),
        (
            RequestError::WebhookUrl(UrlError::Invalid),
            "expected a valid webhook URL",
        ),
        (
            RequestError::PageSize {
                largest: 1000,
                found: 0,
            },
            "expected a page size from 1 to 1000, found 0",
        ),
    ] {
        assert_text(error, text);
    }
}

#[test]
fn error_replies() {
    let unknown = "expected a reply of Twilio's API, found status";
    for (status, body, text) in [
        (
            400,
            r#"{"code":60200,"message":"Invalid parameter: To"}"#,
            "Twilio answered with status 400 and error 60200: Invalid parameter: To",
        ),
        (
            400,
            r#"{"code":60200,"title":"Invalid parameter","detail":"To"}"#,
            "Twilio answered with status 400 and error 60200: Invalid parameter: To",
        ),
        (
            429,
            r#"{"code":20429}"#,
            "Twilio answered with status 429 and error 20429",
        ),
        (
            500,
            r#"{"message":"a\nb\u001bc"}"#,
            "Twilio answered with status 500: a b\\u{1b}c",
        ),
        (502, "<html>", &format!("{unknown} 502 with another body")),
        (503, "", &format!("{unknown} 503 with an empty body")),
    ] {
        let error = refused(&fetch(), status, body);
        assert_text(error.refused().unwrap(), text);
        assert_text(ClientError::from(error.clone()), text);
        assert_text(error, text);
    }
}

#[test]
fn replies_that_are_none() {
    let list = webhooks().list();
    for (error, text) in [
        (
            refused(&list, 302, ""),
            "expected a reply of Twilio's API, found a redirect with status 302",
        ),
        (
            ReplyError::TooLarge { limit: 10 },
            "expected a reply of at most 10 bytes, found more",
        ),
        (
            refused(&list, 204, ""),
            "expected JSON, found an empty body with status 204",
        ),
        (
            ReplyError::Body {
                status: 200,
                found: 6,
            },
            "expected an empty body, found 6 bytes with status 200",
        ),
        (
            refused(&list, 200, "<html>"),
            "expected JSON, found something else at line 1 column 1",
        ),
        (
            refused(&list, 200, r#"{"webhooks":"#),
            "expected JSON, found only the first 12 bytes of it",
        ),
        (
            refused(&list, 200, r#"{"webhooks":[{"sid":7}]}"#),
            "unexpected JSON in the reply: webhooks[0].sid is not as the type expects, at line 1 column 21",
        ),
        (
            refused(&list, 200, r#"{"webhooks":[]}"#),
            "unexpected JSON in the reply: meta is missing, at line 1 column 15",
        ),
    ] {
        assert_text(error, text);
    }
    for (error, text) in [
        (NextPageError::Invalid, "expected a URL as next page"),
        (
            NextPageError::Origin,
            "expected a next page with scheme, host and port of the base URL, found others",
        ),
        (
            NextPageError::UserInfo,
            "expected a next page without user name and password",
        ),
        (
            NextPageError::Path,
            "expected a next page with the path of the list, found another",
        ),
        (
            NextPageError::Repeated,
            "expected another next page, found one that was read already",
        ),
        (
            NextPageError::TooMany { limit: 1000 },
            "expected at most 1000 pages, found more",
        ),
    ] {
        assert_text(ClientError::from(error), text);
        assert_text(ReplyError::from(error), text);
    }
}

#[test]
fn clients() {
    for (error, text) in [
        (
            ClientError::Build("no certificates".into()),
            "the HTTP client could not be built",
        ),
        (
            ClientError::Request(RequestError::NoEventType),
            "expected at least one event type",
        ),
        (
            ClientError::Timeout,
            "expected a reply of Twilio's API, found none in time",
        ),
        (
            ClientError::Transport("connection refused".into()),
            "expected a reply of Twilio's API, found a failed connection",
        ),
    ] {
        assert_text(error, text);
    }
}
