//! Elements that are no events, each for its reason.

use serde_json::json;
use twilio_verify_webhooks::verify_events::*;

use crate::support::*;

/// An event of a type that is not known, as text.
fn text(members: &str) -> String {
    format!(r#"{{"specversion":"1.0","type":"t","source":"s","id":"i"{members}}}"#)
}

#[test]
fn the_least_is_enough() {
    let event = element(&text("")).unwrap();
    assert_eq!(
        (&*event.id, &*event.source, &*event.event_type),
        ("i", "s", "t")
    );
    assert!(event.time.is_none() && event.dataschema.is_none());
    assert!(matches!(event.data, EventData::Other(_)));
}

#[test]
fn what_is_no_object_is_no_event() {
    for json in ["null", "1", "[]", "\"{}\"", "true", "[{}]"] {
        assert_eq!(element(json), Err(ElementError::NotAnObject), "{json}");
    }
}

#[test]
fn attributes_are_texts_of_some_length() {
    for (name, most) in [("type", 256), ("source", 1024), ("id", 256)] {
        let event = |value| with(delivered(), name, value).to_string();
        let missing = Err(ElementError::Missing { name });
        assert_eq!(element(&event(None)), missing);
        assert_eq!(element(&event(Some(json!(null)))), missing);
        for value in [json!(true), json!({}), json!(["a"])] {
            assert_eq!(
                element(&event(Some(value))),
                Err(ElementError::Type { name })
            );
        }
        for found in [0, most + 1] {
            let error = ElementError::Length { name, most, found };
            assert_eq!(element(&event(Some(json!("x".repeat(found))))), Err(error));
        }
        assert!(element(&event(Some(json!("x".repeat(most))))).is_ok());
        // A number is taken as its text.
        assert!(element(&event(Some(json!(17)))).is_ok());
    }
    let error = Err(ElementError::Missing {
        name: "specversion",
    });
    let event = |value| with(delivered(), "specversion", value).to_string();
    assert_eq!(element(&event(None)), error);
    assert_eq!(element(&event(Some(json!(null)))), error);
    for value in [json!(true), json!({}), json!(["1.0"])] {
        let name = "specversion";
        assert_eq!(
            element(&event(Some(value))),
            Err(ElementError::Type { name })
        );
    }
    for other in [json!("0.3"), json!("2.0"), json!("1"), json!("")] {
        assert_eq!(element(&event(Some(other))), Err(ElementError::SpecVersion));
    }
    for same in [json!("1.0"), json!("1.0.2"), json!(1.0)] {
        assert!(element(&event(Some(same))).is_ok());
    }
}

#[test]
fn a_name_that_occurs_twice_is_refused_where_it_is_read() {
    let named = |object| Err(ElementError::Names { object });
    assert_eq!(element(&text(r#","id":"j""#)), named("event"));
    assert_eq!(element(&text(r#","i\u0064":"j""#)), named("event"));
    assert_eq!(element(&text(r#","x":1,"x":1"#)), named("event"));
    assert_eq!(element(&text(r#","\ud800":1"#)), named("event"));

    let approved = approved().to_string();
    for (once, twice) in [
        (r#""to":"#, r#""to":"+1","to":"#),
        (
            r#""verification_status":"#,
            r#""verification_status":"PENDING","verification_status":"#,
        ),
        (r#""count":1,"#, r#""count":1,"count":1,"#),
        (r#""count":1}"#, r#""count":1,"count":1}"#),
        (r#""channel":"#, r#""channel":"SMS","channel":"#),
        (r#""flow":"#, r#""flow":"x","flow":"#),
        (r#""status":"#, r#""status":"FAILURE","status":"#),
    ] {
        if approved.contains(once) {
            let twice = approved.replacen(once, twice, 1);
            assert_eq!(element(&twice), named("data"), "{twice}");
        }
    }
    // What is not read is kept as it came.
    let unread = text(r#","x":{"a":1,"a":2},"data":{"b":1,"b":2}"#);
    assert_eq!(element(&unread).unwrap().as_str(), unread);
}

#[test]
fn nesting_is_bounded() {
    let nested = |deep: usize| text(&format!(r#","x":{}{}"#, "[".repeat(deep), "]".repeat(deep)));
    assert!(element(&nested(63)).is_ok());
    for deep in [64, 1000, 100_000] {
        assert_eq!(element(&nested(deep)), Err(ElementError::TooDeep));
        let body = "[".repeat(deep) + &"]".repeat(deep);
        assert_eq!(element(&body), Err(ElementError::NotAnObject));
    }
    let unclosed = receive("[".repeat(100_000)).unwrap_err();
    assert_eq!(unclosed.code(), "batch_not_json");
    // Data that is text is held to the same.
    let data = format!(
        r#"{{"test_id":"t","x":{}1{}}}"#,
        "[".repeat(64),
        "]".repeat(64)
    );
    let event = with(sink_test("t"), "data", Some(json!(data)));
    assert!(matches!(
        element(&event.to_string()).unwrap().data,
        EventData::Other(_)
    ));
}

#[test]
fn text_that_is_read_back_is_held_to_the_same() {
    assert_eq!(
        CloudEvent::from_json("{"),
        Err(ElementError::NotJson { position: 1 })
    );
    assert_eq!(
        CloudEvent::from_json("{} x"),
        Err(ElementError::NotJson { position: 3 })
    );
    assert_eq!(CloudEvent::from_json("[]"), Err(ElementError::NotAnObject));
    let event = event(&approved());
    assert_eq!(CloudEvent::from_json(event.as_str()), Ok(event));
}
