//! Events sent on and read back.

use twilio_verify_webhooks::*;

use crate::support::*;

#[test]
fn the_serde_form_is_the_parameters_in_the_order_of_their_names() {
    let json = serde_json::to_string(&accepted(&v2_challenge())).unwrap();
    assert_eq!(
        json,
        concat!(
            r#"{"account_sid":"ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5","#,
            r#""challenge_details":"{\"message\":\"Log in?\",\"fields\":[{\"label\":\"Where\",\"value\":\"Lyon\"}]}","#,
            r#""challenge_hidden_details":"{\"ip\":\"127.0.0.1\"}","#,
            r#""challenge_metadata":"{\"os\":\"Android 16\"}","#,
            r#""challenge_sid":"YCa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5","#,
            r#""entity_identity":"ff483d1ff591898a9942916050d2ca3f","#,
            r#""factor_friendly_name":"John's Phone","#,
            r#""factor_metadata":"{\"os\":\"Android\"}","#,
            r#""factor_sid":"YFa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5","#,
            r#""factor_type":"push","#,
            r#""service_sid":"VAa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5","#,
            r#""type":"challenge.approved","#,
            r#""uuid":"e1d34d2c-73c4-4d1d-8d1f-6b6f0f5f1c5a"}"#,
        )
    );
}

#[test]
fn every_event_is_read_back_equal() {
    let added = with(
        with(v2_challenge(), "region_code", "é & +"),
        "api_version",
        "1",
    );
    for pairs in [
        v1_factor(),
        v1_challenge(),
        v2_factor(),
        v2_challenge(),
        with(v2_factor(), "type", "factor.renamed"),
        with(added.clone(), "type", "challenge.expired"),
        added,
    ] {
        let event = accepted(&pairs);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event<'_>>(&json).unwrap(), event);
        assert_eq!(
            serde_json::from_reader::<_, Event<'_>>(json.as_bytes()).unwrap(),
            event
        );
        let value = serde_json::to_value(&event).unwrap();
        assert_eq!(serde_json::from_value::<Event<'_>>(value).unwrap(), event);
        let form = serde_urlencoded::to_string(&event).unwrap();
        assert_eq!(
            serde_urlencoded::from_str::<Event<'_>>(&form).unwrap(),
            event
        );
    }
}

#[test]
fn what_is_no_event_is_not_read_back() {
    let json = |pairs: &Pairs| {
        let map: std::collections::BTreeMap<_, _> = pairs.iter().cloned().collect();
        serde_json::to_string(&map).unwrap()
    };
    let valid = json(&v2_challenge());
    assert!(serde_json::from_str::<Event<'_>>(&valid).is_ok());
    for json in [
        "{}".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        json(&without(v2_challenge(), "uuid")),
        json(&with(v2_challenge(), "account_sid", "AC")),
        json(&with(v2_challenge(), "challenge_details", "{")),
        json(&with(
            v2_challenge(),
            "factor_friendly_name",
            "factor_metadata{}",
        )),
        json(&with(v2_challenge(), "event", "")),
        valid.replace(r#""push""#, "1"),
        valid.replace(r#""push""#, "null"),
        valid.replacen('{', r#"{"uuid":"x","#, 1),
    ] {
        assert!(serde_json::from_str::<Event<'_>>(&json).is_err(), "{json}");
    }
}

#[test]
fn sids_are_strings() {
    let sid: ChallengeSid = CHALLENGE.parse().unwrap();
    assert_eq!(
        serde_json::to_string(&sid).unwrap(),
        format!("\"{CHALLENGE}\"")
    );
    assert_eq!(
        serde_json::from_str::<ChallengeSid>(&format!("\"{CHALLENGE}\"")).unwrap(),
        sid
    );
    for json in ["\"YC\"".to_owned(), format!("\"{FACTOR}\""), "1".to_owned()] {
        assert!(
            serde_json::from_str::<ChallengeSid>(&json).is_err(),
            "{json}"
        );
    }
}
