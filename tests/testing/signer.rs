use crate::*;

#[test]
fn the_worked_example_of_twilio_is_signed_as_twilio_does() {
    // From Twilio's guide to webhook security.
    let signer = Signer::new(
        "https://example.com/myapp.php?foo=1&bar=2",
        AuthToken::new("12345").unwrap(),
    )
    .unwrap();
    let delivery = signer.post([
        ("Digits", "1234"),
        ("To", "+18005551212"),
        ("From", "+14158675310"),
        ("Caller", "+14158675310"),
        ("CallSid", "CA1234567890ABCDE"),
    ]);
    let headers: Vec<_> = delivery.headers().collect();
    assert_eq!(
        headers,
        [
            ("host", "example.com"),
            (SIGNATURE_HEADER, "L/OH5YylLD5NRKLltdqwSvS0BnU="),
            ("content-type", "application/x-www-form-urlencoded"),
        ]
    );
    assert_eq!(
        (delivery.method(), delivery.target()),
        ("POST", "/myapp.php?foo=1&bar=2")
    );
    assert!(
        delivery
            .body()
            .starts_with(b"Digits=1234&To=%2B18005551212&")
    );
}

#[test]
fn a_shared_key_adds_its_settings() {
    let signer = Signer::new(URL, shared_key(Algorithm::HmacSha256)).unwrap();
    let headers = signer.headers([("a", "b")]);
    let [
        (SIGNATURE_HEADER, signature),
        (SIGNATURE_SETTINGS_HEADER, settings),
    ] = &headers[..]
    else {
        panic!("{headers:?}")
    };
    assert_eq!(signature.len(), 44);
    assert_eq!(settings, "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256");
}

#[test]
fn the_url_is_signed_as_twilio_reads_it() {
    for (url, signed, host, post, get) in [
        (
            "https://example.com/hook",
            "https://example.com/hook",
            "example.com",
            "/hook",
            "/hook?a=b",
        ),
        (
            "https://user:pass@example.com:8443/hook?t=1#rc=2",
            "https://example.com:8443/hook?t=1",
            "example.com:8443",
            "/hook?t=1",
            "/hook?t=1&a=b",
        ),
        (
            "http://[::1]:3000",
            "http://[::1]:3000",
            "[::1]:3000",
            "/",
            "/?a=b",
        ),
        (
            "https://example.com?t=1&",
            "https://example.com?t=1&",
            "example.com",
            "/?t=1&",
            "/?t=1&a=b",
        ),
        (
            "https://example.com/?",
            "https://example.com/?",
            "example.com",
            "/?",
            "/?a=b",
        ),
    ] {
        let signer = Signer::new(url, token()).unwrap();
        assert_eq!(signer.url(), signed);
        let deliveries = [
            (signer.post([("a", "b")]), "POST", post),
            (signer.get([("a", "b")]), "GET", get),
        ];
        for (delivery, method, target) in deliveries {
            assert_eq!((delivery.method(), delivery.target()), (method, target));
            assert_eq!(delivery.headers().next(), Some(("host", host)));
        }
    }
}

#[test]
fn what_is_no_url_is_not_signed_for() {
    let error = Signer::new("example.com/webhook", token()).unwrap_err();
    assert_eq!(error, UrlError::NotAbsolute);
}

#[test]
fn a_delivery_becomes_a_request_and_is_received_from_it() {
    let event = EventBuilder::challenge_denied();
    let receiver = receiver().accept_get().build().unwrap();
    for delivery in [signer().post(&event), signer().get(&event)] {
        let request = delivery.clone().into_request().unwrap();
        assert_eq!(request.method().as_str(), delivery.method());
        assert_eq!(request.uri().to_string(), delivery.target());
        let headers = request.headers().iter();
        let headers = headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        assert_eq!(sorted(headers), sorted(delivery.headers()));
        assert_eq!(request.body(), delivery.body());
        let received = receiver.receive(&Delivery::from_request(&request)).unwrap();
        assert_eq!(received.event, event.build().unwrap());
    }
    let odd = signer().post(&event).with_method("a b");
    assert!(odd.into_request().is_err());
}

#[test]
fn every_line_of_a_header_goes_into_a_request() {
    let request = NegativeCase::TwoSignatures
        .delivery(&signer())
        .into_request()
        .unwrap();
    assert_eq!(
        request.headers().get_all(SIGNATURE_HEADER).iter().count(),
        2
    );
}

#[test]
fn parts_of_a_delivery_can_be_replaced() {
    let delivery = OwnedDelivery::new("POST", "/", "a")
        .with_header("A", "1")
        .with_header("a", "2")
        .with_header("b", "3")
        .with_header_replaced("a", "4")
        .with_method("PUT")
        .with_target("/x?secret")
        .with_body("body");
    assert_eq!(
        (delivery.method(), delivery.target(), delivery.body()),
        ("PUT", "/x?secret", &b"body"[..])
    );
    assert_eq!(
        delivery.headers().collect::<Vec<_>>(),
        [("b", "3"), ("a", "4")]
    );
    assert_eq!(delivery.without_header("A").headers().count(), 1);
}

#[test]
fn debug_shows_no_secret() {
    let signer = Signer::new("https://user:pass@example.com/hook?key=1", token()).unwrap();
    let delivery = signer.get(&EventBuilder::challenge_approved());
    let [(_, signature)] = &signer.headers([("a", "b")])[..] else {
        panic!("one header expected")
    };
    let shown = format!("{signer:?} {delivery:?}");
    for secret in ["pass", "key=1", "0123456789abcdef", "uuid", signature] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
    assert!(shown.contains("/hook"), "{shown}");
}
