use std::io::{Read as _, Write as _};

use twilio_verify_webhooks::testing::NegativeCase;
use twilio_verify_webhooks::*;

use crate::server::Server;
use crate::{TOKEN, printed, trigger};

fn value<'e>(event: &'e Event<'_>, name: &str) -> Option<&'e str> {
    let mut parameters = event.parameters();
    parameters
        .find(|(other, _)| *other == name)
        .map(|(_, value)| value)
}

#[test]
fn every_type_of_event_is_accepted() {
    let server = Server::start();
    for event_type in [
        "factor.created",
        "factor.verified",
        "factor.deleted",
        "challenge.approved",
        "challenge.denied",
        "challenge.expired",
    ] {
        let output = trigger(event_type, &["--url", &server.url()]);
        let shown = printed(&output, 0);
        let [event] = &server.events()[..] else {
            panic!("one event expected")
        };
        assert_eq!(event.event_type(), event_type);
        for (name, _) in event.parameters() {
            assert!(shown.contains(name), "{shown}");
        }
        assert!(shown.contains(event.uuid()), "{shown}");
        assert!(shown.contains("x-twilio-signature: "), "{shown}");
        // What the server sends does not reach the terminal as it is.
        assert!(
            shown.contains("-> 200 OK") && shown.contains(r"a body\u{1b}"),
            "{shown}"
        );
        assert!(!shown.contains(TOKEN), "{shown}");
    }
}

#[test]
fn parameters_are_set_added_and_left_out() {
    let server = Server::start();
    let url = server.url();
    let set = [
        ("uuid", "5f0b6c1e-0000-4000-8000-000000000000"),
        ("account-sid", "ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5"),
        ("service-sid", "VAa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5"),
        ("entity-identity", "user-00042"),
        ("factor-sid", "YFa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5"),
        ("factor-type", "passkeys"),
        ("factor-friendly-name", "Jürgen's \"Phone\" & co"),
        ("factor-metadata", r#"{"os":"a"}"#),
        ("challenge-sid", "YCa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5"),
        ("challenge-details", r#"{"message":"b"}"#),
        ("challenge-hidden-details", r#"{"c":"d"}"#),
        ("challenge-metadata", r#"{"e":"f"}"#),
    ];
    let options: Vec<String> = set.iter().map(|(name, _)| format!("--{name}")).collect();
    let mut arguments = vec!["--url", &url, "--param", "challenge_zone= x=y "];
    for (option, (_, value)) in options.iter().zip(set) {
        arguments.extend([option, value]);
    }
    printed(&trigger("challenge.denied", &arguments), 0);
    let [event] = &server.events()[..] else {
        panic!("one event expected")
    };
    for (name, expected) in set {
        assert_eq!(value(event, &name.replace('-', "_")), Some(expected));
    }
    assert_eq!(value(event, "challenge_zone"), Some(" x=y "));

    let output = trigger(
        "challenge.denied --without challenge_metadata --url",
        &[&url],
    );
    printed(&output, 0);
    assert_eq!(value(&server.events()[0], "challenge_metadata"), None);
}

#[test]
fn what_is_no_event_has_to_be_refused() {
    let server = Server::start();
    let output = trigger("factor.created --without uuid --url", &[&server.url()]);
    let shown = printed(&output, 0);
    assert!(
        shown.contains("to be refused: parameter uuid is missing"),
        "{shown}"
    );
    let lax = Server::answering(|_| 200);
    let output = trigger("factor.created --without uuid --url", &[&lax.url()]);
    assert!(printed(&output, 1).contains("ACCEPTED, and must be refused"));
}

#[test]
fn version_1_get_and_both_together() {
    let server = Server::with(|builder| {
        builder
            .auth_token(AuthToken::new(TOKEN).unwrap())
            .accept_get()
    });
    for (options, version, is_get) in [
        ("--v1", WebhookVersion::V1, false),
        ("--get", WebhookVersion::V2, true),
        ("--v1 --get", WebhookVersion::V1, true),
    ] {
        let output = trigger(options, &["challenge.approved", "--url", &server.url()]);
        printed(&output, 0);
        let [got] = &server.got()[..] else {
            panic!("one delivery expected")
        };
        let event = &got.outcome.as_ref().unwrap().event;
        assert_eq!(event.version(), Some(version));
        assert_eq!(got.target.contains('?'), is_get);
    }
}

#[test]
fn a_shared_key_signs() {
    for (algorithm, option) in [
        (Algorithm::HmacSha256, ""),
        (Algorithm::HmacSha1, "--algorithm hmac_sha1"),
    ] {
        let server = Server::with(|builder| {
            builder.shared_key(SharedKey::new("key_1", "a-secret", algorithm).unwrap())
        });
        let arguments = [
            "factor.verified",
            "--url",
            &server.url(),
            "--shared-key",
            "key_1",
            "--secret",
            "a-secret",
        ];
        printed(&trigger(option, &arguments), 0);
        let [got] = &server.got()[..] else {
            panic!("one delivery expected")
        };
        let key = &got.outcome.as_ref().unwrap().key;
        assert_eq!(key.key_id.as_deref(), Some("key_1"));
        assert_eq!(key.algorithm, algorithm);
    }
}

#[test]
fn the_signed_url_may_be_another_than_the_servers() {
    for (signed, path, options, target) in [
        (
            "https://mywebsite.com/webhook",
            "/internal",
            "",
            "/internal",
        ),
        (
            "https://mywebsite.com/webhook?tenant=1",
            "/webhook?tenant=1",
            "",
            "/webhook?tenant=1",
        ),
        (
            "https://u:p@mywebsite.com/webhook?tenant=1#rc=2",
            "/webhook?tenant=1",
            "--get",
            "/webhook?tenant=1&uuid=",
        ),
        (
            "https://mywebsite.com",
            "/hook",
            "--get --v1",
            "/hook?uuid=",
        ),
    ] {
        let server = Server::start_accepting_get(signed);
        let url = format!("{}{path}", server.origin);
        let arguments = ["factor.created", "--url", &url, "--signed-url", signed];
        let shown = printed(&trigger(options, &arguments), 0);
        let [got] = &server.got()[..] else {
            panic!("one delivery expected")
        };
        assert!(got.target.starts_with(target), "{}", got.target);
        assert!(
            shown.contains("signed for https://mywebsite.com"),
            "{shown}"
        );
    }
}

#[test]
fn headers_are_added() {
    let server = Server::start();
    let arguments = [
        "factor.created",
        "--url",
        &server.url(),
        "--header",
        "Host: mywebsite.com",
        "--header",
        "X-Forwarded-Proto:https",
    ];
    printed(&trigger("", &arguments), 0);
    let [got] = &server.got()[..] else {
        panic!("one delivery expected")
    };
    assert_eq!(got.headers["host"], "mywebsite.com");
    assert_eq!(got.headers["x-forwarded-proto"], "https");
}

#[test]
fn a_repetition_is_the_same_delivery() {
    let server = Server::start();
    let output = trigger("challenge.approved --repeat 3 --url", &[&server.url()]);
    assert!(printed(&output, 0).contains("challenge.approved (3 of 3)"));
    let events = server.events();
    assert_eq!(events.len(), 3);
    assert!(events.iter().all(|event| *event == events[0]));
}

#[test]
fn a_seed_brings_the_same_delivery_again() {
    let server = Server::start();
    for seed in ["1", "1", "2"] {
        let output = trigger("challenge.approved --seed", &[seed, "--url", &server.url()]);
        printed(&output, 0);
    }
    let events = server.events();
    assert_eq!(events[0], events[1]);
    assert_ne!(events[1].uuid(), events[2].uuid());
}

#[test]
fn the_scenario_is_the_story_of_one_user() {
    let server = Server::start();
    let output = trigger(
        "--scenario --entity-identity user-00042 --url",
        &[&server.url()],
    );
    printed(&output, 0);
    let events = server.events();
    let types: Vec<_> = events.iter().map(Event::event_type).collect();
    assert_eq!(
        types,
        [
            "factor.created",
            "factor.verified",
            "challenge.approved",
            "challenge.denied",
            "challenge.approved",
        ]
    );
    for event in &events {
        assert_eq!(value(event, "entity_identity"), Some("user-00042"));
        assert_eq!(value(event, "factor_sid"), value(&events[0], "factor_sid"));
    }
}

#[test]
fn all_negative_deliveries_are_refused() {
    let server = Server::start();
    let shown = printed(&trigger("--negative all --url", &[&server.url()]), 0);
    let got = server.got();
    assert_eq!(got.len(), NegativeCase::ALL.len() + 1);
    assert!(got[0].outcome.is_ok(), "a genuine one comes first");
    for (got, case) in got[1..].iter().zip(NegativeCase::ALL) {
        let refusal = got.outcome.as_ref().unwrap_err();
        assert_eq!(refusal.status(), case.status(), "{case}");
        let line = format!("{} refused  {case}: ", case.status());
        assert!(shown.contains(&line), "{line}: {shown}");
    }
}

#[test]
fn a_negative_delivery_is_sent_by_name() {
    for name in ["planted-approval", "get-with-body", "other-account"] {
        let server = Server::with(|builder| {
            let account_sid = AccountSid::new("ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5").unwrap();
            let builder = builder.accept_get().account_sid(account_sid);
            builder.auth_token(AuthToken::new(TOKEN).unwrap())
        });
        let output = trigger(
            "--account-sid ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5 --negative",
            &[name, "--url", &server.url()],
        );
        assert!(printed(&output, 0).contains("2 of 2 sent, 0 not answered as expected"));
        let case: NegativeCase = name.parse().unwrap();
        let refusal = server.got().pop().unwrap().outcome.unwrap_err();
        assert_eq!(refusal.status(), case.status(), "{name}: {refusal}");
    }
}

#[test]
fn a_server_that_accepts_or_refuses_all_fails() {
    let lax = Server::answering(|_| 200);
    let shown = printed(&trigger("--negative all --url", &[&lax.url()]), 1);
    assert!(
        shown.contains("200 NOT AS EXPECTED: ACCEPTED, and must be refused wrong-key: "),
        "{shown}"
    );
    let deaf = Server::answering(|_| 403);
    let shown = printed(&trigger("--negative all --url", &[&deaf.url()]), 1);
    assert!(shown.contains("1 of 45 sent, 1 not answered"), "{shown}");
    // A fault of the server is no refusal.
    let broken = Server::answering(|right| if right == 200 { 200 } else { 500 });
    let shown = printed(&trigger("--negative wrong-key --url", &[&broken.url()]), 1);
    assert!(shown.contains("expected a refusal"), "{shown}");
    // A refusal with another status is one.
    let terse = Server::answering(|right| if right == 200 { 200 } else { 404 });
    let shown = printed(&trigger("--negative wrong-key --url", &[&terse.url()]), 0);
    assert!(shown.contains("refused, 403 in this crate"), "{shown}");
}

#[test]
fn only_200_is_a_success() {
    for (status, hint) in [
        (204, "Twilio takes only 200"),
        (302, "expected 200"),
        (404, "is the path of --url right?"),
        (500, "expected 200"),
    ] {
        let server = Server::answering(move |_| status);
        let output = trigger("factor.created --url", &[&server.url()]);
        let shown = printed(&output, 1);
        assert!(shown.contains(&format!("-> {status} ")), "{shown}");
        assert!(shown.contains(hint), "{shown}");
    }
}

#[test]
fn a_key_that_is_not_the_servers_fails_with_a_hint() {
    let server = Server::start();
    let output = trigger("factor.created --token another --url", &[&server.url()]);
    let shown = printed(&output, 1);
    assert!(
        shown.contains("does the server verify with the same? See --signed-url"),
        "{shown}"
    );
    assert!(!shown.contains("another"), "{shown}");
}

#[test]
fn a_server_that_is_not_there_fails() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/webhook", listener.local_addr().unwrap());
    drop(listener);
    let shown = printed(&trigger("factor.created --url", &[&url]), 1);
    assert!(
        shown.contains(&format!("no answer from {url}: ")),
        "{shown}"
    );
    let shown = printed(&trigger("--scenario --url", &[&url]), 1);
    assert!(shown.contains("1 of 5 sent, 1 not answered"), "{shown}");
}

/// Answers a genuine delivery, then closes each connection without reading it.
#[test]
fn only_an_oversized_body_may_be_refused_by_closing_the_connection() {
    for (name, code) in [("oversized", 0), ("wrong-key", 1)] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/webhook", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let mut read = [0; 16 * 1024];
            let mut request = Vec::new();
            while !request.windows(9).any(|window| window == b"\r\n\r\nuuid=") {
                let length = connection.read(&mut read).unwrap();
                request.extend_from_slice(&read[..length]);
            }
            let answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
            connection.write_all(answer).unwrap();
            drop(connection);
            drop(listener.accept().unwrap());
        });
        let output = trigger("--negative", &[name, "--url", &url]);
        let shown = printed(&output, code);
        let is_refused = shown.contains("refused by closing the connection");
        assert_eq!(is_refused, code == 0, "{shown}");
        server.join().unwrap();
    }
}

/// Promises to keep each connection, and answers only the first request of each.
#[test]
fn each_delivery_of_several_opens_a_connection() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/webhook", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let mut kept = Vec::new();
        for connection in listener.incoming().take(5) {
            let mut connection = connection.unwrap();
            let mut read = [0; 16 * 1024];
            let mut request = Vec::new();
            while !request.windows(9).any(|window| window == b"\r\n\r\nuuid=") {
                let length = connection.read(&mut read).unwrap();
                request.extend_from_slice(&read[..length]);
            }
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
            connection.write_all(answer).unwrap();
            kept.push(connection);
        }
    });
    printed(&trigger("--scenario --url", &[&url]), 0);
    server.join().unwrap();
}
