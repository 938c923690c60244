//! What a person and what a program reads.

use std::fmt::Write as _;

use serde_json::json;
use twilio_verify_webhooks::diagnosis::{Cause, Likely, Verdict};

use crate::scene::*;

fn explained() -> Scene {
    Scene::new(
        "http://localhost:3000/hook",
        "https://a1b2.ngrok.app/hook",
        &v1(),
    )
    .header("Host", "localhost:3000")
    .header("X-Forwarded-Host", "a1b2.ngrok.app")
}

#[test]
fn a_report_for_a_person() {
    let expected = "\
The signature was made with a key known here. What was signed differs from what the receiver goes by.
Refused with 403: signature does not match, 2 combinations of a key and a form of the URL tried
Signed with: AuthToken (key 0)

What the signature shows:
  scheme: here http, signed https
    Twilio signed the URL with the other of http and https.
    Remedy: Configure the receiver with the URL as it stands at Twilio. A proxy that ends TLS makes the request look like http.
  host (X-Forwarded-Host): here localhost, signed a1b2.ngrok.app
    Twilio signed the URL with another host.
    Remedy: Configure the receiver with the URL as it stands at Twilio, not with the host behind the proxy.
  port: here 3000, signed none
    Twilio signed the URL with another port.
    Remedy: Configure the receiver with the port of the URL as it stands at Twilio, not with that of the server behind the proxy.
";
    let diagnosis = explained().diagnose();
    let expected = format!("{expected}\n{} of at most 10000 tries", diagnosis.tries);
    assert_eq!(diagnosis.to_string(), expected);
}

#[test]
fn a_report_of_a_forgery() {
    let text = explained()
        .set("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        .diagnose()
        .to_string();
    let start = "\
Nothing that was tried makes the signature match.
Refused with 403: signature does not match, 2 combinations of a key and a form of the URL tried

What remains:
  Another key: of another account";
    assert!(text.starts_with(start), "{text}");
    assert!(
        text.contains("\n  A forgery: then refusing it is right.\n\nExcluded:\n  "),
        "{text}"
    );
    assert!(text.contains("scheme, host, "), "{text}");
    assert!(text.ends_with(" of at most 10000 tries"), "{text}");
}

#[test]
fn a_report_of_what_the_request_shows() {
    let scene = Scene::genuine(&v1())
        .remove("X-Twilio-Signature")
        .header("Content-Length", "9");
    let expected = format!(
        "\
There is no signature that could be compared.
Refused with 403: expected an X-Twilio-Signature header, found none

What the request shows:
  body_length ({} bytes, Content-Length says 9)
    {}
    Remedy: {}
  signature_missing
    {}
    Remedy: {}

0 of at most 10000 tries",
        scene.body.len(),
        Cause::BodyLength.meaning(),
        Cause::BodyLength.remedy(),
        Cause::SignatureMissing.meaning(),
        Cause::SignatureMissing.remedy(),
    );
    assert_eq!(scene.diagnose().to_string(), expected);
}

#[test]
fn a_report_of_what_is_accepted() {
    assert_eq!(
        Scene::genuine(&v1()).diagnose().to_string(),
        "The receiver accepts this delivery: there is nothing to mend.\n\n0 of at most 10000 tries"
    );
}

#[test]
fn a_report_that_stopped_at_a_bound_says_so() {
    let scene = Scene::genuine(&v1()).body("a".repeat(300_000));
    assert!(
        scene
            .diagnose()
            .to_string()
            .ends_with("\n0 of at most 10000 tries, stopped there")
    );
}

#[test]
fn a_report_for_a_program() {
    let diagnosis = explained().diagnose();
    let finding = |cause: Cause, at: Option<&str>, configured: &str, signed: &str| {
        json!({
            "cause": cause.code(),
            "at": at,
            "configured": configured,
            "signed": signed,
            "meaning": cause.meaning(),
            "remedy": cause.remedy(),
        })
    };
    let expected = json!({
        "verdict": "explained",
        "refusal": {
            "status": 403,
            "message": "signature does not match, 2 combinations of a key and a form of the URL tried",
        },
        "causes": [
            finding(Cause::Scheme, None, "http", "https"),
            finding(Cause::Host, Some("X-Forwarded-Host"), "localhost", "a1b2.ngrok.app"),
            finding(Cause::Port, None, "3000", "none"),
        ],
        "observations": [],
        "key": "AuthToken (key 0)",
        "excluded": [],
        "likely": [],
        "tries": diagnosis.tries,
        "complete": true,
    });
    assert_eq!(serde_json::to_value(&diagnosis).unwrap(), expected);

    let forged = explained()
        .set("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        .diagnose();
    let forged = serde_json::to_value(&forged).unwrap();
    assert_eq!(forged["verdict"], "unexplained");
    assert_eq!(forged["key"], json!(null));
    assert!(
        forged["excluded"]
            .as_array()
            .unwrap()
            .contains(&json!("scheme"))
    );
    assert_eq!(
        forged["likely"][0],
        json!({"what": "other_key", "meaning": Likely::OtherKey.meaning()})
    );

    let accepted = serde_json::to_value(Scene::genuine(&v1()).diagnose()).unwrap();
    assert_eq!(
        (&accepted["verdict"], &accepted["refusal"]),
        (&json!("accepted"), &json!(null))
    );
}

/// Every text that a report can be made of. To take over a change: print `texts()` into the file.
#[test]
fn every_text_is_as_it_was_meant() {
    let mut texts = String::new();
    for verdict in [
        Verdict::Accepted,
        Verdict::Signed,
        Verdict::Explained,
        Verdict::Unsigned,
        Verdict::Unexplained,
    ] {
        writeln!(texts, "{}", verdict.meaning()).unwrap();
    }
    for likely in [
        Likely::OtherKey,
        Likely::AlteredBody,
        Likely::UnknownUrl,
        Likely::MissingContext,
        Likely::Untried,
        Likely::Forgery,
    ] {
        writeln!(texts, "{}: {}", likely.code(), likely.meaning()).unwrap();
    }
    for cause in Cause::ALL {
        writeln!(
            texts,
            "{cause}\n  {}\n  {}",
            cause.meaning(),
            cause.remedy()
        )
        .unwrap();
        for text in [cause.meaning(), cause.remedy()] {
            assert!(
                text.ends_with('.') && !text.contains("  ") && text.is_ascii(),
                "{text}"
            );
        }
    }
    assert_eq!(texts, include_str!("texts.txt"));
}
