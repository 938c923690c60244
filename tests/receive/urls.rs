//! Which URLs are accepted as configuration, and which texts of them Twilio may have signed.

use twilio_verify_webhooks::signature::SignedUrl;
use twilio_verify_webhooks::*;

use crate::support::*;

#[track_caller]
fn assert_forms(url: &str, others: &[&str]) {
    let signed = SignedUrl::new(url).unwrap();
    let mut expected = vec![url];
    expected.extend(others);
    assert!(
        signed.variants().eq(expected),
        "{:?}",
        signed.variants().collect::<Vec<_>>()
    );
}

#[test]
fn the_forms_of_a_url_differ_in_port_and_credentials_only() {
    assert_forms("https://example.com/p", &["https://example.com:443/p"]);
    assert_forms("http://example.com/p", &["http://example.com:80/p"]);
    assert_forms("https://example.com:443/p", &["https://example.com/p"]);
    assert_forms("http://example.com:80/p", &["http://example.com/p"]);
    assert_forms("https://example.com:80/p", &["https://example.com/p"]);
    assert_forms("https://example.com:8443/p", &["https://example.com/p"]);
    assert_forms("https://example.com:/p", &["https://example.com/p"]);
    assert_forms("https://example.com", &["https://example.com:443"]);
    assert_forms("https://example.com?a=b", &["https://example.com:443?a=b"]);
    assert_forms("https://example.com/p?", &["https://example.com:443/p?"]);
    assert_forms("HTTPS://Example.COM/P", &["HTTPS://Example.COM:443/P"]);
    assert_forms("HTTP://Example.COM", &["HTTP://Example.COM:80"]);
    assert_forms("https://[2001:db8::1]/p", &["https://[2001:db8::1]:443/p"]);
    assert_forms("https://[2001:db8::1]:8443/p", &["https://[2001:db8::1]/p"]);
    assert_forms("https://192.0.2.1:8443", &["https://192.0.2.1"]);
    assert_forms(
        "https://example.com:8443/p?x=%3A%2f:9",
        &["https://example.com/p?x=%3A%2f:9"],
    );
    assert_forms(
        "https://example.com/a//b/../c",
        &["https://example.com:443/a//b/../c"],
    );
    assert_forms(
        "https://example.com/España?año=1",
        &["https://example.com:443/España?año=1"],
    );
    assert_forms(
        "https://bücher.example/p q",
        &["https://bücher.example:443/p q"],
    );
    assert_forms(
        "https://example.com/p?q=W+O'h%27",
        &["https://example.com:443/p?q=W+O'h%27"],
    );
    assert_forms(
        "https://ex.com:8443/p?u=https://ex.com:8443",
        &["https://ex.com/p?u=https://ex.com:8443"],
    );
    assert_forms(
        "https://user:pass@example.com:8443/p@q",
        &[
            "https://user:pass@example.com/p@q",
            "https://example.com:8443/p@q",
            "https://example.com/p@q",
        ],
    );
    assert_forms(
        "https://user@[::1]/p",
        &[
            "https://user@[::1]:443/p",
            "https://[::1]/p",
            "https://[::1]:443/p",
        ],
    );
}

#[test]
fn the_fragment_is_accepted_and_never_signed() {
    let url = SignedUrl::new("https://example.com/p?a=b#rc=2&rp=all").unwrap();
    let forms = ["https://example.com/p?a=b", "https://example.com:443/p?a=b"];
    assert!(url.variants().eq(forms));

    let receiver = Receiver::builder(format!("{URL}#rc=2"))
        .auth_token(token())
        .build()
        .unwrap();
    assert!(receive(&receiver, &Request::signed(&v1_factor())).is_ok());
    let with_fragment = token().sign(&format!("{URL}#rc=2"), v1_factor());
    let request = Request::signed(&v1_factor()).replace(SIGNATURE_HEADER, &with_fragment);
    let refusal = SignatureError::Mismatch { tries: 2 };
    assert_eq!(receive(&receiver, &request), Err(refusal.into()));
}

#[test]
fn what_is_no_absolute_http_url_is_refused() {
    use UrlError::*;

    for (url, error) in [
        ("", NotAbsolute),
        ("/webhook", NotAbsolute),
        ("example.com/webhook", NotAbsolute),
        ("//example.com", NotAbsolute),
        ("ftp://example.com", NotAbsolute),
        ("wss://example.com", NotAbsolute),
        ("https:/example.com", NotAbsolute),
        ("https:example.com", NotAbsolute),
        ("https://", NotAbsolute),
        ("https:///webhook", NotAbsolute),
        ("https://?a", NotAbsolute),
        ("https://#a", NotAbsolute),
        ("https://user@/p", NotAbsolute),
        ("https://:443/p", NotAbsolute),
        ("https://a b/p", Host),
        ("https://exa<mple.com", Host),
        ("https://[::1/p", Host),
        ("https://1.2.3.256/", Host),
        ("https://example.com:99999/", Port),
        ("https://example.com:port/", Port),
        (" https://example.com", WhiteSpace { position: 0 }),
        ("https://example.com\n", WhiteSpace { position: 19 }),
        ("https://example.com ", WhiteSpace { position: 19 }),
        ("https://exam\tple.com", WhiteSpace { position: 12 }),
        ("https://example.com/\u{7f}", WhiteSpace { position: 20 }),
    ] {
        assert_eq!(SignedUrl::new(url), Err(error), "{url:?}");
        let builder = Receiver::builder(url).auth_token(token());
        assert_eq!(
            builder.build().unwrap_err(),
            ConfigError::Url(error),
            "{url:?}"
        );
    }
}

#[test]
fn a_url_with_an_invisible_character_is_refused_by_its_code_point() {
    for (url, position, code_point) in [
        ("\u{feff}https://example.com/webhook", 0, "U+FEFF"),
        ("https://example.com/webhook\u{200b}", 27, "U+200B"),
        ("https://example.com/web\u{200c}hook", 23, "U+200C"),
        ("https://exam\u{ad}ple.com/webhook", 12, "U+00AD"),
        ("https://example.com/\u{202e}webhook", 20, "U+202E"),
        ("https://example.com/\u{2066}webhook", 20, "U+2066"),
        ("https://example.com/web\u{a0}hook", 23, "U+00A0"),
        ("https://example.com/web\u{2028}hook", 23, "U+2028"),
        ("https://example.com/?a\u{2060}=1", 22, "U+2060"),
        ("https://us\u{200d}er@example.com/", 10, "U+200D"),
        ("https://example.com/#rc=2\u{feff}", 25, "U+FEFF"),
        ("https://example.com/\u{e0001}", 20, "U+E0001"),
    ] {
        let error = SignedUrl::new(url).unwrap_err();
        let expected = format!(
            "expected a webhook URL of visible characters, found {code_point} at byte {position}"
        );
        assert_eq!(error.to_string(), expected);
        let builder = Receiver::builder(url).auth_token(token());
        assert_eq!(builder.build().unwrap_err(), ConfigError::Url(error));
    }
    assert!(SignedUrl::new("https://example.com/e\u{301}t\u{e9}/\u{6771}").is_ok());
}

/// What Twilio would sign then ends in white space that no request holds.
#[test]
fn white_space_before_the_fragment_is_refused() {
    for (url, position) in [
        ("https://example.com #rc=2", 19),
        ("https://example.com/hook  #", 24),
        ("https://example.com/?a=1\u{a0}#rp=all", 24),
        ("https://example.com/ # ", 20),
    ] {
        assert_eq!(
            SignedUrl::new(url),
            Err(UrlError::WhiteSpace { position }),
            "{url:?}"
        );
    }
    assert!(SignedUrl::new("https://example.com/#a b").is_ok());
}

#[test]
fn every_form_is_received_and_nothing_like_it() {
    let url = "https://user:pass@Example.com:8443/Hook?a=%3A";
    let receiver = Receiver::builder(url).auth_token(token()).build().unwrap();
    let receive = |signed: &str| {
        let signature = token().sign(signed, v1_factor());
        receive(
            &receiver,
            &Request::signed(&v1_factor()).replace(SIGNATURE_HEADER, &signature),
        )
    };
    for signed in SignedUrl::new(url).unwrap().variants() {
        assert!(receive(signed).is_ok(), "{signed}");
    }
    for signed in [
        "http://user:pass@Example.com:8443/Hook?a=%3A",
        "https://user:pass@example.com:8443/Hook?a=%3A",
        "https://user:pass@Example.com:443/Hook?a=%3A",
        "https://user@Example.com:8443/Hook?a=%3A",
        "https://user:pass@Example.com:8443/hook?a=%3A",
        "https://user:pass@Example.com:8443/Hook/?a=%3A",
        "https://user:pass@Example.com:8443/Hook?a=%3a",
        "https://user:pass@Example.com:8443/Hook?a=:",
        "https://user:pass@Example.com:8443/Hook",
        "https://user:pass@Example.com:8443/Hook?a=%3A&",
        "https://user:pass@Example.com:8443/Hook?a=%3A#",
    ] {
        let refusal = SignatureError::Mismatch { tries: 4 };
        assert_eq!(receive(signed), Err(refusal.into()), "{signed}");
    }
}

#[test]
fn an_origin_is_joined_with_the_raw_path_and_query() {
    let receiver = Receiver::builder_for_origin("https://Example.com:8443")
        .auth_token(token())
        .build()
        .unwrap();
    for (target, signed) in [
        (
            "/hooks/7?x=%3A&y='",
            "https://Example.com:8443/hooks/7?x=%3A&y='",
        ),
        ("/hooks/7", "https://Example.com/hooks/7"),
        ("/", "https://Example.com:8443/"),
        ("//a/../b?", "https://Example.com//a/../b?"),
        ("/caf\u{e9}", "https://Example.com/caf\u{e9}"),
    ] {
        let signature = token().sign(signed, v1_factor());
        let mut request = Request::signed(&v1_factor()).replace(SIGNATURE_HEADER, &signature);
        request.target = Some(target.into());
        assert!(receive(&receiver, &request).is_ok(), "{signed}");
        for other in ["/hooks/8", "/hooks/7?", "/Hooks/7", "/hooks%2F7"] {
            request.target = Some(other.into());
            let refusal = SignatureError::Mismatch { tries: 2 };
            assert_eq!(
                receive(&receiver, &request),
                Err(refusal.into()),
                "{signed}"
            );
        }
    }
}

#[test]
fn an_origin_has_no_path_query_or_fragment() {
    for (origin, position) in [
        ("https://example.com/", 19),
        ("https://example.com:8443/hook", 24),
        ("https://example.com?a", 19),
        ("https://example.com#a", 19),
    ] {
        let builder = Receiver::builder_for_origin(origin).auth_token(token());
        let error = ConfigError::Url(UrlError::MoreThanOrigin { position });
        assert_eq!(builder.build().unwrap_err(), error, "{origin}");
    }
    let builder = Receiver::builder_for_origin("example.com").auth_token(token());
    assert_eq!(
        builder.build().unwrap_err(),
        ConfigError::Url(UrlError::NotAbsolute)
    );
}

#[test]
fn a_receiver_for_an_origin_needs_the_raw_target() {
    let receiver = Receiver::builder_for_origin("https://example.com")
        .auth_token(token())
        .build()
        .unwrap();
    let mut request = Request::signed(&v1_factor());
    for (target, error) in [
        (None, TargetError::Missing),
        (Some(""), TargetError::Malformed { position: 0 }),
        (Some("*"), TargetError::Malformed { position: 0 }),
        (Some("webhook"), TargetError::Malformed { position: 0 }),
        (
            Some("https://example.com/webhook"),
            TargetError::Malformed { position: 0 },
        ),
        (Some("/web hook"), TargetError::Malformed { position: 4 }),
        (Some("/webhook#a"), TargetError::Malformed { position: 8 }),
        (Some("/webhook\r\n"), TargetError::Malformed { position: 8 }),
    ] {
        request.target = target.map(Into::into);
        assert_eq!(
            receive(&receiver, &request),
            Err(error.into()),
            "{target:?}"
        );
    }
    request.target = Some("/webhook".into());
    assert!(receive(&receiver, &request).is_ok());
}

#[test]
fn with_an_origin_nothing_unknown_is_outermost() {
    let builder = Receiver::builder_for_origin("https://example.com").auth_token(token());
    let receiver = builder.build().unwrap();
    for (name, fault) in [
        ("api_version", None),
        ("webhook_sid", Some(UnknownParameterFault::Unbounded)),
    ] {
        let mut request = Request::signed(&with(v1_factor(), name, "1"));
        assert!(receive(&crate::support::receiver(), &request).is_ok());
        request.target = Some("/webhook".into());
        let refusal = fault.map(|fault| {
            Refusal::Event(EventError::UnknownParameter {
                position: 6,
                name: UnknownName::new(name),
                fault,
            })
        });
        assert_eq!(receive(&receiver, &request).err(), refusal, "{name}");
    }
}

#[test]
fn with_an_origin_neither_path_nor_query_holds_a_parameter_of_events() {
    let builder = Receiver::builder_for_origin("https://example.com").auth_token(token());
    let receiver = builder.accept_get().build().unwrap();
    for (target, position) in [
        ("/hook?account_sid=AC1", 6),
        ("/hook/my_factor_sid/", 9),
        ("/hookchallenge_metadata", 5),
    ] {
        let signature = token().sign(&format!("https://example.com{target}"), v1_factor());
        let mut request = Request::signed(&v1_factor()).replace(SIGNATURE_HEADER, &signature);
        request.target = Some(target.into());
        let refusal = TargetError::HoldsParameter { position };
        assert_eq!(
            receive(&receiver, &request),
            Err(refusal.into()),
            "{target}"
        );
    }
}

#[test]
fn with_an_origin_a_uuid_holds_letters_digits_dashes_and_spaces() {
    let builder = Receiver::builder_for_origin("https://example.com").auth_token(token());
    let receiver = builder.build().unwrap();
    for (uuid, position) in [
        (UUID, None),
        ("Unique identifier", None),
        ("x%22%7D", Some(1)),
        ("x\"}", Some(1)),
        ("From+14158675309", Some(4)),
        ("a_b", Some(1)),
    ] {
        let mut request = Request::signed(&with(v1_factor(), "uuid", uuid));
        request.target = Some("/webhook".into());
        let error = position.map(|position| EventError::Character {
            name: "uuid",
            position,
        });
        assert_eq!(
            receive(&receiver, &request).err(),
            error.map(Refusal::from),
            "{uuid}"
        );
    }
}

/// Receives the parts of a text that was signed for something else, without signing anything.
fn receive_at_origin(text: &str, target: &str, form: Option<&str>) -> Result<(), Refusal> {
    let origin = "https://example.com";
    let builder = Receiver::builder_for_origin(origin).auth_token(token());
    let receiver = match form {
        None => builder.accept_get().build(),
        Some(_) => builder.build(),
    };
    let signature = token().sign::<&str, &str>(&format!("{origin}{text}"), []);
    let mut request = Request::post(form.unwrap_or_default()).header(SIGNATURE_HEADER, &signature);
    request.method = if form.is_some() { "POST" } else { "GET" };
    request.target = Some(target.into());
    receive(&receiver.unwrap(), &request).map(drop)
}

/// What an attacker plants: all of an event that is signed one parameter after the other.
fn planted() -> Pairs {
    let pairs = with(v1_challenge(), "entity_identity", "victim-1234");
    with(pairs, "uuid", "x")
}

#[test]
fn with_an_origin_a_get_of_verify_is_not_cut_into_a_post() {
    let plant = signature::string_to_sign("", planted());
    let before = format!(
        "/webhook?type=challenge.denied&account_sid={ACCOUNT}&service_sid={SERVICE}&factor_sid={FACTOR}\
         &challenge_sid={CHALLENGE}&entity_identity=attacker-1&challenge_metadata=%7B%22a%22%3A%22"
    );
    for tail in ["%22%7D", "%22%7D&uuid=e1d34d2c-73c4-4d1d-8d1f-6b6f0f5f1c5a"] {
        let text = format!("{before}{plant}{tail}");
        let form = form(&with(planted(), "uuid", &format!("x{tail}")));
        let refusal = receive_at_origin(&text, &before, Some(&form)).unwrap_err();
        assert!(matches!(
            refusal,
            Refusal::Target(TargetError::HoldsParameter { .. })
        ));
        // Nor would it be if the query did not give it away.
        let before = before.replace('_', "-");
        let text = format!("{before}{plant}{tail}");
        let refusal = receive_at_origin(&text, &before, Some(&form)).unwrap_err();
        assert_eq!(
            refusal,
            EventError::Character {
                name: "uuid",
                position: 1
            }
            .into()
        );
    }
}

#[test]
fn with_an_origin_an_sms_is_not_cut_into_an_event() {
    let before = "/smsAccountSidAC0123ApiVersion2010-04-01Body";
    let tail = "FromCitySAN FRANCISCOFromCountryUSTo+14158675309";
    let plant = signature::string_to_sign("", planted());
    for (name, value) in [("zz_z", tail), ("uuid", tail)] {
        let pairs = with(
            planted(),
            name,
            &format!("{}{value}", if name == "uuid" { "x" } else { "" }),
        );
        let planted_name = if name == "uuid" { "" } else { name };
        let text = format!("{before}{plant}{planted_name}{tail}");
        let refusal = receive_at_origin(&text, before, Some(&form(&pairs))).unwrap_err();
        assert!(matches!(refusal, Refusal::Event(_)), "{refusal:?}");
    }
    let query = form(&with(without(planted(), "uuid"), "uuid", "x"));
    for tail in [
        "&zz_z=FromCityX",
        "From+14158675309",
        "FromCitySANFRANCISCO%22",
    ] {
        let text = format!("{before}?{query}{tail}");
        let refusal = receive_at_origin(&text, &text, None).unwrap_err();
        assert!(matches!(refusal, Refusal::Event(_)), "{refusal:?}");
    }
}
