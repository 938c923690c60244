//! No public type shows a secret, and no error shows what a delivery holds.

use std::fmt::{Debug, Display};

use twilio_verify_webhooks::signature::SignedUrl;
use twilio_verify_webhooks::*;

use crate::support::*;

const SECRETS: [&str; 6] = [
    TOKEN,
    "shared-secret-text",
    "url-user",
    "url-password",
    "query-secret",
    "fragment-text",
];

const SECRET_URL: &str =
    "https://url-user:url-password@example.com:8443/webhook?key=query-secret#fragment-text";

#[track_caller]
fn assert_hidden(texts: &[String], hidden: &[&str]) {
    for text in texts {
        for hidden in hidden {
            assert!(!text.contains(hidden), "{hidden} in {text}");
        }
    }
}

fn debug(value: &impl Debug) -> [String; 2] {
    [format!("{value:?}"), format!("{value:#?}")]
}

fn display(value: &(impl Debug + Display)) -> [String; 3] {
    let [debug, pretty] = debug(value);
    [debug, pretty, value.to_string()]
}

#[test]
fn no_public_type_shows_a_secret() {
    let shared = SharedKey::new("key_1", SECRETS[1], Algorithm::HmacSha256).unwrap();
    let builder = Receiver::builder(SECRET_URL)
        .auth_token(token())
        .shared_key(shared.clone());
    let receiver = builder.clone().build().unwrap();
    let accounts = AccountReceiver::builder(SECRET_URL).build().unwrap();
    let origin = "https://url-user:url-password@example.com:8443";
    let for_origin = Receiver::builder_for_origin(origin).auth_token(token());
    let account_sid: AccountSid = ACCOUNT.parse().unwrap();
    let keys = AccountKeys::new(account_sid, [token()]).unwrap();
    let signed_url = "https://example.com:8443/webhook?key=query-secret";
    let signature = token().sign(signed_url, v2_challenge());
    let request = Request::signed(&v2_challenge()).replace(SIGNATURE_HEADER, &signature);
    let delivery = request.delivery();
    let (mut one, mut two, mut three) = (Buffer::new(), Buffer::new(), Buffer::new());
    let unverified = accounts.open(&delivery, &mut one).unwrap();
    let params = unverified.params();
    let unverified_text = debug(&unverified);
    let verified = receiver.verify_in(&delivery, &mut two).unwrap();
    let received = receiver.receive_in(&delivery, &mut three).unwrap();

    let texts = [
        &debug(&token())[..],
        &debug(&shared),
        &debug(&Key::from(token())),
        &debug(&Key::from(shared)),
        &display(&Algorithm::HmacSha256),
        &debug(&SignedUrl::new(SECRET_URL).unwrap()),
        &debug(&builder),
        &debug(&receiver),
        &debug(&accounts),
        &debug(&for_origin),
        &debug(&for_origin.clone().build().unwrap()),
        &debug(&keys),
        &debug(&delivery),
        &unverified_text,
        &debug(&params),
        &debug(&verified),
        &debug(&received),
        &display(&received.key),
        &debug(&received.event),
        &display(&account_sid),
    ]
    .concat();
    assert_hidden(&texts, &SECRETS);
    assert_hidden(&texts, &[&signature]);
    // What was not read as an event is not shown at all.
    let before_reading = [
        &debug(&delivery)[..],
        &unverified_text,
        &debug(&params),
        &debug(&verified),
    ];
    assert_hidden(
        &before_reading.concat(),
        &[ACCOUNT, IDENTITY, UUID, "John's Phone", "Lyon"],
    );
    // What helps a person is.
    let [text, _] = debug(&receiver);
    assert!(
        text.contains("https://example.com:8443/webhook?…"),
        "{text}"
    );
}

#[test]
fn no_configuration_error_shows_what_was_configured() {
    let errors = [
        AuthToken::new(" url-password").unwrap_err().into(),
        SharedKey::new("query-secret,", "x", Algorithm::HmacSha1)
            .unwrap_err()
            .into(),
        SharedKey::new("x", "url-password\n", Algorithm::HmacSha1)
            .unwrap_err()
            .into(),
        Receiver::builder(SECRET_URL).build().unwrap_err(),
        Receiver::builder(SECRET_URL.replace("https", "ftp"))
            .build()
            .unwrap_err(),
        Receiver::builder(SECRET_URL.replace("8443", "url-password"))
            .build()
            .unwrap_err(),
        Receiver::builder(SECRET_URL.replace(".com", "<.com"))
            .build()
            .unwrap_err(),
        Receiver::builder(format!("{SECRET_URL}\n"))
            .build()
            .unwrap_err(),
        Receiver::builder_for_origin(SECRET_URL)
            .build()
            .unwrap_err(),
    ];
    for error in errors {
        assert_hidden(&display(&error), &SECRETS);
    }
}

#[test]
fn no_refusal_shows_what_was_received() {
    let planted = "planted-user-data";
    let signature = token().sign(URL, v2_challenge());
    let request = Request::signed(&v2_challenge());
    let signed_with = |name: &str, value: &str| Request::signed(&with(v2_challenge(), name, value));
    let json = format!(r#"{{"{planted}":"{}"#, planted.repeat(5));
    let mut requests = vec![
        Request {
            method: planted,
            ..request.clone()
        },
        request.clone().replace("Content-Type", planted),
        request.clone().header("Content-Encoding", planted),
        request.clone().header(SIGNATURE_HEADER, planted),
        request.clone().replace(SIGNATURE_HEADER, planted),
        request
            .clone()
            .replace(SIGNATURE_HEADER, &format!("{signature} {planted}")),
        request.clone().header(SIGNATURE_SETTINGS_HEADER, planted),
        request
            .clone()
            .header(SIGNATURE_SETTINGS_HEADER, &format!("key={planted}")),
        request
            .clone()
            .header(SIGNATURE_SETTINGS_HEADER, &format!("algorithm={planted}")),
        Request::post(format!("{planted}=%{planted}")).header(SIGNATURE_HEADER, &signature),
        Request::post(format!("{planted}=1&{planted}=2")).header(SIGNATURE_HEADER, &signature),
        Request::post(format!("uuid={planted}")).header(SIGNATURE_HEADER, &signature),
        signed_with(planted, planted),
        signed_with("planted_name", &format!("{planted}challenge_sid")),
    ];
    for name in verify_webhooks_reference::interpretations::DOCUMENTED {
        requests.push(signed_with(
            name,
            &format!("{planted}_\u{e9}{}", planted.repeat(5)),
        ));
        requests.push(signed_with(name, &json));
    }
    for request in requests {
        let refusal = refused(&request);
        let texts = display(&refusal);
        assert_hidden(
            &texts,
            &[planted, "planted", &signature, &signature[..12], TOKEN],
        );
        assert_hidden(&[refusal.class().as_str().into()], &[planted]);
    }
}

#[test]
fn no_decode_error_shows_a_value() {
    let planted = "planted-user-data";
    let json = format!(r#"{{"message":{{"x":"{planted}"}},"fields":"{planted}"}}"#);
    let Event::Challenge(event) = accepted(&with(v2_challenge(), "challenge_details", &json))
    else {
        panic!()
    };
    let error = event.details().unwrap_err();
    assert_hidden(&display(&error), &[planted]);
    let error = event
        .challenge_details
        .unwrap()
        .decode::<[u8; 1]>()
        .unwrap_err();
    assert_hidden(&display(&error), &[planted]);

    #[derive(Debug, serde::Deserialize)]
    struct Number {
        #[serde(rename = "uuid")]
        _uuid: u32,
    }
    let pairs = with(with(v1_factor(), "type", "a.b"), "uuid", planted);
    let Event::Other(event) = accepted(&pairs) else {
        panic!()
    };
    let error = event.parameters.decode::<Number>().unwrap_err();
    assert_hidden(&display(&error), &[planted]);
}
