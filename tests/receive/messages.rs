//! What a person reads: the text of every error, and what every refusal is answered with, as `messages.txt` has them.
//!
//! To take over a change, run this test with `RECORD=1`, and read the difference.

use std::fmt::Write as _;
use std::{env, fs};

use twilio_verify_webhooks::*;

use crate::spelling::Spelling;

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/receive/messages.txt");

#[test]
fn every_message_is_as_recorded() {
    let mut messages = String::new();
    for error in configuration_errors() {
        writeln!(messages, "{error}").unwrap();
    }
    for error in sid_errors() {
        writeln!(messages, "{error}").unwrap();
    }
    let refusals = [of_heads(), of_forms(), of_signatures(), of_events()];
    for refusal in refusals.into_iter().flatten() {
        let (status, class) = (refusal.status(), refusal.class());
        writeln!(messages, "{status} {}: {refusal}", class.as_str()).unwrap();
    }
    if env::var_os("RECORD").is_some() {
        fs::write(RECORDED, &messages).unwrap();
    }
    let recorded = fs::read_to_string(RECORDED).unwrap();
    for (message, recorded) in messages.lines().zip(recorded.lines()) {
        assert_eq!(message, recorded);
    }
    assert_eq!(messages, recorded);
}

fn configuration_errors() -> Vec<ConfigError> {
    let url = [
        UrlError::NotAbsolute,
        UrlError::Host,
        UrlError::Port,
        UrlError::WhiteSpace { position: 19 },
        UrlError::Invisible {
            character: '\u{200b}',
            position: 19,
        },
        UrlError::MoreThanOrigin { position: 19 },
        UrlError::Invalid,
    ];
    let key = [
        KeyError::Empty,
        KeyError::Blank,
        KeyError::WhiteSpace { position: 3 },
        KeyError::Control { position: 3 },
        KeyError::Invisible {
            character: '\u{feff}',
            position: 3,
        },
        KeyError::Quoted,
        KeyError::Sid,
        KeyError::Id,
    ];
    let (largest, found) = (100, 101);
    let others = [
        ConfigError::NoKey,
        ConfigError::RepeatedSharedKey { position: 2 },
        ConfigError::BodyLimit { largest, found },
    ];
    let url = url.map(ConfigError::from).into_iter();
    url.chain(key.map(ConfigError::from))
        .chain(others)
        .collect()
}

fn sid_errors() -> [SidError; 3] {
    let (prefix, position) = ("AC", 9);
    [
        SidError::Length { prefix, found: 3 },
        SidError::Prefix { prefix },
        SidError::Character { prefix, position },
    ]
}

fn of_heads() -> Vec<Refusal> {
    let (limit, found) = (10, 11);
    vec![
        Refusal::Method { allow: "POST" },
        MediaTypeError::Missing.into(),
        MediaTypeError::SeveralLines { count: 2 }.into(),
        MediaTypeError::Other.into(),
        MediaTypeError::Encoded.into(),
        Refusal::TooLarge { limit, found },
        TargetError::Missing.into(),
        TargetError::Malformed { position: 3 }.into(),
        TargetError::HoldsParameter { position: 3 }.into(),
        TargetError::Query.into(),
        Refusal::Incomplete,
        Refusal::NoReceiver,
        Refusal::Body { found: 6 },
    ]
}

fn of_forms() -> Vec<Refusal> {
    let (name, position) = (Some("type"), 7);
    let errors = [
        FormError::Escape { position },
        FormError::NotAscii { position },
        FormError::NotUtf8 { position },
        FormError::EmptyName { position },
        FormError::RepeatedName { name, position },
        FormError::RepeatedName {
            name: None,
            position,
        },
        FormError::LongName {
            limit: 64,
            position,
        },
        FormError::TooManyParameters { limit: 64 },
    ];
    errors.map(Refusal::from).into()
}

fn of_signatures() -> Vec<Refusal> {
    use SignatureError::*;

    let (position, expected, algorithm) = (5, 28, Algorithm::HmacSha256);
    let no_key = |names_id| NoSuchKey {
        algorithm,
        names_id,
    };
    let errors = [
        Missing,
        SeveralLines { count: 2 },
        Spelling::Empty.into(),
        Spelling::Joined { position }.into(),
        Spelling::WhiteSpace { position }.into(),
        Spelling::UrlSafeAlphabet { position }.into(),
        Spelling::NotBase64 { position }.into(),
        Spelling::Padding { expected }.into(),
        Spelling::Length { expected, found: 5 }.into(),
        Spelling::SpareBits.into(),
        SeveralSettings { count: 2 },
        MalformedSettings,
        UnknownAlgorithm,
        no_key(false),
        no_key(true),
        Mismatch { tries: 4 },
        ConfiguredBodyHash,
    ];
    let others = [
        Refusal::UnknownAccount,
        Refusal::OtherAccount,
        Refusal::OtherService,
    ];
    errors
        .map(Refusal::from)
        .into_iter()
        .chain(others)
        .collect()
}

fn of_events() -> Vec<Refusal> {
    use EventError::*;

    let (name, position) = ("uuid", 3);
    let (least, most, found) = (1, 64, 65);
    let errors = [
        Missing { name },
        Unexpected { name },
        Sid {
            name: "account_sid",
            error: SidError::Prefix { prefix: "AC" },
        },
        Length {
            name,
            least,
            most,
            found,
        },
        Character { name, position },
        Ambiguous { name, position },
        FirstInQuery { name },
        TooManyNames { limit: 64 },
        Unrecognized {
            name: "type",
            expected: "a type",
        },
    ];
    let json = [
        JsonFault::NotAnObject,
        JsonFault::Syntax,
        JsonFault::EndsEarly,
        JsonFault::TrailingText,
        JsonFault::TooDeep,
    ];
    let json = json.map(|fault| Json {
        name,
        fault,
        position,
    });
    let unknown = [
        UnknownParameterFault::Strict,
        UnknownParameterFault::InvalidName,
        UnknownParameterFault::LikeDocumented,
        UnknownParameterFault::HoldsDocumented,
        UnknownParameterFault::PartOfNeighbour,
        UnknownParameterFault::Ambiguous,
        UnknownParameterFault::Unbounded,
    ];
    let unknown = unknown.into_iter().flat_map(|fault| {
        // The second is no name that Twilio gives, and not shown.
        ["region_code", "Régión"].map(|name| UnknownParameter {
            position,
            name: UnknownName::new(name),
            fault,
        })
    });
    let errors = errors.into_iter().chain(json).chain(unknown);
    errors.map(Refusal::from).collect()
}
