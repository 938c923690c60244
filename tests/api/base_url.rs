//! Where calls go.

use twilio_verify_webhooks::api::*;

use crate::support::*;

#[test]
fn accepted() {
    let path = format!("/v2/Services/{SERVICE}/Webhooks");
    for (base_url, start) in [
        ("https://verify.twilio.com", "https://verify.twilio.com"),
        ("https://verify.twilio.com/", "https://verify.twilio.com"),
        (
            "HTTPS://Verify.Dublin.IE1.twilio.com",
            "https://verify.dublin.ie1.twilio.com",
        ),
        (
            "https://mock.example:8443/twilio/",
            "https://mock.example:8443/twilio",
        ),
        ("https://mock.example:443", "https://mock.example"),
        ("http://localhost:4010", "http://localhost:4010"),
        ("http://127.0.0.1:4010/", "http://127.0.0.1:4010"),
        ("http://127.255.0.9", "http://127.255.0.9"),
        ("http://[::1]:4010", "http://[::1]:4010"),
    ] {
        let webhooks = webhooks().with_base_url(base_url).unwrap();
        let uri = webhooks.list().to_request().uri().to_string();
        assert_eq!(uri, format!("{start}{path}"));
        let uri = webhooks
            .fetch(webhook_sid())
            .unwrap()
            .to_request()
            .uri()
            .to_string();
        assert_eq!(uri, format!("{start}{path}/{WEBHOOK}"));
    }
    assert_eq!(BASE_URL, "https://verify.twilio.com");
}

#[test]
fn refused() {
    use BaseUrlError::{NotAbsolute, NotEncrypted, Query, UserInfo};

    for (base_url, error) in [
        ("", NotAbsolute),
        ("verify.twilio.com", NotAbsolute),
        ("//verify.twilio.com", NotAbsolute),
        ("https://", NotAbsolute),
        ("https://a b", NotAbsolute),
        ("ftp://verify.twilio.com", NotEncrypted),
        ("http://verify.twilio.com", NotEncrypted),
        ("http://localhost.example.com", NotEncrypted),
        ("http://127.0.0.1.example.com", NotEncrypted),
        ("http://10.0.0.1", NotEncrypted),
        ("http://[::2]", NotEncrypted),
        ("https://user@verify.twilio.com", UserInfo),
        ("https://:password@verify.twilio.com", UserInfo),
        ("https://verify.twilio.com?", Query),
        ("https://verify.twilio.com?a=b", Query),
        ("https://verify.twilio.com#a", Query),
    ] {
        let found = webhooks().with_base_url(base_url).unwrap_err();
        assert_eq!(found, RequestError::BaseUrl(error), "{base_url}");
    }
}

#[test]
fn http_to_other_machines_has_to_be_asked_for() {
    let webhooks = webhooks()
        .with_unencrypted_base_url("http://mock:4010")
        .unwrap();
    let uri = webhooks.list().to_request().uri().to_string();
    assert_eq!(
        uri,
        format!("http://mock:4010/v2/Services/{SERVICE}/Webhooks")
    );
    for (base_url, error) in [
        ("ftp://mock", BaseUrlError::NotEncrypted),
        ("http://user@mock", BaseUrlError::UserInfo),
        ("http://mock?a", BaseUrlError::Query),
        ("mock", BaseUrlError::NotAbsolute),
    ] {
        let found = webhooks
            .clone()
            .with_unencrypted_base_url(base_url)
            .unwrap_err();
        assert_eq!(found, RequestError::BaseUrl(error), "{base_url}");
    }
}
