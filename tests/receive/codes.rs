//! The words for refusals, which metrics and alerts are made of: they stay as they are.

use std::collections::HashSet;

use twilio_verify_webhooks::*;

use crate::support::*;

#[rustfmt::skip]
fn refusals() -> Vec<(&'static str, Refusal)> {
    let (name, position) = ("uuid", 0);
    let event = Refusal::Event;
    let signature = Refusal::Signature;
    vec![
        ("method_not_allowed", Refusal::Method { allow: "POST" }),
        ("media_type_missing", MediaTypeError::Missing.into()),
        ("media_type_repeated", MediaTypeError::SeveralLines { count: 2 }.into()),
        ("media_type_unsupported", MediaTypeError::Other.into()),
        ("content_encoding_unsupported", MediaTypeError::Encoded.into()),
        ("too_large", Refusal::TooLarge { limit: 1, found: 2 }),
        ("body_incomplete", Refusal::Incomplete),
        ("form_escape", FormError::Escape { position }.into()),
        ("form_not_ascii", FormError::NotAscii { position }.into()),
        ("form_not_utf8", FormError::NotUtf8 { position }.into()),
        ("parameter_name_empty", FormError::EmptyName { position }.into()),
        ("parameter_repeated", FormError::RepeatedName { name: None, position }.into()),
        ("parameters_too_many", FormError::TooManyParameters { limit: 64 }.into()),
        ("target_missing", TargetError::Missing.into()),
        ("target_malformed", TargetError::Malformed { position }.into()),
        ("target_holds_parameter", TargetError::HoldsParameter { position }.into()),
        ("target_query", TargetError::Query.into()),
        ("body_with_get", Refusal::Body { found: 1 }),
        ("signature_missing", signature(SignatureError::Missing)),
        ("signature_repeated", signature(SignatureError::SeveralLines { count: 2 })),
        ("signature_settings_repeated", signature(SignatureError::SeveralSettings { count: 2 })),
        ("signature_settings_malformed", signature(SignatureError::MalformedSettings)),
        ("signature_algorithm_unknown", signature(SignatureError::UnknownAlgorithm)),
        ("signature_key_unknown", signature(SignatureError::NoSuchKey {
            algorithm: Algorithm::HmacSha1, names_id: false,
        })),
        ("signature_mismatch", signature(SignatureError::Mismatch { tries: 1 })),
        ("configured_body_hash", signature(SignatureError::ConfiguredBodyHash)),
        ("account_unknown", Refusal::UnknownAccount),
        ("account_other", Refusal::OtherAccount),
        ("service_other", Refusal::OtherService),
        ("receiver_missing", Refusal::NoReceiver),
        ("parameter_missing", event(EventError::Missing { name })),
        ("parameter_unexpected", event(EventError::Unexpected { name })),
        ("parameter_length", event(EventError::Length { name, least: 1, most: 2, found: 3 })),
        ("parameter_character", event(EventError::Character { name, position })),
        ("parameter_ambiguous", event(EventError::Ambiguous { name, position })),
        ("parameter_first_in_query", event(EventError::FirstInQuery { name })),
        ("parameter_names_too_many", event(EventError::TooManyNames { limit: 64 })),
        ("parameter_unrecognized", event(EventError::Unrecognized { name, expected: "a type" })),
        ("parameter_json", event(EventError::Json { name, fault: JsonFault::Syntax, position })),
        ("parameter_unknown", event(EventError::UnknownParameter {
            name: UnknownName::default(),
            position, fault: UnknownParameterFault::Strict,
        })),
    ]
}

#[test]
fn each_refusal_has_a_word_of_its_own() {
    let refusals = refusals();
    for (code, refusal) in &refusals {
        assert_eq!(refusal.code(), *code, "{refusal}");
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        assert!(code.bytes().all(fits), "{code}");
    }
    let codes: HashSet<_> = refusals.iter().map(|(code, _)| code).collect();
    assert_eq!(codes.len(), refusals.len());
}

#[test]
fn the_documentation_lists_every_word() {
    let source = include_str!("../../src/error/code.rs");
    let is_row = |line: &&str| line.trim_start().starts_with("/// | of ");
    let rows: String = source.lines().filter(is_row).collect();
    // Pieces between backticks and what is between those.
    let documented: Vec<&str> = rows.split('`').skip(1).step_by(2).collect();
    for (code, _) in refusals() {
        assert!(documented.contains(&code), "{code}");
    }
    let words: Vec<&str> = source
        .split("=> \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(
        documented.iter().collect::<HashSet<_>>(),
        words.iter().collect()
    );
    assert_eq!(documented.len(), words.len());
}

#[test]
fn what_a_receiver_refuses_has_the_word() {
    let receiver = receiver();
    let genuine = || Request::signed(&v2_challenge());
    let malformed = genuine().replace(SIGNATURE_HEADER, "x");
    let code = |request: &Request| {
        receiver
            .receive(&request.delivery())
            .map_err(|refusal| refusal.code())
    };
    assert_eq!(code(&malformed).err(), Some("signature_malformed"));
    let sid = Request::signed(&with(v2_challenge(), "factor_sid", "YF0"));
    assert_eq!(code(&sid).err(), Some("parameter_sid"));
}
