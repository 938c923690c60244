//! What the search for other interpretations sees, and what it does not take for one: each pair of deliveries differs in
//! what one rule of it is for.

use crate::support::*;

/// Tells whether an event is accepted with some parameters added or changed.
fn is_accepted(event: Pairs, changed: &[(&str, &str)]) -> bool {
    let pairs = changed
        .iter()
        .fold(event, |pairs, (name, value)| with(pairs, name, value));
    receive(&receiver(), &Request::signed(&pairs)).is_ok()
}

/// Details with a text in which an approval is planted, which ends with a uuid.
fn planted(metadata: &str, uuid: &str) -> String {
    format!(
        "{{\"m\":\"challenge_metadata{metadata}challenge_sid{CHALLENGE}entity_identityuser-0002\
         factor_friendly_namexfactor_metadata{metadata}factor_sid{FACTOR}factor_typetotp\
         service_sid{SERVICE}typechallenge.approveduuid{uuid}\"}}"
    )
}

#[test]
fn nested_json_is_blank_null_or_an_object_where_it_is_planted_too() {
    let receives = |metadata: &str, uuid: &str| {
        let details = planted(metadata, uuid);
        let changed = [("api_version", "1"), ("challenge_details", &details)];
        is_accepted(v2_challenge(), &changed)
    };
    for metadata in ["", "null", "{}", "{ }"] {
        assert!(!receives(metadata, "xv_w"), "{metadata}");
        // The rest is in no parameter.
        assert!(receives(metadata, "x"), "{metadata}");
    }
    for metadata in ["nul", "{", "[]", "{}x"] {
        assert!(receives(metadata, "xv_w"), "{metadata}");
    }
}

#[test]
fn no_uuid_has_a_control_character() {
    let receives = |note: &str| is_accepted(v1_challenge(), &[("session_note", note)]);
    assert!(!receives("typechallenge.denieduuidx"));
    assert!(receives("typechallenge.denieduuid\n"));
}

#[test]
fn a_type_does_not_end_with_what_joins_words() {
    let receives = |name: &str| is_accepted(v1_factor(), &[("type", "foo.bar"), (name, "1")]);
    // `foo.barua` before `ua_w`.
    assert!(!receives("uaua_w"));
    // Not `foo.barua_` before `ua_w`.
    assert!(receives("ua_ua_w"));
    let receives = |name: &str| is_accepted(v2_factor(), &[("factor_type", "voice"), (name, "1")]);
    // `voicei` before `ga_x`.
    assert!(!receives("iga_x"));
    // Not `voicei_` before `ga_x`.
    assert!(receives("i_ga_x"));
}

/// Signed as `session=uuid`, `type=factor.status_updated` and `user_uuid=xW` with a control character.
#[test]
fn a_type_is_not_cut_where_one_that_ends_before_a_joining_sign_would_hide_the_signed_one() {
    let cut = [
        ("sess", "ionuuid"),
        ("type", "factor.stat"),
        ("us_u", "pdateduser_uuidxW\u{13}"),
        ("uuid", "wh_123"),
    ];
    for event in [v1_factor(), v2_factor()] {
        assert!(!is_accepted(event, &cut));
    }
}

#[test]
fn a_documented_name_is_seen_however_long_the_word_that_it_starts() {
    let uuid = format!("{}_b", "a".repeat(60));
    assert!(is_accepted(
        v1_factor(),
        &[("type", "foo.bar"), ("uuid", &uuid)]
    ));
}
