//! JSON nested in parameters: whole on receipt, decoded on demand.

use proptest::prelude::*;
use serde::Deserialize;
use twilio_verify_webhooks::*;

use crate::support::*;

fn challenge(name: &str, json: &str) -> ChallengeEvent<'static> {
    match accepted(&with(v2_challenge(), name, json)) {
        Event::Challenge(event) => event,
        event => panic!("{event:?}"),
    }
}

const NAMES: [&str; 4] = [
    "challenge_details",
    "challenge_hidden_details",
    "challenge_metadata",
    "factor_metadata",
];

#[test]
fn a_whole_object_is_accepted() {
    let deepest = format!("{}{}", r#"{"a":"#.repeat(63), "{}") + &"}".repeat(63);
    for json in [
        "{}",
        " \t\r\n{ \n} ",
        r#"{"":""}"#,
        r#"{"a":[],"b":[[]],"c":[{},{"d":[1,2]}]}"#,
        r#"{"a":-0.5e+10,"b":0,"c":10,"d":1E5,"e":1.25,"f":true,"g":false,"h":null}"#,
        r#"{"a":"\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00","}":"]"}"#,
        "{\"a\":\"\u{7f}é😃\"}",
        r#"{"a" : [ 1 , "b" ] , "c" : { } }"#,
        &deepest,
    ] {
        for name in NAMES {
            assert_eq!(
                accepted(&with(v2_challenge(), name, json)).version(),
                Some(WebhookVersion::V2)
            );
        }
        assert_eq!(
            challenge("challenge_metadata", json)
                .challenge_metadata
                .unwrap()
                .as_str(),
            json
        );
    }
}

#[test]
fn what_is_not_one_whole_object_is_refused_where_it_goes_wrong() {
    use JsonFault::*;

    let too_deep = r#"{"a":"#.repeat(65);
    let arrays = format!("{{\"a\":{}", "[".repeat(30_000));
    for (json, fault, position) in [
        ("  ", EndsEarly, 2),
        (" null", NotAnObject, 1),
        ("nul", NotAnObject, 0),
        ("nulll", NotAnObject, 0),
        ("[]", NotAnObject, 0),
        (r#""{}""#, NotAnObject, 0),
        (" 1", NotAnObject, 1),
        ("\u{feff}{}", NotAnObject, 0),
        ("{", EndsEarly, 1),
        (r#"{"a""#, EndsEarly, 4),
        (r#"{"a":"#, EndsEarly, 5),
        (r#"{"a":1"#, EndsEarly, 6),
        (r#"{"a":1,"#, EndsEarly, 7),
        (r#"{"a":"b"#, EndsEarly, 7),
        (r#"{"a":"\"#, EndsEarly, 7),
        (r#"{"a":[1"#, EndsEarly, 7),
        (r#"{"a":tru"#, EndsEarly, 8),
        (r#"{"a":-"#, EndsEarly, 6),
        ("{}{}", TrailingText, 2),
        ("{} x", TrailingText, 3),
        ("{},", TrailingText, 2),
        (r#"{"os":"Android"}factor_sid"#, TrailingText, 16),
        ("{,}", Syntax, 1),
        ("{a:1}", Syntax, 1),
        ("{'a':1}", Syntax, 1),
        (r#"{"a":1,}"#, Syntax, 7),
        (r#"{"a" 1}"#, Syntax, 5),
        (r#"{"a"::1}"#, Syntax, 5),
        (r#"{"a":1 "b":2}"#, Syntax, 7),
        (r#"{"a":[1,]}"#, Syntax, 8),
        (r#"{"a":[,]}"#, Syntax, 6),
        (r#"{"a":[1}"#, Syntax, 7),
        (r#"{"a":{]}"#, Syntax, 6),
        (r#"{"a":01}"#, Syntax, 6),
        (r#"{"a":1.}"#, Syntax, 7),
        (r#"{"a":.5}"#, Syntax, 5),
        (r#"{"a":+1}"#, Syntax, 5),
        (r#"{"a":1e}"#, Syntax, 7),
        (r#"{"a":NaN}"#, Syntax, 5),
        (r#"{"a":nul}"#, Syntax, 8),
        (r#"{"a":truex}"#, Syntax, 9),
        (r#"{"a":"\x"}"#, Syntax, 7),
        (r#"{"a":"\u12g4"}"#, Syntax, 10),
        ("{\"a\":\"\n\"}", Syntax, 6),
        ("{\"a\":\"\0\"}", Syntax, 6),
        ("{\u{a0}}", Syntax, 1),
        ("{/**/}", Syntax, 1),
        (&too_deep, TooDeep, 5 * 64),
        (&arrays, TooDeep, 5 + 63),
    ] {
        for name in NAMES {
            let error = refused_event(&with(v2_challenge(), name, json));
            let json = json.chars().take(40).collect::<String>();
            assert_eq!(
                error,
                EventError::Json {
                    name,
                    fault,
                    position
                },
                "{json}"
            );
        }
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::btree_map(".{0,6}", inner, 0..5)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whole is what a JSON parser takes for one object, and nothing else.
    #[test]
    fn a_json_parser_agrees(json in any_json(), pretty: bool, place: prop::sample::Index, byte in 0_u8..0x80) {
        let text = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) };
        let text = text.unwrap();
        let mut altered = text.clone().into_bytes();
        if !altered.is_empty() {
            let place = place.index(altered.len());
            altered[place] = byte;
        }
        for text in [Some(text.clone()), String::from_utf8(altered).ok()].into_iter().flatten() {
            let is_object = serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|json| json.is_object());
            // A parser that builds strings minds lone surrogates as well, and numbers out of range.
            let skipped = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok() && text.trim_start().starts_with('{');
            let request = Request::signed(&with(v2_factor(), "factor_metadata", &text));
            let accepted = receive(&receiver(), &request).is_ok();
            let is_absent = text.is_empty() || text == "null";
            prop_assert!(accepted == is_object || accepted == skipped || is_absent, "{text}");
            prop_assert!(accepted || !is_object && !is_absent, "{text}");
        }
    }
}

#[test]
fn details_are_decoded_with_optional_parts_left_out() {
    let details = |json: &str| {
        challenge("challenge_details", json)
            .details()
            .unwrap()
            .map(|details| {
                let fields: Vec<_> = details
                    .fields
                    .iter()
                    .map(|field| format!("{}={}", field.label, field.value))
                    .collect();
                (
                    details.message.into_owned(),
                    fields,
                    details.date.map(|date| date.into_owned()),
                )
            })
    };
    for json in [
        r#"{"message":"Log in?"}"#,
        r#"{"message":"Log in?","fields":null,"date":null}"#,
        r#"{"message":"Log in?","fields":[]}"#,
        r#"{"later":[{"x":1}],"message":"Log in?","another":{"deep":{"er":[]}}}"#,
    ] {
        assert_eq!(
            details(json),
            Some(("Log in?".into(), vec![], None)),
            "{json}"
        );
    }
    let json = r#"{"message":"\"Log\" in?","fields":[{"label":"Wh\u00e9re","value":"a\\b","x":1}],"date":"2020-07-01T12:13:14Z"}"#;
    let date = Some("2020-07-01T12:13:14Z".to_owned());
    assert_eq!(
        details(json),
        Some(("\"Log\" in?".into(), vec!["Whére=a\\b".into()], date))
    );
}

#[test]
fn details_that_twilio_changes_cost_the_field_and_not_the_event() {
    for (json, path, missing) in [
        (r"{}", "challenge_details.message", true),
        (r#"{"message":5}"#, "challenge_details.message", false),
        (r#"{"message":null}"#, "challenge_details.message", false),
        (r#"{"message":["x"]}"#, "challenge_details.message", false),
        (
            r#"{"message":"\ud800"}"#,
            "challenge_details.message",
            false,
        ),
        (
            r#"{"message":"a","message":"b"}"#,
            "challenge_details",
            false,
        ),
        (
            r#"{"message":"x","fields":{}}"#,
            "challenge_details.fields",
            false,
        ),
        (
            r#"{"message":"x","fields":[1]}"#,
            "challenge_details.fields[0]",
            false,
        ),
        (
            r#"{"message":"x","fields":[["a","b"]]}"#,
            "challenge_details.fields[0]",
            false,
        ),
        (
            r#"{"message":"x","fields":[{"label":"a","value":"b"},{"label":"a"}]}"#,
            "challenge_details.fields[1].value",
            true,
        ),
        (
            r#"{"message":"x","fields":[{"label":{},"value":"b"}]}"#,
            "challenge_details.fields[0].label",
            false,
        ),
        (
            r#"{"message":"x","date":1593605594}"#,
            "challenge_details.date",
            false,
        ),
    ] {
        let event = challenge("challenge_details", json);
        let error = event.details().unwrap_err();
        assert_eq!(
            (error.path(), error.is_missing()),
            (path, missing),
            "{json}"
        );
        assert!(error.line_and_column().is_some(), "{json}");
        assert_eq!(event.challenge_details.unwrap().as_str(), json);
    }
}

fn strings_error(json: &Option<JsonText<'_>>) -> DecodeError {
    json.as_ref().unwrap().strings().unwrap_err()
}

#[test]
fn maps_are_of_strings_each_name_once() {
    let event = challenge(
        "challenge_metadata",
        r#"{"os":"Android","\u006dodel":"P\t9"}"#,
    );
    let metadata = event.challenge_metadata.as_ref().unwrap();
    let metadata = metadata.strings().unwrap();
    assert_eq!(
        (metadata.len(), &*metadata["os"], &*metadata["model"]),
        (2, "Android", "P\t9")
    );
    for (json, path) in [
        (r#"{"os":16}"#, "challenge_metadata.os"),
        (r#"{"a":"b","os":{"name":"x"}}"#, "challenge_metadata.os"),
        (r#"{"os":null}"#, "challenge_metadata.os"),
        (r#"{"os":"a","os":"b"}"#, "challenge_metadata"),
        (r#"{"os":"a","\u006fs":"b"}"#, "challenge_metadata"),
    ] {
        let event = challenge("challenge_metadata", json);
        let error = strings_error(&event.challenge_metadata);
        assert_eq!(error.path(), path, "{json}");
    }
    let event = challenge("factor_metadata", r#"{"os":1}"#);
    assert_eq!(
        strings_error(&event.factor_metadata).path(),
        "factor_metadata.os"
    );
    let event = challenge("challenge_hidden_details", r#"{"ip":1}"#);
    assert_eq!(
        strings_error(&event.challenge_hidden_details).path(),
        "challenge_hidden_details.ip"
    );
}

#[test]
fn nested_json_is_decoded_into_a_type_of_ones_own() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Order<'a> {
        order_id: u64,
        #[serde(borrow)]
        items: Vec<&'a str>,
    }

    let event = challenge(
        "challenge_hidden_details",
        r#"{"order_id":7,"items":["a","b"]}"#,
    );
    let json = event.challenge_hidden_details.unwrap();
    assert_eq!(
        json.decode::<Order<'_>>(),
        Ok(Order {
            order_id: 7,
            items: vec!["a", "b"]
        })
    );
    assert_eq!(json.decode::<serde_json::Value>().unwrap()["items"][1], "b");
    let event = challenge(
        "challenge_hidden_details",
        r#"{"order_id":7,"items":["a",{"b":1}]}"#,
    );
    let error = event
        .challenge_hidden_details
        .unwrap()
        .decode::<Order<'_>>()
        .unwrap_err();
    assert_eq!(error.path(), "challenge_hidden_details.items[1]");
    assert_eq!(error.line_and_column(), Some((1, 27)));
}

#[test]
fn the_path_of_an_error_is_bounded_and_fit_for_a_log() {
    let name = format!("a\\nb\\u001b{}", "x".repeat(500));
    let event = challenge("challenge_metadata", &format!(r#"{{"{name}":1}}"#));
    let error = strings_error(&event.challenge_metadata);
    assert!(
        error
            .path()
            .starts_with(r"challenge_metadata.a\nb\u{1b}xxx"),
        "{}",
        error.path()
    );
    assert_eq!(error.path().chars().count(), 161);
    assert!(error.path().ends_with("x…"));
}
