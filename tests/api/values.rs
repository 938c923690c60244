//! Words and lists: known, unknown, compared.

use twilio_verify_webhooks::ChallengeEventType::{Approved, Denied};
use twilio_verify_webhooks::FactorEventType::{Created, Deleted, Verified};
use twilio_verify_webhooks::api::*;

#[test]
fn event_types() {
    for (text, event_type) in [
        ("*", EventType::All),
        ("factor.created", Created.into()),
        ("factor.verified", Verified.into()),
        ("factor.deleted", Deleted.into()),
        ("challenge.approved", Approved.into()),
        ("challenge.denied", Denied.into()),
        ("Factor.created", EventType::Other("Factor.created".into())),
        ("", EventType::Other(String::new())),
    ] {
        let from = EventType::from(text);
        assert_eq!(
            std::mem::discriminant(&from),
            std::mem::discriminant(&event_type)
        );
        assert_eq!(from, event_type);
        assert_eq!(from.to_string(), text);
        assert_eq!(serde_json::to_value(&from).unwrap(), text);
        assert_eq!(
            serde_json::from_value::<EventType>(text.into()).unwrap(),
            from
        );
    }
}

#[test]
fn a_known_word_is_the_same_however_it_was_made() {
    assert_eq!(EventType::Other("*".into()), EventType::All);
    assert_eq!(Status::Other("enabled".into()), Status::Enabled);
    assert_ne!(Status::Other("Enabled".into()), Status::Enabled);
    assert!(matches!(Status::from("disabled"), Status::Disabled));
    assert!(matches!(Version::from("v2"), Version::V2));
    assert!(matches!(Version::from("v3"), Version::Other(_)));
    assert!(matches!(Method::from("GET"), Method::Get));
    assert!(matches!(Method::from("get"), Method::Other(_)));
}

#[test]
fn lists_of_event_types_are_never_empty_and_hold_each_once() {
    assert_eq!(
        EventTypes::try_from(vec![]).unwrap_err(),
        RequestError::NoEventType
    );
    let types = EventTypes::try_from(vec![Denied.into(), Approved.into(), Denied.into()]).unwrap();
    assert_eq!(
        types,
        EventTypes::from(Denied)
            .and(Approved)
            .and(Denied)
            .and(Approved)
    );
    assert_eq!(types.iter().len(), 2);
}
