//! Batches of Verify Events: `trigger` sends them, `listen` takes them.

use serde_json::Value;
use twilio_verify_webhooks::AuthToken;
use twilio_verify_webhooks::testing::{BatchCase, CloudEventBuilder, Signer};

use super::program::{Program, TOKEN, URL, run};
use super::web::deliver;

const APPROVED: &str = "com.twilio.accountsecurity.verify.verification.approved";

fn signer() -> Signer {
    Signer::new(URL, AuthToken::new(TOKEN).unwrap()).unwrap()
}

#[test]
fn a_batch_is_shown_by_its_first_event() {
    let program = Program::listen(&[]);
    let events = [
        CloudEventBuilder::verification_approved(),
        CloudEventBuilder::sink_test(),
    ];
    deliver(program.address(), &signer().post_events(&events));
    let line = program.line();
    assert_eq!(line["outcome"], "accepted");
    assert_eq!(line["type"], format!("{APPROVED} and 1 more"));
    assert_eq!(line["url_variant"], URL);
    let id = events[0].build().unwrap().delivery_id().to_string();
    assert_eq!(line["uuid"], id);
    assert_eq!(line["answer"]["status"], 200);
    assert_eq!(line["unknown_parameters"], serde_json::json!([]));
}

#[test]
fn a_refused_batch_is_explained() {
    let program = Program::listen(&[]);
    let other = "https://hooks.example.com/webhook?tenant=2";
    let signer = Signer::new(other, AuthToken::new(TOKEN).unwrap()).unwrap();
    deliver(
        program.address(),
        &signer.post_events(&[CloudEventBuilder::sink_test()]),
    );
    let line = program.line();
    assert_eq!(line["outcome"], "refused");
    assert_eq!(
        (&line["refusal"]["status"], &line["answer"]["status"]),
        (&429.into(), &429.into())
    );
    let explanation = &line["explanation"];
    let sentence = explanation["sentence"].as_str().unwrap();
    assert!(
        sentence.contains(other) && sentence.contains(URL),
        "{sentence}"
    );
    assert_eq!(
        explanation["steps"][0]["command"],
        format!("--url '{other}'")
    );

    let forged = BatchCase::WrongKey.delivery(&self::signer());
    deliver(program.address(), &forged);
    let steps = program.line()["explanation"]["steps"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(steps, 3);
}

/// Sends with `trigger` to `listen`.
fn trigger(program: &Program, arguments: &[&str]) -> (Option<i32>, String) {
    let address = format!("http://{}/webhook?tenant=1", program.address());
    let own = ["trigger", "--url", &address, "--signed-url", URL];
    let output = run(&[&own[..], arguments].concat());
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

#[test]
fn trigger_sends_events_of_event_streams() {
    let program = Program::listen(&[]);
    let arguments = [
        APPROVED,
        "--account-sid",
        "ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5",
        "--param",
        "to=+15005550006",
        "--param",
        r#"tags={"flow":"x"}"#,
        "--without",
        "country",
    ];
    let (code, shown) = trigger(&program, &arguments);
    assert_eq!(code, Some(0), "{shown}");
    let line = program.line();
    assert_eq!(
        (&line["outcome"], &line["type"]),
        (&"accepted".into(), &APPROVED.into())
    );
    let id = line["uuid"].as_str().unwrap();
    assert!(
        id.starts_with("ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5/"),
        "{id}"
    );
    assert!(!shown.contains(TOKEN), "{shown}");

    let (code, shown) = trigger(&program, &["com.twilio.eventstreams.test-event", "--json"]);
    assert_eq!(code, Some(0), "{shown}");
    let sent: Value = serde_json::from_str(shown.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&sent["expected"], &sent["status"]),
        (&"accepted".into(), &200.into())
    );
}

#[test]
fn trigger_tells_the_story_of_a_verification() {
    let program = Program::listen(&[]);
    let (code, shown) = trigger(&program, &["--verify-events", "--scenario"]);
    assert_eq!(code, Some(0), "{shown}");
    let outcomes = [(); 4].map(|()| program.line()["outcome"].clone());
    assert!(outcomes.iter().all(|outcome| outcome == "accepted"));
}

#[test]
fn trigger_sends_batches_that_must_be_refused() {
    let program = Program::listen(&[]);
    for case in BatchCase::ALL {
        // The limits of listen are its own.
        if matches!(
            case,
            BatchCase::Oversized
                | BatchCase::Get
                | BatchCase::WrongMethod
                | BatchCase::NotABatch
                | BatchCase::NotJson
        ) {
            continue;
        }
        let (code, shown) = trigger(&program, &["--verify-events", "--negative", case.name()]);
        assert_eq!(code, Some(0), "{shown}");
    }
    let list = run(&["trigger", "--verify-events", "--negative", "list"]);
    let list = String::from_utf8(list.stdout).unwrap();
    assert!(
        BatchCase::ALL.iter().all(|case| list.contains(case.name())),
        "{list}"
    );
    let unknown = run(&["trigger", "--verify-events", "--negative", "no-such"]);
    assert_eq!(unknown.status.code(), Some(2));
    for option in ["--v1", "--get"] {
        let (code, _) = trigger(&program, &[APPROVED, option]);
        assert_eq!(code, Some(2), "{option}");
    }
}
