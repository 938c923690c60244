//! Every operation byte for byte.

use twilio_verify_webhooks::ChallengeEventType::{Approved, Denied};
use twilio_verify_webhooks::FactorEventType;
use twilio_verify_webhooks::api::*;

use crate::support::*;

/// Writes a request as HTTP/1.1 has it, but for the absolute URI.
fn wire<T: Reply>(call: &Call<T>) -> String {
    let (parts, body) = call.to_request().into_parts();
    let mut text = format!("{} {}\n", parts.method, parts.uri);
    for (name, value) in &parts.headers {
        text.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
    }
    text.push('\n');
    text.push_str(&String::from_utf8(body).unwrap());
    text
}

#[track_caller]
fn assert_wire<T: Reply>(call: &Call<T>, method: &str, uri: &str, form: Option<&str>) {
    let form_type = match form {
        None => "",
        Some("") => "content-type: application/x-www-form-urlencoded\ncontent-length: 0\n",
        Some(_) => "content-type: application/x-www-form-urlencoded\n",
    };
    let expected = format!(
        "{method} {uri}\nauthorization: Basic {BASIC}\naccept: application/json\n\
         user-agent: twilio-verify-webhooks/{}\n{form_type}\n{}",
        env!("CARGO_PKG_VERSION"),
        form.unwrap_or_default()
    );
    assert_eq!(wire(call), expected);
}

#[test]
fn create() {
    let call = webhooks().create(&wanted());
    let form = "FriendlyName=backend&EventTypes=challenge.approved&WebhookUrl=https%3A%2F%2Fexample.com%2Fwebhook";
    assert_wire(&call, "POST", COLLECTION, Some(form));
}

#[test]
fn create_with_all_there_is() {
    // The name and URL as the official Python client was seen to send them.
    let event_types = EventTypes::from(FactorEventType::Created)
        .and(Approved)
        .and(Approved);
    let new = NewWebhook::new("My hook é+&", event_types, "https://e.example/h?a=b&c=d");
    let new = new.unwrap().version(Version::V1).status(Status::Disabled);
    let form = "FriendlyName=My+hook+%C3%A9%2B%26&EventTypes=factor.created&EventTypes=challenge.approved\
                &WebhookUrl=https%3A%2F%2Fe.example%2Fh%3Fa%3Db%26c%3Dd&Status=disabled&Version=v1";
    assert_wire(&webhooks().create(&new), "POST", COLLECTION, Some(form));
}

#[test]
fn values_unknown_to_the_crate_are_sent() {
    let event_types = EventTypes::all().and(EventType::from("passkey.used"));
    let new = NewWebhook::new("a", event_types, HOOK).unwrap();
    let new = new.status("paused".into()).version("v3".into());
    let form = "FriendlyName=a&EventTypes=%2A&EventTypes=passkey.used\
                &WebhookUrl=https%3A%2F%2Fexample.com%2Fwebhook&Status=paused&Version=v3";
    assert_wire(&webhooks().create(&new), "POST", COLLECTION, Some(form));
}

#[test]
fn fetch_one() {
    assert_wire(&fetch(), "GET", &format!("{COLLECTION}/{WEBHOOK}"), None);
}

#[test]
fn update_sends_only_what_is_given() {
    let uri = format!("{COLLECTION}/{WEBHOOK}");
    let new = WebhookUpdate::new;
    for (update, names, form) in [
        (new(), "", ""),
        (
            new().friendly_name("b").unwrap(),
            "friendly_name",
            "FriendlyName=b",
        ),
        (
            new().event_types(EventTypes::from(Denied).and(Approved)),
            "event_types",
            "EventTypes=challenge.denied&EventTypes=challenge.approved",
        ),
        (
            new().webhook_url("http://127.0.0.1/").unwrap(),
            "webhook_url",
            "WebhookUrl=http%3A%2F%2F127.0.0.1%2F",
        ),
        (new().status(Status::Enabled), "status", "Status=enabled"),
        (new().version(Version::V2), "version", "Version=v2"),
        (
            new()
                .version(Version::V2)
                .status(Status::Disabled)
                .webhook_url(HOOK)
                .unwrap()
                .event_types(EventTypes::all())
                .friendly_name("b")
                .unwrap(),
            "friendly_name event_types webhook_url status version",
            "FriendlyName=b&EventTypes=%2A&WebhookUrl=https%3A%2F%2Fexample.com%2Fwebhook\
             &Status=disabled&Version=v2",
        ),
    ] {
        let call = webhooks().update(webhook_sid(), &update).unwrap();
        assert_wire(&call, "POST", &uri, Some(form));
        assert_eq!(update.is_empty(), form.is_empty());
        assert_eq!(update.names().collect::<Vec<_>>().join(" "), names);
    }
}

#[test]
fn delete() {
    let call = webhooks().delete(webhook_sid()).unwrap();
    assert_wire(&call, "DELETE", &format!("{COLLECTION}/{WEBHOOK}"), None);
}

#[test]
fn list() {
    assert_wire(&webhooks().list(), "GET", COLLECTION, None);
    let call = webhooks().with_page_size(20).unwrap().list();
    assert_wire(&call, "GET", &format!("{COLLECTION}?PageSize=20"), None);
}

#[test]
fn page_size_and_base_url_may_be_set_in_either_order() {
    let base = "http://127.0.0.1:4010";
    let uri = format!("{base}/v2/Services/{SERVICE}/Webhooks?PageSize=1000");
    let one = webhooks().with_page_size(1000).unwrap().with_base_url(base);
    let other = webhooks().with_base_url(base).unwrap().with_page_size(1000);
    for webhooks in [one, other] {
        assert_wire(&webhooks.unwrap().list(), "GET", &uri, None);
    }
}

#[test]
fn account_sid_and_auth_token() {
    let account_sid = "AC0123456789abcdef0123456789abcdef".parse().unwrap();
    let credentials = Credentials::auth_token(account_sid, "0123456789abcdef0123456789abcdef");
    let webhooks = Webhooks::new(service_sid(), credentials.unwrap()).unwrap();
    let basic = "Basic QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjowMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg==";
    assert_eq!(
        webhooks.list().to_request().headers()["authorization"],
        basic
    );
}

#[test]
fn the_authorization_is_marked_sensitive() {
    let request = webhooks().list().to_request();
    assert!(request.headers()["authorization"].is_sensitive());
}

#[test]
fn sids_in_paths_are_hexadecimal() {
    // Twilio's page writes samples with X: a receiver takes them, the API has no such resource.
    let sample = "VAXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX".parse().unwrap();
    let error = Webhooks::new(sample, credentials()).unwrap_err();
    assert_eq!(
        error,
        RequestError::Sid {
            prefix: "VA",
            position: 2
        }
    );

    let sid = "YW0123456789abcdef0123456789abcdeg".parse().unwrap();
    let error = RequestError::Sid {
        prefix: "YW",
        position: 33,
    };
    let webhooks = webhooks();
    assert_eq!(webhooks.fetch(sid).unwrap_err(), error);
    assert_eq!(webhooks.delete(sid).unwrap_err(), error);
    assert_eq!(
        webhooks.update(sid, &WebhookUpdate::new()).unwrap_err(),
        error
    );
}

#[test]
fn page_sizes_out_of_range_are_refused() {
    for found in [0, 1001, u16::MAX] {
        let error = webhooks().with_page_size(found).unwrap_err();
        assert_eq!(
            error,
            RequestError::PageSize {
                largest: 1000,
                found
            }
        );
    }
}

#[test]
fn names_and_urls_that_cannot_be_meant_are_refused() {
    for name in ["", " ", "\n\t"] {
        let error = NewWebhook::new(name, Approved, HOOK).unwrap_err();
        assert_eq!(error, RequestError::FriendlyName);
        assert_eq!(WebhookUpdate::new().friendly_name(name).unwrap_err(), error);
    }
    for url in [
        "",
        "example.com",
        "ftp://example.com",
        "https://",
        " https://example.com",
        "https://a b/",
    ] {
        let error = NewWebhook::new("a", Approved, url).unwrap_err();
        assert!(
            matches!(error, RequestError::WebhookUrl(_)),
            "{url}: {error:?}"
        );
        assert_eq!(WebhookUpdate::new().webhook_url(url).unwrap_err(), error);
    }
}
