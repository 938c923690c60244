//! What repetitions are recognised by.

use serde_json::json;
use twilio_verify_webhooks::verify_events::EventId;

use crate::support::*;

fn id(value: serde_json::Value) -> EventId {
    event(&value).delivery_id()
}

#[test]
fn it_is_the_account_with_the_id() {
    let first = id(approved());
    assert_eq!(first.origin(), ACCOUNT);
    let uuid = "2be9fec91c2c7e4b40fedb0d2bf11da0f6fe4a7047946e3bd492a7377e7c6154";
    assert_eq!(first.id(), uuid);
    assert_eq!(first.to_string(), format!("{ACCOUNT}/{uuid}"));

    // Sent again, at another time and from elsewhere.
    let again = with(approved(), "source", Some(json!("elsewhere")));
    assert_eq!(id(with(again, "time", None)), first);
    assert_ne!(id(with(approved(), "id", Some(json!("another")))), first);
    let other = "ACffffffffffffffffffffffffffffffff";
    assert_ne!(
        id(with(approved(), "data.account_sid", Some(json!(other)))),
        first
    );
}

#[test]
fn data_that_is_text_names_its_account_also_where_it_is_not_read() {
    let data = json!({ "account_sid": ACCOUNT }).to_string();
    for event_type in [None, Some(json!("com.twilio.other"))] {
        let sent = with(approved(), "data", Some(json!(data)));
        let sent = match event_type {
            Some(event_type) => with(sent, "type", Some(event_type)),
            None => sent,
        };
        assert_eq!(event(&sent).account_sid(), Some(ACCOUNT));
        assert_eq!(id(sent).origin(), ACCOUNT);
    }
}

#[test]
fn it_is_the_source_where_no_account_is_named() {
    let nameless = with(approved(), "data.account_sid", None);
    let nameless = with(nameless, "source", Some(json!("/a%b/c")));
    let id = id(nameless);
    assert_eq!(id.origin(), "/a%b/c");
    assert!(id.to_string().starts_with("%2Fa%25b%2Fc/2be9fec9"), "{id}");
}

#[test]
fn it_is_the_test_where_the_sink_is_tested() {
    let first = id(sink_test("one"));
    assert_eq!((first.origin(), first.id()), (ACCOUNT, "one"));
    assert_eq!(id(sink_test("one")), first);
    assert_ne!(id(sink_test("two")), first);
    let nameless = with(sink_test("one"), "data", None);
    assert_eq!(id(nameless.clone()).id(), "2026-11-02T07:59:59.001Z");
    assert_eq!(id(with(nameless, "time", None)).id(), ACCOUNT);
}
