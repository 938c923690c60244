//! Events on queues and in databases: compact formats, single events, nested JSON as JSON.

use std::collections::BTreeMap;

use twilio_verify_webhooks::*;

use crate::support::*;

fn samples() -> [Pairs; 5] {
    [
        v1_factor(),
        v1_challenge(),
        v2_factor(),
        v2_challenge(),
        with(v2_challenge(), "type", "challenge.expired"),
    ]
}

#[test]
fn a_format_that_asks_for_the_length_first_works() {
    for pairs in samples() {
        let event = accepted(&pairs);
        let bytes = postcard::to_allocvec(&event).unwrap();
        assert_eq!(postcard::from_bytes::<Event<'_>>(&bytes).unwrap(), event);
    }
}

#[test]
fn what_is_read_from_a_compact_format_is_checked() {
    let event = accepted(&v2_challenge());
    let bytes = postcard::to_allocvec(&event).unwrap();
    let cut = bytes.get(..bytes.len() - 1).unwrap();
    assert!(postcard::from_bytes::<Event<'_>>(cut).is_err());
    let mut map: BTreeMap<&str, &str> = event.parameters().collect();
    map.insert("factor_sid", "YF0");
    let bytes = postcard::to_allocvec(&map).unwrap();
    assert!(postcard::from_bytes::<Event<'_>>(&bytes).is_err());
}

#[test]
fn a_single_event_is_written_as_the_enum_is() {
    for pairs in samples() {
        let event = accepted(&pairs);
        let single = match &event {
            Event::Factor(event) => serde_json::to_string(event),
            Event::Challenge(event) => serde_json::to_string(event),
            Event::Other(event) => serde_json::to_string(event),
            other => panic!("{other:?}"),
        };
        assert_eq!(single.unwrap(), serde_json::to_string(&event).unwrap());
    }
}

#[test]
fn a_json_text_is_the_string_that_it_is() {
    let event = accepted(&v2_challenge());
    let details = event
        .as_challenge()
        .unwrap()
        .challenge_details
        .as_ref()
        .unwrap();
    let json = serde_json::to_string(details).unwrap();
    assert_eq!(serde_json::from_str::<String>(&json).unwrap(), DETAILS);
}

#[test]
fn expanded_keeps_nested_json_byte_for_byte() {
    let hidden = r#"{"b":1.0,"a":12345678901234567890123, "x":"\u0041"}"#;
    let event = accepted(&with(v2_challenge(), "challenge_hidden_details", hidden));
    let json = serde_json::to_string(&event.expanded()).unwrap();
    assert!(
        json.contains(&format!(r#""challenge_hidden_details":{hidden}"#)),
        "{json}"
    );
    assert!(
        json.contains(&format!(r#""challenge_details":{DETAILS}"#)),
        "{json}"
    );
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        value.pointer("/challenge_details/message"),
        Some(&"Log in?".into())
    );
    assert_eq!(value.pointer("/factor_sid"), Some(&FACTOR.into()));
}

#[test]
fn only_nested_json_is_expanded() {
    let name = with(v2_factor(), "factor_friendly_name", r#"{"a":1}"#);
    let json = serde_json::to_value(accepted(&name).expanded()).unwrap();
    assert_eq!(
        json.pointer("/factor_friendly_name"),
        Some(&r#"{"a":1}"#.into())
    );
    let identity = with(v1_factor(), "entity_identity", "12345678");
    let json = serde_json::to_value(accepted(&identity).expanded()).unwrap();
    assert_eq!(json.pointer("/entity_identity"), Some(&"12345678".into()));
}
