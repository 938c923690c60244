//! Twilio signs names and values without delimiters, so one signature fits every split of the same string. For an
//! accepted delivery every other split is refused.

use std::collections::BTreeSet;

use crate::support::*;
use twilio_verify_webhooks::signature::string_to_sign;
use twilio_verify_webhooks::*;
use verify_webhooks_reference::interpretations::DOCUMENTED;
use verify_webhooks_reference::splits;

/// Returns every accepted split of what these parameters sign, nothing signed anew.
pub(crate) fn readings(receiver: &Receiver, pairs: &Pairs, others: usize) -> BTreeSet<Pairs> {
    let signature = token().sign(URL, pairs.clone());
    let text = string_to_sign("", pairs.clone());
    let mut readings = BTreeSet::new();
    splits::all(&text, others, &mut |pairs| {
        let form = form(&pairs);
        let delivery = Delivery::new("POST", form.as_bytes());
        let delivery = delivery.content_type(FORM).signature(&signature);
        match receiver.receive(&delivery) {
            Ok(_) => drop(readings.insert(pairs)),
            Err(Refusal::Event(_)) => {}
            Err(refusal) => panic!("a split keeps the signature, and yet: {refusal:?}"),
        }
    });
    readings
}

/// Checks that an event is accepted as it is and in no other split.
#[track_caller]
fn assert_one_reading(mut pairs: Pairs) {
    pairs.sort();
    assert_eq!(readings(&receiver(), &pairs, 1), BTreeSet::from([pairs]));
}

#[test]
fn the_documented_events_have_one_reading() {
    for pairs in [v1_factor(), v1_challenge(), v2_factor(), v2_challenge()] {
        assert_one_reading(pairs);
    }
}

#[test]
fn names_planted_in_json_change_nothing() {
    for planted in [
        r#"{"factor_sid":"YF0123456789abcdef0123456789abcdef"}"#,
        r#"{"a":"entity_identityuser-0002factor_sidYF0123456789abcdef0123456789abcdef"}"#,
        r#"{"a":"challenge_sidYC0123456789abcdef0123456789abcdefentity_identityuser-0002"}"#,
        r#"{"a":"}factor_sidYF0123456789abcdef0123456789abcdef","b":{"some_name":1}}"#,
        r#"{"typechallenge.approveduuidx":"service_sidVA0123456789abcdef0123456789abcdef"}"#,
    ] {
        for name in [
            "challenge_details",
            "challenge_hidden_details",
            "challenge_metadata",
            "factor_metadata",
        ] {
            assert_one_reading(with(v2_challenge(), name, planted));
        }
    }
}

#[test]
fn a_denial_never_turns_into_an_approval() {
    let planted = format!(
        r#"{{"x":"challenge_sid{CHALLENGE}entity_identity{IDENTITY}factor_sid{FACTOR}service_sid{SERVICE}typechallenge.approveduuidx"}}"#
    );
    let denied = with(v2_challenge(), "type", "challenge.denied");
    for name in [
        "challenge_hidden_details",
        "challenge_metadata",
        "factor_metadata",
    ] {
        assert_one_reading(with(denied.clone(), name, &planted));
    }
    // The legacy form has no JSON that would have to be complete.
    assert_one_reading(with(v1_challenge(), "type", "challenge.denied"));
}

#[test]
fn a_friendly_name_that_could_be_split_is_refused() {
    for (friendly_name, position) in [
        ("factor_metadata{}", 0),
        ("my factor_sid", 3),
        ("Phone entity_identity", 6),
        ("a factor_kind", 2),
        ("élan factor_lang", 6),
    ] {
        let error = refused_event(&with(v2_factor(), "factor_friendly_name", friendly_name));
        match (error, position) {
            // At its very start nothing would be left of the name itself, which is refused as well.
            (
                EventError::Ambiguous {
                    name,
                    position: found,
                },
                _,
            ) => {
                assert_eq!((name, found), ("factor_friendly_name", position));
            }
            (error, _) => panic!("{friendly_name}: {error:?}"),
        }
    }
}

#[test]
fn a_uuid_that_could_be_split_is_refused() {
    for (uuid, position) in [("a webhook_id", 2), ("x v_1", 2), ("a uuid_v", 2)] {
        let error = refused_event(&with(v1_factor(), "uuid", uuid));
        assert_eq!(
            error,
            EventError::Ambiguous {
                name: "uuid",
                position
            },
            "{uuid}"
        );
    }
    assert_one_reading(with(v1_factor(), "uuid", "a_b uuid typefactor.createduuid"));
}

#[test]
fn a_uuid_ends_where_it_does_and_what_is_like_one_may_be_longer() {
    let uuid = "E1D34d2c-73c4-4D1d-8d1f-6b6f0f5f1c5a";
    let longer = |uuid: &str| with(v1_factor(), "uuid", &format!("{uuid}x"));
    let position = uuid.len();
    let name = "uuid";
    assert_eq!(
        refused_event(&longer(uuid)),
        EventError::Ambiguous { name, position }
    );
    for place in 0..position {
        for other in ["g", "G", "@", "`", "/", ":", "-", "0"] {
            let mut like = uuid.to_owned();
            like.replace_range(place..=place, other);
            let (digit, dash) = (other == "0", other == "-");
            let is_dash = &uuid[place..=place] == "-";
            if (digit && !is_dash) || (dash && is_dash) {
                continue;
            }
            assert_eq!(accepted(&longer(&like)).uuid(), format!("{like}x"));
        }
    }
}

#[test]
fn types_the_crate_does_not_know_have_one_reading() {
    for (name, value) in [
        ("type", "challenge.timed_out"),
        ("type", "factor.unused_x"),
        ("type", "entity_group.merged.into_another"),
        ("factor_type", "voice_call"),
        ("factor_type", "passkeys"),
    ] {
        assert_one_reading(with(v2_challenge(), name, value));
    }
    for (name, value, position) in [
        ("type", "factor.verifieduser_x", 15),
        ("type", "challenge.auuidb", 11),
        ("factor_type", "pushlocale_x", 4),
        ("factor_type", "totpservice_sid", 4),
    ] {
        let error = refused_event(&with(v2_factor(), name, value));
        assert_eq!(error, EventError::Ambiguous { name, position }, "{value}");
    }
}

#[test]
fn a_friendly_name_of_snake_case_words_is_received_where_it_cannot_be_split() {
    for friendly_name in [
        "my_phone",
        "factor_kind of phone",
        "pixel_9_pro",
        "_",
        "a_b_c type uuid",
    ] {
        assert_one_reading(with(v2_factor(), "factor_friendly_name", friendly_name));
    }
}

/// What the documented parameters say in each accepted split.
#[track_caller]
fn assert_documented_parameters_have_one_reading(receiver: &Receiver, pairs: &Pairs) {
    let documented = |mut pairs: Pairs| {
        pairs.retain(|(name, _)| DOCUMENTED.contains(&&**name));
        pairs.sort();
        pairs
    };
    let readings = readings(receiver, pairs, 1);
    assert!(!readings.is_empty(), "refused: {pairs:?}");
    for reading in readings {
        assert_eq!(documented(reading), documented(pairs.clone()));
    }
}

#[test]
fn parameters_added_by_twilio_do_not_change_what_the_documented_ones_say() {
    for (name, value) in [
        ("api_version", "2026-01-01"),
        ("challenge_expiration", "5"),
        ("extra_param", "some_value"),
        ("entity_sid", "YE0123456789abcdef0123456789abcdef"),
        ("region_code", "ie1"),
        ("timestamp", "1700000000"),
        ("region", "ie1"),
        ("status", "typechallenge.approved"),
        ("user_x", "uuid"),
        ("user_status_uuid", ""),
        ("new_field", "typefactor.createduuid"),
        ("user_agent", "curl"),
        ("session_type", "push"),
        ("user_uuid", "1"),
        ("webhook_sid", "YW0123456789abcdef0123456789abcdef"),
    ] {
        for pairs in [v1_challenge(), v2_factor()] {
            assert_documented_parameters_have_one_reading(&receiver(), &with(pairs, name, value));
        }
    }
}

#[test]
fn an_added_parameter_that_could_be_split_otherwise_is_refused() {
    use UnknownParameterFault::*;

    for (name, value, fault) in [
        ("event", "1", PartOfNeighbour),
        ("event2", "1", PartOfNeighbour),
        ("factor_lang", "fr", Ambiguous),
        ("challenge_expiration", "5", Ambiguous),
        ("Region_code", "ie1", InvalidName),
        ("region__code", "ie1", InvalidName),
        ("9region_code", "ie1", InvalidName),
        ("region_", "ie1", InvalidName),
        ("région_code", "ie1", InvalidName),
        ("x-y", "1", InvalidName),
        ("f9extra_param", "1", PartOfNeighbour),
        ("factor_meta", "1", LikeDocumented),
        ("factor_sids", "1", LikeDocumented),
        ("uuidx_y", "1", LikeDocumented),
        ("typed_x", "1", LikeDocumented),
        ("region_code", "x entity_identity y", HoldsDocumented),
        ("region_factor", "_sid", HoldsDocumented),
        ("region_service_sid", "", HoldsDocumented),
        ("session_code", "typechallenge.denied", Ambiguous),
        ("session_code", "typechallenge.denieduuidxv_w", Ambiguous),
        ("user_x", "uuid1v_w", Ambiguous),
    ] {
        let fault_is = |error: EventError| match error {
            EventError::UnknownParameter { fault: found, .. } => found == fault,
            _ => false,
        };
        let error = refused_event(&with(v2_challenge(), name, value));
        assert!(fault_is(error), "{name}: {error:?}");
    }
}

/// With an origin the request says where the URL ends, so that place is a border as well.
#[test]
fn the_path_of_a_request_neither_takes_from_the_parameters_nor_gives_to_them() {
    let origin = "https://example.com";
    let receiver = Receiver::builder_for_origin(origin)
        .auth_token(token())
        .build()
        .unwrap();
    let planted = format!(
        r#"{{"a":"account_sid{ACCOUNT}challenge_sid{CHALLENGE}entity_identity{IDENTITY}factor_sid{FACTOR}service_sid{SERVICE}typechallenge.approveduuidx"}}"#
    );
    for target in ["/", "/hooks/acme", "/hooks/a_b?tenant=some_name"] {
        for pairs in [
            v1_factor(),
            v2_challenge(),
            with(v2_challenge(), "challenge_details", &planted),
            with(v2_challenge(), "factor_metadata", &planted),
        ] {
            let url = format!("{origin}{target}");
            let signature = token().sign(&url, pairs.clone());
            let text = string_to_sign(target, pairs.clone());
            let mut accepted = Vec::new();
            for (end, _) in text.char_indices().skip(1) {
                splits::all(&text[end..], 0, &mut |split| {
                    let form = form(&split);
                    let delivery = Delivery::new("POST", form.as_bytes())
                        .content_type(FORM)
                        .target(&text[..end])
                        .signature(&signature);
                    if receiver.receive(&delivery).is_ok() {
                        accepted.push((end, split));
                    }
                });
            }
            let mut sorted = pairs;
            sorted.sort();
            assert_eq!(accepted, [(target.len(), sorted)], "{target}");
        }
    }
}

#[test]
fn two_added_parameters_do_not_spell_a_documented_name_together() {
    for (first, second) in [
        (("ub_x", "u"), ("uid_x", "1")),
        (("s_x", "service_"), ("sa_x", "")),
    ] {
        let pairs = with(with(v1_factor(), first.0, first.1), second.0, second.1);
        let readings = readings(&receiver(), &pairs, 1);
        let uuids = readings.iter().flatten().filter(|(name, _)| name == "uuid");
        assert!(
            uuids.clone().all(|(_, value)| value == UUID),
            "{readings:?}"
        );
    }
}

/// Found by the fuzz target `interpretations`.
#[test]
fn a_documented_name_in_a_value_after_the_type_hides_no_uuid() {
    let signed = [
        ("useruuid_hash", "challenge_hidden_details{}"),
        ("uuid", UUID),
    ];
    let split = [
        ("user", ""),
        ("uuid", "_hashchallenge_hidden_details{}uuid"),
    ];
    let mut pairs = v1_factor();
    pairs.retain(|(name, _)| name != "uuid");
    let text: String = signed
        .iter()
        .flat_map(|(name, value)| [*name, *value])
        .collect();
    let other = with(pairs, split[0].0, split[0].1);
    let other = with(other, split[1].0, &format!("{}{UUID}", split[1].1));
    assert!(string_to_sign("", other.clone()).ends_with(&text));
    refused_event(&other);
}
