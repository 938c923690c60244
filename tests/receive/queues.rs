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

/// What the JSON of `challenge_hidden_details` is written as, in text and as a value.
fn expanded(hidden: &str) -> [serde_json::Value; 2] {
    let event = accepted(&with(v2_challenge(), "challenge_hidden_details", hidden));
    let text = serde_json::to_string(&event.expanded()).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    let value = serde_json::to_value(event.expanded()).unwrap();
    [read, value].map(|value| value["challenge_hidden_details"].clone())
}

#[test]
fn what_others_read_otherwise_stays_the_string_that_it_is() {
    for hidden in [
        r#"{"a":1e400}"#,
        r#"{"a":[-1E+400]}"#,
        r#"{"a":{"b":"\ud800"}}"#,
        r#"{"a":"\ud800\u0041"}"#,
        r#"{"\udc00":1}"#,
        r#"{"$serde_json::private::RawValue":"[1]"}"#,
        r#"{"a":[{"\u0024serde_json::private::RawValue":"no JSON"}]}"#,
        r#"{"$serde_json::private::Number":"1"}"#,
    ] {
        assert_eq!(expanded(hidden), [hidden, hidden], "{hidden}");
    }
}

#[test]
fn what_all_read_alike_is_expanded() {
    for hidden in [
        r#"{"a":1e300,"b":-0.0,"c":[true,false,null,1e-400],"d":{}}"#,
        r#"{"e":"1e400","E":"\ud83d\ude00","-":"\"1e400\\"}"#,
        r#"{"a":"serde_json::private::RawValue"}"#,
        "{\n\t\"a\":\r\n\"\\n\"\n}",
    ] {
        let json: serde_json::Value = serde_json::from_str(hidden).unwrap();
        assert_eq!(expanded(hidden), [json.clone(), json], "{hidden}");
    }
}

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Flat {
    received: u64,
    #[serde(flatten)]
    event: Event<'static>,
}

#[test]
fn an_event_may_be_flattened_into_json_beside_declared_members() {
    for pairs in samples() {
        let (received, event) = (u64::MAX, accepted(&pairs));
        let flat = Flat { received, event };
        let json = serde_json::to_string(&flat).unwrap();
        assert_eq!(serde_json::from_str::<Flat>(&json).unwrap(), flat);
    }
}

#[test]
fn what_a_flattened_event_does_not_allow_is_refused() {
    let event = accepted(&v2_challenge());
    let flat = |members: &[(&str, serde_json::Value)]| {
        let mut json = serde_json::to_value(&event).unwrap();
        for (name, value) in members {
            json[name] = value.clone();
        }
        serde_json::from_value::<Flat>(json)
    };
    assert!(flat(&[("received", 1.into())]).is_ok());
    // A member that nobody declared is taken for a parameter: of a name that Twilio may use, and a string.
    assert!(flat(&[("received", 1.into()), ("attempt", 2.into())]).is_err());
    assert!(flat(&[("received", 1.into()), ("Queue-Id", "x".into())]).is_err());
    // A member of one name with a parameter takes it away.
    #[derive(Debug, serde::Serialize, serde::Deserialize)]
    struct Taken {
        uuid: String,
        #[serde(flatten)]
        event: Event<'static>,
    }
    let taken = Taken {
        uuid: "mine".into(),
        event: event.clone(),
    };
    let json = serde_json::to_string(&taken).unwrap();
    assert!(serde_json::from_str::<Taken>(&json).is_err());
    // Compact formats are not told how many members there are.
    let (received, event) = (1, event);
    assert!(postcard::to_allocvec(&Flat { received, event }).is_err());
}

#[test]
fn an_expanded_event_may_be_flattened_when_it_is_written() {
    #[derive(serde::Serialize)]
    struct Row<'e> {
        received: u64,
        #[serde(flatten)]
        event: ExpandedEvent<'e>,
    }
    let hidden = r#"{"a":12345678901234567890123}"#;
    let event = accepted(&with(v2_challenge(), "challenge_hidden_details", hidden));
    let (received, event) = (u64::MAX, event.expanded());
    let json = serde_json::to_string(&Row { received, event }).unwrap();
    assert!(
        json.contains(&format!(r#""challenge_hidden_details":{hidden}"#)),
        "{json}"
    );
    assert!(
        json.starts_with(&format!(r#"{{"received":{}"#, u64::MAX)),
        "{json}"
    );
}
