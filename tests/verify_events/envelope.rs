//! The attributes of an event.

use serde_json::{Value, json};
use twilio_verify_webhooks::verify_events::*;

use crate::support::*;

#[test]
fn a_schema_tells_name_and_version_where_it_can() {
    let at = "https://events-schemas.twilio.com";
    for (text, name, version) in [
        (
            format!("{at}/AccountSecurity.MessageStatusEvent/2"),
            Some("AccountSecurity.MessageStatusEvent"),
            Some(2),
        ),
        (
            format!("{at}/EventStreams.TestSink/1.json"),
            Some("EventStreams.TestSink"),
            Some(1),
        ),
        (format!("{at}/A.B/latest"), Some("A.B"), None),
        (format!("{at}/A.B/+3"), Some("A.B"), None),
        (format!("{at}/A.B/-3"), Some("A.B"), None),
        (format!("{at}/A.B/99999999999"), Some("A.B"), None),
        (format!("{at}/A.B/"), Some("A.B"), None),
        ("A.B/3".into(), Some("A.B"), Some(3)),
        ("3".into(), None, None),
        (String::new(), None, None),
    ] {
        let schema = DataSchema::from(&*text);
        assert_eq!((schema.name(), schema.version()), (name, version), "{text}");
        assert_eq!(schema.as_str(), text);
    }
}

#[test]
fn extensions_of_any_form_are_kept() {
    let sent = with(approved(), "subject", Some(json!("x")));
    let sent = with(sent, "twilio_region", Some(json!({ "edge": ["ashburn"] })));
    let event = event(&with(sent, "data_base64", Some(json!("eA=="))));
    let kept: Vec<_> = event
        .extensions
        .iter()
        .map(|(name, json)| (name, json.as_str()))
        .collect();
    let edge = r#"{"edge":["ashburn"]}"#;
    let expected = [
        ("data_base64", r#""eA==""#),
        ("subject", r#""x""#),
        ("twilio_region", edge),
    ];
    assert_eq!(kept, expected);
}

#[test]
fn the_version_of_cloudevents_is_checked_and_not_kept() {
    assert!(event(&approved()).extensions.get("specversion").is_none());
}

#[test]
fn an_attribute_of_another_type_costs_itself_alone() {
    for name in ["time", "dataschema"] {
        let event = event(&with(approved(), name, Some(json!({ "a": 1 }))));
        assert!(event.time.is_none() || event.dataschema.is_none());
        assert_eq!(event.extensions.get(name).unwrap().as_str(), r#"{"a":1}"#);
        assert!(matches!(event.data, EventData::Verification(_)));
    }
}

#[test]
fn data_is_decoded_into_types_of_your_own() {
    #[derive(serde::Deserialize)]
    struct Data<'t> {
        verification_sid: &'t str,
    }
    let event = event(&approved());
    let data: Data<'_> = event.decode_data().unwrap();
    assert_eq!(data.verification_sid, "VE0123456789abcdef0123456789abcdef");
    let error = event.decode_data::<Vec<u8>>().unwrap_err();
    assert!(
        error.to_string().starts_with("data does not match"),
        "{error}"
    );
    let whole: Value = event.raw().decode().unwrap();
    assert_eq!(whole, approved());
    let empty = self::event(&with(approved(), "data", None));
    assert_eq!(empty.data_json(), None);
    assert_eq!(
        empty
            .decode_data::<Option<Data<'_>>>()
            .unwrap()
            .map(|data| data.verification_sid),
        None
    );
}
