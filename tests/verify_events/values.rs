//! Members of data: what may be missing, and what is made of another type than documented.

use serde_json::{Value, json};
use twilio_verify_webhooks::verify_events::*;

use crate::support::*;

fn fault(event: &Value) -> Option<DataError> {
    match element(&event.to_string()).unwrap().data {
        EventData::Other(data) => data.error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_always_there_has_to_be() {
    let common = [
        "account_sid",
        "service_sid",
        "verification_sid",
        "created_at",
    ];
    for (make, status) in [
        (approved as fn() -> Value, "verification_status"),
        (delivered, "message_status"),
    ] {
        for name in common.into_iter().chain([status]) {
            let event = |value| with(make(), &format!("data.{name}"), value);
            assert_eq!(fault(&event(None)), Some(DataError::Missing { name }));
            assert_eq!(
                fault(&event(Some(json!(null)))),
                Some(DataError::Missing { name })
            );
            for value in [json!(true), json!({}), json!("")] {
                assert_eq!(fault(&event(Some(value))), Some(DataError::Type { name }));
            }
        }
        assert_eq!(fault(&with(make(), "data", None)), Some(DataError::Absent));
        assert_eq!(
            fault(&with(make(), "data", Some(json!(null)))),
            Some(DataError::Absent)
        );
        for data in [json!([]), json!(1), json!("x")] {
            assert_eq!(
                fault(&with(make(), "data", Some(data))),
                Some(DataError::NotAnObject)
            );
        }
    }
    let name = "test_id";
    let nameless = with(sink_test("t"), "data.test_id", None);
    assert_eq!(fault(&nameless), Some(DataError::Missing { name }));
}

#[test]
fn an_attempt_dlr_has_a_status_of_another_name() {
    let event_type = json!("com.twilio.accountsecurity.verify.attempt-dlr.read");
    let name = "dlr_status";
    let dlr = with(delivered(), "type", Some(event_type));
    assert_eq!(fault(&dlr), Some(DataError::Missing { name }));
    let dlr = with(dlr, "data.dlr_status", Some(json!("READ")));
    let EventData::AttemptDlr(data) = event(&dlr).data else {
        panic!("an attempt DLR")
    };
    assert_eq!(
        (data.event_type, data.status),
        (MessageEventType::Read, MessageStatus::Read)
    );
    assert_eq!(
        data.unknown.get("message_status").unwrap().as_str(),
        r#""DELIVERED""#
    );
}

#[test]
fn null_is_absent() {
    let sent = [
        "verified_at",
        "expired_at",
        "to",
        "country",
        "friendly_name",
        "custom_friendly_name",
        "custom_code_enabled",
        "code_length",
        "send_code_attempts",
        "check_attempts",
    ];
    let set = |value: fn() -> Option<Value>| {
        let event = |event, name: &&str| with(event, &format!("data.{name}"), value());
        event_of(sent.iter().fold(approved(), event))
    };
    let (null, absent) = (set(|| Some(Value::Null)), set(|| None));
    assert_eq!(null.data, absent.data);
    assert!(verification(&null).unknown.is_empty());
    let sent = [
        "attempt_sid",
        "channel",
        "error_code",
        "has_fallback",
        "is_fallback",
        "mcc",
        "mnc",
        "to",
        "number_segments",
        "tags",
    ];
    let set = |value: fn() -> Option<Value>| {
        let event = |event, name: &&str| with(event, &format!("data.{name}"), value());
        event_of(sent.iter().fold(delivered(), event))
    };
    let (null, absent) = (set(|| Some(Value::Null)), set(|| None));
    assert_eq!(null.data, absent.data);
    assert!(message(&null).unknown.is_empty());
    for attribute in ["time", "dataschema"] {
        let null = event_of(with(approved(), attribute, Some(Value::Null)));
        assert!(null.extensions.get(attribute).is_none());
    }
}

fn event_of(value: Value) -> CloudEvent {
    event(&value)
}

#[test]
fn another_type_than_documented_costs_the_member_alone() {
    for (name, value) in [
        ("to", json!({ "number": "+1" })),
        ("verified_at", json!(true)),
        ("code_length", json!("six")),
        ("code_length", json!(-6)),
        ("code_length", json!("+6")),
        ("code_length", json!(" 6")),
        ("code_length", json!("")),
        ("code_length", json!(6.5)),
        ("custom_code_enabled", json!("true")),
        ("country", json!(["DE"])),
        ("send_code_attempts", json!([])),
        ("check_attempts", json!(2)),
    ] {
        let sent = with(approved(), &format!("data.{name}"), Some(value.clone()));
        let event = event(&sent);
        let data = verification(&event);
        assert_eq!(data.verification_status, VerificationStatus::Approved);
        assert_eq!(
            data.unknown.get(name).unwrap().as_str(),
            value.to_string(),
            "{name}"
        );
    }
    for (path, value) in [
        ("data.send_code_attempts.attempts", json!({})),
        ("data.send_code_attempts.attempts", json!([1])),
        ("data.send_code_attempts.count", json!("many")),
    ] {
        let event = event(&with(approved(), path, Some(value)));
        let data = verification(&event);
        let name = path.rsplit('.').next().unwrap();
        assert!(
            data.send_code_attempts.unknown.get(name).is_some(),
            "{path}"
        );
        assert_eq!(data.check_attempts.count, Some(1));
    }
    for value in [json!([]), json!("x"), json!(1)] {
        let event = event(&with(delivered(), "data.tags", Some(value.clone())));
        assert_eq!(
            message(&event).unknown.get("tags").unwrap().as_str(),
            value.to_string()
        );
        assert!(message(&event).tags.is_empty());
    }
}

#[test]
fn a_tag_of_another_type_costs_itself_alone() {
    let sent = json!({ "a": "x", "b": 1.5, "c": null, "d": true, "e": ["x"], "f": { "g": "x" } });
    let event = event(&with(delivered(), "data.tags", Some(sent.clone())));
    let tags = &message(&event).tags;
    assert!(tags.iter().eq([("a", "x"), ("b", "1.5")]));
    let unknown = tags
        .unknown()
        .iter()
        .map(|(name, json)| (name, json.as_str()));
    assert!(unknown.eq([("d", "true"), ("e", r#"["x"]"#), ("f", r#"{"g":"x"}"#)]));
    assert!(message(&event).unknown.get("tags").is_none());

    let path = "data.send_code_attempts.attempts";
    let attempt = json!({ "channel": "SMS", "tags": sent });
    let event = event_of(with(approved(), path, Some(json!([attempt]))));
    let attempt = &verification(&event).send_code_attempts.attempts[0];
    assert_eq!((attempt.tags.len(), attempt.tags.unknown().len()), (2, 3));
}

#[test]
fn an_attempt_of_another_type_costs_itself_alone() {
    for (name, known) in [
        ("send_code_attempts", json!({ "channel": "SMS" })),
        ("check_attempts", json!({ "status": "FAILURE" })),
    ] {
        let path = format!("data.{name}.attempts");
        let read = |list: Value| {
            let event = event(&with(approved(), &path, Some(list)));
            let data = verification(&event);
            let (sends, checks) = (&data.send_code_attempts, &data.check_attempts);
            let (found, unknown) = match name {
                "send_code_attempts" => (sends.attempts.len(), &sends.unknown),
                _ => (checks.attempts.len(), &checks.unknown),
            };
            assert!(data.unknown.is_empty());
            (
                found,
                unknown.get("attempts").map(|raw| raw.as_str().to_owned()),
            )
        };
        assert_eq!(read(json!([known, null, known])), (2, None));
        assert_eq!(read(json!([null])), (0, None));
        for bad in [json!(1), json!("x"), json!([known])] {
            let list = json!([known, bad, known]);
            assert_eq!(read(list.clone()), (2, Some(list.to_string())));
        }
    }
}

#[test]
fn numbers_keep_their_digits() {
    let sent = delivered().to_string();
    let sent = sent
        .replace(r#""01""#, "01.50e0")
        .replace("01.50e0", "1.50e0");
    let data = element(&sent.replace(r#""262""#, "262")).unwrap();
    let data = message(&data);
    assert_eq!(
        (data.mcc.as_deref(), data.mnc.as_deref()),
        (Some("262"), Some("1.50e0"))
    );
    let large = "123456789012345678901234567890.10";
    let sent = approved()
        .to_string()
        .replacen(r#""to":"#, &format!(r#""risk":{large},"to":"#), 1);
    let event = element(&sent).unwrap();
    assert_eq!(
        verification(&event).unknown.get("risk").unwrap().as_str(),
        large
    );
    for digits in [json!(6), json!("6")] {
        let event = self::event(&with(approved(), "data.code_length", Some(digits)));
        assert_eq!(verification(&event).code_length, Some(6));
    }
}

#[test]
fn sets_are_open() {
    let event = event(&with(
        approved(),
        "data.verification_status",
        Some(json!("PAUSED")),
    ));
    let status = &verification(&event).verification_status;
    assert_eq!(*status, VerificationStatus::Other("PAUSED".into()));
    assert!(!status.is_end());
    for (text, channel) in [
        ("SMS", Channel::Sms),
        ("sms", Channel::Sms),
        ("CALL", Channel::Voice),
        ("VOICE", Channel::Voice),
        ("WHATSAPP", Channel::WhatsApp),
        ("RCS", Channel::Rcs),
        ("rbm", Channel::Rcs),
        ("EMAIL", Channel::Other("EMAIL".into())),
    ] {
        let event = self::event(&with(delivered(), "data.channel", Some(json!(text))));
        assert_eq!(message(&event).channel.as_ref(), Some(&channel));
        assert_eq!(Channel::from(channel.as_str()), channel);
    }
    let event = self::event(&with(
        delivered(),
        "data.message_status",
        Some(json!("lost")),
    ));
    assert_eq!(message(&event).status.to_string(), "lost");
}

#[test]
fn types_are_known_in_full() {
    let kind = |event_type: &str| {
        let typed = with(approved(), "type", Some(json!(event_type)));
        let typed = with(typed, "data.message_status", Some(json!("SENT")));
        event(&with(typed, "data.dlr_status", Some(json!("SENT")))).data
    };
    for known in VerificationEventType::ALL {
        assert!(
            matches!(kind(known.as_str()), EventData::Verification(data) if data.event_type == known)
        );
    }
    let other = "com.twilio.accountsecurity.verify.verification.max_attempts_reached";
    assert!(matches!(kind(other), EventData::Verification(data)
        if data.event_type == VerificationEventType::MaxAttemptsReached));
    let prefix = "com.twilio.accountsecurity.verify";
    for known in MessageEventType::ALL {
        assert!(matches!(kind(&format!("{prefix}.message.{known}")),
            EventData::Message(data) if data.event_type == known));
        assert!(matches!(kind(&format!("{prefix}.attempt-dlr.{known}")),
            EventData::AttemptDlr(data) if data.event_type == known));
    }
    for unknown in [
        "com.twilio.accountsecurity.verify.verification.paused",
        "com.twilio.accountsecurity.verify.verification.approved.",
        "com.twilio.accountsecurity.verify.message.",
        "com.twilio.accountsecurity.verify.message.SENT",
        "verification.approved",
        "com.twilio.messaging.message.delivered",
    ] {
        assert!(
            matches!(kind(unknown), EventData::Other(data) if data.error.is_none()),
            "{unknown}"
        );
    }
}

#[test]
fn data_may_be_text_that_holds_json() {
    for event in [approved(), delivered(), sink_test("t")] {
        let text = event["data"].to_string();
        let as_text = with(event.clone(), "data", Some(json!(text)));
        assert_eq!(self::event(&as_text).data, self::event(&event).data);
        assert_eq!(
            self::event(&as_text).delivery_id(),
            self::event(&event).delivery_id()
        );
    }
}

#[test]
fn lists_of_attempts_are_read_up_to_a_hundred() {
    for (count, read) in [(100, 100), (101, 0)] {
        let attempts = Value::Array(vec![json!({}); count]);
        let event = event(&with(
            approved(),
            "data.check_attempts.attempts",
            Some(attempts),
        ));
        let checks = &verification(&event).check_attempts;
        assert_eq!(checks.attempts.len(), read);
        assert_eq!(checks.unknown.get("attempts").is_some(), read == 0);
    }
}

#[cfg(feature = "jiff")]
#[test]
fn times_are_instants() {
    let event = event(&approved());
    let time = event.time.as_ref().unwrap().timestamp().unwrap();
    assert_eq!(time.as_millisecond(), 1_793_607_330_412);
    let odd = self::event(&with(
        approved(),
        "time",
        Some(json!("2026-11-02T08:15:30")),
    ));
    assert_eq!(odd.time.as_ref().unwrap().as_str(), "2026-11-02T08:15:30");
    assert!(odd.time.unwrap().timestamp().is_err());
}
