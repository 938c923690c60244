//! What a person reads: the text of every error, and the status of every refusal.

use twilio_verify_webhooks::*;

use crate::spelling::Spelling;

#[track_caller]
fn assert_text(error: impl std::error::Error, text: &str) {
    assert_eq!(error.to_string(), text);
}

#[test]
fn configuration_errors() {
    for (error, text) in [
        (
            UrlError::NotAbsolute,
            "expected a webhook URL that starts with https:// or http:// and a host",
        ),
        (
            UrlError::Host,
            "expected a domain name or an address as host of the webhook URL",
        ),
        (
            UrlError::Port,
            "expected a port from 0 to 65535 in the webhook URL",
        ),
        (
            UrlError::WhiteSpace { position: 19 },
            "expected no control character and no white space around the webhook URL, found one at byte 19",
        ),
        (
            UrlError::MoreThanOrigin { position: 19 },
            "expected an origin such as https://example.com, found more at byte 19",
        ),
        (UrlError::Invalid, "expected a valid webhook URL"),
    ] {
        assert_text(ConfigError::from(error), text);
    }
    for (error, text) in [
        (KeyError::Empty, "expected a secret, found an empty text"),
        (KeyError::Blank, "expected a secret, found only white space"),
        (
            KeyError::Padded,
            "expected a secret without white space around it",
        ),
        (
            KeyError::Id,
            "expected a shared key id of visible ASCII without commas",
        ),
    ] {
        assert_text(ConfigError::from(error), text);
    }
    assert_text(ConfigError::NoKey, "expected at least one key");
    assert_text(
        ConfigError::RepeatedSharedKey { position: 2 },
        "shared key at position 2 has the id and algorithm of an earlier key",
    );
    assert_text(
        ConfigError::BodyLimit {
            largest: 100,
            found: 101,
        },
        "expected a body limit of 1 to 100 bytes, found 101",
    );
    let prefix = "AC";
    for (error, text) in [
        (
            SidError::Length { prefix, found: 3 },
            "expected a SID of 34 characters starting with AC, found 3 bytes",
        ),
        (
            SidError::Prefix { prefix },
            "expected a SID starting with AC",
        ),
        (
            SidError::Character {
                prefix,
                position: 9,
            },
            "expected letters and digits in a SID starting with AC, found another character at byte 9",
        ),
    ] {
        assert_text(error, text);
    }
}

#[track_caller]
fn assert_refusal(refusal: impl Into<Refusal>, status: u16, text: &str) {
    let refusal = refusal.into();
    let class = match status {
        405 | 415 => RefusalClass::Unsupported,
        413 => RefusalClass::TooLarge,
        400 => RefusalClass::Malformed,
        403 => RefusalClass::Signature,
        _ => RefusalClass::Misconfigured,
    };
    assert_eq!(
        (refusal.status(), refusal.class()),
        (status, class),
        "{refusal}"
    );
    assert_text(refusal, text);
}

#[test]
fn refusals_before_decoding() {
    assert_refusal(
        Refusal::Method { allow: "POST" },
        405,
        "expected the method POST",
    );
    for (error, text) in [
        (
            MediaTypeError::Missing,
            "expected the content type application/x-www-form-urlencoded, found none",
        ),
        (
            MediaTypeError::SeveralLines { count: 2 },
            "expected one content-type header, found 2",
        ),
        (
            MediaTypeError::Other,
            "expected the content type application/x-www-form-urlencoded, found another",
        ),
        (
            MediaTypeError::Encoded,
            "expected a body without content encoding, found one",
        ),
    ] {
        assert_refusal(error, 415, text);
    }
    assert_refusal(
        Refusal::TooLarge {
            limit: 10,
            found: 11,
        },
        413,
        "expected at most 10 bytes, found 11",
    );
    assert_refusal(
        TargetError::Missing,
        500,
        "expected the path and query of the request, found none: see Delivery::target",
    );
    assert_refusal(
        TargetError::Malformed { position: 3 },
        400,
        "expected the raw path and query of the request, found another character at byte 3",
    );
    assert_refusal(
        TargetError::HoldsParameter { position: 3 },
        400,
        "expected no name of an event's parameter in path and query, found one at byte 3",
    );
    assert_refusal(
        TargetError::Query,
        400,
        "expected a query that starts with the one of the configured URL",
    );
    assert_refusal(
        Refusal::Incomplete,
        400,
        "expected the whole body, found a part of it",
    );
    assert_refusal(
        Refusal::NoReceiver,
        500,
        "expected a receiver among the application's data, found none",
    );
    assert_refusal(
        Refusal::Body { found: 6 },
        400,
        "expected no body with GET, found 6 bytes",
    );
}

#[test]
fn refusals_of_forms() {
    for (error, text) in [
        (
            FormError::Escape { position: 7 },
            "expected two hexadecimal digits after `%` at byte 7 of the form",
        ),
        (
            FormError::NotAscii { position: 7 },
            "expected ASCII, found an unescaped byte outside it at byte 7 of the form",
        ),
        (
            FormError::NotUtf8 { position: 7 },
            "expected UTF-8 in a decoded name or value, found something else at byte 7 of the form",
        ),
        (
            FormError::EmptyName { position: 7 },
            "expected a parameter name at byte 7 of the form",
        ),
        (
            FormError::RepeatedName {
                name: Some("type"),
                position: 7,
            },
            "parameter type occurs a second time at byte 7 of the form",
        ),
        (
            FormError::RepeatedName {
                name: None,
                position: 7,
            },
            "a parameter occurs a second time at byte 7 of the form",
        ),
        (
            FormError::TooManyParameters { limit: 64 },
            "expected at most 64 parameters",
        ),
    ] {
        assert_refusal(error, 400, text);
    }
}

#[test]
fn refusals_of_signatures() {
    use SignatureError::*;

    let (position, expected, algorithm) = (5, 28, Algorithm::HmacSha256);
    for (error, text) in [
        (Missing, "expected an X-Twilio-Signature header, found none"),
        (
            SeveralLines { count: 2 },
            "expected one X-Twilio-Signature header, found 2",
        ),
        (
            Spelling::Empty.into(),
            "expected a signature, found an empty X-Twilio-Signature header",
        ),
        (
            Spelling::Joined { position }.into(),
            "expected one signature, found several joined at byte 5",
        ),
        (
            Spelling::WhiteSpace { position }.into(),
            "expected a signature without white space, found some at byte 5",
        ),
        (
            Spelling::UrlSafeAlphabet { position }.into(),
            "expected the standard alphabet of base64, found the URL-safe one at byte 5",
        ),
        (
            Spelling::NotBase64 { position }.into(),
            "expected base64, found another character at byte 5",
        ),
        (
            Spelling::Padding { expected }.into(),
            "expected base64 of 28 characters that ends in one `=`, found other padding",
        ),
        (
            Spelling::Length { expected, found: 5 }.into(),
            "expected a signature of 28 characters, found 5",
        ),
        (
            Spelling::SpareBits.into(),
            "expected canonical base64, found spare bits set in its last character",
        ),
        (
            SeveralSettings { count: 2 },
            "expected at most one X-Twilio-Webhooks-Signature-Settings header, found 2",
        ),
        (
            MalformedSettings,
            "expected X-Twilio-Webhooks-Signature-Settings to be like key=…,algorithm=…, found something else",
        ),
        (
            UnknownAlgorithm,
            "expected the algorithm HMAC_SHA1 or HMAC_SHA256, found another in X-Twilio-Webhooks-Signature-Settings",
        ),
        (
            NoSuchKey {
                algorithm,
                names_id: false,
            },
            "no configured key fits a signature made with HMAC_SHA256",
        ),
        (
            NoSuchKey {
                algorithm,
                names_id: true,
            },
            "no configured key fits a signature made with HMAC_SHA256 and the shared key named",
        ),
        (
            Mismatch { tries: 4 },
            "signature does not match, 4 combinations of a key and a variant of the URL tried",
        ),
        (
            ConfiguredBodyHash,
            "expected a configured URL without bodySHA256, which Twilio appends to it",
        ),
    ] {
        assert_refusal(error, 403, text);
    }
    assert_refusal(
        Refusal::UnknownAccount,
        403,
        "no keys for the account of this delivery",
    );
    assert_refusal(
        Refusal::OtherAccount,
        403,
        "account_sid is not the expected account",
    );
    assert_refusal(
        Refusal::OtherService,
        403,
        "service_sid is not the expected service",
    );
}

#[test]
fn refusals_of_events() {
    use EventError::*;

    let name = "uuid";
    let sid = SidError::Prefix { prefix: "AC" };
    for (error, text) in [
        (Missing { name }, "parameter uuid is missing"),
        (
            Unexpected { name },
            "parameter uuid does not belong to this type of event",
        ),
        (
            Sid {
                name: "account_sid",
                error: sid,
            },
            "parameter account_sid: expected a SID starting with AC",
        ),
        (
            Length {
                name,
                least: 1,
                most: 64,
                found: 65,
            },
            "parameter uuid: expected 1 to 64 characters, found 65",
        ),
        (
            Character { name, position: 3 },
            "parameter uuid: character at byte 3 does not belong there",
        ),
        (
            Ambiguous { name, position: 3 },
            "parameter uuid: another parameter could start at byte 3 of its value",
        ),
        (
            Unrecognized {
                name: "type",
                expected: "a type",
            },
            "parameter type: expected a type",
        ),
    ] {
        assert_refusal(error, 400, text);
    }
    for (fault, text) in [
        (JsonFault::NotAnObject, "something else"),
        (JsonFault::Syntax, "a syntax error"),
        (JsonFault::EndsEarly, "its end too early"),
        (JsonFault::TrailingText, "text after the object"),
        (JsonFault::TooDeep, "it nested more than 64 deep"),
    ] {
        let text =
            format!("parameter uuid: expected one whole JSON object, found {text} at byte 3");
        assert_refusal(
            Json {
                name,
                fault,
                position: 3,
            },
            400,
            &text,
        );
    }
    for (fault, text) in [
        (UnknownParameterFault::Strict, "and the receiver is strict"),
        (
            UnknownParameterFault::InvalidName,
            "that is not of the form lower_case_words",
        ),
        (
            UnknownParameterFault::LikeDocumented,
            "that is too similar to a known one",
        ),
        (
            UnknownParameterFault::HoldsDocumented,
            "and contains a known one",
        ),
        (
            UnknownParameterFault::PartOfNeighbour,
            "that could be a part of the value before it",
        ),
        (
            UnknownParameterFault::Unbounded,
            "that nothing bounds, as the URL comes with the request",
        ),
    ] {
        let text = format!("parameter 3 in signed order has an unknown name {text}");
        assert_refusal(UnknownParameter { position: 3, fault }, 400, &text);
    }
}

#[test]
fn response_bodies_are_short_and_constant() {
    for (class, text) in [
        (RefusalClass::Unsupported, "unsupported"),
        (RefusalClass::TooLarge, "too large"),
        (RefusalClass::Malformed, "malformed"),
        (RefusalClass::Signature, "signature refused"),
        (RefusalClass::Misconfigured, "misconfigured"),
    ] {
        assert_eq!(class.as_str(), text);
    }
}
