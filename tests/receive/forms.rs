//! The strict decoder. Every form here is signed as a lenient decoder reads it.

use twilio_verify_webhooks::*;

use crate::support::*;

fn signed_raw(body: &[u8]) -> Request {
    Request::post(body).header(SIGNATURE_HEADER, &token().sign(URL, v1_factor()))
}

#[test]
fn a_name_has_at_most_64_bytes_when_decoded() {
    let longest = Receiver::MAX_NAME_LENGTH;
    for piece in ["n", "%6E", "+", "%2B", "%C3%A9", "é"] {
        let name = |bytes: usize| match piece {
            "%C3%A9" => piece.repeat(bytes / 2),
            "é" => "%c3%a9".repeat(bytes / 2),
            piece => piece.repeat(bytes),
        };
        let refusal = |name: &str| refused(&signed_raw(format!("a=1&{name}=2").as_bytes()));
        let mismatch = SignatureError::Mismatch { tries: 2 };
        assert_eq!(refusal(&name(longest)), mismatch.into(), "{piece}");
        let long = FormError::LongName {
            limit: 64,
            position: 4,
        };
        assert_eq!(refusal(&name(longest + 2)), long.into(), "{piece}");
        assert_eq!(refusal(&name(20_000)), long.into(), "{piece}");
    }
}

#[test]
fn escaped_names_are_ordered_as_they_are_read() {
    let pairs = with(v1_factor(), "region_b c", "1");
    let pairs = with(pairs, "region_b+", "2");
    let pairs = with(pairs, "region_bé", "3");
    let refusal = refused_event(&pairs);
    assert!(
        matches!(refusal, EventError::UnknownParameter { .. }),
        "{refusal:?}"
    );
    for (name, escaped) in [
        ("region_b", "%72egion%5Fb"),
        ("region_code", "region_cod%65"),
    ] {
        let pairs = with(with(v1_factor(), name, "1"), "region_bz", "2");
        let request = Request::signed(&pairs);
        let body = String::from_utf8(request.body.clone()).unwrap();
        let changed = body.replace(&format!("{name}="), &format!("{escaped}="));
        assert_ne!(body, changed);
        let request = Request::post(changed.as_bytes())
            .header(SIGNATURE_HEADER, &token().sign(URL, pairs.clone()));
        assert_eq!(
            receive(&receiver(), &request).unwrap(),
            receive(&receiver(), &Request::signed(&pairs)).unwrap()
        );
    }
}

#[test]
fn documented_names_with_escapes_are_the_same() {
    let pairs = with(v1_factor(), "region_code", "1");
    let body = String::from_utf8(Request::signed(&pairs).body).unwrap();
    for escaped in ["%75uid", "uui%64", "%75%75%69%64"] {
        let form = body.replace("uuid=", &format!("{escaped}="));
        assert_ne!(form, body);
        let request = Request::post(form.as_bytes())
            .header(SIGNATURE_HEADER, &token().sign(URL, pairs.clone()));
        assert_eq!(
            receive(&receiver(), &request).unwrap(),
            receive(&receiver(), &Request::signed(&pairs)).unwrap()
        );
        let twice = FormError::RepeatedName {
            name: Some("uuid"),
            position: body.len() + 1,
        };
        let form = format!("{body}&{escaped}=2");
        assert_eq!(refused(&signed_raw(form.as_bytes())), twice.into());
    }
}

#[test]
fn forms_that_decoders_disagree_on_are_refused_at_the_right_place() {
    use FormError::*;

    for (body, error) in [
        (&b"a=%"[..], Escape { position: 2 }),
        (b"a=%4", Escape { position: 2 }),
        (b"a=%zz", Escape { position: 2 }),
        (b"a=%4g&b=c", Escape { position: 2 }),
        (b"a=%%41", Escape { position: 2 }),
        (b"%u0041=1", Escape { position: 0 }),
        (b"%61=1&b%zz=2", Escape { position: 7 }),
        (b"a=12345678901234567890%", Escape { position: 22 }),
        (b"a=%+1", Escape { position: 2 }),
        (b"a=%-1", Escape { position: 2 }),
        (b"a=\xc3\xa9", NotAscii { position: 2 }),
        (b"\xff=1", NotAscii { position: 0 }),
        (b"a=1234567890123456\x80", NotAscii { position: 18 }),
        (b"a=%FF", NotUtf8 { position: 2 }),
        (b"a=b%41%C3", NotUtf8 { position: 6 }),
        (b"a=%C3%28", NotUtf8 { position: 2 }),
        (b"a=%ED%A0%80", NotUtf8 { position: 2 }),
        (b"a=%C0%AF", NotUtf8 { position: 2 }),
        (b"a=%F4%90%80%80", NotUtf8 { position: 2 }),
        (b"x=1&%C3=%A9", NotUtf8 { position: 4 }),
        (b"%C3=%A9&b=%FF", NotUtf8 { position: 0 }),
        (b"x=%FF&b=%C3&c=%A9", NotUtf8 { position: 2 }),
        (b"a=%C3&%A9=b", NotUtf8 { position: 2 }),
        (b"a=%E2%82&%AC", NotUtf8 { position: 2 }),
        (b"=1", EmptyName { position: 0 }),
        (b"&", EmptyName { position: 0 }),
        (b"=", EmptyName { position: 0 }),
        (b"&a=1", EmptyName { position: 0 }),
        (b"a=1&", EmptyName { position: 4 }),
        (b"a=1&&b=2", EmptyName { position: 4 }),
        (b"a=1&=2", EmptyName { position: 4 }),
        (
            b"type=1&type=1",
            RepeatedName {
                name: Some("type"),
                position: 7,
            },
        ),
        (
            b"uuid=1&a=2&%75uid=1",
            RepeatedName {
                name: Some("uuid"),
                position: 11,
            },
        ),
        (
            b"x_y=1&a=2&x_y=1",
            RepeatedName {
                name: None,
                position: 10,
            },
        ),
        (
            b"b=1&a=2&c&b=0&a=2",
            RepeatedName {
                name: None,
                position: 14,
            },
        ),
        (
            b"a+b=1&a%20b=2",
            RepeatedName {
                name: None,
                position: 6,
            },
        ),
    ] {
        let refusal = refused(&signed_raw(body));
        assert_eq!(refusal, Refusal::Form(error), "{}", body.escape_ascii());
        assert_eq!(refusal.status(), 400);
    }
}

#[test]
fn at_most_64_parameters_are_accepted() {
    let many = |total: usize| {
        let extra = total - v1_factor().len();
        (0..extra).fold(v1_factor(), |pairs, number| {
            with(pairs, &format!("x_{number}"), "1")
        })
    };
    let Event::Factor(event) = accepted(&many(64)) else {
        panic!()
    };
    assert_eq!(event.extra.len(), 58);
    let refusal = refused(&Request::signed(&many(65)));
    assert_eq!(
        refusal,
        Refusal::Form(FormError::TooManyParameters { limit: 64 })
    );
    let refusal = refused(&Request::signed(&many(5_000)));
    assert_eq!(
        refusal,
        Refusal::Form(FormError::TooManyParameters { limit: 64 })
    );
}

#[test]
fn names_are_compared_byte_by_byte() {
    let pairs = with(v1_factor(), "Type", "factor.created");
    let refusal = refused_event(&pairs);
    let fault = UnknownParameterFault::InvalidName;
    let name = UnknownName::new("Type");
    assert_eq!(name.as_str(), "");
    assert_eq!(
        refusal,
        EventError::UnknownParameter {
            position: 0,
            name,
            fault
        }
    );
}

#[test]
fn an_equals_sign_belongs_to_the_value_after_the_first() {
    let pairs = with(v2_factor(), "factor_friendly_name", "a=b==&+%");
    let body = form(&pairs).replace("%3D", "=");
    assert!(body.contains("=a=b==%26%2B%25&"));
    let request = Request {
        body: body.into(),
        ..Request::signed(&pairs)
    };
    let Ok(Event::Factor(event)) = receive(&receiver(), &request) else {
        panic!()
    };
    assert_eq!(event.factor_friendly_name.as_deref(), Some("a=b==&+%"));
}

#[test]
fn an_empty_form_verifies_and_is_no_event() {
    for body in ["", "a", "a=", "region_code"] {
        let request = Request::signed_body(body);
        assert!(receiver().verify(&request.delivery()).is_ok(), "{body:?}");
        assert!(matches!(refused(&request), Refusal::Event(_)), "{body:?}");
    }
}

#[test]
fn every_length_and_place_of_an_escape_decodes() {
    for before in 0..140 {
        for piece in ["&", "é", "%", "+ =", "😃", "%é&"] {
            let after = "m".repeat(before * 7 % 83);
            let json = format!(r#"{{"{}{piece}{after}":""}}"#, "n".repeat(before));
            let Event::Factor(event) = accepted(&with(v2_factor(), "factor_metadata", &json))
            else {
                panic!()
            };
            assert_eq!(event.factor_metadata.unwrap().as_str(), json);
        }
    }
}

#[test]
fn names_and_values_of_every_length_decode_however_they_are_spelled() {
    let (receiver, mut buffer) = (receiver(), Buffer::new());
    let spell = |text: &str, escaped: bool| -> String {
        match escaped {
            true => text.bytes().map(|byte| format!("%{byte:02x}")).collect(),
            false => text.replace(' ', "+"),
        }
    };
    for length in 1..150 {
        let text = |skipped: usize, length: usize| "z y".repeat(60)[skipped..][..length].to_owned();
        let name = length.min(Receiver::MAX_NAME_LENGTH);
        let pairs: Pairs = vec![
            (text(0, name), text(1, 150 - length)),
            ("type".into(), text(2, length)),
            // Between a space and `+` in the order of bytes.
            ("!".into(), String::new()),
            (text(1, name), text(2, length)),
            (text(2, name), text(0, length)),
        ];
        for [name, value] in [[false, false], [true, false], [false, true], [true, true]] {
            let spelled = pairs
                .iter()
                .map(|(n, v)| format!("{}={}", spell(n, name), spell(v, value)));
            let body = spelled.collect::<Vec<_>>().join("&");
            let request = Request {
                body: body.clone().into(),
                ..Request::signed(&pairs)
            };
            let delivery = request.delivery();
            let verified = receiver.verify_in(&delivery, &mut buffer);
            let verified = verified.unwrap_or_else(|refusal| panic!("{refusal}: {body}"));
            let params = verified.params();
            let received = params
                .iter()
                .map(|(name, value)| (name.into(), value.into()));
            assert!(received.eq(pairs.iter().cloned()), "{body}");
        }
    }
}

#[test]
fn verified_parameters_are_there_in_the_order_received() {
    let (receiver, request) = (receiver(), Request::signed(&v2_challenge()));
    let (delivery, mut buffer) = (request.delivery(), Buffer::new());
    let verified = receiver.verify_in(&delivery, &mut buffer).unwrap();
    let params = verified.params();
    let received: Pairs = params
        .iter()
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    assert_eq!(received, v2_challenge());
    assert_eq!((params.len(), params.is_empty()), (13, false));
    assert_eq!(params.get("challenge_sid"), Some(CHALLENGE));
    assert_eq!(params.get("Challenge_sid"), None);
    assert_eq!(verified.key().position, 0);
}

#[test]
fn a_buffer_serves_any_number_of_deliveries() {
    let (receiver, mut buffer) = (receiver(), Buffer::default());
    for pairs in [
        v2_challenge(),
        v1_factor(),
        v2_factor(),
        v1_challenge(),
        v2_challenge(),
    ] {
        let request = Request::signed(&pairs);
        let delivery = request.delivery();
        let event = receiver.receive_in(&delivery, &mut buffer).unwrap().event;
        let parameters = event
            .parameters()
            .map(|(name, value)| (name.into(), value.into()));
        let (parameters, mut pairs): (Pairs, _) = (parameters.collect(), pairs);
        pairs.sort();
        assert_eq!(parameters, pairs);
        let broken = Request::post("type=%");
        assert!(
            receiver
                .receive_in(&broken.delivery(), &mut buffer)
                .is_err()
        );
    }
}
