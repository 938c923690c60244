//! What a person reads: the text of every error, as `messages.txt` has them.
//!
//! To take over a change, run this test with `RECORD=1`, and read the difference.

use std::fmt::Write as _;
use std::{env, fs};

use twilio_verify_webhooks::api::*;
use twilio_verify_webhooks::{SidError, UrlError};

use crate::support::*;

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/messages.txt");

#[test]
fn every_message_is_as_recorded() {
    let mut messages = String::new();
    for error in request_errors() {
        writeln!(messages, "{error}").unwrap();
        assert_eq!(
            ClientError::from(error.clone()).to_string(),
            error.to_string()
        );
    }
    let next_page = next_page_errors().map(|error| {
        let (by_client, by_reply) = (ClientError::from(error), ReplyError::from(error));
        assert_eq!(by_client.to_string(), by_reply.to_string());
        by_reply
    });
    for error in reply_errors().into_iter().chain(next_page) {
        writeln!(messages, "{error}").unwrap();
        assert_eq!(
            ClientError::from(error.clone()).to_string(),
            error.to_string()
        );
        if let Some(refused) = error.refused() {
            assert_eq!(refused.to_string(), error.to_string());
        }
    }
    for error in client_errors() {
        writeln!(messages, "{error}").unwrap();
    }
    if env::var_os("RECORD").is_some() {
        fs::write(RECORDED, &messages).unwrap();
    }
    let recorded = fs::read_to_string(RECORDED).unwrap();
    for (message, recorded) in messages.lines().zip(recorded.lines()) {
        assert_eq!(message, recorded);
    }
    assert_eq!(messages, recorded);
}

fn request_errors() -> Vec<RequestError> {
    let (prefix, position) = ("YW", 9);
    let (largest, found) = (1000, 0);
    vec![
        CredentialsError::KeySid(SidError::Prefix { prefix: "SK" }).into(),
        CredentialsError::Empty.into(),
        CredentialsError::Character { position: 7 }.into(),
        BaseUrlError::NotAbsolute.into(),
        BaseUrlError::NotEncrypted.into(),
        BaseUrlError::UserInfo.into(),
        BaseUrlError::Query.into(),
        RequestError::Sid { prefix, position },
        RequestError::FriendlyName,
        RequestError::NoEventType,
        RequestError::WebhookUrl(UrlError::Invalid),
        RequestError::PageSize { largest, found },
    ]
}

fn reply_errors() -> Vec<ReplyError> {
    let (fetch, list) = (fetch(), webhooks().list());
    let (status, found) = (200, 6);
    vec![
        refused(
            &fetch,
            400,
            r#"{"code":60200,"message":"Invalid parameter: To"}"#,
        ),
        refused(
            &fetch,
            400,
            r#"{"code":60200,"title":"Invalid parameter","detail":"To"}"#,
        ),
        refused(&fetch, 429, r#"{"code":20429}"#),
        refused(&fetch, 500, r#"{"message":"a\nb\u001bc"}"#),
        refused(&fetch, 502, "<html>"),
        refused(&fetch, 503, ""),
        refused(&list, 302, ""),
        ReplyError::TooLarge { limit: 10 },
        refused(&list, 204, ""),
        ReplyError::Body { status, found },
        refused(&list, 200, "<html>"),
        refused(&list, 200, r#"{"webhooks":"#),
        refused(&list, 200, r#"{"webhooks":[{"sid":7}]}"#),
        refused(&list, 200, r#"{"webhooks":[]}"#),
    ]
}

fn next_page_errors() -> [NextPageError; 6] {
    [
        NextPageError::Invalid,
        NextPageError::Origin,
        NextPageError::UserInfo,
        NextPageError::Path,
        NextPageError::Repeated,
        NextPageError::TooMany { limit: 1000 },
    ]
}

fn client_errors() -> [ClientError; 4] {
    [
        ClientError::Build("no certificates".into()),
        RequestError::NoEventType.into(),
        ClientError::Timeout,
        ClientError::Transport("connection refused".into()),
    ]
}
