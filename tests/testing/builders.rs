use std::collections::BTreeSet;

use crate::*;

/// Whether a text is a prefix and so many lower-case hexadecimal digits.
fn is_hex(text: &str, prefix: &str, digits: usize) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        rest.len() == digits
            && rest
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn names(builder: &EventBuilder) -> BTreeSet<&str> {
    builder.iter().map(|(name, _)| name).collect()
}

const V1_FACTOR: [&str; 6] = [
    "account_sid",
    "entity_identity",
    "factor_sid",
    "service_sid",
    "type",
    "uuid",
];
const V2_FACTOR: [&str; 3] = ["factor_friendly_name", "factor_metadata", "factor_type"];
const V2_CHALLENGE: [&str; 3] = [
    "challenge_details",
    "challenge_hidden_details",
    "challenge_metadata",
];

#[test]
fn events_have_the_documented_parameters() {
    for (builder, event_type) in [
        (EventBuilder::factor_created(), "factor.created"),
        (EventBuilder::factor_verified(), "factor.verified"),
        (EventBuilder::factor_deleted(), "factor.deleted"),
        (EventBuilder::challenge_approved(), "challenge.approved"),
        (EventBuilder::challenge_denied(), "challenge.denied"),
        (EventBuilder::new("challenge.expired"), "challenge.expired"),
        (EventBuilder::new("factor.locked"), "factor.locked"),
        (EventBuilder::new("entity.deleted"), "entity.deleted"),
    ] {
        let is_challenge = event_type.starts_with("challenge");
        let challenge_sid = is_challenge.then_some("challenge_sid");
        let v1: BTreeSet<_> = V1_FACTOR.into_iter().chain(challenge_sid).collect();
        let mut v2: BTreeSet<_> = v1.iter().copied().chain(V2_FACTOR).collect();
        v2.extend(V2_CHALLENGE.into_iter().filter(|_| is_challenge));
        assert_eq!(names(&builder), v2, "{event_type}");
        assert_eq!(names(&builder.clone().v1()), v1, "{event_type}");

        assert_eq!(builder.get("type"), Some(event_type));
        assert_eq!(builder.get("factor_type"), Some("push"));
        for (name, prefix) in [
            ("account_sid", "AC"),
            ("service_sid", "VA"),
            ("factor_sid", "YF"),
        ] {
            assert!(is_hex(builder.get(name).unwrap(), prefix, 32), "{name}");
        }
        assert!(is_hex(builder.get("entity_identity").unwrap(), "", 32));
    }
    let approved = EventBuilder::challenge_approved();
    assert!(is_hex(approved.get("challenge_sid").unwrap(), "YC", 32));
}

#[test]
fn versions_are_told_apart() {
    for builder in [
        EventBuilder::factor_created(),
        EventBuilder::challenge_denied(),
    ] {
        let version = |builder: EventBuilder| builder.build().unwrap().version();
        assert_eq!(version(builder.clone()), Some(WebhookVersion::V2));
        assert_eq!(version(builder.v1()), Some(WebhookVersion::V1));
    }
}

#[test]
fn a_uuid_is_of_version_4() {
    let mut device = Device::from_seed(1);
    for _ in 0..200 {
        let event = device.factor_created();
        let groups: Vec<_> = event.get("uuid").unwrap().split('-').collect();
        let [a, b, c, d, e] = groups[..] else {
            panic!("{groups:?}")
        };
        assert!(is_hex(a, "", 8) && is_hex(b, "", 4) && is_hex(e, "", 12));
        assert!(is_hex(c, "4", 3), "{c}");
        assert!(
            is_hex(d, "", 4) && d.starts_with(['8', '9', 'a', 'b']),
            "{d}"
        );
    }
}

#[test]
fn nested_json_is_as_documented() {
    let event = EventBuilder::challenge_approved().build().unwrap();
    let Event::Challenge(challenge) = event else {
        panic!("{event:?}")
    };
    let details = challenge.details().unwrap().unwrap();
    assert!(!details.message.is_empty() && details.message.chars().count() <= 256);
    assert_eq!(details.fields.len(), 2);
    for json in [
        &challenge.challenge_hidden_details,
        &challenge.challenge_metadata,
        &challenge.factor_metadata,
    ] {
        assert!(!json.as_ref().unwrap().strings().unwrap().is_empty());
    }
}

#[test]
fn each_builder_has_fresh_values() {
    for name in [
        "uuid",
        "account_sid",
        "service_sid",
        "entity_identity",
        "factor_sid",
        "challenge_sid",
    ] {
        let values: BTreeSet<_> = (0..50)
            .map(|_| {
                EventBuilder::challenge_approved()
                    .get(name)
                    .unwrap()
                    .to_owned()
            })
            .collect();
        assert_eq!(values.len(), 50, "{name}");
    }
}

#[test]
fn events_of_a_device_share_what_they_should() {
    let mut device = Device::new();
    let events = [
        device.factor_created(),
        device.challenge_approved(),
        device.challenge_denied(),
    ];
    let distinct = |name| {
        events
            .iter()
            .filter_map(|event| event.get(name))
            .collect::<BTreeSet<_>>()
            .len()
    };
    for name in [
        "account_sid",
        "service_sid",
        "entity_identity",
        "factor_sid",
        "factor_friendly_name",
    ] {
        assert_eq!(distinct(name), 1, "{name}");
    }
    assert_eq!(distinct("uuid"), 3);
    assert_eq!(distinct("challenge_sid"), 2);
}

#[test]
fn a_seed_brings_the_same_events_again() {
    let story = |seed| {
        let mut device = Device::from_seed(seed);
        [
            device.factor_created(),
            device.challenge_approved(),
            device.event("a.b"),
        ]
    };
    assert_eq!(story(1), story(1));
    assert_ne!(story(1), story(2));
}

#[test]
fn what_is_set_of_a_device_is_in_its_events() {
    let mut device = Device::new()
        .with_account_sid("AC1")
        .with_service_sid("VA1")
        .with_entity_identity("user-0001")
        .with_factor_sid("YF1")
        .with_friendly_name("Phone");
    let event = device.factor_verified();
    for (name, value) in [
        ("account_sid", "AC1"),
        ("service_sid", "VA1"),
        ("entity_identity", "user-0001"),
        ("factor_sid", "YF1"),
        ("factor_friendly_name", "Phone"),
    ] {
        assert_eq!(event.get(name), Some(value));
    }
}

#[test]
fn every_parameter_can_be_set() {
    let builder = EventBuilder::empty()
        .uuid("a")
        .event_type(ChallengeEventType::Denied)
        .account_sid("c")
        .service_sid("d")
        .entity_identity("e")
        .factor_sid("f")
        .factor_type("g")
        .factor_friendly_name("h")
        .factor_metadata(serde_json::json!({}))
        .challenge_sid("j")
        .challenge_details("k")
        .challenge_hidden_details("l")
        .challenge_metadata("m")
        .parameter("some_name", 1);
    let params: Vec<_> = builder.iter().collect();
    assert_eq!(
        params,
        [
            ("uuid", "a"),
            ("type", "challenge.denied"),
            ("account_sid", "c"),
            ("service_sid", "d"),
            ("entity_identity", "e"),
            ("factor_sid", "f"),
            ("factor_type", "g"),
            ("factor_friendly_name", "h"),
            ("factor_metadata", "{}"),
            ("challenge_sid", "j"),
            ("challenge_details", "k"),
            ("challenge_hidden_details", "l"),
            ("challenge_metadata", "m"),
            ("some_name", "1"),
        ]
    );
    let changed = builder.without("uuid").parameter("some_name", "é&");
    assert_eq!(changed.get("uuid"), None);
    assert!(changed.form().ends_with("&some_name=%C3%A9%26"));
}

#[test]
fn what_is_no_event_is_not_built() {
    let refusal = EventBuilder::factor_created()
        .without("uuid")
        .build()
        .unwrap_err();
    let missing = EventError::Missing { name: "uuid" };
    assert_eq!(refusal, Refusal::Event(missing));
}

#[test]
fn an_event_becomes_a_builder_again() {
    let mut event = EventBuilder::challenge_approved()
        .parameter("region_code", "pt-BR")
        .build()
        .unwrap();
    assert_eq!(EventBuilder::from(&event).build().unwrap(), event);
    let Event::Challenge(challenge) = &mut event else {
        panic!("{event:?}")
    };
    challenge.challenge_hidden_details = None;
    challenge.event_type = ChallengeEventType::Denied;
    let builder = EventBuilder::from(&event);
    assert_eq!(builder.get("type"), Some("challenge.denied"));
    assert_eq!(builder.get("challenge_hidden_details"), None);
    assert_eq!(builder.get("region_code"), Some("pt-BR"));
}
