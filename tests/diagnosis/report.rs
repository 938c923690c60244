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

/// What a report starts with: what was found, what to change, and the answer.
#[track_caller]
fn assert_starts(scene: &Scene, expected: [&str; 3]) {
    let text = scene.diagnose().to_string();
    let mut lines = text.lines();
    let start = [(); 3].map(|()| lines.next().unwrap());
    assert_eq!(start, expected);
    assert!(lines.next().is_some_and(str::is_empty), "{text}");
}

const PRIVATE: &str = "The receiver is configured with a URL on this machine or a private network, where Twilio cannot call it.";

#[test]
fn a_report_for_a_person() {
    let refusal = "signature does not match, 2 combinations of a key and a variant of the URL tried; Receiver::diagnose of the feature diagnosis says why";
    let expected = format!(
        "\
{PRIVATE} What was signed differs in 3 ways: scheme: here http, signed https; host (X-Forwarded-Host): here localhost, signed a1b2.ngrok.app; port: here 3000, signed none.
Fix: Configure the receiver (Receiver::builder, --url) with the URL exactly as it is at Twilio: it starts with https://a1b2.ngrok.app.
Refused with 403: {refusal}; signed with AuthToken (key 0)

What the signature shows:
  scheme: here http, signed https
    Twilio signed the URL with the other of http and https.
    Remedy: Configure the receiver with the URL as it is at Twilio. A proxy that ends TLS makes the request look like http.
  host (X-Forwarded-Host): here localhost, signed a1b2.ngrok.app
    Twilio signed the URL with another host.
    Remedy: Configure the receiver with the URL as it is at Twilio, not with the host behind the proxy.
  port: here 3000, signed none
    Twilio signed the URL with another port.
    Remedy: Configure the receiver with the port of the URL as it is at Twilio, not with that of the server behind the proxy.

What the request shows:
  private_url (localhost)
    {PRIVATE}
    Remedy: Configure the receiver with the public URL, as it is at Twilio.
"
    );
    let diagnosis = explained().diagnose();
    let expected = format!("{expected}\n{} of at most 10000 tries", diagnosis.tries);
    assert_eq!(diagnosis.to_string(), expected);
}

#[test]
fn the_finding_and_the_fix_come_first() {
    let refused = "Refused with 403: signature does not match, 2 combinations of a key and a variant of the URL tried; Receiver::diagnose of the feature diagnosis says why";
    let signed = format!("{refused}; signed with AuthToken (key 0)");
    let scene = Scene::new("http://h.com/p", "https://h.com/p", &v1());
    assert_starts(
        &scene,
        [
            "Twilio signed the URL with the other of http and https. (here http, signed https)",
            "Fix: Configure the receiver (Receiver::builder, --url) with the URL exactly as it is at Twilio: it starts with https://h.com.",
            &signed,
        ],
    );
    let scene = Scene::new("http://h.com/p", "https://h.com/p", &v1());
    let body = form(&v1()) + "\n";
    assert_starts(
        &scene.body(body),
        [
            "What was signed differs in 2 ways: scheme: here http, signed https; body_line_break.",
            "Fix: Configure the receiver (Receiver::builder, --url) with the URL exactly as it is at Twilio: it starts with https://h.com. Find what writes the body as a line of text, a log, a file or `echo` for example, and take the raw body.",
            &signed,
        ],
    );
    let forged = Scene::genuine(&v1()).set("X-Twilio-Signature", FORGED);
    assert_starts(
        &forged,
        [
            "Nothing that was tried makes the signature match. Most likely is a URL that nothing here leads to.",
            &format!("Fix: {}", Likely::UnknownUrl.step()),
            refused,
        ],
    );
    let mut placeholder = forged.clone();
    placeholder.secret = Some("${TWILIO_AUTH_TOKEN}");
    let [_, fix, _] = first_lines(&placeholder);
    assert_eq!(fix, format!("Fix: {}", Cause::SecretPlaceholder.remedy()));
    let sendgrid = forged
        .remove("X-Twilio-Signature")
        .header("X-Twilio-Email-Event-Webhook-Signature", "MEUC");
    let [summary, fix, _] = first_lines(&sendgrid);
    assert_eq!(summary, Cause::Sendgrid.meaning());
    assert_eq!(fix, format!("Fix: {}", Cause::Sendgrid.remedy()));
}

const FORGED: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn first_lines(scene: &Scene) -> [String; 3] {
    let text = scene.diagnose().to_string();
    let mut lines = text.lines();
    [(); 3].map(|()| lines.next().unwrap().to_owned())
}

#[test]
fn a_report_of_a_forgery() {
    let text = explained()
        .set("X-Twilio-Signature", FORGED)
        .diagnose()
        .to_string();
    let steps = "\nWhat remains, and the next step for each:\n  A URL that nothing here leads to.\n    Read the URL";
    assert!(text.contains(steps), "{text}");
    let tried = "\n  A forgery: then refusing it is right.\n    Nothing: keep the refusal.\n\nTried alone, did not explain it:\n  scheme, host, ";
    assert!(text.contains(tried), "{text}");
    assert!(
        text.contains("\n\nExcluded:\n  trailing_slash_extra, "),
        "{text}"
    );
    assert!(text.ends_with(" of at most 10000 tries"), "{text}");
}

#[test]
fn a_report_of_what_the_request_shows() {
    let scene = Scene::genuine(&v1())
        .remove("X-Twilio-Signature")
        .header("Content-Length", "9");
    let expected = format!(
        "\
{missing}
Fix: {fix}
Refused with 403: expected an X-Twilio-Signature header, found none

What the request shows:
  body_length ({} bytes, Content-Length says 9)
    {}
    Remedy: {}
  signature_missing
    {missing}
    Remedy: {fix}

0 of at most 10000 tries",
        scene.body.len(),
        Cause::BodyLength.meaning(),
        Cause::BodyLength.remedy(),
        missing = Cause::SignatureMissing.meaning(),
        fix = Cause::SignatureMissing.remedy(),
    );
    assert_eq!(scene.diagnose().to_string(), expected);
}

#[test]
fn a_report_of_what_is_accepted() {
    assert_eq!(
        Scene::genuine(&v1()).diagnose().to_string(),
        "The receiver accepts this delivery: there is nothing to mend.\nFix: Nothing to change.\nAccepted\n\n0 of at most 10000 tries"
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
            "option": cause.option(),
        })
    };
    let expected = json!({
        "verdict": "explained",
        "summary": diagnosis.summary(),
        "fix": diagnosis.fix(),
        "signed_origin": "https://a1b2.ngrok.app",
        "refusal": {
            "status": 403,
            "message": "signature does not match, 2 combinations of a key and a variant of the URL tried; Receiver::diagnose of the feature diagnosis says why",
        },
        "causes": [
            finding(Cause::Scheme, None, "http", "https"),
            finding(Cause::Host, Some("X-Forwarded-Host"), "localhost", "a1b2.ngrok.app"),
            finding(Cause::Port, None, "3000", "none"),
        ],
        "observations": [{
            "cause": "private_url",
            "at": "localhost",
            "configured": null,
            "signed": null,
            "meaning": Cause::PrivateUrl.meaning(),
            "remedy": Cause::PrivateUrl.remedy(),
            "option": Cause::PrivateUrl.option(),
        }],
        "key": "AuthToken (key 0)",
        "excluded": [],
        "tried_alone": [],
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
    let has = |list: &str, code: &str| forged[list].as_array().unwrap().contains(&json!(code));
    assert!(has("tried_alone", "scheme") && !has("excluded", "scheme"));
    assert!(has("excluded", "fragment") && !has("tried_alone", "fragment"));
    assert_eq!(
        forged["likely"][0],
        json!({
            "what": "unknown_url",
            "meaning": Likely::UnknownUrl.meaning(),
            "step": Likely::UnknownUrl.step(),
        })
    );

    let accepted = serde_json::to_value(Scene::genuine(&v1()).diagnose()).unwrap();
    assert_eq!(
        (&accepted["verdict"], &accepted["refusal"]),
        (&json!("accepted"), &json!(null))
    );
}

/// Every text that a report can be made of. With `BLESS` set, a change is written to the file.
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
        Likely::UnknownUrl,
        Likely::OtherKey,
        Likely::AlteredBody,
        Likely::MissingContext,
        Likely::Untried,
        Likely::Forgery,
    ] {
        writeln!(
            texts,
            "{}\n  {}\n  {}",
            likely.code(),
            likely.meaning(),
            likely.step()
        )
        .unwrap();
    }
    for cause in Cause::ALL {
        writeln!(
            texts,
            "{cause}\n  {}\n  {}\n  {}",
            cause.meaning(),
            cause.remedy(),
            cause.option()
        )
        .unwrap();
        for text in [cause.meaning(), cause.remedy()] {
            assert!(
                text.ends_with('.') && !text.contains("  ") && text.is_ascii(),
                "{text}"
            );
        }
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write("tests/diagnosis/texts.txt", &texts).unwrap();
    }
    assert_eq!(
        texts,
        std::fs::read_to_string("tests/diagnosis/texts.txt").unwrap()
    );
}
