//! Credentials are shown nowhere, not even if a reply repeats them.

use std::fmt::Debug;

use serde_json::json;
use twilio_verify_webhooks::ChallengeEventType::Approved;
use twilio_verify_webhooks::api::*;

use crate::support::*;

const SECRET_URL: &str = "https://url-user:url-password@example.com:8443/webhook?key=query-secret";

#[track_caller]
fn assert_hidden(text: &str) {
    for hidden in [
        SECRET,
        BASIC,
        &BASIC[..24],
        "url-user",
        "url-password",
        "query-secret",
    ] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
}

fn debug(value: &impl Debug) -> String {
    format!("{value:?} {value:#?}")
}

#[test]
fn no_public_type_shows_a_secret() {
    let webhooks = webhooks();
    let new = NewWebhook::new("backend", Approved, SECRET_URL).unwrap();
    let update = WebhookUpdate::new().webhook_url(SECRET_URL).unwrap();
    let webhook = webhook_with(json!({"webhook_url": SECRET_URL, "note": "query-secret"}));
    let listed = page(
        &[json!(webhook)],
        json!(format!("{COLLECTION}?PageToken=query-secret")),
    );
    let page = webhooks
        .list()
        .parse(&response(200, listed.to_string()))
        .unwrap();
    let texts = [
        debug(&credentials()),
        debug(&webhooks),
        debug(&webhooks.create(&new)),
        debug(&webhooks.create(&new).to_request().headers()),
        debug(&fetch()),
        debug(&webhooks.update(webhook_sid(), &update).unwrap()),
        debug(&webhooks.delete(webhook_sid()).unwrap()),
        debug(&webhooks.list()),
        debug(&webhooks.list_all()),
        debug(&new),
        debug(&update),
        debug(&webhook),
        debug(&page),
        debug(&Plan::new(&new, [webhook.clone()])),
        debug(&Plan::new(&new, [])),
    ];
    for text in &texts {
        assert_hidden(text);
    }
    // What helps a person is.
    assert!(
        texts[9].contains("https://example.com:8443/webhook?…"),
        "{}",
        texts[9]
    );
    let mut broken = webhook;
    broken.webhook_url = Some("url-password".into());
    assert_hidden(&debug(&broken));
}

#[test]
fn no_error_repeats_what_a_reply_repeats() {
    let header = format!("Authorization: Basic {BASIC}");
    let long = format!("{}{SECRET}", "x".repeat(2040));
    let bodies = [
        header.clone(),
        SECRET.into(),
        long.clone(),
        json!({"message": header, "detail": SECRET, "more_info": format!("https://{KEY}:{SECRET}@evil.example/"), "code": SECRET}).to_string(),
        json!({"message": format!("{}{SECRET}", "x".repeat(500))}).to_string(),
        json!({"sid": SECRET, SECRET: BASIC, "status": {SECRET: 1}}).to_string(),
        json!({"webhooks": [{"sid": SECRET}]}).to_string(),
        json!({"webhooks": [{"sid": null, "status": {SECRET: SECRET}}]}).to_string(),
    ];
    for body in bodies {
        for status in [200, 302, 400, 429, 500] {
            let errors = [
                refused(&fetch(), status, &body),
                refused(&webhooks().list(), status, &body),
                refused(&webhooks().delete(webhook_sid()).unwrap(), status, &body),
            ];
            for error in errors {
                // Not the start of the secret at a cut either.
                let text = format!("{error} {}", debug(&error));
                assert_hidden(&text);
                assert!(!text.contains(&SECRET[..8]), "{text}");
                let error = ClientError::from(error);
                assert_hidden(&format!("{error} {}", debug(&error)));
            }
        }
    }
}

/// JSON may escape the `=` at the end of base64, forms do, and some leave it out.
#[test]
fn credentials_are_cut_out_whatever_becomes_of_their_padding() {
    let digits = BASIC.trim_end_matches('=');
    for (padding, kept) in [
        ("==", ""),
        (r"\u003d\u003d", r"\u003d\u003d"),
        ("%3D%3D", "%3D%3D"),
        ("=", "="),
        ("", ""),
    ] {
        let body = format!(r#"{{"sent":"Basic {digits}{padding}"}}"#);
        let error = refused(&fetch(), 500, body);
        assert_hidden(&debug(&error));
        let expected = format!(r#"{{"sent":"Basic [credentials]{kept}"}}"#);
        assert_eq!(error.refused().unwrap().body, expected);
    }
}

#[test]
fn no_refused_input_is_repeated() {
    let secret = "url-password\n";
    let errors = [
        RequestError::from(Credentials::api_key("url-user", secret).unwrap_err()),
        Credentials::api_key(KEY, secret).unwrap_err().into(),
        Credentials::api_key(KEY, "").unwrap_err().into(),
        webhooks()
            .with_base_url("https://url-user:url-password@a")
            .unwrap_err(),
        webhooks()
            .with_base_url("https://a?query-secret")
            .unwrap_err(),
        NewWebhook::new("a", Approved, "url-password").unwrap_err(),
        NewWebhook::new("a", Approved, format!("{SECRET_URL}\n")).unwrap_err(),
    ];
    for error in errors {
        assert_hidden(&format!("{error} {}", debug(&error)));
    }
}

#[test]
fn credentials_that_cannot_be_meant_are_refused() {
    let account = "AC0123456789abcdef0123456789abcdef".parse().unwrap();
    for (secret, position) in [
        (" a", 0),
        ("a\n", 1),
        ("a:b", 1),
        ("a b", 1),
        ("é", 0),
        ("ab\r", 2),
    ] {
        let error = CredentialsError::Character { position };
        assert_eq!(Credentials::api_key(KEY, secret).unwrap_err(), error);
        assert_eq!(Credentials::auth_token(account, secret).unwrap_err(), error);
    }
    assert_eq!(
        Credentials::auth_token(account, "").unwrap_err(),
        CredentialsError::Empty
    );
    for sid in [
        "",
        "AC0123456789abcdef0123456789abcdef",
        "SK012:456789abcdef0123456789abcdef",
    ] {
        let error = Credentials::api_key(sid, SECRET).unwrap_err();
        assert!(matches!(error, CredentialsError::KeySid(_)), "{error:?}");
    }
}
