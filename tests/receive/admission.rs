//! What is refused before anything is decoded: method, media type, size; and where a GET has its parameters.

use twilio_verify_webhooks::*;

use crate::support::*;

fn accepting_get(url: &str) -> Receiver {
    Receiver::builder(url)
        .auth_token(token())
        .accept_get()
        .build()
        .unwrap()
}

/// A GET delivery to a URL, parameters joined to it with a delimiter.
fn get(url: &str, delimiter: &str, pairs: &Pairs) -> Request {
    let signed = format!("{url}{delimiter}{}", form(pairs));
    let signature = token().sign::<&str, &str>(&signed, []);
    let (_, path) = signed.split_once("://example.com").unwrap();
    Request {
        method: "GET",
        target: Some(path.into()),
        headers: vec![(SIGNATURE_HEADER, signature)],
        body: Vec::new(),
    }
}

#[test]
fn only_post_is_accepted_by_default() {
    for method in [
        "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "post", "POST ", "",
    ] {
        let request = Request {
            method,
            ..Request::signed(&v1_factor())
        };
        let refusal = refused(&request);
        assert_eq!(refusal, Refusal::Method { allow: "POST" }, "{method}");
        assert_eq!(refusal.status(), 405);
    }
    let request = Request {
        method: "PUT",
        ..Request::signed(&v1_factor())
    };
    let refusal = receive(&accepting_get(URL), &request).unwrap_err();
    assert_eq!(refusal, Refusal::Method { allow: "GET, POST" });
}

#[test]
fn only_forms_are_accepted() {
    let request = Request::signed(&v2_challenge());
    for content_type in [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=UTF-8",
        "application/x-www-form-urlencoded;charset=utf-8;x=y",
        "Application/X-WWW-Form-URLencoded ;",
        " application/x-www-form-urlencoded ",
        "application/x-www-urlencoded",
        "APPLICATION/X-WWW-URLENCODED; a=b",
    ] {
        let request = request.clone().replace("Content-Type", content_type);
        assert!(receive(&receiver(), &request).is_ok(), "{content_type}");
    }
    for content_type in [
        "",
        ";",
        "text/plain",
        "application/json",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded2",
        "xapplication/x-www-form-urlencoded",
        "text/plain; application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded, application/json",
    ] {
        let refusal = refused(&request.clone().replace("Content-Type", content_type));
        assert_eq!(
            refusal,
            Refusal::MediaType(MediaTypeError::Other),
            "{content_type}"
        );
        assert_eq!(refusal.status(), 415);
    }
    let refusal = refused(&request.clone().remove("Content-Type"));
    assert_eq!(refusal, Refusal::MediaType(MediaTypeError::Missing));
    let refusal = refused(&request.header("Content-Type", FORM));
    assert_eq!(
        refusal,
        Refusal::MediaType(MediaTypeError::SeveralLines { count: 2 })
    );
}

#[test]
fn an_encoded_body_is_refused() {
    let request = Request::signed(&v2_challenge());
    for encoding in ["identity", "Identity", " identity "] {
        let request = request.clone().header("Content-Encoding", encoding);
        assert!(receive(&receiver(), &request).is_ok(), "{encoding}");
    }
    for encoding in ["gzip", "br", "deflate", "", "identity, gzip", "x"] {
        let refusal = refused(&request.clone().header("Content-Encoding", encoding));
        assert_eq!(
            refusal,
            Refusal::MediaType(MediaTypeError::Encoded),
            "{encoding}"
        );
        assert_eq!(refusal.status(), 415);
    }
    let twice = request
        .header("Content-Encoding", "identity")
        .header("Content-Encoding", "gzip");
    assert_eq!(refused(&twice), Refusal::MediaType(MediaTypeError::Encoded));
}

#[test]
fn a_body_above_the_limit_is_refused() {
    let limit = 128 * 1024;
    assert_eq!(receiver().body_limit(), limit);
    let padding = |total: usize| {
        let pairs = |text: &str| {
            with(
                v2_challenge(),
                "challenge_metadata",
                &format!(r#"{{"a":"{text}"}}"#),
            )
        };
        let rest = form(&pairs("")).len();
        pairs(&"x".repeat(total - rest))
    };
    let request = Request::signed(&padding(limit));
    assert_eq!(request.body.len(), limit);
    assert!(receive(&receiver(), &request).is_ok());
    let refusal = refused(&Request::signed(&padding(limit + 1)));
    assert_eq!(
        refusal,
        Refusal::TooLarge {
            limit,
            found: limit + 1
        }
    );
    assert_eq!(refusal.status(), 413);

    let small = Receiver::builder(URL)
        .auth_token(token())
        .body_limit(300)
        .build()
        .unwrap();
    assert!(receive(&small, &Request::signed(&v1_factor())).is_ok());
    let refusal = receive(&small, &Request::signed(&v2_challenge())).unwrap_err();
    assert!(matches!(refusal, Refusal::TooLarge { limit: 300, .. }));
}

#[test]
fn a_body_limit_is_between_one_byte_and_sixteen_mebibytes() {
    let largest = 16 * 1024 * 1024;
    let build = |limit| {
        Receiver::builder(URL)
            .auth_token(token())
            .body_limit(limit)
            .build()
    };
    for found in [0, largest + 1, usize::MAX] {
        assert_eq!(
            build(found).unwrap_err(),
            ConfigError::BodyLimit { largest, found }
        );
    }
    for limit in [1, largest] {
        assert_eq!(build(limit).unwrap().body_limit(), limit);
    }
}

#[test]
fn a_get_has_its_parameters_behind_the_configured_url() {
    for pairs in [v1_factor(), v1_challenge(), v2_factor(), v2_challenge()] {
        let expected = accepted(&pairs);
        for (url, delimiter) in [
            ("https://example.com/webhook", "?"),
            ("https://example.com/webhook?", ""),
            ("https://example.com/webhook?tenant=1&b=%3A", "&"),
            ("https://example.com/webhook?tenant=1&", ""),
            ("https://example.com/webhook?type=x", "&"),
            ("https://example.com", "?"),
        ] {
            let mut request = get(url, delimiter, &pairs);
            if !request.target.as_ref().unwrap().starts_with('/') {
                request.target = request.target.map(|target| format!("/{target}"));
            }
            let event = receive(&accepting_get(url), &request).unwrap();
            assert_eq!(event, expected, "{url}");
        }
    }
    // POST goes on being accepted.
    assert!(receive(&accepting_get(URL), &Request::signed(&v1_factor())).is_ok());
}

#[test]
fn the_parameters_of_a_get_are_signed_as_they_are_written() {
    let receiver = accepting_get(URL);
    let request = get(URL, "?", &v2_factor());
    let target = request.target.clone().unwrap();
    let mut reversed = v2_factor();
    reversed.reverse();
    let mismatch = Refusal::from(SignatureError::Mismatch { tries: 2 });
    for other in [
        target.replace('+', "%20"),
        target.replace("%7B", "%7b"),
        format!("{target}&region_code=ie1"),
        format!("/webhook?{}", form(&reversed)),
        "/webhook".to_owned(),
    ] {
        let request = Request {
            target: Some(other.clone()),
            ..request.clone()
        };
        assert_eq!(receive(&receiver, &request), Err(mismatch), "{other}");
    }
    for (other, error) in [
        (
            format!("{target}&"),
            FormError::EmptyName {
                position: target.len() - 8,
            },
        ),
        (
            format!("{target}&type=x"),
            FormError::RepeatedName {
                name: Some("type"),
                position: target.len() - 8,
            },
        ),
    ] {
        let request = Request {
            target: Some(other.clone()),
            ..request.clone()
        };
        assert_eq!(receive(&receiver, &request), Err(error.into()), "{other}");
    }
}

#[test]
fn a_get_needs_the_query_of_the_configured_url() {
    let url = "https://example.com/webhook?tenant=1";
    let receiver = accepting_get(url);
    let request = get(url, "&", &v1_factor());
    for target in [
        "/webhook",
        "/webhook?",
        "/webhook?tenant=2&type=x",
        "/webhook?tenant=10&type=x",
        "/webhook?type=x&tenant=1",
    ] {
        let request = Request {
            target: Some(target.into()),
            ..request.clone()
        };
        assert_eq!(
            receive(&receiver, &request),
            Err(TargetError::Query.into()),
            "{target}"
        );
    }
    let request = Request {
        target: None,
        ..request
    };
    let refusal = receive(&receiver, &request).unwrap_err();
    assert_eq!(refusal, TargetError::Missing.into());
    assert_eq!(refusal.status(), 500);
}

#[test]
fn a_get_has_no_body() {
    let request = Request {
        body: b"type=x".to_vec(),
        ..get(URL, "?", &v1_factor())
    };
    let refusal = receive(&accepting_get(URL), &request).unwrap_err();
    assert_eq!(refusal, Refusal::Body { found: 6 });
    assert_eq!(refusal.status(), 400);
}

#[test]
fn a_get_to_an_origin_has_its_parameters_in_the_query() {
    let builder = Receiver::builder_for_origin("https://example.com").auth_token(token());
    let receiver = builder.accept_get().build().unwrap();
    let request = get("https://example.com/hooks/7", "?", &v2_challenge());
    assert_eq!(receive(&receiver, &request), Ok(accepted(&v2_challenge())));
    let request = Request {
        target: Some("/hooks/7".into()),
        ..request
    };
    let refusal = SignatureError::Mismatch { tries: 2 };
    assert_eq!(receive(&receiver, &request), Err(refusal.into()));
}

#[test]
fn a_post_is_not_received_as_a_get_nor_the_reverse() {
    for url in [URL, "https://example.com/webhook?"] {
        let receiver = accepting_get(url);
        let signature = token().sign(url, v1_factor());
        let text = signature::string_to_sign("", v1_factor());
        let as_get = Request {
            method: "GET",
            target: Some(format!("/webhook?{text}")),
            headers: vec![(SIGNATURE_HEADER, signature)],
            body: Vec::new(),
        };
        assert!(receive(&receiver, &as_get).is_err());
        let request = get(url, if url == URL { "?" } else { "" }, &v1_factor());
        let query = request
            .target
            .as_deref()
            .unwrap()
            .trim_start_matches("/webhook");
        for body in [
            query.to_owned(),
            query.replace('=', "%3D").replace('&', "%26"),
        ] {
            let as_post = Request {
                method: "POST",
                body: body.into(),
                ..request.clone().header("Content-Type", FORM)
            };
            assert!(receive(&receiver, &as_post).is_err());
        }
    }
}

#[test]
fn a_post_is_read_from_its_body_only() {
    let mut request = Request::signed(&v1_factor());
    request.target = Some("/elsewhere?type=challenge.approved".into());
    assert_eq!(receive(&receiver(), &request), Ok(accepted(&v1_factor())));
}
