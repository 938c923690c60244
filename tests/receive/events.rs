//! What each event must and may hold.

use serde::Deserialize;
use twilio_verify_webhooks::*;

use crate::support::*;

#[test]
fn a_missing_parameter_is_named() {
    let v1 = [
        "uuid",
        "type",
        "account_sid",
        "service_sid",
        "entity_identity",
        "factor_sid",
    ];
    let challenge = ["challenge_sid"];
    let v2 = ["factor_type", "factor_friendly_name"];
    let cases = [
        (v1_factor(), v1.to_vec()),
        (v1_challenge(), [&v1[..], &challenge].concat()),
        (v2_factor(), [&v1[..], &v2].concat()),
        (
            v2_challenge(),
            [&v1[..], &challenge, &v2, &["challenge_details"]].concat(),
        ),
    ];
    for (pairs, names) in cases {
        for name in names {
            let error = refused_event(&without(pairs.clone(), name));
            assert_eq!(error, EventError::Missing { name });
        }
    }
}

#[test]
fn a_parameter_of_version_2_alone_brings_the_others_with_it() {
    for name in [
        "factor_metadata",
        "challenge_details",
        "challenge_hidden_details",
        "challenge_metadata",
    ] {
        let error = refused_event(&with(v1_challenge(), name, "{}"));
        assert_eq!(
            error,
            EventError::Missing {
                name: "factor_type"
            },
            "{name}"
        );
    }
    let error = refused_event(&with(v1_factor(), "factor_type", "push"));
    assert_eq!(
        error,
        EventError::Missing {
            name: "factor_friendly_name"
        }
    );
    let error = refused_event(&with(v1_factor(), "factor_friendly_name", "Phone"));
    assert_eq!(
        error,
        EventError::Missing {
            name: "factor_type"
        }
    );
}

#[test]
fn optional_parameters_may_be_absent() {
    let optional = [
        "factor_metadata",
        "challenge_hidden_details",
        "challenge_metadata",
    ];
    for name in optional {
        let Event::Challenge(event) = accepted(&without(v2_challenge(), name)) else {
            panic!()
        };
        assert_eq!(event.version(), WebhookVersion::V2);
    }
    let pairs = optional.into_iter().fold(v2_challenge(), without);
    let Event::Challenge(event) = accepted(&pairs) else {
        panic!()
    };
    assert_eq!(event.challenge_hidden_details, None);
    // Challenges of other factors than push need not have details.
    let pairs = with(
        without(v2_challenge(), "challenge_details"),
        "factor_type",
        "passkeys",
    );
    let Event::Challenge(event) = accepted(&pairs) else {
        panic!()
    };
    assert_eq!(
        event.factor_type.as_ref().map(FactorType::as_str),
        Some("passkeys")
    );
    assert_eq!(
        (event.version(), event.details()),
        (WebhookVersion::V2, Ok(None))
    );
}

#[test]
fn a_factor_event_has_no_challenge() {
    for (name, value) in [
        ("challenge_sid", CHALLENGE),
        ("challenge_details", "{}"),
        ("challenge_hidden_details", "{}"),
        ("challenge_metadata", "{}"),
    ] {
        for pairs in [v1_factor(), v2_factor()] {
            let error = refused_event(&with(pairs, name, value));
            assert_eq!(error, EventError::Unexpected { name });
        }
    }
}

#[test]
fn unknown_types_have_a_known_form() {
    let longest = format!("a.{}", "b".repeat(62));
    for value in [
        "a.b",
        "challenge.expired",
        "factor.push_token.updated",
        "a_b.c_d.e_f",
        &longest,
    ] {
        let Event::Other(event) = accepted(&with(v2_challenge(), "type", value)) else {
            panic!()
        };
        assert_eq!(event.event_type, value);
    }
    let too_long = format!("a.{}", "b".repeat(63));
    for value in [
        "",
        "*",
        "a",
        "factor",
        "factor.",
        ".created",
        "factor..created",
        "factor.Created",
        "FACTOR.CREATED",
        "factor.created ",
        " factor.created",
        "factor._x",
        "factor.x_",
        "a__b.c",
        "factor.created2",
        "factor-created",
        "factor.cr\u{e9}ed",
        "challenge.approved\0",
        &too_long,
    ] {
        let error = refused_event(&with(v2_challenge(), "type", value));
        assert!(
            matches!(error, EventError::Unrecognized { name: "type", .. }),
            "{value}: {error:?}"
        );
    }
    let longest = "b".repeat(32);
    for value in ["totp", "passkeys", "silent_auth", &longest] {
        let Event::Factor(event) = accepted(&with(v2_factor(), "factor_type", value)) else {
            panic!()
        };
        assert_eq!(event.factor_type.unwrap().as_str(), value);
    }
    let too_long = "b".repeat(33);
    for value in [
        "", "Push", "push ", "push.2", "totp2", "_a", "a_", "a__b", &too_long,
    ] {
        let error = refused_event(&with(v2_factor(), "factor_type", value));
        assert!(
            matches!(
                error,
                EventError::Unrecognized {
                    name: "factor_type",
                    ..
                }
            ),
            "{value}: {error:?}"
        );
    }
}

#[test]
fn an_unknown_type_needs_what_every_event_has() {
    let least = pairs([
        ("uuid", UUID),
        ("type", "service.suspended"),
        ("account_sid", ACCOUNT),
        ("service_sid", SERVICE),
    ]);
    let event = accepted(&least);
    assert_eq!(
        (event.event_type(), event.uuid(), event.version()),
        ("service.suspended", UUID, None)
    );
    assert_eq!(
        (event.account_sid(), event.service_sid()),
        (ACCOUNT.parse().unwrap(), SERVICE.parse().unwrap())
    );
    for name in ["uuid", "type", "account_sid", "service_sid"] {
        let error = refused_event(&without(least.clone(), name));
        assert_eq!(error, EventError::Missing { name });
    }
    // What Twilio documents for other events is checked here too.
    for (name, value) in [
        ("challenge_sid", "YC1"),
        ("factor_sid", "YF1"),
        ("entity_identity", "a_b_c_d_e"),
        ("factor_type", "9"),
        ("factor_friendly_name", ""),
        ("challenge_details", "{"),
        ("challenge_hidden_details", "[]"),
        ("challenge_metadata", "nul"),
        ("factor_metadata", " "),
    ] {
        let refusal = refused(&Request::signed(&with(least.clone(), name, value)));
        assert_eq!(refusal.status(), 400, "{name}");
    }
}

#[test]
fn parameters_of_an_unknown_type_are_read_into_a_type_of_ones_own() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Expired {
        challenge_sid: ChallengeSid,
        challenge_attempts: u32,
        region_code: Option<String>,
    }

    let pairs = with(v2_challenge(), "type", "challenge.expired");
    let pairs = with(pairs, "challenge_attempts", "3");
    let Event::Other(event) = accepted(&pairs) else {
        panic!()
    };
    assert_eq!(event.parameters.len(), 14);
    assert_eq!(
        event.parameters.get("factor_friendly_name"),
        Some("John's Phone")
    );
    assert_eq!(event.parameters.get("nothing"), None);
    let expired = event.parameters.decode::<Expired>().unwrap();
    let challenge_sid = CHALLENGE.parse().unwrap();
    assert_eq!(
        expired,
        Expired {
            challenge_sid,
            challenge_attempts: 3,
            region_code: None
        }
    );

    let Event::Other(event) = accepted(&with(pairs.clone(), "challenge_attempts", "three")) else {
        panic!()
    };
    let error = event.parameters.decode::<Expired>().unwrap_err();
    assert_eq!(
        (error.path(), error.is_missing()),
        ("challenge_attempts", false)
    );
    let Event::Other(event) = accepted(&without(pairs, "challenge_attempts")) else {
        panic!()
    };
    let error = event.parameters.decode::<Expired>().unwrap_err();
    assert_eq!(
        (error.path(), error.is_missing()),
        ("challenge_attempts", true)
    );
}

#[test]
fn undocumented_parameters_are_kept_and_a_strict_receiver_refuses_them() {
    let pairs = with(
        with(v2_challenge(), "region_code", "ie1"),
        "api_version",
        "2026 & later",
    );
    let Event::Challenge(event) = accepted(&pairs) else {
        panic!()
    };
    let extra: Vec<_> = event.extra.iter().collect();
    assert_eq!(
        extra,
        [("api_version", "2026 & later"), ("region_code", "ie1")]
    );
    assert_eq!(event.extra.get("region_code"), Some("ie1"));

    let strict = Receiver::builder(URL)
        .auth_token(token())
        .strict()
        .build()
        .unwrap();
    let fault = UnknownParameterFault::Strict;
    let refusal = EventError::UnknownParameter {
        position: 1,
        name: UnknownName::new("api_version"),
        fault,
    };
    assert_eq!(
        receive(&strict, &Request::signed(&pairs)),
        Err(refusal.into())
    );
    for pairs in [v1_factor(), v1_challenge(), v2_factor(), v2_challenge()] {
        assert!(receive(&strict, &Request::signed(&pairs)).is_ok());
    }
    // Otherwise it accepts nothing that another receiver refuses: events are read back by the rules of either.
    for (name, value) in [
        ("factor_friendly_name", "a factor_kind"),
        ("uuid", "x v_1"),
        ("factor_type", "pushlocale_x"),
    ] {
        let pairs = with(v2_factor(), name, value);
        let error = refused_event(&pairs);
        assert!(matches!(error, EventError::Ambiguous { .. }));
        assert_eq!(
            receive(&strict, &Request::signed(&pairs)),
            Err(error.into())
        );
    }
    let other = with(v2_challenge(), "type", "challenge.expired");
    assert!(receive(&strict, &Request::signed(&other)).is_ok());
}

#[test]
fn who_it_was_is_known_without_a_match() {
    let names = |event: &Event<'_>| {
        let text = |sid: &dyn ToString| sid.to_string();
        (
            event.entity_identity().map(str::to_owned),
            event.factor_sid().map(|sid| text(&sid)),
            event.challenge_sid().map(|sid| text(&sid)),
        )
    };
    let value = |pairs: &Pairs, name| {
        let found = pairs.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| value.to_string())
    };
    let other = with(v2_challenge(), "type", "challenge.expired");
    let bare = ["entity_identity", "factor_sid", "challenge_sid"];
    let bare = bare.into_iter().fold(other.clone(), without);
    for pairs in [v1_factor(), v2_factor(), v2_challenge(), other, bare] {
        let event = accepted(&pairs);
        let expected = (
            value(&pairs, "entity_identity"),
            value(&pairs, "factor_sid"),
            value(&pairs, "challenge_sid"),
        );
        assert_eq!(names(&event), expected);
        let is = |wanted: bool, variant: bool| assert_eq!(wanted, variant, "{event:?}");
        is(
            event.as_factor().is_some(),
            matches!(event, Event::Factor(_)),
        );
        is(
            event.as_challenge().is_some(),
            matches!(event, Event::Challenge(_)),
        );
    }
}

#[test]
fn both_kinds_of_parameters_are_iterated_over() {
    let pairs = with(v2_challenge(), "type", "challenge.expired");
    let request = Request::signed(&pairs);
    let receiver = Receiver::new(URL, token()).unwrap();
    let mut buffer = Buffer::new();
    let verified = receiver
        .verify_in(&request.delivery(), &mut buffer)
        .unwrap();
    let params = verified.params();
    assert_eq!(params.iter().len(), pairs.len());
    let mut received = Vec::new();
    for pair in params {
        received.push(pair);
    }
    assert!(params.iter().eq(received.iter().copied()));
    let Event::Other(event) = verified.read().unwrap().event else {
        panic!()
    };
    received.sort_unstable();
    let mut sorted = Vec::new();
    for pair in &event.parameters {
        sorted.push(pair);
    }
    assert_eq!(sorted, received);
    assert_eq!(event.parameters.iter().count(), event.parameters.len());
}
